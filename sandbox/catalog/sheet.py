"""A department's catalogue sheet (xlsx or csv): read row by row, with everything that is wrong in it.

Finds merged cells, wrong or missing headers, dates kept as numbers, duplicates and codes that no list
knows. Repairs nothing and registers nothing: `importing` does, from rows without a fault.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from sandbox.files.opening import open_regular
from sandbox.files.package import merged_cells
from sandbox.files.readers import ReadLimits, open_table
from sandbox.files.types import FileType, sniff
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

MAX_BYTES = 32 << 20
_LIMITS = ReadLimits(max_bytes=MAX_BYTES, max_rows=100_000, max_columns=60)


class Severity(StrEnum):
    """Whether a row can be registered all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class SheetFinding:
    """What is wrong, where: `row` is the number of the data record (header not counted), 0 the sheet."""

    code: str
    row: int
    column: str
    message: Message
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the sheet: its key, its names (the guide's first), whether it must be there."""

    key: str
    names: tuple[str, ...]
    required: bool = False


HEADINGS = (
    Heading("title", ("信息资源名称", "资源名称", "数据集名称", "名称"), required=True),
    Heading("resource_code", ("信息资源代码", "资源代码", "代码"), required=True),
    Heading("code", ("数据集代码", "标识")),
    Heading("provider", ("信息资源提供方", "提供方", "数据提供方")),
    Heading("provider_code", ("信息资源提供方代码", "提供方代码")),
    Heading("abstract", ("信息资源摘要", "摘要", "资源摘要")),
    Heading("formats", ("信息资源格式", "格式", "资源格式")),
    Heading("media", ("数据形态", "形态")),
    Heading("items", ("信息项信息", "信息项", "信息项名称")),
    Heading("sharing", ("共享类型", "共享属性")),
    Heading("sharing_condition", ("共享条件",)),
    Heading("sharing_mode", ("共享方式",)),
    Heading("opening", ("开放属性", "是否向社会开放", "开放类型"), required=True),
    Heading("opening_condition", ("开放条件",)),
    Heading("opening_basis", ("不予开放依据", "不开放依据")),
    Heading("cycle", ("更新周期",)),
    Heading("issued", ("发布日期",)),
    Heading("related", ("关联资源代码",)),
    Heading("provincial", ("省级分级", "数据级别", "级别"), required=True),
    Heading("national", ("国家分级", "国家级别")),
    Heading("grade", ("一般数据级别", "分级"), required=True),
    Heading("sector", ("行业", "所属行业")),
    Heading("origin", ("数据来源", "来源")),
)
_BY_NAME = {name: heading for heading in HEADINGS for name in heading.names}
_BY_KEY = {heading.key: heading.names[0] for heading in HEADINGS}


def heading_of(key: str) -> str:
    """Return what the guide calls a column; what is no column's key as it is."""
    return _BY_KEY.get(key, key)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One record of the sheet: its number and its cells by key, stripped, absent where empty."""

    number: int
    cells: Mapping[str, str]

    def text(self, key: str) -> str:
        """Return a cell, or the empty text."""
        return self.cells.get(key, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as read: its digest, its rows and the findings that reading made."""

    name: str
    digest: str
    rows: tuple[SheetRow, ...]
    findings: tuple[SheetFinding, ...]


def read_sheet(path: Path, *, sheet: str | None = None) -> Sheet:
    """Return the sheet; `InputError` where it is no table, has no name column, or misses a required one."""
    with open_regular(path, max_bytes=MAX_BYTES) as stream:
        data = stream.read()
    return sheet_of(data, name=path.name, sheet=sheet)


def sheet_of(data: bytes, *, name: str, sheet: str | None = None) -> Sheet:
    """Return the sheet in these bytes; see `read_sheet`."""
    with open_table(io.BytesIO(data), name=name, limits=_LIMITS, sheet=sheet) as table:
        keys, findings = _keys(table.shape.columns, name=name)
        rows = [row for numbers, batch in table.batches() for row in _rows(numbers, batch, keys)]
        findings += [SheetFinding("unreadable", bad.row, "", bad.reason) for bad in table.bad]
    if sniff(data[:4096], size=len(data)) is FileType.XLSX:
        findings += [_merged(area, first) for area, first in merged_cells(data, name=name)]
    return Sheet(name, hashlib.sha256(data).hexdigest(), tuple(rows), tuple(findings))


def _merged(area: str, first: int) -> SheetFinding:
    sentence = say("单元格 {area} 是合并的：请拆开，每行各写一遍", area=area)
    return SheetFinding("merged-cells", max(0, first - 1), "", sentence)


def _keys(columns: Sequence[str], *, name: str) -> tuple[dict[int, str], list[SheetFinding]]:
    """Return the key of each known column by its place, and what is wrong with the header."""
    found: dict[int, str] = {}
    findings = []
    for place, column in enumerate(columns):
        heading = _BY_NAME.get(_bare(column))
        if heading is None:
            sentence = say("表头“{column}”不认识，这一列没有采用", column=column)
            findings.append(SheetFinding("unknown-header", 0, column, sentence, Severity.WARNING))
        elif heading.key in found.values():
            sentence = say("表头“{column}”与另一列含义相同：请只保留一列", column=column)
            findings.append(SheetFinding("duplicate-header", 0, column, sentence))
        else:
            found[place] = heading.key
    missing = [one.names[0] for one in HEADINGS if one.required and one.key not in found.values()]
    if missing:
        raise InputError(
            say(
                "{name} 的第一行不是目录表头：缺少{missing}，请按模板填写",
                name=name,
                missing="、".join(missing),
            )
        )
    return found, findings


def _bare(column: str) -> str:
    """Return a header without spaces, marks of required fields and notes in brackets."""
    return re.sub(r"[（(].*?[)）]|[\s*＊：:]", "", column)


def _rows(numbers: pa.Array, batch: pa.RecordBatch, keys: Mapping[int, str]) -> list[SheetRow]:
    columns = {key: batch.column(place).to_pylist() for place, key in keys.items()}
    return [
        SheetRow(
            int(number),
            {key: cells[at].strip() for key, cells in columns.items() if (cells[at] or "").strip()},
        )
        for at, number in enumerate(numbers.to_pylist())
    ]
