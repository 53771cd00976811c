# ruff: noqa: ARG001, E501 - the hand of another, kept as it came
"""Tables whose layout, splitting or spelling of cells hides the records."""

from __future__ import annotations

import datetime
import hashlib
import json

from bench.second_exam.core import (
    AREAS,
    BOSS,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    Files,
    Row,
    Values,
    id_text,
    payload,
    read_table,
    table,
    technique,
    unpayload,
)


@technique("persons", NAME, ID, TEL, "病种")
def transposed_wide(rows: list[Row], rng) -> Files:
    """A wide table with one line a characteristic and one column a record."""
    header = ["项目", *(f"样本{i:02d}" for i in range(1, len(rows) + 1))]
    lines = [
        [label, *(r[c] for r in rows)] for label, c in zip("甲乙丙丁", (NAME, ID, TEL, "病种"), strict=True)
    ]
    return [("csv", table(header, lines))]


def transposed_wide_back(files: list[bytes]) -> Values:
    """Turn the table."""
    return list(zip(*(line[1:] for line in read_table(files[0])), strict=True))


@technique("persons", ID)
def digit_matrix(rows: list[Row], rng) -> Files:
    """A matrix of one-digit scores, eighteen questions by respondents, read down the columns."""
    lines = [[f"问题{k + 1}", *("10" if r[ID][k] == "X" else r[ID][k] for r in rows)] for k in range(18)]
    return [("csv", table(["评分项", *(f"评委{i + 1}" for i in range(len(rows)))], lines))]


def digit_matrix_back(files: list[bytes]) -> Values:
    """Read every column downwards."""
    columns = list(zip(*(line[1:] for line in read_table(files[0])), strict=True))
    return [("".join("X" if c == "10" else c for c in column),) for column in columns]


