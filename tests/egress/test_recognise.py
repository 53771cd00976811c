"""How many records a product shows, whatever the readings that overlap say."""

import json
import random

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.reading import read_content
from sandbox.egress.recognise import recognise, recognise_views
from sandbox.egress.views import views_of, views_of_all
from sandbox.files.types import FileType
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from sandbox.fingerprint.vocabulary import Vocabulary, laid

KEY = b"k" * 16


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    rng = random.Random(4)
    return [
        {
            "姓名": f"{rng.choice('王李张刘')}{rng.choice('伟芳娜敏静')}{rng.choice('强磊军洋勇艳杰')}",
            "编号": f"{rng.randrange(10**12):012d}",
            "日期": f"20{rng.randrange(10, 24)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
            "金额": f"{rng.randrange(10**6) / 100:.2f}",
            "单位": f"第{rng.randrange(5)}医院",
        }
        for _ in range(800)
    ]


@pytest.fixture(scope="module")
def index(rows) -> RecordIndex:
    units = np.arange(1, len(rows) + 1, dtype=np.uint32)
    named = ("姓名", "编号", "单位")
    return RecordIndex.build([("raw", pa.Table.from_pylist(rows))], key=KEY, units=units, identifiers=named)


def shown(index: RecordIndex, text: str, kind: FileType, name: str):
    return recognise([read_content(text.encode(), name=name, type=kind)], [index])


@pytest.mark.parametrize("seed", range(5))
def test_ten_json_rows_are_ten_records(index, rows, seed):
    ten = random.Random(seed).sample(rows, 10)
    for layout in (
        ten,
        {"数据": ten},
        {"a": {"b": [{"x": row} for row in ten]}},
        [list(row.values()) for row in ten],
    ):
        assert len(shown(index, json.dumps(layout), FileType.JSON, "a.json").records) == 10


def test_transposed_rows_are_counted_as_records(index, rows):
    twelve = rows[20:32]
    text = "\n".join(",".join([name, *(row[name] for row in twelve)]) for name in rows[0])
    assert len(shown(index, text, FileType.CSV, "a.csv").records) == 12


def test_a_name_that_two_sources_hold_is_one_record(index, rows):
    directors = [{"法人": row["姓名"], "企业": f"企业{n}"} for n, row in enumerate(rows[:300])]
    other = RecordIndex.build([("raw", pa.Table.from_pylist(directors))], key=KEY, identifiers=("法人",))
    content = read_content(json.dumps(rows[:10]).encode(), name="a.json", type=FileType.JSON)
    assert len(recognise([content], [index, other]).records) == 10


def test_the_label_of_a_group_names_nobody(index):
    table = "单位,人数,均值\n" + "\n".join(f"第{n}医院,{100 + n},{n}.5" for n in range(5))
    assert not shown(index, table, FileType.CSV, "a.csv")
    assert not shown(index, "月份,第0医院,第1医院\n1,20,30\n2,40,50\n", FileType.CSV, "a.csv")


def test_a_record_far_along_one_line_is_seen(index, rows):
    line = " ".join(f"词{n}" for n in range(300)) + " " + " ".join(rows[7].values())
    assert shown(index, line, FileType.TEXT, "a.txt").records == {(0, 7)}


def test_cells_read_backwards_are_seen(index, rows):
    text = "a,b,c,d\n" + "\n".join(
        ",".join(cell[::-1] for cell in list(row.values())[:4]) for row in rows[:9]
    )
    assert len(shown(index, text, FileType.CSV, "a.csv").records) == 9


def test_rows_that_fit_no_table_are_looked_at(index, rows):
    text = "地区,数\n甲,100\n乙,200\n" + "\n".join(",".join(row.values()) for row in rows[:5])
    assert len(shown(index, text, FileType.CSV, "a.csv").records) == 5


def test_contents_that_are_alike_have_the_same_readings_and_others_their_own(rows):
    text = json.dumps(rows[:12], ensure_ascii=False).encode()
    one, same = (read_content(text, name="a.json", type=FileType.JSON) for _ in range(2))
    other = read_content(text.replace(b"1", b"2"), name="a.json", type=FileType.JSON)
    (_, first), (_, again), (_, apart) = views_of_all([one, same, other])
    assert first is again
    assert apart is not first
    assert [view.name for view in first] == [view.name for view in views_of(one)]


def test_readings_laid_out_together_show_what_each_shows_by_itself(index, rows):
    written = [[list(row.values()) for row in rows[at : at + 9]] for at in (0, 30)]
    written.append([["", None, "无"], [], ["甲", "2"]])
    words = Vocabulary()
    together = [words.rows(one) for one in written]
    for one, other in zip(together, map(laid, written), strict=True):
        shown, apart = match(index, one), match(index, other)
        assert shown.rows.tolist() == apart.rows.tolist()
        assert shown.records.tolist() == apart.records.tolist()
    assert match(index, together[1]).records.tolist() == list(range(30, 39))


def test_readings_known_to_be_clean_are_not_asked_again_but_count(index, rows):
    content = read_content(json.dumps(rows[:12]).encode(), name="a.json", type=FileType.JSON)
    views = views_of(content)
    assert recognise_views(views, [index])
    assert not recognise_views(views, [index], clean=views)
    assert recognise_views([*views, *views], [index]).records == recognise_views(views, [index]).records
