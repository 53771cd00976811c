"""`discover` and `mask` as their users call them: shapes of the answer, keys, refusals, nothing left."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.cli.main import main
from sandbox.cli.sources import stem
from sandbox.municipality.companies import companies
from sandbox.municipality.health import visits

ROWS = 600
POLICY = """
policy = "test/v1"
[table.firms]
subject = ["统一社会信用代码"]
k = 0
[table.firms.column]
"""


@pytest.fixture(scope="module")
def firms() -> pa.Table:
    return companies(3, count=ROWS).table.slice(0, ROWS)


@pytest.fixture
def file(firms: pa.Table, tmp_path: Path) -> Path:
    return _written(firms, tmp_path / "firms.csv")


@pytest.fixture
def policy(firms: pa.Table, tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(POLICY + "".join(_rule(name) for name in firms.column_names), encoding="utf-8")
    return path


def _rule(name: str) -> str:
    token = name in {"统一社会信用代码", "法定代表人"}
    return f'"{name}" = {{ technique = "{"token" if token else "drop"}" }}\n'


def _written(table: pa.Table, path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, table.column_names)
        writer.writeheader()
        writer.writerows(table.to_pylist())
    return path


def _json(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _bytes(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def _refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Return the one sentence with which a call ends in status 2."""
    assert main([str(one) for one in arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


# --- discover --------------------------------------------------------------------------------


def test_columns_of_several_files(capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path) -> None:
    other = tmp_path / "visits.parquet"
    pq.write_table(visits(3, count=300, persons=150).table, other)
    shown = _json(capsys, "discover", file, other)
    first, second = shown["files"]
    assert [first["path"], first["rows"], second["rows"]] == [str(file), ROWS, 300]
    by_name = {one["name"]: one for one in [*first["columns"], *second["columns"]]}
    code = by_name["统一社会信用代码"]
    assert {"type": code["type"], "technique": code["technique"]} == {"type": "CN_USCC", "technique": "token"}
    identity = by_name["居民身份证号"]
    assert (identity["type"], identity["sensitive"]) == ("CN_RESIDENT_ID", True)
    for one in by_name.values():
        assert {"name", "type", "rate", "sensitive", "level", "technique"} <= one.keys()
        assert isinstance(one["sensitive"], bool)
        assert 1 <= one["level"] <= 4
        assert 0 <= one["rate"] <= 1
        assert all(isinstance(words, str) for words in one["evidence"])


def test_people_see_the_evidence(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    assert main(["discover", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "CN_USCC" in shown
    assert "校验位" in shown


def test_spans_count_code_points(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_bytes("\ufeff𠮷电话13985012345。\r\n没有\n\n甲\u2028乙，邮箱a.b@example.com\n".encode())
    (file,) = _json(capsys, "discover", "--text", path)["files"]
    assert file["path"] == str(path)
    assert [(line["line"], [(one["start"], one["end"], one["type"]) for one in line["spans"]])
            for line in file["lines"]] == [
        (1, [(3, 14, "CN_MOBILE")]),
        (4, [(6, 21, "EMAIL_ADDRESS")]),
    ]  # fmt: skip
    assert all(0 < one["score"] <= 1 for line in file["lines"] for one in line["spans"])


@pytest.mark.parametrize("option", [[], ["--text"]])
def test_what_cannot_be_read_is_one_sentence(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path, option: list[str]
) -> None:
    (tmp_path / "bytes.bin").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "link.csv").symlink_to(file)
    for name in ("missing.csv", "bytes.bin", "link.csv", "."):
        _refused(capsys, "discover", *option, tmp_path / name)
    (tmp_path / "empty.csv").touch()
    _refused(capsys, "discover", tmp_path / "empty.csv")
    _refused(capsys, "discover")


# --- mask ------------------------------------------------------------------------------------


def test_every_row_is_accounted_for(capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write("太少,两列\n")
    result = tmp_path / "out"
    shown = _json(capsys, "mask", file, "--out", result)
    manifest = json.loads((result / "manifest.json").read_text(encoding="utf-8"))
    rows = manifest["rows"]
    assert shown["rows"] == rows
    assert rows["in"] == ROWS + 1 == rows["out"] + rows["quarantined"] + rows["suppressed"]
    assert rows["quarantined"] == 1
    (table,) = manifest["tables"]
    assert table["quarantine"][0]["row"] == ROWS + 1
    assert table["policy"]["proposed"] is True
    parts = sorted((result / "firms").iterdir())
    assert [part.name for part in parts] == ["part-0.parquet"]
    assert pq.read_table(parts[0]).num_rows == rows["out"]


def test_the_home_decides_the_tokens(
    capsys: pytest.CaptureFixture[str], file: Path, policy: Path, tmp_path: Path
) -> None:
    homes = [tmp_path / "a", tmp_path / "a", tmp_path / "b", None, None]
    seen = []
    for number, home in enumerate(homes):
        out = tmp_path / f"out{number}"
        given = [] if home is None else ["--home", str(home)]
        assert main(["mask", str(file), "--out", str(out), "--policy", str(policy), *given]) == 0
        assert ("--home" in capsys.readouterr().err) == (home is None)
        seen.append(_bytes(out))
    assert seen[0] == seen[1]
    parts = [found["firms/part-0.parquet"] for found in seen[1:]]
    assert len(set(parts)) == 4
    key = tmp_path / "a" / "keys" / "kek"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_folder_that_is_no_home_gets_no_keys(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    before = _bytes(tmp_path)
    assert main(["mask", str(file), "--out", str(tmp_path / "x"), "--home", str(file.parent)]) == 2
    assert main(["mask", str(file), "--out", str(tmp_path / "h"), "--home", str(tmp_path / "h" / "in")]) == 2
    assert _bytes(tmp_path) == before
    assert not (tmp_path / "h").exists()


def test_nothing_is_overwritten_and_a_failed_run_leaves_nothing(
    capsys: pytest.CaptureFixture[str], file: Path, policy: Path, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    before = _bytes(tmp_path)
    _refused(capsys, "mask", file, "--out", full)
    _refused(capsys, "mask", file, "--out", file)
    policy.write_text(policy.read_text(encoding="utf-8").replace('"法定代表人"', '"没有这一列"'), "utf-8")
    assert "法定代表人" in _refused(capsys, "mask", file, "--out", tmp_path / "new", "--policy", policy)
    policy.write_text("policy = 3", encoding="utf-8")
    _refused(capsys, "mask", file, "--out", tmp_path / "new", "--policy", policy)
    _refused(capsys, "mask", file, "--out", tmp_path / "new", "--policy", tmp_path / "no.toml")
    _refused(capsys, "mask", tmp_path / "no.csv", "--out", tmp_path / "new", "--policy", tmp_path / "no.toml")
    assert {name for name in _bytes(tmp_path) if name != "policy.toml"} == {
        name for name in before if name != "policy.toml"
    }
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".*"))


def test_what_a_kill_left_is_swept(file: Path, policy: Path, tmp_path: Path) -> None:
    left = tmp_path / ".out.4194305.partial"  # no process has this number
    (left / "firms").mkdir(parents=True)
    assert main(["mask", str(file), "--out", str(tmp_path / "out"), "--policy", str(policy)]) == 0
    assert not left.exists()


def test_a_folder_is_masked_table_by_table(
    capsys: pytest.CaptureFixture[str], firms: pa.Table, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    _written(firms, folder / "firms.csv")
    pq.write_table(firms.slice(0, 300), folder / "half.parquet")
    (folder / ".hidden").write_text("x")
    shown = _json(capsys, "mask", folder, "--out", tmp_path / "out", "--home", tmp_path / "home")
    assert [(one["path"], one["rows"]["in"]) for one in shown["tables"]] == [("firms", ROWS), ("half", 300)]
    assert shown["rows"]["in"] == ROWS + 300
    (folder / "half.csv").write_text("a,b\n1,2\n")
    assert "half" in _refused(capsys, "mask", folder, "--out", tmp_path / "out2")
    (folder / "half.csv").unlink()
    (folder / "deeper").mkdir()
    assert "deeper" in _refused(capsys, "mask", folder, "--out", tmp_path / "out2")


def test_a_database_table_is_masked_like_its_file(
    capsys: pytest.CaptureFixture[str], firms: pa.Table, file: Path, policy: Path, tmp_path: Path
) -> None:
    database = tmp_path / "firms.db"
    names = ", ".join(f'"{name}" TEXT' for name in firms.column_names)
    marks = ", ".join("?" for _ in firms.column_names)
    rows = [tuple(cell or None for cell in row.values()) for row in firms.to_pylist()]
    with sqlite3.connect(database) as connection:
        connection.execute(f"CREATE TABLE firms (place INTEGER PRIMARY KEY, {names})")
        connection.executemany(f"INSERT INTO firms VALUES (NULL, {marks})", rows)
    connection.close()
    policy.write_text(policy.read_text(encoding="utf-8") + '"place" = { technique = "drop" }\n', "utf-8")
    url, home = f"sqlite:///{database}", tmp_path / "home"
    common = ["--policy", policy, "--home", home]
    before = database.read_bytes()
    shown = _json(capsys, "mask", url, "--table", "firms", "--out", tmp_path / "a", *common)
    assert shown["rows"]["in"] == ROWS
    assert database.read_bytes() == before
    policy.write_text(
        policy.read_text(encoding="utf-8").replace('"place" = { technique = "drop" }\n', ""), "utf-8"
    )
    _json(capsys, "mask", file, "--out", tmp_path / "b", *common)
    tables = [pq.read_table(tmp_path / name / "firms" / "part-0.parquet") for name in "ab"]
    assert tables[0].equals(tables[1])
    assert "--table" in _refused(capsys, "mask", url, "--out", tmp_path / "c")
    assert "nothing" in _refused(capsys, "mask", url, "--table", "nothing", "--out", tmp_path / "c")
    _refused(capsys, "mask", f"sqlite:///{tmp_path}/no.db", "--table", "x", "--out", tmp_path / "c")
    _refused(capsys, "mask", "nonsense://x", "--table", "x", "--out", tmp_path / "c")
    assert not (tmp_path / "no.db").exists()


def test_values_of_a_database_become_text_or_go_to_quarantine(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    database, policy = tmp_path / "mixed.db", tmp_path / "mixed.toml"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE mixed (a INTEGER, b REAL, c, d DATE)")
        connection.executemany(
            "INSERT INTO mixed VALUES (?, ?, ?, ?)",
            [
                (1, 2.0, "x", "2024-01-02"),
                (2, 2.5, b"\x00\x01", None),
                (None, 5.2030019900101e17, None, None),
            ],
        )
    connection.close()
    keep = '{ technique = "keep", reason = "测试" }'
    columns = "\n".join(f"{name} = {keep}" for name in "abcd")
    policy.write_text(f'policy = "m"\n[table.mixed]\nk = 0\n[table.mixed.column]\n{columns}\n', "utf-8")
    url, out = f"sqlite:///{database}", tmp_path / "out"
    shown = _json(capsys, "mask", url, "--table", "mixed", "--out", out, "--policy", policy)
    assert shown["rows"] == {"in": 3, "out": 1, "quarantined": 2, "suppressed": 0}
    (row,) = pq.read_table(out / "mixed" / "part-0.parquet").to_pylist()
    assert row == {"a": "1", "b": "2", "c": "x", "d": "2024-01-02"}


def test_a_stem_keeps_what_is_no_suffix() -> None:
    names = {"a.csv.gz": "a", "2024.1月.csv": "2024.1月", "b.XLSX": "b", ".csv": ".csv", "c": "c"}
    assert {name: stem(name) for name in names} == names
