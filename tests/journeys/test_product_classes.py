"""Each class of product from the seat's outbox to the release: judged in isolation, read, voted on, let out.

Whatever leaves is the gate's own writing. Beside the classes stands the remedy in one call: a refused table
mended by the gate, which comes back as the next round of the same request.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter

import pyarrow as pa
import pytest

from sandbox.demo.egress import RISKS
from sandbox.egress import assessment, audience, intake, mending, release, review
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.review_records import FileVote, Submission
from tests.egress.cart import stump
from tests.journeys.homes import (
    CODE,
    COLLEAGUE,
    DEVELOPER,
    PROVIDER,
    SECURITY,
    Desk,
    Home,
    hand_in,
    judged,
    shown,
    told,
)

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told"]
SUBJECT = "统一社会信用代码"


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def table_of(held: pa.Table, keys: list[str]) -> bytes:
    """Return counts of subjects as a seat works them out, its canaries among them."""
    counts = held.group_by(keys).aggregate([(SUBJECT, "count_distinct")]).to_pylist()
    out = io.StringIO()
    written = csv.writer(out)
    written.writerow([*keys, "n"])
    for one in counts:
        written.writerow([*(one[key] for key in keys), one[f"{SUBJECT}_count_distinct"]])
    return out.getvalue().encode()


def claim_of(keys: list[str], having: str = "") -> bytes:
    listed = ", ".join(f'"{one}"' for one in keys)
    sql = f'SELECT {listed}, count(DISTINCT "{SUBJECT}") AS n FROM source GROUP BY {listed}{having}'
    return as_json({"sql": sql, "subject": SUBJECT})


def taken(home: Home, desk: Desk, files: dict[str, bytes], request: str = "0request-1") -> Submission:
    """Return what a seat handed in, judged."""
    gate = desk.platform.gate
    seat = next(one.record.seat for one in desk.platform.store.find(Submission, state="in-review"))
    hand_in(home, desk, seat, files, request=request)
    (made,) = intake.collect(gate, seat, refused=desk.platform.note_refusal).submissions
    return intake.judge(gate, made.id)


def data_of(desk: Desk) -> pa.Table:
    """Return the snapshot as the seat sees it."""
    made = desk.submission("in-review")
    (snapshot,) = (desk.platform.store.load(Snapshot, one).record for one in made.snapshots)
    return shown(desk, made.seat, snapshot)


def voted(desk: Desk, made: Submission, *, approve: bool = True) -> Submission:
    gate = desk.platform.gate
    votes = tuple(FileVote(digest=one.rewritten, approve=approve) for one in made.files if one.rewritten)
    for who in (SECURITY, PROVIDER):
        made = review.cast(gate, desk.actor(who), made.id, votes)
    return made


def released(desk: Desk, made: Submission) -> dict[str, bytes]:
    """Return by name what leaves when both sides say yes."""
    gate = desk.platform.gate
    assessment.file(gate, desk.actor(DEVELOPER), made.id, RISKS)
    after = voted(desk, made)
    assert after.state == "approved"
    issued = release.release(gate, desk.actor(SECURITY), made.id)
    assert issued.state == "issued"
    return {one.name: gate.frozen.get(one.rewritten) for one in after.files if one.rewritten}


TYPE, AREA, CAPITAL = "企业类型", "行政区划", "注册资本(万元)"
PAIR = [TYPE, AREA]


def counted(held: pa.Table, *keys: str) -> Counter[tuple[str, ...]]:
    """Return how many firms each group of the snapshot has."""
    found = held.group_by(list(keys)).aggregate([(SUBJECT, "count_distinct")]).to_pylist()
    return Counter({tuple(one[key] for key in keys): one[f"{SUBJECT}_count_distinct"] for one in found})


def chart(held: pa.Table) -> dict[str, bytes]:
    rows = [{TYPE: name, "n": n} for (name,), n in sorted(counted(held, TYPE).items()) if n >= 30]
    asked = {"chart": "bar", "x": TYPE, "y": ["n"], "rows": rows}
    having = f' HAVING count(DISTINCT "{SUBJECT}") >= 30'
    return {"chart.json": as_json(asked), "chart.json.claim.json": claim_of([TYPE], having)}


def codebook(_: pa.Table) -> dict[str, bytes]:
    return {
        "codebook.json": as_json({"codebook": CODE, "subject": SUBJECT, "columns": [TYPE, AREA, CAPITAL]})
    }


def tree(_: pa.Table) -> dict[str, bytes]:
    columns = {"table": CODE, "subject": SUBJECT, "target": TYPE, "features": [AREA]}
    return {"tree.json": as_json({"model": "tree", **columns, "depth": 2, "leaf": 40, "seed": 1})}


def trained(held: pa.Table) -> dict[str, bytes]:
    """A tree that was trained in the seat, canaries among its rows, with what it says of itself."""
    columns = {"table": CODE, "subject": SUBJECT, "target": TYPE, "features": [AREA]}
    asked = as_json({"model": "tree", **columns})
    return {"trained.onnx": stump(held, TYPE, [AREA]), "trained.onnx.claim.json": asked}


def synthetic(held: pa.Table) -> dict[str, bytes]:
    """Rows drawn from the pairs of values that many firms have."""
    kept = {pair: n for pair, n in counted(held, TYPE, CAPITAL).items() if n >= 30}
    drawn = random.Random(7).choices(list(kept), weights=list(kept.values()), k=300)
    rows = [{TYPE: kind, CAPITAL: band} for kind, band in drawn]
    return {"synthetic.json": as_json({"synthetic": CODE, "subject": SUBJECT, "rows": rows})}


def service(held: pa.Table) -> dict[str, bytes]:
    """Sixty calls, each answered with how many firms of a type there are, to the nearest ten."""
    kept = [(name, n) for (name,), n in sorted(counted(held, TYPE).items()) if n >= 30]
    asked = [kept[at % len(kept)] for at in range(60)]
    rows = [{TYPE: name, "企业数": str(round(n, -1))} for name, n in asked]
    return {"service.json": as_json({"service": CODE, "subject": SUBJECT, "inputs": [TYPE], "rows": rows})}


def notebook(_: pa.Table) -> dict[str, bytes]:
    said = {"cell_type": "markdown", "metadata": {}, "source": ["# 各地区企业的分布\n", "口径见说明。"]}
    code = {
        "cell_type": "code", "metadata": {}, "execution_count": 1,
        "source": ["counts = table.groupby('行政区划').size()\n", "counts.plot()"], "outputs": [],
    }  # fmt: skip
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [said, code]}
    return {"work.ipynb": as_json(book)}


CLASSES = {
    "chart": chart, "codebook": codebook, "tree": tree, "trained": trained, "synthetic": synthetic,
    "service": service, "notebook": notebook,
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_of_product_goes_from_the_seat_to_the_release(name: str, judged: Home) -> None:
    with judged.open() as desk:
        held = data_of(desk)
        files = CLASSES[name](held)
        made = taken(judged, desk, files)
        assert made.state == "in-review", told_to(desk, made)
        seen = audience.rewritten(desk.platform.gate, desk.actor(SECURITY), made.id)
        assert seen.keys() == {one.name for one in made.files}
        left = released(desk, made)
        assert left == seen  # what people read is what leaves
        handed = b"".join(files.values())
        for data in left.values():
            assert data
            assert data not in handed  # and it is the gate's own writing
            for token in held.column(SUBJECT).drop_null().to_pylist():
                assert token.encode() not in data


def test_a_model_that_left_is_known_to_the_ledger_when_the_next_product_comes(judged: Home) -> None:
    """What stands beside a model is no claim: the ledger reads on, and holds a table against its groups."""
    with judged.open() as desk:
        held = data_of(desk)
        first = taken(judged, desk, trained(held))
        assert first.files[0].ledger
        released(desk, first)
        next_one = taken(judged, desk, tree(held) | chart(held), request="0request-2")
        assert next_one.state == "in-review", told_to(desk, next_one)


def told_to(desk: Desk, made: Submission) -> object:
    """Return what the author reads of a submission, for a test that failed."""
    told = audience.shown(desk.platform.gate, desk.actor(SECURITY), made.id)["files"]
    return [
        (each["rule"], each["message"], each["where"], each["evidence"])
        for one in told
        for each in one["findings"]
    ]


def test_a_refused_table_is_mended_by_the_gate_and_people_decide(judged: Home) -> None:
    with judged.open() as desk:
        gate, held = desk.platform.gate, data_of(desk)
        files = {"t.csv": table_of(held, PAIR), "t.csv.claim.json": claim_of(PAIR)}
        first = taken(judged, desk, files)
        assert first.state == "refused"
        assert [one.name for one in mending.mendable(gate, first)] == ["t.csv"]
        for who in (COLLEAGUE, SECURITY, PROVIDER):
            with pytest.raises(RefusedError):
                mending.mend(gate, desk.actor(who), first.id)
        made = mending.mend(gate, desk.actor(DEVELOPER), first.id)
        assert (made.state, made.round, made.past[0].files) == ("frozen", 2, first.files)
        assert mending.mendable(gate, made) == ()
        made = intake.judge(gate, made.id)
        assert made.state == "in-review"
        assert not desk.platform.store.find(Submission, state="released")  # proven is not released
        (left,) = released(desk, made).values()
        rows = list(csv.DictReader(io.StringIO(left.decode("utf-8-sig"))))
        smallest = min(int(one["n"]) for one in rows)
        assert smallest >= 10
        assert 0 < len(rows) < len(set(zip(*(held.column(key).to_pylist() for key in PAIR), strict=True)))


def test_records_and_what_has_no_claim_are_not_mended(judged: Home) -> None:
    with judged.open() as desk:
        gate, author = desk.platform.gate, desk.actor(DEVELOPER)
        records = desk.submission("refused")
        assert mending.mendable(gate, records) == ()
        with pytest.raises(InputError, match="没有闸口能改好的文件"):
            mending.mend(gate, author, records.id)
        held = data_of(desk)
        listing = table_of(held, [SUBJECT, TYPE])
        made = taken(judged, desk, {"t.csv": listing, "t.csv.claim.json": claim_of([SUBJECT, TYPE])})
        assert made.state == "refused"
        with pytest.raises(InputError):
            mending.mend(gate, author, made.id)
        assert desk.platform.store.load(Submission, made.id).record == made
