"""Large files come part by part, outlive a broken line, and are never held in memory."""

import asyncio
import re
import tracemalloc

import pytest

from sandbox.kernel.actors import Role
from sandbox.kernel.dataset_records import Delivery
from sandbox.kernel.records import Account, Grant
from sandbox.people import grants
from tests.web.conftest import hidden

STEWARD, DATASET = "zhao.qinghe", "dataset-000001"
JSON = {"Accept": "application/json"}


def run(work):
    return asyncio.run(work)


async def begun(client, fields, size, name="新交付.csv", **more):
    form = {"csrf": fields["csrf"], "dataset": DATASET, "rows": "", "name": name, "size": str(size), **more}
    return await client.post("/console/deliveries/uploads", data=form, headers=JSON)


async def sent(client, place, fields, offset, data):
    headers = {"Upload-Offset": str(offset), "X-Form-Secret": fields["csrf"], **JSON}
    return await client.patch(place["url"], content=data, headers=headers)


async def ended(client, place, fields):
    """Finish the file and follow its events to the end; return the last page."""
    done = await client.post(f"{place['url']}/finish", data={"csrf": fields["csrf"]})
    assert done.status_code == 303
    told = await client.get(f"{place['url']}/stream")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert "event: done" in told.text
    return await client.get(place["url"])


def csv_like(site):
    """Return a small file with the columns of the dataset's first delivery."""
    columns = site.platform.store.find(Delivery, linked=("dataset", DATASET))[0].record.columns
    rows = [
        ",".join(columns),
        *(",".join(f"值{row}-{place}" for place in range(len(columns))) for row in range(50)),
    ]
    return "\n".join(rows).encode()


def test_a_file_goes_on_where_the_line_broke_and_is_delivered_once(site):
    data = csv_like(site)

    async def walk():
        client = await site.with_credential(STEWARD)
        fields = await hidden(client, "/console/deliveries/new")
        place = (await begun(client, fields, len(data))).json()
        first = await sent(client, place, fields, 0, data[:1000])
        assert first.json()["offset"] == 1000
        twice = await sent(client, place, fields, 0, data[:1000])
        assert twice.status_code == 409
        assert "1000" in twice.json()["problem"]
        page = await client.get("/console/deliveries/new")
        assert "新交付.csv" in page.text
        early = await client.post(f"{place['url']}/finish", data={"csrf": fields["csrf"]})
        assert early.status_code == 422
        other = await site.visitor("yang.lizhi")
        assert (await other.get(f"{place['url']}/offset", headers=JSON)).status_code == 404
        where = (await client.get(f"{place['url']}/offset", headers=JSON)).json()["offset"]
        whole = await sent(client, place, fields, where, data[where:])
        assert whole.json()["offset"] == len(data)
        page = await ended(client, place, fields)
        assert re.fullmatch(r"/console/deliveries/delivery-\d+", page.headers["location"])
        shown = await client.get(page.headers["location"])
        assert "新交付.csv" in shown.text
        assert "已收进隔离区" in shown.text
        assert not list((site.platform.layout.root / "arriving").iterdir())

    before = len(site.platform.store.find(Delivery))
    run(walk())
    assert len(site.platform.store.find(Delivery)) == before + 1


def test_more_than_was_announced_and_what_is_no_table_leave_nothing_behind(site):
    async def walk():
        client = await site.with_credential(STEWARD)
        fields = await hidden(client, "/console/deliveries/new")
        for size in ("0", "-1", "99999999999999", "x"):
            assert (await begun(client, fields, size)).status_code == 422
        assert (await begun(client, {"csrf": "x"}, 10)).status_code == 401
        place = (await begun(client, fields, 10)).json()
        assert (await sent(client, place, fields, 0, b"x" * 11)).status_code == 422
        assert (await sent(client, place, fields, 0, b"\x00" * 10)).status_code == 200
        page = await ended(client, place, fields)
        assert page.status_code == 200
        assert "没有办成" in page.text
        assert not list((site.platform.layout.root / "arriving").iterdir())

    run(walk())


def test_a_role_removed_while_the_file_was_sent_counts(site):
    data = csv_like(site)

    async def walk():
        client = await site.with_credential(STEWARD)
        fields = await hidden(client, "/console/deliveries/new")
        place = (await begun(client, fields, len(data))).json()
        await sent(client, place, fields, 0, data)
        store = site.platform.store
        account = next(one.record for one in store.find(Account) if one.record.name == STEWARD)
        officer = site.officer_of(account.organisation)
        for grant in store.find(Grant, state="in-force"):
            if grant.record.account == account.id and grant.record.role is Role.STEWARD:
                grants.revoke(site.platform.directory, officer, grant.id)
        page = await client.post(f"{place['url']}/finish", data={"csrf": fields["csrf"]})
        assert page.status_code == 403
        assert "缺少办理这一步的角色" in page.text
        assert "第十六条" in page.text

    before = len(site.platform.store.find(Delivery))
    run(walk())
    assert len(site.platform.store.find(Delivery)) == before


def test_who_may_not_deliver_is_told_before_he_sends(site):
    async def walk():
        client = await site.visitor("lin.xiaoyu")
        fields = await hidden(client, "/console/me")
        answer = await begun(client, fields, 10)
        assert answer.status_code == 403
        assert answer.json()["reasons"]

    run(walk())


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "<img src=x onerror=alert(1)>.csv", "a\x00b\n.csv"])
def test_names_with_markup_or_paths_are_only_names(site, name):
    async def walk():
        client = await site.with_credential(STEWARD)
        fields = await hidden(client, "/console/deliveries/new")
        place = (await begun(client, fields, 5, name=name)).json()
        page = await client.get(place["url"])
        assert "<img src=x" not in page.text
        kept = list((site.platform.layout.root / "arriving" / place["id"] / "file").iterdir())
        assert len(kept) == 1
        again = await client.post(f"{place['url']}/discard", data={"csrf": fields["csrf"]})
        assert again.headers["location"] == "/console/deliveries/new"
        assert not kept[0].exists()

    run(walk())


def test_a_large_file_is_streamed_not_held(site):
    """32 MiB in one form, and never half of it in memory."""
    size, mark = 32 << 20, "wall"

    async def body(fields, line):
        chunk = line * 4096
        head = f'--{mark}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{fields["csrf"]}\r\n'
        head += f'--{mark}\r\nContent-Disposition: form-data; name="dataset"\r\n\r\n{DATASET}\r\n'
        head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n'
        yield head.encode()
        for _ in range(size // len(chunk)):
            yield chunk
        yield f"\r\n--{mark}--\r\n".encode()

    async def walk():
        client = await site.with_credential(STEWARD)
        fields = await hidden(client, "/console/deliveries/new")
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        path = "/console/deliveries/new/receive"
        first = body(fields, b"0123,5678,abcd\n")
        await client.post(path, content=first, headers=headers, timeout=120)
        fields = await hidden(client, "/console/deliveries/new")
        tracemalloc.start()  # the first has had all modules imported, which is memory as well
        try:
            content = body(fields, b"0123,5678,abce\n")
            answer = await client.post(path, content=content, headers=headers, timeout=120)
            return answer, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    answer, peak = run(walk())
    assert answer.status_code == 303
    assert peak < 16 << 20, peak
    assert not list((site.platform.layout.root / "arriving").iterdir())
