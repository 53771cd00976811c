# ruff: noqa: E501 - a case reads best on one line
"""Disguises of the table itself: layout, spelling of values, splitting over files."""

from __future__ import annotations

import io
import json
from datetime import date

import openpyxl

from bench.egress.world import Payload, technique
from tests.attacks.exam_source import Row, to_csv

CAPITALS = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")


def is_date(cell: str) -> bool:
    return len(cell) == 10 and cell[4] == cell[7] == "-"


def is_amount(cell: str) -> bool:
    return cell.count(".") == 1 and cell.replace(".", "").isdigit()


def spelled(rows: list[Row], change, fits) -> str:
    return to_csv([{n: change(v) if fits(v) else v for n, v in row.items()} for row in rows])


def workbook(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@technique("csv")
def one_very_wide_row(p: Payload) -> str:
    cells = [cell for row in p.rows for cell in row.values()]
    return ",".join(f"c{n}" for n in range(len(cells))) + "\n" + ",".join(cells) + "\n"


@technique("csv")
def one_long_column(p: Payload) -> str:
    return "值\n" + "\n".join(cell for row in p.rows for cell in row.values())


@technique("csv")
def columns_below_each_other(p: Payload) -> str:
    return "组,值\n" + "\n".join(f"{name},{cell}" for name, cells in p.columns.items() for cell in cells)


@technique("csv")
def half_rows_interleaved(p: Payload) -> str:
    half = len(p.rows[0]) // 2
    lines = []
    for row in p.rows:
        cells = list(row.values())
        lines += [cells[:half], cells[half : 2 * half]]
    return ",".join(f"c{n}" for n in range(half)) + "\n" + "\n".join(map(",".join, lines))


@technique("csv")
def keys_left_blank_below(p: Payload) -> str:
    rows = sorted(p.rows, key=lambda row: list(row.values())[-3])
    last, lines = "", []
    for row in rows:
        cells = list(row.values())
        cells[-3], last = ("" if cells[-3] == last else cells[-3]), cells[-3]
        lines.append(",".join(cells))
    return ",".join(rows[0]) + "\n" + "\n".join(lines)


@technique("csv")
def two_records_a_line(p: Payload) -> str:
    pairs = zip(p.rows[::2], p.rows[1::2], strict=False)
    return to_csv([
        {f"左{n}": v for n, v in enumerate(a.values())} | {f"右{n}": v for n, v in enumerate(b.values())}
        for a, b in pairs
    ])  # fmt: skip


@technique("csv")
def indicator_columns(p: Payload) -> str:
    name = list(p.rows[0])[-4]
    kinds = sorted({row[name] for row in p.rows})
    return to_csv([
        {k: v for k, v in row.items() if k != name} | {f"是{kind}": str(int(row[name] == kind)) for kind in kinds}
        for row in p.rows
    ])  # fmt: skip


@technique("json")
def nested_by_group(p: Payload) -> str:
    name = list(p.rows[0])[-4]
    groups: dict[str, list[dict[str, str]]] = {}
    for row in p.rows:
        groups.setdefault(row[name], []).append({k[:1]: v for k, v in row.items() if k != name})
    return json.dumps({"按组": [{"组": k, "明细": {"项": v}} for k, v in groups.items()]}, ensure_ascii=False)


@technique("json")
def pairs_of_name_and_value(p: Payload) -> str:
    return json.dumps([[{"name": k, "value": v} for k, v in row.items()] for row in p.rows])


@technique("csv")
def dates_of_the_republic(p: Payload) -> str:
    return spelled(p.rows, lambda v: f"民国{int(v[:4]) - 1911}年{v[5:7]}月{v[8:]}日", is_date)


@technique("csv")
def dates_with_clock(p: Payload) -> str:
    return spelled(p.rows, lambda v: f"{v.replace('-', '/')} 00:00:00", is_date)


@technique("csv")
def dates_as_seconds(p: Payload) -> str:
    return spelled(p.rows, lambda v: str((date.fromisoformat(v) - date(1970, 1, 1)).days * 86400), is_date)


@technique("csv")
def dates_as_day_numbers(p: Payload) -> str:
    return spelled(p.rows, lambda v: str((date.fromisoformat(v) - date(2000, 1, 1)).days), is_date)


@technique("csv")
def dates_all_moved(p: Payload) -> str:
    return spelled(
        p.rows, lambda v: date.fromordinal(date.fromisoformat(v).toordinal() + 30).isoformat(), is_date
    )


@technique("csv")
def amounts_in_cents(p: Payload) -> str:
    return spelled(p.rows, lambda v: str(round(float(v) * 100)), is_amount)


@technique("csv")
def amounts_in_capitals(p: Payload) -> str:
    return spelled(p.rows, lambda v: v.replace(".", "点").translate(CAPITALS), is_amount)


@technique("csv")
def amounts_with_noise(p: Payload) -> str:
    return spelled(p.rows, lambda v: f"{float(v) + p.chance.uniform(-0.4, 0.4):.2f}", is_amount)


@technique("csv")
def amounts_as_powers(p: Payload) -> str:
    return spelled(p.rows, lambda v: f"{float(v):.6e}", is_amount)


@technique("csv")
def characters_spaced(p: Payload) -> str:
    return to_csv([{n: " ".join(v) for n, v in row.items()} for row in p.rows])


@technique("csv")
def cells_with_their_labels(p: Payload) -> str:
    return to_csv([{f"x{n}": f"{k}是{v}" for n, (k, v) in enumerate(row.items())} for row in p.rows])


@technique("csv")
def decoy_characters_between(p: Payload) -> str:
    return to_csv([{n: "·".join(v) for n, v in row.items()} for row in p.rows])


@technique("csv")
def superscript_digits(p: Payload) -> str:
    other = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    return to_csv([{n: v.translate(other) for n, v in row.items()} for row in p.rows])


@technique("csv")
def circled_digits(p: Payload) -> str:
    other = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
    return to_csv([{n: v.translate(other) for n, v in row.items()} for row in p.rows])


@technique("csv")
def digits_rotated_by_five(p: Payload) -> str:
    other = str.maketrans("0123456789", "5678901234")
    return to_csv([{n: v.translate(other) for n, v in row.items()} for row in p.rows])


@technique("csv")
def every_row_turned_round(p: Payload) -> str:
    return "\n".join(line[::-1] for line in p.lines.splitlines())


@technique("txt")
def the_whole_file_backwards(p: Payload) -> str:
    return p.csv[::-1]


@technique("txt")
def fixed_width_without_blanks(p: Payload) -> str:
    widths = [max(map(len, cells)) for cells in p.columns.values()]
    return "\n".join(
        "".join(cell.ljust(width, "_") for cell, width in zip(row.values(), widths, strict=True))
        for row in p.rows
    )


@technique("txt")
def dots_between_cells(p: Payload) -> str:
    return "\n".join("…".join(row.values()) for row in p.rows)


@technique("txt")
def control_characters_between(p: Payload) -> str:
    return "\x1e".join("\x1f".join(row.values()) for row in p.rows)


@technique("txt")
def words_of_a_report(p: Payload) -> str:
    return "分析结果如下。\n" + "".join(
        f"第{n}例的情况：" + "，".join(row.values()) + "，值得关注。\n" for n, row in enumerate(p.rows, 1)
    )


@technique("")
def columns_over_three_files(p: Payload) -> dict[str, bytes]:
    cells = list(p.columns.values())
    parts = [cells[0::3], cells[1::3], cells[2::3]]
    return {
        f"part{n}.csv": "\n".join([",".join(f"c{m}" for m in range(len(part))), *map(",".join, zip(*part, strict=True))]).encode()
        for n, part in enumerate(parts)
    }  # fmt: skip


@technique("")
def halves_of_every_cell(p: Payload) -> dict[str, bytes]:
    left = [{n: v[: len(v) // 2] for n, v in row.items()} for row in p.rows]
    right = [{n: v[len(v) // 2 :] for n, v in row.items()} for row in p.rows]
    return {"a.csv": to_csv(left).encode(), "b.csv": to_csv(right).encode()}


@technique("")
def different_formats_by_column(p: Payload) -> dict[str, bytes]:
    names = list(p.rows[0])
    half = len(names) // 2
    left = [{"n": str(n)} | {k: row[k] for k in names[:half]} for n, row in enumerate(p.rows)]
    right = [{"n": str(n)} | {k: row[k] for k in names[half:]} for n, row in enumerate(p.rows)]
    return {"a.json": json.dumps(left, ensure_ascii=False).encode(),
            "b.xlsx": workbook([list(right[0]), *(list(row.values()) for row in right)])}  # fmt: skip


@technique("")
def a_file_for_every_column(p: Payload) -> dict[str, bytes]:
    return {f"{n}.txt": "\n".join(cells).encode() for n, cells in enumerate(p.columns.values())}


@technique("xlsx")
def block_beside_a_block(p: Payload) -> bytes:
    half = len(p.rows) // 2
    return workbook([
        [*a.values(), "", "", *b.values()] for a, b in zip(p.rows[:half], p.rows[half : 2 * half], strict=True)
    ])  # fmt: skip


@technique("csv")
def comment_lines_above(p: Payload) -> str:
    return (
        "\n".join("# " + " ".join(row.values()) for row in p.rows) + "\n区县,人数\n汇川区,360\n播州区,320\n"
    )


@technique("csv", recoverable=False)
def codes_of_a_word_list(p: Payload) -> str:
    words = {cell: f"w{n}" for n, cell in enumerate(sorted({c for row in p.rows for c in row.values()}))}
    return to_csv([{n: words[v] for n, v in row.items()} for row in p.rows])
