from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from sandbox.fingerprint.sidecar import UnitColumns
from sandbox.kernel.errors import InputError, StorageError
from sandbox.masking import parts
from sandbox.masking.policy_file import read_policy
from sandbox.masking.run import MaskJob, mask_source
from tests.masking.support import KEY, OTHER_KEY, policy, source, written

HEADER = ["编号", "区", "日", "型"]
COLUMNS = {
    "编号": {"technique": "token", "group": "firm", "class": "direct"},
    "区": {"technique": "region"},
    "日": {"technique": "date_trunc", "unit": "year"},
    "型": {"technique": "keep", "reason": "公开"},
}


def rows(count, **odd):
    made = [[f"F{at:05d}", "遵义市汇川区某路", f"20{at % 2:02d}-01-02", "甲"] for at in range(count)]
    for at, row in odd.items():
        made[int(at[1:])] = row
    return made


def job(tmp_path, given, key=KEY, name="out"):
    (tmp_path / name).mkdir(exist_ok=True)
    return MaskJob(given, "t", key, tmp_path / name)


def test_every_row_is_accounted_for_and_small_classes_are_gone(tmp_path):
    data = rows(40, r7=["F9", "遵义市习水县", "2001-01-01", "甲"], r9=["短", "少列"])
    given = policy(COLUMNS, k=5, max_suppressed=0.1, subject="编号")
    result = mask_source(source(HEADER, data), job(tmp_path, given))
    counted = result.manifest["rows"]
    assert counted == {"in": 40, "out": 38, "quarantined": 1, "suppressed": 1}
    assert [bad["row"] for bad in result.manifest["quarantine"]] == [10]
    assert result.manifest["suppressed_records"] == [8]
    assert result.records[result.kept].tolist() == [at for at in range(1, 41) if at not in (8, 10)]
    assert len(written(tmp_path / "out")) == 38
    assert {row["区"] for row in written(tmp_path / "out")} == {"遵义市汇川区"}
    assert result.manifest["risk"]["after"]["smallest_class"] >= 5
    assert result.manifest["risk"]["before"]["smallest_class"] == 1
    json.dumps(result.manifest)


def test_same_key_and_policy_same_bytes_whatever_the_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "GROUP_ROWS", 16)
    monkeypatch.setattr(parts, "PART_ROWS", 32)
    given = policy(COLUMNS, k=0)
    digests = []
    for name, gather in (("a", 1), ("b", 10_000)):
        monkeypatch.setattr("sandbox.masking.run.GATHER_ROWS", gather)
        result = mask_source(source(HEADER, rows(70)), job(tmp_path, given, name=name))
        digests.append([part.sha256 for part in result.parts])
        assert [part.rows for part in result.parts] == [32, 32, 6]
    assert digests[0] == digests[1]
    for part in result.parts:
        assert hashlib.sha256((tmp_path / "b" / part.name).read_bytes()).hexdigest() == part.sha256
    other = mask_source(source(HEADER, rows(70)), job(tmp_path, given, OTHER_KEY, "c"))
    assert other.parts[0].sha256 != result.parts[0].sha256


def test_the_files_hold_plain_strings_and_nothing_else(tmp_path):
    result = mask_source(source(HEADER, rows(20)), job(tmp_path, policy(COLUMNS, k=0)))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["part-0.parquet"]
    file = pq.ParquetFile(tmp_path / "out" / "part-0.parquet")
    assert file.metadata.metadata is None
    assert {str(kind) for kind in file.schema_arrow.types} == {"string"}
    assert [field["name"] for field in result.manifest["schema"]] == HEADER
    assert read_policy(result.manifest["policy"]["text"]).digest == result.manifest["policy"]["digest"]
    families = {column["name"]: column["family"] for column in result.manifest["columns"]}
    assert families == {"编号": "扰乱", "区": "泛化", "日": "泛化", "型": "原样"}


