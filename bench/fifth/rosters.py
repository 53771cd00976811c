"""Family a to c: records in the files of other programs: dBase, SQLite, contacts, calendars, feeds."""

from __future__ import annotations

import json
import random
import sqlite3
import struct
import tempfile
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from bench.fifth.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    CARE,
    FIRM,
    FOUND,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    first,
    found,
    grid,
    technique,
)
from bench.fifth.cover import AREAS, book_bytes, new_book, sentence, summary


@technique("a-c", "persons", *WHO)
def dbase_table(rows: list[Row], _: random.Random) -> Files:
    """A dBase III table in GB18030, as old hospital programs read it."""
    widths = (10, 18, 11)
    fields = b"".join(
        struct.pack("<11sc4xBB14x", name, b"C", width, 0)
        for name, width in zip((b"XM", b"ZJHM", b"LXDH"), widths, strict=True)
    )
    head = struct.pack("<BBBBIHH20x", 3, 126, 3, 2, len(rows), 32 + len(fields) + 1, sum(widths) + 1)
    body = b"".join(
        b" " + b"".join(v.encode("gb18030").ljust(w) for v, w in zip(line, widths, strict=True))
        for line in grid(rows, *WHO)
    )
    return [("dbf", head + fields + b"\r" + body + b"\x1a")]


def dbase_table_back(files: list[bytes]) -> Values:
    """The fields of each line of fixed width."""
    data = files[0]
    count, head, size = struct.unpack("<IHH", data[4:12])
    out: Values = []
    for n in range(count):
        line = data[head + n * size + 1 : head + (n + 1) * size]
        out.append(tuple(line[a:b].decode("gb18030").strip() for a, b in ((0, 10), (10, 28), (28, 39))))
    return out


@technique("a-c", "firms", USCC, FIRM, FTEL)
def sqlite_table(rows: list[Row], rng: random.Random) -> Files:
    """A SQLite file with an honest table and a cache table of firms."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        link = sqlite3.connect(path)
        link.execute("create table stat(area text, n text, mean text)")
        link.executemany("insert into stat values(?,?,?)", summary(rng))
        link.execute("create table etl_cache(k text primary key, v text, w text) without rowid")
        link.executemany("insert into etl_cache values(?,?,?)", grid(rows, USCC, FIRM, FTEL))
        link.commit()
        link.close()
        return [("sqlite", path.read_bytes())]


def sqlite_table_back(files: list[bytes]) -> Values:
    """The rows of the cache."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        path.write_bytes(files[0])
        link = sqlite3.connect(path)
        rows = link.execute("select k, v, w from etl_cache").fetchall()
        link.close()
    return [tuple(row) for row in rows]


@technique("a-c", "persons", NAME, TEL)
def contact_cards(rows: list[Row], _: random.Random) -> Files:
    """A file of contact cards."""
    cards = [
        f"BEGIN:VCARD\nVERSION:3.0\nFN:{n}\nTEL;TYPE=CELL:{t}\nEND:VCARD\n" for n, t in grid(rows, NAME, TEL)
    ]
    return [("vcf", "".join(cards).encode())]


def contact_cards_back(files: list[bytes]) -> Values:
    """The names and numbers of the cards."""
    return found(r"FN:(\S+)\nTEL;TYPE=CELL:(\d+)", files[0].decode())


@technique("a-c", "persons", NAME, VISIT, TEL)
def calendar_events(rows: list[Row], _: random.Random) -> Files:
    """A follow-up calendar: one event a patient."""
    events = [
        f"BEGIN:VEVENT\nUID:{i}@hospital\nDTSTART;VALUE=DATE:{v.replace('-', '')}\nSUMMARY:回访 {n}\n"
        f"DESCRIPTION:电话 {t}\nEND:VEVENT\n"
        for i, (n, v, t) in enumerate(grid(rows, NAME, VISIT, TEL))
    ]
    return [("ics", f"BEGIN:VCALENDAR\nVERSION:2.0\n{''.join(events)}END:VCALENDAR\n".encode())]


def calendar_events_back(files: list[bytes]) -> Values:
    """The parts of each event."""
    parts = found(r"DATE:(\d{4})(\d\d)(\d\d)\nSUMMARY:回访 (\S+)\nDESCRIPTION:电话 (\d+)", files[0].decode())
    return [(n, f"{y}-{m}-{d}", t) for y, m, d, n, t in parts]


