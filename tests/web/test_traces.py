"""溯源 in the browser: asked with one's own credential, told plainly, and nobody else's to see."""

import asyncio

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from sandbox.kernel.trace_records import Trace, TraceOutcome
from tests.web.conftest import hidden

SECURITY, DEVELOPER = "zhou.minxing", "lin.xiaoyu"
PATH, LIST = "/console/traces/new/report", "/console/oversight/traces"


def leaked(site):
    """Return what one seat of the home is shown, as CSV."""
    place = min(site.platform.layout.seats.glob("*/data/*/"))
    table = pa.concat_tables([pq.read_table(one) for one in sorted(place.glob("*.parquet"))])
    out = pa.BufferOutputStream()
    pacsv.write_csv(table, out)
    return out.getvalue().to_pybytes()


def test_a_file_is_sent_in_and_the_answer_told_to_the_authority_alone(site):
    async def walk():
        weak = await site.visitor(SECURITY)
        assert "请先出示" in (await weak.get(PATH)).text
        security = await site.with_credential(SECURITY)
        for name, data, told in (
            ("<b>名单.csv", leaked(site), "点出了席位"),
            ("x.csv", b"a,b\n1,2\n", "点不出任何席位"),
        ):
            fields = await hidden(security, PATH)
            done = await security.post(PATH, data=fields, files=[("file", (name, data, "text/csv"))])
            assert done.status_code == 303, done.text
            page = (await security.get(done.headers["location"])).text
            assert told in page
            assert "<b>" not in page
        assert "名单.csv" in (await security.get(LIST)).text
        fields = await hidden(security, PATH)
        lacking = await security.post(PATH, data=fields, files=[("file", ("e.csv", b"", "text/csv"))])
        assert lacking.status_code == 422
        token = {"Authorization": f"Bearer {site.people[SECURITY]['token']}"}
        assert len((await site.client().get("/api/traces", headers=token)).json()) == 3
        developer = await site.visitor(DEVELOPER)
        assert (await developer.get(LIST)).status_code == 403
        assert (await developer.get("/console/traces/trace-000001")).status_code == 403
        assert LIST not in (await developer.get("/console/oversight")).text
        token = {"Authorization": f"Bearer {site.people[DEVELOPER]['token']}"}
        assert "trace-000001" not in (await site.client().get("/api/traces", headers=token)).text

    asyncio.run(walk())
    found = [one.record.outcome for one in site.platform.store.find(Trace)]
    assert sorted(found) == [TraceOutcome.NOBODY, TraceOutcome.NOBODY, TraceOutcome.SEATS]
