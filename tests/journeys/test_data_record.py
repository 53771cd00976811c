"""A data record's story: one firm, from the delivered file to the cell of the released table."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.access.policy import policy_of
from sandbox.catalog.entries import by_code
from sandbox.egress import release
from sandbox.ingest import batch
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Delivery, Snapshot
from sandbox.kernel.review_records import Release, Submission
from sandbox.masking.apply import apply
from sandbox.masking.plan import make_plan
from sandbox.masking.policy_file import read_policy
from sandbox.masking.versions import confirmed_for, narrowed
from sandbox.municipality.deliveries import SMALL, deliver, extracts
from tests.journeys.homes import CODE, MARKET, RELEASED, STEWARD, Desk, Home, keep, told

__all__ = ["told"]


@pytest.fixture(scope="module")
def desk(told: Path, tmp_path_factory: pytest.TempPathFactory):
    """The home at the end of the story, opened once: these tests only look."""
    home = tmp_path_factory.mktemp("record") / "home"
    keep(told / RELEASED, home)
    with Home(home).open() as opened:
        yield opened


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory):
    """The companies' delivery, made again from its seed, and the firms in it before it was damaged."""
    made = deliver(tmp_path_factory.mktemp("delivered"), size=SMALL)["companies"]
    return made, extracts(size=SMALL)["companies"].table.to_pylist()


def snapshot_of(desk: Desk, agreement: str) -> Snapshot:
    """Return the snapshot of an agreement."""
    return desk.platform.store.find(Snapshot, linked=("agreement", agreement))[-1].record


def landed_rows(desk: Desk, agreement: str) -> pa.Table:
    """Return the masked rows of an agreement."""
    one = snapshot_of(desk, agreement)
    parts = desk.platform.pool.version(one.series, one.version).parquet_files
    return pa.concat_tables([pq.read_table(path) for path in parts])


def test_the_file_was_received_whole_and_its_bad_rows_are_known(desk: Desk, delivered) -> None:
    made, _ = delivered
    found = desk.platform.store.load(Delivery, "delivery-000001").record
    assert (found.counted_rows, found.good_rows, found.bad_rows) == (made.records, made.good, len(made.bad))
    shown = batch.bad_rows(desk.platform.ingest, found)
    assert {one.row for one in shown} == {one.record for one in made.bad}
    assert found.counted_rows == made.note.declared_rows


def masked(desk: Desk, rows: list[dict[str, str]], agreement: str) -> pa.RecordBatch:
    """Mask rows as the agreement's landing does, one by one and with nothing suppressed."""
    directory = desk.platform.directory
    dataset = by_code(directory, CODE).record
    landed = landed_rows(desk, agreement).schema.names
    policy = narrowed(read_policy(confirmed_for(directory, dataset.id).text), CODE, landed)
    signed = desk.platform.store.load(ServiceAgreement, agreement).record
    group = ",".join(policy_of(directory, signed).group(dataset.id))  # of datasets that may be joined
    whole = desk.platform.vault.open(signed.key_id)
    key = replace(whole, secret=whole.derive(f"masking/join/{group}"))
    plan = make_plan(policy, policy.table(CODE), columns=list(rows[0]), key=key)
    table = pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in rows[0]]))
    return apply(plan, table.to_batches()[0]).batch


def test_every_landed_row_is_one_delivered_firm_under_its_token(desk: Desk, delivered) -> None:
    _, rows = delivered
    expected = {tuple(row.values()) for row in masked(desk, rows, MARKET).to_pylist()}
    landed = [tuple(row.values()) for row in landed_rows(desk, MARKET).to_pylist()]
    assert set(landed) <= expected
    assert len(landed) > 0.8 * len(rows)


def test_the_manifest_says_where_every_row_went(desk: Desk) -> None:
    one = snapshot_of(desk, MARKET)
    rows = desk.platform.pool.version(one.series, one.version).manifest["rows"]
    assert rows["delivered"] == rows["out"] + rows["quarantined"] + rows["suppressed"] + rows["outside"]
    assert rows["out"] == one.rows == landed_rows(desk, MARKET).num_rows


def test_no_cell_of_a_landed_row_tells_who_it_is(desk: Desk, delivered) -> None:
    _, rows = delivered
    secret = {
        row[name]
        for row in rows
        for name in ("统一社会信用代码", "企业名称", "法定代表人", "联系电话", "注册地址")
        if len(row[name]) > 2
    }
    for agreement in (MARKET, "service-agreement-000002"):
        table = landed_rows(desk, agreement)
        cells = {str(cell) for name in table.schema.names for cell in table[name].to_pylist()}
        assert not cells & secret


def test_nothing_raw_lies_open_anywhere_in_the_home(desk: Desk, delivered) -> None:
    """Only the sealed quarantine and sidecars hold raw values; no file of the home shows one."""
    _, rows = delivered
    codes = [row["统一社会信用代码"].encode() for row in rows if row["统一社会信用代码"].isalnum()][:40]
    names = [row["企业名称"].encode(form) for row in rows[:20] for form in ("utf-8", "gb18030")]
    for path in desk.platform.layout.root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            assert not [one for one in (*codes, *names) if one in data], path


def test_the_released_cell_counts_exactly_the_landed_firms(desk: Desk) -> None:
    (made,) = (one.record for one in desk.platform.store.find(Release))
    data = desk.platform.gate.frozen.get(made.files[0].released).decode("utf-8-sig")
    header, *cells = list(csv.reader(io.StringIO(data)))
    table = landed_rows(desk, MARKET)
    counted: dict[str, set[str]] = {}
    group, token = table[header[0]].to_pylist(), table["统一社会信用代码"].to_pylist()
    for kind, firm in zip(group, token, strict=True):
        if firm is not None:
            counted.setdefault(kind, set()).add(firm)
    for kind, number in cells:
        assert int(number) >= 10
        if kind in counted:
            assert len(counted[kind]) == int(number)
    assert sum(int(number) for _, number in cells) == len(set().union(*counted.values()))


def test_the_receipt_leads_back_to_the_snapshot_and_the_delivery(desk: Desk, delivered) -> None:
    made_file, _ = delivered
    (made,) = (one.record for one in desk.platform.store.find(Release))
    receipt = desk.platform.gate.frozen.get(made.receipt)
    body = release.verify_receipt(receipt, public_key=desk.platform.signer.public)
    (named,) = body["snapshots"]
    one = desk.platform.store.load(Snapshot, named["id"]).record
    held = desk.platform.pool.version(one.series, one.version)
    held.verify(digest=named["manifest_sha256"])
    assert held.manifest["delivery"]["sha256"] == made_file.note.sha256
    submission = desk.platform.store.load(Submission, made.submission).record
    assert [file.digest for file in submission.files] == [file["submitted_sha256"] for file in body["files"]]
    assert json.loads(receipt)["body"] == body
    assert STEWARD in desk.tokens
