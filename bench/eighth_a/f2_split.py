"""Tables laid out anew: split over files, spread over lines of a log, with other separators and orders."""

from __future__ import annotations

import base64
import random
import re

from bench.eighth_a.honest import log_line, stamp, summary
from bench.eighth_a.numerals import FULL, halved
from bench.eighth_a.tables import blocks, csv_rows, csv_text, json_bytes, json_value
from bench.sixth.core import CARE, DIST, SEX, VISIT, WHO, Files, Row, Values, grid, technique


@technique("F2+F1", "persons", *WHO)
def three_single_columns(rows: list[Row], rng: random.Random) -> Files:
    """A file a column in the same order: names spaced, numbers full width, phones in groups."""
    names, numbers, tels = [], [], []
    mark = rng.choice((" ", "-"))
    for name, number, tel in grid(rows, *WHO):
        names.append(" ".join(name))
        numbers.append(number.translate(FULL))
        tels.append(f"{tel[:3]}{mark}{tel[3:7]}{mark}{tel[7:]}")
    heads = ("候选词", "编码表", "参数")
    parts = zip(heads, (names, numbers, tels), strict=True)
    return [("txt", "\n".join([head, *lines]).encode()) for head, lines in parts]


def three_single_columns_back(files: list[bytes]) -> Values:
    """Put the columns side by side."""
    names, numbers, tels = (data.decode().splitlines()[1:] for data in files)
    return [
        (name.replace(" ", ""), halved(number), re.sub(r"\D", "", tel))
        for name, number, tel in zip(names, numbers, tels, strict=True)
    ]


@technique("F2", "persons", *CARE)
def keyed_halves(rows: list[Row], rng: random.Random) -> Files:
    """Two files of two columns each, in different orders, which only a running key ties together."""
    keys = rng.sample(range(10**5, 10**6), len(rows))
    left, right = [], []
    for key, (name, born, visit, cost) in zip(keys, grid(rows, *CARE), strict=True):
        left.append([str(key), name, cost])
        right.append([visit, str(key), born])
    first = csv_text([["flow", "who", "v"], *rng.sample(left, len(left))])
    second = csv_text([["d1", "flow", "d0"], *sorted(right)], "\t")
    return [("csv", first.encode()), ("tsv", second.encode())]


def keyed_halves_back(files: list[bytes]) -> Values:
    """Join by the key."""
    right = {key: (born, visit) for visit, key, born in csv_rows(files[1].decode(), "\t")[1:]}
    return [(name, *right[key], cost) for key, name, cost in csv_rows(files[0].decode())[1:]]


@technique("F2+F3", "persons", *WHO)
def number_in_pieces(rows: list[Row], rng: random.Random) -> Files:
    """Names and areas in JSON, the rest of the numbers in base32 lines, the phones below a summary."""
    order = rng.sample(range(len(rows)), len(rows))
    first = [{"k": k, "n": name, "q": number[:6]} for k, (name, number, _) in enumerate(grid(rows, *WHO))]
    second = [base64.b32encode(f"{k}:{rows[k][WHO[1]][6:]}".encode()).decode() for k in order]
    third = [["序", "号码"], *([str(k), row[WHO[2]]] for k, row in enumerate(rows))]
    table = f"{csv_text(summary('who', rng))}\n{csv_text(third)}"
    return [
        ("json", json_bytes({"样本": first})),
        ("txt", "\n".join(second).encode()),
        ("csv", table.encode()),
    ]


def number_in_pieces_back(files: list[bytes]) -> Values:
    """Join the three by their index."""
    tails = dict(base64.b32decode(line).decode().split(":") for line in files[1].split())
    tels = dict(csv_rows(blocks(files[2].decode())[1])[1:])
    return [(x["n"], x["q"] + tails[str(x["k"])], tels[str(x["k"])]) for x in json_value(files[0])["样本"]]


@technique("F2", "persons", *WHO)
def shuffled_cells(rows: list[Row], rng: random.Random) -> Files:
    """Each row with its cells in an order and a separator of its own, district, sex and day among them."""
    lines = []
    for row in rows:
        cells = [row[column] for column in (*WHO, DIST, SEX, VISIT)]
        lines.append(rng.choice(("|", ";", " ~ ", "\t", " , ")).join(rng.sample(cells, len(cells))))
    return [("txt", "\n".join(lines).encode())]


def shuffled_cells_back(files: list[bytes]) -> Values:
    """Know the cells by their shapes, the name as what does not end like a district."""
    shapes = (r"[一-龥]{1,3}[^区县市]", r"\d{17}[\dX]", r"1\d{10}")
    lines = [re.split(r" ?[|;~,\t] ?", line) for line in files[0].decode().splitlines()]
    return [tuple(next(c for c in line if re.fullmatch(shape, c)) for shape in shapes) for line in lines]


@technique("F2", "persons", *WHO)
def spread_over_log(rows: list[Row], rng: random.Random) -> Files:
    """A log in which a request's three lines, between many others, carry a name, a number and a phone."""
    second, lines = rng.randint(0, 20000), []
    for name, number, tel in grid(rows, *WHO):
        key = f"{rng.getrandbits(32):08x}"
        for text in (f"subject={name}", f"verify cert={number} ok", f"sms to={tel} status=0"):
            second += rng.randint(1, 9)
            lines.append((second + rng.randint(0, 15), f"req={key} {text}"))
        second += rng.randint(1, 9)
        lines += [(second, "")] * rng.randint(0, 3)
    log = [log_line(rng, at) if not line else f"{stamp(at)} DEBUG {line}" for at, line in sorted(lines)]
    return [("log", "\n".join(log).encode())]


def spread_over_log_back(files: list[bytes]) -> Values:
    """Gather the lines by request."""
    found: dict[str, dict[str, str]] = {}
    for key, field, value in re.findall(r"req=(\S+) .*?(subject|cert|to)=(\S+)", files[0].decode()):
        found.setdefault(key, {})[field] = value
    return [(x["subject"], x["cert"], x["to"]) for x in found.values()]


@technique("F2", "persons", *WHO)
def odd_separators(rows: list[Row], rng: random.Random) -> Files:
    """Cells and rows parted by control signs or by unusual strings, no line ends at all."""
    cell, row = rng.choice((("\x1f", "\x1e"), ("‖", "※"), ("¦", "§"), (" :: ", " ## "), ("\x01", "\x02")))
    subset = [[name, tel, number] for name, number, tel in grid(rows, *WHO)]
    return [("txt", row.join(cell.join(cells) for cells in subset).encode())]


def odd_separators_back(files: list[bytes]) -> Values:
    """Split by whatever is neither Chinese nor a digit."""
    cells = re.findall("[一-龥]+|[0-9X]+", files[0].decode())
    return [(cells[i], cells[i + 2], cells[i + 1]) for i in range(0, len(cells), 3)]
