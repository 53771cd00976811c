"""A notebook is read part by part and written anew; what the gate cannot write is named."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.egress.content import BlockKind, Content
from sandbox.egress.publish import notebook
from sandbox.egress.reading import read_content
from sandbox.files.types import FileType

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="3" height="3"/></svg>'


def made(*outputs: dict[str, object], **more: object) -> Content:
    cell = {
        "cell_type": "code",
        "source": "x = 1",
        "metadata": {},
        "execution_count": 1,
        "outputs": list(outputs),
    }
    whole = {"cells": [cell | more], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return read_content(json.dumps(whole).encode(), name="p.ipynb", type=FileType.NOTEBOOK)


def shown(mime: str, part: object) -> dict[str, object]:
    return {"output_type": "display_data", "metadata": {}, "data": {mime: part}}


def checks(content: Content) -> set[str]:
    return {issue.check for issue in content.issues}


@pytest.mark.parametrize(("mime", "part", "kind"), [
    ("text/plain", "共 120 家", BlockKind.TEXT),
    ("text/markdown", "**共** 120 家", BlockKind.TEXT),
    ("text/html", "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>", BlockKind.TABLE),
    ("image/png", base64.b64encode(PIXEL).decode(), BlockKind.PICTURE),
    ("image/svg+xml", SVG, BlockKind.DRAWING),
    ("application/json", {"a": [1]}, BlockKind.TEXT),
])  # fmt: skip
def test_each_kind_of_output_becomes_a_block_under_its_code(mime: str, part: object, kind: BlockKind) -> None:
    content = made(shown(mime, part))
    assert checks(content) == set()
    assert [block.kind for block in content.blocks] == [BlockKind.CODE, kind]
    assert content.blocks[1].shown_by == 1
    import nbformat  # seconds to load: not for whoever only looks for tests

    again = nbformat.reads(notebook(content.blocks).decode(), as_version=4)
    nbformat.validate(again)
    assert len(again.cells) == 1
    assert len(again.cells[0].outputs) == 1


@pytest.mark.parametrize(("content", "check"), [
    (made(shown("application/javascript", "x()")), "active-content"),
    (made(shown("application/vnd.jupyter.widget-view+json", {})), "opaque"),
    (made(shown("image/jpeg", "")), "opaque"),
    (made(shown("image/png", "§")), "readable"),
    (made(shown("text/html", "<script>x()</script>")), "active-content"),
    (made(attachments={"a.png": {"image/png": ""}}), "hidden-content"),
    (made(source="x = [" + "1, " * 5_000 + "]"), "row-level"),
])  # fmt: skip
def test_what_cannot_be_written_anew_is_named(content: Content, check: str) -> None:
    assert check in checks(content)


def test_streams_and_errors_are_texts_without_colours() -> None:
    red = {"output_type": "stream", "name": "stdout", "text": ["\x1b[31m红\x1b[0m", "色"]}
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["行一", "行二"]}
    assert [block.text for block in made(red, error).blocks[1:]] == ["红色", "行一\n行二"]


@pytest.mark.parametrize(
    "document", ["[]", '{"cells": 3}', '{"cells": [1]}', '{"cells": [], "metadata": {"x": 1}}']
)
def test_what_is_no_notebook_or_more_than_one_has_an_issue(document: str) -> None:
    assert read_content(document.encode(), name="p.ipynb", type=FileType.NOTEBOOK).issues


@given(st.lists(st.tuples(st.sampled_from(["code", "markdown", "raw"]), st.text(max_size=60)), max_size=8))
def test_whatever_is_written_is_a_valid_notebook_of_the_same_texts(cells: list[tuple[str, str]]) -> None:
    listed = [{"cell_type": kind, "source": text, "metadata": {}, "outputs": []} for kind, text in cells]
    document = {"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    data = json.dumps(document, ensure_ascii=True).encode()
    content = read_content(data, name="p.ipynb", type=FileType.NOTEBOOK)
    written = notebook(content.blocks)
    import nbformat

    nbformat.validate(nbformat.reads(written.decode("utf-8", "replace"), as_version=4))
    assert len(content.blocks) == sum(1 for _, text in cells if text.strip())
