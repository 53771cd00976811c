"""Notebooks run as jobs; the start notebook runs in a seat, from the data to a frozen product."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.seats import isolation, outbox, workspace

ROOT = Path(workspace.__file__).parents[2]
HOST_UID = isolation.HOST_UID_BASE + 11
TECHNIQUES = {
    "统一社会信用代码": "token",
    "企业类型": "keep",
    "地区": "region",
    "注册资金": "band",
    "注册日期": "date_trunc",
}


def notebook(path: Path, *cells: str) -> Path:
    content = {"cells": [{"cell_type": "markdown", "source": "# x"}]}
    content["cells"] += [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def job(path: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "sandbox_seat.run", str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def test_cells_share_their_names_and_show_their_last_value(tmp_path):
    done = job(notebook(tmp_path / "n.ipynb", "a = 20\n", "a += 22\na", "print('x')", "None", "__name__"))
    assert (done.returncode, done.stdout) == (0, "42\nx\n'__main__'\n")


def test_a_failing_cell_ends_the_job_and_is_named(tmp_path):
    done = job(notebook(tmp_path / "n.ipynb", "print('before')", "1 / 0", "print('after')"))
    assert (done.returncode, done.stdout) == (1, "before\n")
    assert "第 2 格" in done.stderr
    assert "ZeroDivisionError" in done.stderr


def test_our_own_errors_are_one_sentence(tmp_path):
    cell = "from sandbox_seat.notebook import submit\nsubmit(title='x')"
    done = job(notebook(tmp_path / "n.ipynb", cell))
    assert done.returncode == 1
    assert done.stderr.startswith("第 1 格：")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("cell", ["%matplotlib inline", "!ls /", "x = 1\n%%time\nx", "print?"])
def test_magics_are_refused_before_anything_runs(tmp_path, cell):
    done = job(notebook(tmp_path / "n.ipynb", "print('ran')", cell))
    assert (done.returncode, done.stdout) == (2, "")
    assert "IPython" in done.stderr


def test_a_question_in_a_comment_is_no_magic(tmp_path):
    assert job(notebook(tmp_path / "n.ipynb", "x = 7 % 4  # really?\nx")).stdout == "3\n"


@pytest.mark.parametrize("content", ["", "[]", '{"cells": 3}', '{"cells": [{}]}', "\x00"])
def test_what_is_no_notebook_is_said(tmp_path, content):
    (tmp_path / "n.ipynb").write_text(content)
    done = job(tmp_path / "n.ipynb")
    assert done.returncode == 2
    assert "不是笔记本文件" in done.stderr


def test_wrong_calls_and_bad_syntax_are_said(tmp_path):
    assert "用法" in subprocess.run(
        [sys.executable, "-m", "sandbox_seat.run"], capture_output=True, text=True, cwd=ROOT, check=False
    ).stderr  # fmt: skip
    assert "语法错误" in job(notebook(tmp_path / "n.ipynb", "def")).stderr


def test_the_start_notebook_runs_in_a_seat(tmp_path):
    folder = tmp_path / "pool"
    folder.mkdir()
    chance = random.Random(20260101)
    count = 1500
    kinds = ["有限责任公司", "个体工商户", "股份有限公司", "合伙企业", "农民专业合作社"]
    table = pa.table(
        {
            "统一社会信用代码": [f"T{number:06d}" for number in range(count)],
            "企业类型": chance.choices(kinds, weights=[60, 30, 5, 0.2, 0.2], k=count),
            "地区": chance.choices(["红花岗区", "汇川区", "播州区"], k=count),
            "注册资金": chance.choices(["10 万以下", "10 万至 100 万", "100 万以上"], k=count),
            "注册日期": [f"20{number % 20:02d}" for number in range(count)],
        }
    )
    pq.write_table(table, folder / "part-0.parquet")
    manifest = {
        "format": 1,
        "rows": {"in": count, "out": count},
        "columns": [
            {"name": name, "technique": TECHNIQUES[name], "class": "quasi"} for name in table.column_names
        ],
        "schema": [{"name": field.name, "type": str(field.type)} for field in table.schema],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    seats = tmp_path / "seats"
    places = workspace.prepare(seats, "demo", host_uid=HOST_UID)
    mounts = workspace.data_mounts(
        seats, "demo", code="enterprise-registration", snapshot=folder, manifest=manifest
    )
    seat = workspace.sandbox_for(seats, "demo", host_uid=HOST_UID, mounts=mounts, limits=isolation.Limits())
    done = isolation.run(seat, ["python", "-m", "sandbox_seat.run", "01-开始.ipynb"], timeout=120)
    assert done.status == 0, done.stderr.decode()
    (request,) = outbox.collect(places.outbox, tmp_path / "store", owner=HOST_UID).requests
    assert [file.name for file in request.files] == ["summary.csv", "summary.csv.claim.json"]
    assert request.title == "按企业类型统计的企业数"
    text = outbox.frozen_path(tmp_path / "store", request.files[0].sha256).read_text(encoding="utf-8")
    counts = {line.split(",")[0]: int(line.split(",")[1]) for line in text.splitlines()[1:]}
    assert sum(counts.values()) == count
    assert min(counts.values()) >= 10
    assert "其他" in counts
