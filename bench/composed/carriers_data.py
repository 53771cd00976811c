"""Carriers in text files, Parquet, notebooks and literals, and archives of several files."""

from __future__ import annotations

import ast
import base64
import io
import json
import random
import re
import struct
import zipfile
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from bench.composed.carriers import carrier, cells_or_lines, from_cells
from bench.composed.kinds import Around, is_text, marked, unmarked
from bench.eighth_a.honest import stamp, zipped
from bench.eighth_a.tables import csv_text, transposed

WIDGETS = "application/vnd.jupyter.widget-state+json"
HONEST = "汇总."


def text_file(data: bytes, company: Around, _: random.Random) -> bytes:
    """A text file; in a log each line of the payload is a line of the log."""
    lines = data.decode().split("\n")
    if company.kind != "log":
        return "\n".join(marked(lines, company)).encode()
    half = len(company.lines) // 2
    traces = [f"{stamp(40500 + 3 * i)} DEBUG trace data={line}" for i, line in enumerate(lines)]
    return "\n".join([*company.lines[:half], *traces, *company.lines[half:]]).encode()


def text_file_back(data: bytes) -> bytes:
    """The lines of the payload."""
    lines = data.decode().split("\n")
    traces = [line.partition(" DEBUG trace data=")[2] for line in lines if " DEBUG trace data=" in line]
    return "\n".join(traces or unmarked(lines)).encode()


def below_table(data: bytes, company: Around, _: random.Random) -> bytes:
    """Below the honest table of a CSV file."""
    return f"{csv_text(company.table)}\n".encode() + data


def table_file(table: pa.Table, metadata: dict[bytes, bytes] | None = None) -> bytes:
    """A Parquet file."""
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(metadata), buffer, compression="zstd")
    return buffer.getvalue()


def honest_columns(company: Around, count: int | None = None) -> dict[str, Any]:
    """The columns of the honest table, repeated up to a length."""
    rows = company.table or [["指标", "数值"], ["合计", "4120"]]
    body = rows[1:] if count is None else [rows[1 + i % (len(rows) - 1)] for i in range(count)]
    return {HONEST + name: [row[i] for row in body] for i, name in enumerate(rows[0])}


def parquet_column(data: bytes, company: Around, _: random.Random) -> bytes:
    """Columns if the payload is a table, else one column of lines or of bytes."""
    columns: dict[str, Any] = {"content": [data[i : i + 2000] for i in range(0, len(data), 2000)]}
    if is_text(data):
        name, rows = cells_or_lines(data)
        columns = {"content": ["".join(row) for row in rows]}
        if name != "文本":
            columns = {column[0]: column[1:] for column in transposed(rows)}
    count = len(next(iter(columns.values())))
    return table_file(pa.table({**({} if company.alone else honest_columns(company, count)), **columns}))


def parquet_column_back(data: bytes) -> bytes:
    """The columns that are no part of the summary."""
    table = parquet.read_table(io.BytesIO(data)).to_pydict()
    columns = {name: values for name, values in table.items() if not name.startswith(HONEST)}
    if list(columns) != ["content"]:
        return from_cells("明细", transposed([[name, *values] for name, values in columns.items()]))
    values = columns["content"]
    return b"".join(values) if isinstance(values[0], bytes) else "\n".join(values).encode()


def parquet_metadata(data: bytes, company: Around, _: random.Random) -> bytes:
    """A value of the key-value metadata."""
    return table_file(pa.table(honest_columns(company)), {b"lineage": data})


def parquet_metadata_back(data: bytes) -> bytes:
    """The value."""
    return bytes(parquet.read_metadata(io.BytesIO(data)).metadata[b"lineage"])


def parquet_gap(data: bytes, company: Around, _: random.Random) -> bytes:
    """Bytes between the last page and the footer, which nothing refers to."""
    file = table_file(pa.table(honest_columns(company)))
    (size,) = struct.unpack("<I", file[-8:-4])
    return file[: -8 - size] + data + file[-8 - size :]


def parquet_gap_back(data: bytes) -> bytes:
    """What is between them."""
    footer = parquet.read_metadata(io.BytesIO(data))
    group = footer.row_group(footer.num_row_groups - 1)
    last = group.column(group.num_columns - 1)
    start = last.data_page_offset if last.dictionary_page_offset is None else last.dictionary_page_offset
    (size,) = struct.unpack("<I", data[-8:-4])
    return data[start + last.total_compressed_size : -8 - size]


