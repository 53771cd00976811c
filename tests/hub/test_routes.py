"""Which requests may reach a seat: what JupyterLab needs, and nothing that is not on the list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.hub.routes import route_for

NEEDED = (
    ("GET", "lab/tree/01-%E5%BC%80%E5%A7%8B.ipynb"),
    ("GET", "lab/api/settings/@jupyterlab/translation-extension:plugin"),
    ("PUT", "lab/api/workspaces/default"),
    ("GET", "api/contents"),
    ("PUT", "api/contents/01-%E5%BC%80%E5%A7%8B.ipynb"),
    ("POST", "api/contents/a/checkpoints"),
    ("POST", "api/kernels/4d4fe42a-0567-40ee-8a67-c41742339c7a/interrupt"),
    ("PATCH", "api/sessions/4d4fe42a-0567-40ee-8a67-c41742339c7a"),
    ("GET", "api/kernelspecs"),
    ("GET", "kernelspecs/python3/logo-svg.svg"),
    ("GET", "api/me"),
)
REFUSED = (
    ("GET", "files/a.txt"),
    ("GET", "api/contents/a.parquet"),
    ("GET", "api/contents/A.PARQUET"),
    ("GET", "api/contents/a.csv.gz"),
    ("GET", "api/contents/../etc"),
    ("GET", "api/contents/%2e%2e/etc"),
    ("GET", "api/contents/a%2fb"),
    ("GET", "api/contents/a%5cb"),
    ("GET", "api/contents/a%252fb"),
    ("GET", "api/contents//a"),
    ("GET", "api/contents/a%00b"),
    ("GET", "api/contents/a%0d%0ab"),
    ("DELETE", "api/kernelspecs/python3"),
    ("POST", "api/shutdown"),
    ("TRACE", "api/contents"),
    ("POST", "lab/tree/a"),
    ("GET", "api/kernels/x/channels"),
    ("GET", "API/contents"),
    ("GET", "labx"),
    ("GET", ""),
)


@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_what_the_lab_needs_may_pass(method: str, path: str) -> None:
    assert route_for(method, path) is not None


@pytest.mark.parametrize(("method", "path"), REFUSED)
def test_everything_else_may_not(method: str, path: str) -> None:
    assert route_for(method, path) is None


def test_bytes_are_shown_of_pictures_only() -> None:
    assert route_for("GET", "api/contents/a.png", "format=base64&content=1") is not None
    assert route_for("GET", "api/contents/a.txt", "format=base64&content=1") is None
    assert route_for("GET", "api/contents/a.txt", "format=text&content=1") is not None


def test_every_answer_has_a_bound() -> None:
    for method, path in NEEDED:
        route = route_for(method, path)
        assert route is not None
        assert 0 < route.most <= 2 << 20
        assert route.types


@given(st.text(min_size=1, max_size=60))
def test_no_path_outside_the_known_beginnings_passes(path: str) -> None:
    if not path.startswith(("lab", "api", "kernelspecs/")):
        assert route_for("GET", path) is None