@technique("firms", USCC, BOSS, FTEL)
def attribute_triples(rows: list[Row], rng) -> Files:
    """A shuffled list of triples (object, attribute, piece of value), three pieces a value."""
    triples = []
    for i, row in enumerate(rows):
        for column in (USCC, BOSS, FTEL):
            value, step = row[column], -(-len(row[column]) // 3)
            triples += [[f"n{i:02d}", f"{column[0]}{k}", value[k * step : k * step + step]] for k in range(3)]
    rng.shuffle(triples)
    return [("csv", table(["节点", "属性", "值"], triples))]


def attribute_triples_back(files: list[bytes]) -> Values:
    """Sort the pieces and join them."""
    nodes: dict[str, dict[str, str]] = {}
    for node, attribute, value in read_table(files[0]):
        nodes.setdefault(node, {})[attribute] = value
    return [
        tuple("".join(n[f"{c[0]}{k}"] for k in range(3)) for c in (USCC, BOSS, FTEL)) for n in nodes.values()
    ]


@technique("persons", ID, TEL)
def halves_in_two_files(rows: list[Row], rng) -> Files:
    """Two unrelated looking tables that hold the two halves of each number, joined by a shuffled key."""
    keys = rng.sample(range(100, 999), len(rows))
    first = [[key, row[ID][:9], row[TEL][6:]] for key, row in zip(keys, rows, strict=True)]
    second = [[key * 7 % 1009, row[ID][9:], row[TEL][:6]] for key, row in zip(keys, rows, strict=True)]
    rng.shuffle(second)
    return [
        ("csv", table(["网格", "面积", "长度"], first)),
        ("csv", table(["地块", "编号", "周长"], second)),
    ]


def halves_in_two_files_back(files: list[bytes]) -> Values:
    """Join by the key times seven."""
    second = {int(k): (a, b) for k, a, b in read_table(files[1])}
    out = []
    for key, left, tail in read_table(files[0]):
        right, head = second[int(key) * 7 % 1009]
        out.append((left + right, head + tail))
    return out


@technique("firms", USCC, FIRM)
def pad_shares(rows: list[Row], rng) -> Files:
    """Two files of seeming noise, one random and one its exclusive or with the records."""
    data = payload(rows, USCC, FIRM)
    noise = rng.randbytes(len(data))
    mixed = bytes(a ^ b for a, b in zip(data, noise, strict=True))

    def series(values: bytes) -> bytes:
        return json.dumps({"residual_x1000": [v - 128 for v in values]}).encode()

    return [("json", series(noise)), ("json", series(mixed))]


def pad_shares_back(files: list[bytes]) -> Values:
    """Exclusive or of the two series."""
    first, second = (json.loads(f)["residual_x1000"] for f in files)
    return unpayload(bytes((a + 128) ^ (b + 128) for a, b in zip(first, second, strict=True)))


@technique("persons", TEL, NAME)
def interleaved_pairs(rows: list[Row], rng) -> Files:
    """Serial numbers in which the digits of two telephone numbers alternate, the names joined likewise."""
    lines = []
    for i in range(0, len(rows), 2):
        a, b = rows[i], rows[i + 1] if i + 1 < len(rows) else {TEL: "0" * 11, NAME: ""}
        serial = "".join(x + y for x, y in zip(a[TEL], b[TEL], strict=True))
        names = "".join(x + y for x, y in zip(a[NAME].ljust(4, "〇"), b[NAME].ljust(4, "〇"), strict=True))
        lines.append([rng.choice(AREAS), f"SN{serial}", names])
    return [("csv", table(["区县", "设备序列号", "铭牌"], lines))]


def interleaved_pairs_back(files: list[bytes]) -> Values:
    """Take every second place."""
    out = []
    for _, serial, names in read_table(files[0]):
        for k in (0, 1):
            if names[k::2].strip("〇"):
                out.append((serial[2 + k :: 2], names[k::2].rstrip("〇")))
    return out


@technique("firms", USCC, FTEL)
def mainframe_packed(rows: list[Row], rng) -> Files:
    """A fixed-length EBCDIC file with the telephone number in packed decimal."""
    records = [row[USCC].encode("cp037") + bytes.fromhex(row[FTEL] + "C") for row in rows]
    return [("dat", b"".join(records))]


def mainframe_packed_back(files: list[bytes]) -> Values:
    """Cut into records of 24 bytes."""
    cut = [files[0][i : i + 24] for i in range(0, len(files[0]), 24)]
    return [(r[:18].decode("cp037"), r[18:].hex()[:11]) for r in cut]


@technique("persons", ID, "病种", low=20, high=40)
def unsalted_tokens(rows: list[Row], rng) -> Files:
    """A pseudonymous table: the unsalted digest of each resident number next to birth date, sex and disease."""
    lines = []
    for row in rows:
        digest = hashlib.sha256(row[ID].encode()).hexdigest()[:16]
        lines.append([digest, row[ID][:6], row[ID][6:14], row["病种"]])
    return [("csv", table(["匿名编号", "地区", "出生", "病种"], lines))]


def unsalted_tokens_back(files: list[bytes]) -> Values:
    """Try the thousand order codes of the day and place."""
    out = []
    for digest, area, birth, disease in read_table(files[0]):
        for order in range(1000):
            text = id_text(int(f"{area}{birth}{order:03d}"))
            if hashlib.sha256(text.encode()).hexdigest()[:16] == digest:
                out.append((text, disease))
    return out


@technique("firms", USCC)
def schedule_dates(rows: list[Row], rng) -> Files:
    """A project plan whose start and end dates, as day numbers, are pieces of the credit code."""
    start = datetime.date(1900, 1, 1).toordinal()
    lines = []
    for i, row in enumerate(rows, 1):
        number = 0
        for char in row[USCC]:
            number = number * 36 + int(char, 36)
        days = []
        for _ in range(6):
            number, day = divmod(number, 60000)
            days.append(datetime.date.fromordinal(start + day).isoformat())
        lines.append([f"任务{i}", *days])
    return [("csv", table(["任务", "立项", "设计", "开工", "中检", "验收", "归档"], lines))]


def schedule_dates_back(files: list[bytes]) -> Values:
    """Day numbers in base 60000."""
    start = datetime.date(1900, 1, 1).toordinal()
    out = []
    for line in read_table(files[0]):
        number = 0
        for day in reversed(line[1:]):
            number = number * 60000 + datetime.date.fromisoformat(day).toordinal() - start
        text = ""
        while number:
            number, digit = divmod(number, 36)
            text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + text
        out.append((text,))
    return out


@technique("persons", TEL, low=20, high=30)
def survey_likert(rows: list[Row], rng) -> Files:
    """Survey answers from very bad to very good, sixteen a line, each a base-five digit."""
    words = ["很差", "较差", "一般", "较好", "很好"]
    lines = []
    for i, row in enumerate(rows, 1):
        number, answers = int(row[TEL]), []
        for _ in range(16):
            number, digit = divmod(number, 5)
            answers.append(words[digit])
        lines.append([f"问卷{i:03d}", *answers])
    return [("csv", table(["问卷", *(f"Q{k}" for k in range(1, 17))], lines))]


def survey_likert_back(files: list[bytes]) -> Values:
    """Answers as base-five digits, the lowest first."""
    words = ["很差", "较差", "一般", "较好", "很好"]
    return [(str(sum(words.index(a) * 5**k for k, a in enumerate(r[1:]))),) for r in read_table(files[0])]