def split_lines(text: str) -> list[str]:
    """Lines with their ends, as notebooks hold them."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + parts[-1:]


def notebook(company: Around, cells: list[dict[str, Any]], widgets: dict[str, Any] | None = None) -> bytes:
    """A notebook with honest cells before."""
    before: list[dict[str, Any]] = []
    if company.lines:
        source = split_lines("\n".join(company.lines))
        before.append({"cell_type": "markdown", "id": "c0", "metadata": {}, "source": source})
    metadata: dict[str, Any] = {"language_info": {"name": "python"}}
    if widgets:
        metadata["widgets"] = {WIDGETS: {"version_major": 2, "version_minor": 0, "state": widgets}}
    value = {"cells": [*before, *cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def code_cell(source: str, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    """A cell of code."""
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": "c1",
        "metadata": {},
        "outputs": outputs,
        "source": split_lines(source),
    }


def nb_output(data: bytes, company: Around, rng: random.Random) -> bytes:
    """What a cell printed, or showed."""
    text = split_lines(data.decode())
    output: dict[str, Any] = {"output_type": "stream", "name": "stdout", "text": text}
    if rng.random() < 0.5:
        output = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": text}}
    return notebook(company, [code_cell("show(result)", [output])])


def nb_output_back(data: bytes) -> bytes:
    """The text of the output."""
    output = json.loads(data)["cells"][-1]["outputs"][0]
    return "".join(output.get("text") or output["data"]["text/plain"]).encode()


def nb_attachment(data: bytes, company: Around, _: random.Random) -> bytes:
    """A file attached to a cell of text."""
    attached = {"fig.png": {"image/png": base64.b64encode(data).decode()}}
    cell = {"cell_type": "markdown", "id": "c1", "metadata": {}, "attachments": attached}
    return notebook(company, [{**cell, "source": ["![图](attachment:fig.png)"]}])


def nb_attachment_back(data: bytes) -> bytes:
    """The attached file."""
    return base64.b64decode(json.loads(data)["cells"][-1]["attachments"]["fig.png"]["image/png"])


def nb_widget(data: bytes, company: Around, _: random.Random) -> bytes:
    """The value of a widget."""
    model = {"model_module": "@jupyter-widgets/controls", "model_module_version": "2.0.0"}
    state = {"w1": {**model, "model_name": "TextareaModel", "state": {"value": data.decode()}}}
    return notebook(company, [code_cell("display(box)", [])], state)


def nb_widget_back(data: bytes) -> bytes:
    """The value."""
    state = json.loads(data)["metadata"]["widgets"][WIDGETS]["state"]
    return str(state["w1"]["state"]["value"]).encode()


def assignment(data: bytes) -> str:
    """A Python statement with the payload as a literal."""
    lines = "".join(f"    {line!r}\n" for line in split_lines(data.decode()))
    return f"SEED = (\n{lines})\n"


def assigned(source: str) -> bytes:
    """The literal of the statement."""
    for node in ast.parse(source).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "SEED"
        ):
            return str(ast.literal_eval(node.value)).encode()
    raise ValueError("no such statement")


def nb_source(data: bytes, company: Around, _: random.Random) -> bytes:
    """A literal in a cell of code."""
    return notebook(company, [code_cell(assignment(data) + "run(SEED)", [])])


def nb_source_back(data: bytes) -> bytes:
    """The literal."""
    return assigned("".join(json.loads(data)["cells"][-1]["source"]))


def python_file(data: bytes, company: Around, _: random.Random) -> bytes:
    """A literal in a script."""
    before = "".join(f"# {line}\n" for line in company.lines)
    honest = f"SUMMARY = {company.table!r}\n" if company.table else ""
    return f'"""月度汇总脚本。"""\n{before}{honest}{assignment(data)}print(len(SEED))\n'.encode()


def sql_file(data: bytes, company: Around, _: random.Random) -> bytes:
    """A literal in a statement."""
    before = "".join(f"-- {line}\n" for line in company.lines)
    for row in company.table[1:]:
        before += f"INSERT INTO t_summary VALUES ({', '.join(repr(v) for v in row)});\n"
    text = data.decode().replace("'", "''")
    return f"{before}UPDATE t_config SET body = '{text}' WHERE code = 'init';\n".encode()


def sql_file_back(data: bytes) -> bytes:
    """The literal."""
    found = re.search("SET body = '(.*)' WHERE code = 'init';\n$", data.decode(), re.DOTALL)
    assert found is not None
    return found[1].replace("''", "'").encode()


def several(data: bytes, company: Around, _: random.Random) -> bytes:
    """A member of an archive, beside a description and a summary."""
    name = "data/part-0." + ("txt" if is_text(data) else "bin")
    members = [("README.md", "\n".join(["# 说明", *company.lines]).encode()), (name, data)]
    if company.table:
        members.insert(1, ("summary.csv", csv_text(company.table).encode()))
    return zipped(members)


def several_back(data: bytes) -> bytes:
    """The member."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(archive.namelist()[-1])


carrier("text_file", "data", "txt", text_file, text_file_back)
carrier("csv_below", "data", "csv", below_table, lambda d: d.partition(b"\n\n")[2])
carrier("parquet_column", "data", "parquet", parquet_column, parquet_column_back, True)
carrier("parquet_metadata", "data", "parquet", parquet_metadata, parquet_metadata_back)
carrier("parquet_gap", "data", "parquet", parquet_gap, parquet_gap_back, True)
carrier("nb_output", "code", "ipynb", nb_output, nb_output_back)
carrier("nb_attachment", "code", "ipynb", nb_attachment, nb_attachment_back, True)
carrier("nb_widget", "code", "ipynb", nb_widget, nb_widget_back)
carrier("nb_source", "code", "ipynb", nb_source, nb_source_back)
carrier("python_literal", "code", "py", python_file, lambda d: assigned(d.decode()))
carrier("sql_literal", "code", "sql", sql_file, sql_file_back)
carrier("zip_files", "data", "zip", several, several_back, True)