def test_units_are_persons_not_rows(tmp_path):
    data = [["P1", "汇川区", "2001-01-01", "甲"]] * 8 + [
        [f"P{at}", "播州区", "2001-01-01", "甲"] for at in range(8)
    ]
    given = policy({**COLUMNS, "编号": {"technique": "drop"}}, k=5, max_suppressed=0.5)
    open_source = source(HEADER, data)
    assert mask_source(open_source, job(tmp_path, given)).suppressed.sum() == 0
    unit = (UnitColumns("person", ("编号",)),)
    result = mask_source(open_source, job(tmp_path, given), units=unit)
    assert result.suppressed.tolist() == [True] * 8 + [False] * 8
    ids = {"person": np.array([1] * 8 + list(range(1, 9)), np.uint32)}
    assert (
        mask_source(open_source, job(tmp_path, given), units=ids).suppressed.tolist()
        == result.suppressed.tolist()
    )
    with pytest.raises(InputError, match="行数"):
        mask_source(open_source, job(tmp_path, given), units={"person": np.ones(3, np.uint32)})


def test_too_many_small_classes_stop_a_confirmed_policy(tmp_path):
    data = [[f"F{at}", "汇川区", f"{1950 + at}-01-01", "甲"] for at in range(40)]
    with pytest.raises(InputError, match="抑制"):
        mask_source(source(HEADER, data), job(tmp_path, policy(COLUMNS)))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_proposed_policy_becomes_coarser_instead(tmp_path):
    data = [[f"F{at}", "汇川区", f"{1950 + at}-01-01", "甲"] for at in range(40)]
    given = replace(policy(COLUMNS), proposed=True)
    result = mask_source(source(HEADER, data), job(tmp_path, given))
    assert {row["日"] for row in written(tmp_path / "out")} == {
        f"{at}-{at + 4}" for at in range(1950, 1990, 5)
    }
    again = mask_source(source(HEADER, data), job(tmp_path, replace(result.policy, proposed=False), name="b"))
    assert [part.sha256 for part in again.parts] == [part.sha256 for part in result.parts]


def test_a_small_domain_takes_no_token_without_a_reason(tmp_path):
    data = [[f"H{at % 5}", "汇川区", "2001-01-01", "甲"] for at in range(60)]
    with pytest.raises(InputError, match="频次"):
        mask_source(source(HEADER, data), job(tmp_path, policy(COLUMNS, k=0)))
    allowed = {**COLUMNS, "编号": {"technique": "token", "allow_small": True, "reason": "医院名录公开"}}
    assert mask_source(source(HEADER, data), job(tmp_path, policy(allowed, k=0))).kept.all()
    proposed = replace(policy(COLUMNS, k=0), proposed=True)
    assert (
        mask_source(source(HEADER, data), job(tmp_path, proposed)).policy.tables[0].columns[0].technique.name
        == "drop"
    )


def test_rows_that_cannot_be_masked_are_quarantined_by_number(tmp_path):
    data = rows(12, r3=["F3", "汇川区", "某日", "甲"])
    given = policy(COLUMNS, k=0, on_unhandled="row")
    result = mask_source(source(HEADER, data), job(tmp_path, given))
    assert result.manifest["rows"] == {"in": 12, "out": 11, "quarantined": 1, "suppressed": 0}
    assert result.manifest["quarantine"][0]["row"] == 4
    assert "某日" not in json.dumps(result.manifest, ensure_ascii=False)


def test_refusals_come_before_a_row_is_read(tmp_path):
    opened = []

    class Watched:
        def __init__(self, inner):
            self._inner = inner

        def __getattr__(self, name):
            opened.append(name)
            return getattr(self._inner, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._inner.close()

    inner = source([*HEADER, "多"], [[*row, "x"] for row in rows(5)])
    with pytest.raises(InputError, match="没有规定"):
        mask_source(lambda: Watched(inner()), job(tmp_path, policy(COLUMNS)))
    assert "batches" not in opened


def test_a_failing_disk_is_a_storage_error_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_args, **_keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts.pq.ParquetWriter, "write_table", full)
    with pytest.raises(StorageError, match="磁盘空间不足"):
        mask_source(source(HEADER, rows(5)), job(tmp_path, policy(COLUMNS, k=0)))
    assert not list((tmp_path / "out").glob(".spool*"))


def test_progress_counts_every_good_row(tmp_path):
    seen = []
    mask_source(source(HEADER, rows(25)), job(tmp_path, policy(COLUMNS, k=0)), progress=seen.append)
    assert sum(seen) == 25