@technique("a-c", "persons", NAME, ID, ADDR)
def service_answer(rows: list[Row], rng: random.Random) -> Files:
    """The answer of a web service, kept as a sample for the interface's documentation."""
    items = [{"nm": n, "no": i, "adr": a, "lv": rng.randint(1, 3)} for n, i, a in grid(rows, NAME, ID, ADDR)]
    page = {"code": 0, "msg": "ok", "data": {"total": len(items), "pageNo": 1, "list": items}}
    return [("json", json.dumps(page, ensure_ascii=False, indent=1).encode())]


def service_answer_back(files: list[bytes]) -> Values:
    """The list of the page."""
    return [(x["nm"], x["no"], x["adr"]) for x in json.loads(files[0])["data"]["list"]]


@technique("a-c", "firms", FIRM, USCC, FOUND)
def yaml_settings(rows: list[Row], rng: random.Random) -> Files:
    """A settings file of a report job whose exclusion list names firms."""
    listed = [{"corp": f, "code": u, "since": d} for f, u, d in grid(rows, FIRM, USCC, FOUND)]
    data = {"job": "quarterly", "areas": AREAS, "note": sentence(rng), "exclude": listed}
    return [("yaml", yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode())]


def yaml_settings_back(files: list[bytes]) -> Values:
    """The list of exclusions."""
    return [(x["corp"], x["code"], x["since"]) for x in yaml.safe_load(files[0])["exclude"]]


@technique("a-c", "persons", *CARE)
def second_sheet_block(rows: list[Row], rng: random.Random) -> Files:
    """A workbook whose honest table has a block of records beside it, twelve columns to the right."""
    book = new_book(rng)
    for r, line in enumerate(grid(rows, *CARE), 3):
        for c, value in enumerate(line):
            book.active.cell(r, 15 + c, float(value) if c == 3 else value)
    return [("xlsx", book_bytes(book))]


def second_sheet_block_back(files: list[bytes]) -> Values:
    """The block, cell by cell."""
    import io

    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(files[0])).active
    lines = sheet.iter_rows(min_row=3, min_col=15, max_col=18, values_only=True)
    return [(n, b, v, f"{a:.2f}") for n, b, v, a in lines if n]


@technique("a-c", "firms", BOSS, FTEL, FIRM)
def news_feed(rows: list[Row], rng: random.Random) -> Files:
    """A feed of notices in which every item names a firm's representative."""
    items = "".join(
        f"<item><title>{f}</title><author>{b}</author><link>tel:{t}</link><description>{sentence(rng)}"
        "</description></item>\n"
        for b, t, f in grid(rows, BOSS, FTEL, FIRM)
    )
    return [
        ("xml", f'<?xml version="1.0" encoding="UTF-8"?>\n<rss><channel>{items}</channel></rss>'.encode())
    ]


def news_feed_back(files: list[bytes]) -> Values:
    """The items' parts."""
    parts = found(r"<title>([^<]+)</title><author>([^<]+)</author><link>tel:(\d+)", files[0].decode())
    return [(b, t, f) for f, b, t in parts]


@technique("a-c", "persons", NAME, BIRTH, AMT, low=20)
def letter_of_cases(rows: list[Row], rng: random.Random) -> Files:
    """A narrative report that tells its cases one after the other in sentences."""
    told = [f"{n}({b}出生)本次结算{a}元,{sentence(rng)}" for n, b, a in grid(rows, NAME, BIRTH, AMT)]
    return [("txt", ("案例纪要\n" + "\n".join(told)).encode())]


def letter_of_cases_back(files: list[bytes]) -> Values:
    """The beginnings of the sentences."""
    return found(r"\n([一-龥]{2,4})\((\d{4}-\d\d-\d\d)出生\)本次结算([\d.]+)元", files[0].decode())


@technique("a-c", "persons", ID, TEL)
def query_plan_log(rows: list[Row], rng: random.Random) -> Files:
    """A log of lookups whose parameters are the records."""
    lines = [
        f"2026-03-02 09:{i // 60:02d}:{i % 60:02d} DEBUG "
        f"lookup(key={a!r}, cb={b!r}) -> {rng.randint(1, 90)} ms"
        for i, (a, b) in enumerate(grid(rows, ID, TEL))
    ]
    return [("log", "\n".join(["service started", *lines, "service stopped"]).encode())]


def query_plan_log_back(files: list[bytes]) -> Values:
    """The parameters."""
    assert first("(service started)", files[0].decode())
    return found(r"key='(\w+)', cb='(\d+)'", files[0].decode())
