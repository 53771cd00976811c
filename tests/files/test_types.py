"""The type of a file comes from its bytes."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.files.types import FileType, also, sniff, sniff_path


def packed(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def workbook():
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def parquet():
    out = io.BytesIO()
    pq.write_table(pa.table({"a": ["x"]}), out)
    return out.getvalue()


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a")
        archive.addfile(info, io.BytesIO(b""))
    return out.getvalue()


CASES = {
    FileType.EMPTY: [b""],
    FileType.CSV: [
        "姓名,年龄\n张三,3\n".encode(),
        "姓名,年龄\n张三,3\n".encode("gb18030"),
        "a,b\n1,2\n".encode("utf-16"),
        b"a;b\n1;2\n",
    ],
    FileType.TSV: [b"a\tb\n1\t2\n"],
    FileType.JSON: [b'[{"a":1}]', b'{"data":[{"a":1}]}', b'\xef\xbb\xbf {"a":\n 1}'],
    FileType.NDJSON: [b'{"a":1}\n{"a":2}\n'],
    FileType.NOTEBOOK: [json.dumps({"cells": [], "metadata": {}, "nbformat": 4}).encode()],
    FileType.XLSX: [workbook()],
    FileType.DOCX: [packed(word__document="x")],
    FileType.PPTX: [packed(ppt__a="x")],
    FileType.ZIP: [packed(a="x"), packed()],
    FileType.PARQUET: [parquet()],
    FileType.GZIP: [gzip.compress(b"x")],
    FileType.BZIP2: [bz2.compress(b"x"), bz2.compress(b"")],
    FileType.XZ: [lzma.compress(b"x")],
    FileType.ZSTD: [b"\x28\xb5\x2f\xfd\x00"],
    FileType.SEVEN: [b"7z\xbc\xaf\x27\x1c\x00\x04"],
    FileType.TAR: [tar()],
    FileType.PNG: [b"\x89PNG\r\n\x1a\n\x00"],
    FileType.JPEG: [b"\xff\xd8\xff\xe0"],
    FileType.PDF: [b"%PDF-1.7\n"],
    FileType.HTML: [b"<!DOCTYPE html><p>", b"<script>x</script>"],
    FileType.SVG: [b'<?xml version="1.0"?><svg xmlns="x"/>'],
    FileType.XML: [b'<?xml version="1.0"?><a/>'],
    FileType.PICKLE: [pickle.dumps({"a": 1}, protocol=n) for n in (2, 3, 4, 5)]
    + [b"cos\nsystem\n(S'ls'\ntR.", pickle.dumps({"a": [1, "b"]}, protocol=0), pickle.dumps([1], protocol=1)],
    FileType.SQLITE: [b"SQLite format 3\x00\x10\x00"],
    FileType.TEXT: ["遵义市\n一行\n".encode(), b"city\nZunyi\nTongren\n", b"Name\nI\n.\n"],
    FileType.BINARY: [bytes(range(256)), b"\x00\x01\x02\x03"],
}


@pytest.mark.parametrize("kind", CASES)
def test_every_type_is_told_by_content(kind, tmp_path):
    for place, data in enumerate(CASES[kind]):
        assert sniff(data, size=len(data)) is kind, data[:40]
        path = tmp_path / f"{place}.csv"
        path.write_bytes(data)
        assert sniff_path(path) is kind


def test_a_workbook_longer_than_the_head_is_still_one(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(packed(pad=b"x" * (1 << 19), xl__workbook="x"))
    assert sniff_path(path) is FileType.XLSX


def test_files_that_are_two_things_are_reported():
    assert FileType.ZIP in also(b"\x89PNG\r\n\x1a\n" + packed(a="x"))
    assert FileType.PDF in also(b"a,b\n%PDF-1.4\n1,2\n")
    assert FileType.HTML in also(b"\x89PNG\r\n\x1a\n<script>x</script>")
    assert FileType.PARQUET in also(b"a,b\n1,2\nPAR1")
    for kind, samples in CASES.items():
        if kind is not FileType.EMPTY:
            assert not also(samples[0]), kind
