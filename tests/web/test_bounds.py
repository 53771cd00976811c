"""No page reads more because there is more: records decoded for each list, with 300 applications beside."""

import numpy as np
import pytest

from bench.scale.fill import Cast, some
from sandbox.store import reads
from sandbox.web import api
from sandbox.web.console import PAGES
from sandbox.web.options import API

pytestmark = pytest.mark.anyio
MORE, BOUND = 300, 520
"""Applications that are added, with twice as many items; records that one page may decode at most."""
WHOLE = frozenset(
    {
        "/audit/verified",
        "/audit/stream",
        "/step-up",
        "/applications/printed",
        *(path for path in PAGES if path.endswith("/export")),
    }
)
"""Files, printed lists and what reads the log itself."""


@pytest.fixture
def decoded(monkeypatch):
    """How many different records were decoded."""
    seen, plain = set(), reads._decoded

    def counting(cls, body):
        seen.add((cls, body))
        return plain(cls, body)

    monkeypatch.setattr(reads, "_decoded", counting)
    return seen


async def test_every_list_decodes_a_bounded_number_of_records(site, decoded):
    cast = Cast.of(site.platform.layout.root)
    some(cast, 0, MORE, np.random.default_rng(1))
    cast.platform.close()
    much = {}
    for name in ("chen.guanglan", "yang.lizhi", "lin.xiaoyu", "zhang.kai", "zhou.minxing"):
        client = await site.visitor(name)
        for path in (path for path in PAGES if path not in WHOLE):
            decoded.clear()
            assert (await client.get(f"/console{path}")).status_code in (200, 403), path
            much[name, path] = len(decoded)
        client.headers["Authorization"] = f"Bearer {site.people[name]['token']}"
        for path in api.LISTS:
            decoded.clear()
            assert (await client.get(f"{API}/{path}")).status_code in (200, 403), path
            much[name, path] = len(decoded)
    assert {where: n for where, n in much.items() if n > BOUND} == {}
