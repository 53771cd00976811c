from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.discovery.columns import ColumnProposal, propose
from sandbox.files.readers import open_table
from sandbox.fingerprint.sidecar import UnitColumns
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.masking.policy_file import read_policy, write_policy
from sandbox.masking.propose import propose_policy
from sandbox.masking.run import MaskJob, mask_source
from sandbox.masking.techniques import Drop, Keep, RedactText, Token
from tests.masking.support import KEY, policy


def proposal(technique, **changes):
    known = {
        "name": "列",
        "type": None,
        "rate": 0.0,
        "sensitive": False,
        "level": 1,
        "identifier": IdentifierClass.OTHER,
        "evidence": (),
    }
    return ColumnProposal(technique=technique, **{**known, **changes})


def technique_for(made, cells=("短",)):
    others = (proposal("keep", name="他"),)
    sample = pa.table({made.name: list(cells), "他": ["a"] * len(cells)})
    given = propose_policy((made, *others), table="t", sample=sample)
    assert given.proposed
    assert read_policy(write_policy(given)).digest == given.digest
    return given.tables[0].column(made.name)


def test_every_proposal_becomes_something_that_can_be_carried_out():
    token = technique_for(proposal("token", type=EntityType.CN_MOBILE))
    assert token.technique == Token(group="phone")
    assert token.identifier is IdentifierClass.DIRECT
    assert isinstance(technique_for(proposal("keep")).technique, Keep)
    assert isinstance(
        technique_for(proposal("keep"), ["很长的一段没有人认得出是什么的自由文本"]).technique, RedactText
    )
    assert technique_for(proposal("band", name="注册资金")).technique.unit == "万元"
    assert technique_for(proposal("band", name="费用")).technique.source_unit == "元"


@pytest.mark.parametrize(
    "made",
    [
        proposal("keep", sensitive=True),
        proposal("surrogate"),
        proposal("drop"),
        proposal("date_trunc", option="hour"),
        proposal("region", option="street"),
        proposal("keep_chars", option="many"),
    ],
)
def test_what_masking_cannot_carry_out_is_dropped(made):
    assert isinstance(technique_for(made).technique, Drop)


def test_a_small_file_is_discovered_and_masked(tmp_path):
    rows = [
        f"张{chr(0x4E00 + at * 7)}丰,1380013{at:04d},汇川区香港路{at}号,2001-0{at % 9 + 1}-02"
        for at in range(60)
    ]
    (tmp_path / "p.csv").write_text("姓名,手机号,住址,出生日期\n" + "\n".join(rows), encoding="utf-8")
    with open_table(tmp_path / "p.csv", name="p") as opened:
        sample = pa.Table.from_batches([batch for _, batch in opened.batches()])
    given = propose_policy(propose(sample), table="p", sample=sample)
    (tmp_path / "out").mkdir()
    result = mask_source(
        lambda: open_table(tmp_path / "p.csv", name="p"), MaskJob(given, "p", KEY, tmp_path / "out")
    )
    text = "\n".join(str(row) for row in pq.read_table(tmp_path / "out" / "part-0.parquet").to_pylist())
    assert result.manifest["rows"]["in"] == 60
    assert "13800130" not in text
    assert "香港路" not in text
    assert not any(row.split(",")[0] in text for row in rows)


def test_a_table_without_rows_is_masked_to_a_table_without_rows(tmp_path):
    path = tmp_path / "none.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.string()), "q": pa.array([], pa.string())}), path)
    given = policy({"a": {"technique": "token"}, "q": {"technique": "region"}})
    (tmp_path / "out").mkdir()
    job = MaskJob(given, "t", KEY, tmp_path / "out")
    try:
        result = mask_source(lambda: open_table(path, name="t"), job, units=(UnitColumns("firm", ("a",)),))
    except InputError:
        return  # a reader may refuse an empty table; what it passes on must work
    assert result.manifest["rows"] == {"in": 0, "out": 0, "quarantined": 0, "suppressed": 0}
    assert pq.read_table(tmp_path / "out" / "part-0.parquet").num_rows == 0
