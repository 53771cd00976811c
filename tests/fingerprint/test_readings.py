"""Second readings of ambiguous columns, and how text is cut into tokens."""

import random
import re

import pyarrow as pa

from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.readings import kinds_of, read_as, segments, tokens, windows


def read(cells):
    array = pa.array(cells)
    others = [read_as(array, kind) for kind in kinds_of([array])[0]]
    return [forms.to_pylist() for forms in [canonical_array(array), *others]]


def test_day_and_month_that_cannot_be_told():
    assert read(["03/05/2019", "04/06/2019"]) == [["20190305", "20190406"], ["20190503", "20190604"]]


def test_milliseconds_seconds_and_serial_numbers():
    assert read(["1551744000000", "-631152000000", None])[1] == ["20190305", "19500101", ""]
    assert read(["1551744000", "1551830400"])[1] == ["20190305", "20190306"]
    assert read(["43529", "43530", "x"]) == [["43529", "43530", "X"]]
    assert read(["43529", "43530"])[1] == ["20190305", "20190306"]


def test_other_columns_have_one_reading():
    for cells in (
        ["13800138000", "13900139000"],
        ["2019-03-05"],
        ["红花岗区"],
        [None],
        [],
        ["1234567", "89"],
    ):
        assert len(read(cells)) == 1


def test_tokens_of_a_line():
    assert {"张三", "2019-03-05", "红花岗区 中华路", "中华路"} <= set(
        tokens("张三,2019-03-05\t红花岗区 中华路")
    )
    assert {"a b", "1,234"} <= set(tokens('{"name": "a b", "n": "1,234"}'))
    assert {"姓名", "张三"} <= set(tokens("姓名：张三"))
    assert tokens("") == []


def test_segments_undo_escapes_and_cut_objects():
    assert segments('[{"a":"\\u5f20"},{"a":"b"}]\nx') == [(0, '[{"a":"张"}'), (0, '{"a":"b"}]'), (1, "x")]


def test_windows_overlap_and_cover():
    rows = windows([[str(n) for n in range(10)], []], width=4)
    assert [number for number, _ in rows] == [0, 0, 0, 0, 1]
    assert rows[0][1] == ["0", "1", "2", "3"]
    assert rows[1][1] == ["2", "3", "4", "5"]
    assert rows[3][1][-1] == "9"


def test_values_run_together_are_cut_where_figures_meet_words_and_at_the_ends_of_long_runs():
    assert {"2019-03-05", "出生", "张三"} <= set(tokens("张三（2019-03-05出生）"))
    number, phone = "520302198503071234", "13800138000"
    assert {number, phone, "张三", "肺炎"} <= set(tokens(f"张三{number}{phone}肺炎"))
    assert "1673.46" in tokens("花费1673.46元。")


def test_a_line_of_many_records_keeps_a_value_that_they_share():
    line = ",".join(f"甲{number},红花岗区" for number in range(200))
    assert tokens(line).count("红花岗区") > 5
    assert tokens("a,b,a,b") == ["a", "b"]


def test_a_field_that_is_one_value_is_told_at_once_as_it_is_the_long_way():
    dice = random.Random(4)
    for _ in range(400):
        line = "".join(
            dice.choices("01289.,/-Xx ab中文_\"':=;|{}（）²\u3000", k=dice.choice([3, 9, 30, 200]))
        )
        found = re.findall(r'"((?:[^"\\]|\\.){1,400})"', line)
        for field in re.split(r"[\t|,;，；、：=\"'{}\[\]<>]+|: ", line):
            runs = re.findall(r"\d[\d.,/-]*\d[Xx]?|\d|[^\W\d_]+", field)
            found += [field.strip(), *re.split(r"\s+", field), *(runs if len(runs) > 1 else [])]
            for run in re.findall(r"\d{19,400}[Xx]?", field):
                for length in (18, 11):
                    found += [run[:length], run[-length:], run[length : length + 18]]
        plain: list[str] = []
        for token in filter(None, found):
            if token not in plain[-31:]:
                plain.append(token)
        assert tokens(line) == plain
