"""JSON: scalars exactly as written, everything else quarantined."""

import io

import pytest

from sandbox.files.readers import ReadLimits, open_table, read_table
from sandbox.kernel.errors import InputError


def read(text, **options):
    return read_table(io.BytesIO(text if isinstance(text, bytes) else text.encode()), name="x", **options)


def test_numbers_keep_their_digits_and_words_their_case():
    table, bad = read('[{"a":1.50,"b":520302199001011234,"c":true,"d":null,"e":1e400,"f":"张\\u4e09"}]')
    assert table.to_pylist() == [
        {"a": "1.50", "b": "520302199001011234", "c": "true", "d": None, "e": "1e400", "f": "张三"}
    ]
    assert not bad


def test_nested_values_repeated_keys_and_other_things_are_bad_rows():
    rows = [
        '{"a":1}',
        '{"a":{"b":1}}',
        '{"a":[1]}',
        '{"a":1,"a":2}',
        "7",
        '{"a":"\\u0000"}',
        '{"a":"\\ud800"}',
        '{"a":2}',
    ]
    for text in ("[" + ",".join(rows) + "]", "\n".join(rows), '{"code":0,"data":[' + ",".join(rows) + "]}"):
        table, bad = read(text)
        assert table["a"].to_pylist() == ["1", "2"]
        assert [row.row for row in bad] == [2, 3, 4, 5, 6, 7]


def test_missing_keys_are_null_and_late_keys_of_a_stream_are_bad(monkeypatch):
    monkeypatch.setattr("sandbox.files.jsonrows.SCHEMA_ROWS", 2)
    table, bad = read('{"a":1}\n\n{"b":2}\n{"c":3}\nnot json\n{"a":4}')
    assert table.to_pylist() == [{"a": "1", "b": None}, {"a": None, "b": "2"}, {"a": "4", "b": None}]
    assert [(row.row, row.line) for row in bad] == [(3, 4), (4, 5)]
    table, bad = read('[{"a":1},{"b":2},{"c":3}]')
    assert table.column_names == ["a", "b", "c"]


def test_batches_are_bounded_and_numbered():
    text = "\n".join(f'{{"a":{n}}}' for n in range(1, 10))
    with open_table(io.BytesIO(text.encode()), name="x", limits=ReadLimits(batch_rows=4)) as source:
        assert [numbers.to_pylist() for numbers, _ in source.batches()] == [[1, 2, 3, 4], [5, 6, 7, 8], [9]]


def test_a_line_that_does_not_decode_is_a_bad_row():
    table, bad = read('{"a":"张三"}\n'.encode() * 3 + b'{"a":"\xff"}\n{"a":"x"}\n')
    assert [row.row for row in bad] == [4]
    assert table.num_rows == 4


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[1,2]",
        '[{"a":1}',
        '[{"a":NaN}]',
        '{"a":[1],"b":[2]}',
        '{"a":{"b":{}}}',
        "[" * 100_000,
        '[{"a":1,"":2}]',
        '[{"a":1," a":2}]',
    ],
)
def test_other_json_is_refused(text):
    with pytest.raises(InputError):
        read(text)
