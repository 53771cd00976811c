"""Pieces: records spread over files, columns and archives, or lightly disturbed."""

from __future__ import annotations

import json
import re
import struct
import zlib

from bench.fresh.core import chunked, dense, gz, plain, technique, undense
from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    SEX,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    cents,
    day,
    day_text,
    grid,
    money,
    payload,
    read_table,
    table,
    tuples,
    unpayload,
)


@technique("persons", NAME, BIRTH, VISIT, AMT)
def shifted_by_the_rule(rows, rng) -> Files:
    """Dates moved by the line's number modulo seven, sums by some per cent, as a note says."""
    body = []
    for i, r in enumerate(rows, 1):
        amount = cents(r[AMT]) * (100 + i % 5)
        body.append(
            [
                i,
                r[NAME],
                day_text(day(r[BIRTH]) + i % 7),
                day_text(day(r[VISIT]) - i % 11),
                f"{amount / 10000:.4f}",
            ]
        )
    note = "# 扰动规则：出生 + 序号%7 天；就诊 - 序号%11 天；金额 ×(1+序号%5 %)\n"
    rng.shuffle(body)
    return [("csv", note.encode() + table(["序号", "姓名", "出生", "就诊", "金额"], body))]


def shifted_by_the_rule_back(files) -> Values:
    out = []
    for i, name, born, visit, amount in read_table(files[0].split(b"\n", 1)[1]):
        n = int(i)
        total = round(float(amount) * 10000) // (100 + n % 5)
        out.append((name, day_text(day(born) - n % 7), day_text(day(visit) + n % 11), money(total)))
    return out


@technique("persons", BIRTH, DIST, AMT)
def rounded_with_scores(rows, _rng) -> Files:
    """Sums to the ten, birth dates to the month, and scores of quality that hold what was cut off."""
    body = []
    for r in rows:
        amount = cents(r[AMT])
        body.append(
            [r[BIRTH][:7], r[DIST], amount // 1000 * 10, f"0.{amount % 1000:03d}", 100 - int(r[BIRTH][8:])]
        )
    return [("csv", table(["出生年月", "区划", "金额(约)", "置信度", "完整度"], body))]


def rounded_with_scores_back(files) -> Values:
    out = []
    for month, area, about, trust, whole in read_table(files[0]):
        out.append((f"{month}-{100 - int(whole):02d}", area, money(int(about) * 100 + int(trust[2:]))))
    return out


@technique("persons", NAME, TEL, SICK)
def misprinted(rows, rng) -> Files:
    """Names with a sign put in, phones with a digit told twice: the slips of a scanner."""
    body = []
    for r in rows:
        place = rng.randint(0, 10)
        phone = r[TEL][:place] + r[TEL][place] + r[TEL][place:]
        body.append([r[NAME][0] + rng.choice("·、'`") + r[NAME][1:], f"{phone}?{place}", " ".join(r[SICK])])
    return [("csv", table(["识别一", "识别二", "识别三"], body))]


def misprinted_back(files) -> Values:
    out = []
    for name, phone, sick in read_table(files[0]):
        digits, place = phone.split("?")
        out.append(
            (name[0] + name[2:], digits[: int(place)] + digits[int(place) + 1 :], sick.replace(" ", ""))
        )
    return out


@technique("persons", *WHO, VISIT)
def archive_in_slices(rows, _rng) -> Files:
    """A compressed table cut into four slices, as a tool for large files cuts it."""
    data = gz(table([*WHO, VISIT], grid(rows, (*WHO, VISIT))))
    size = -(-len(data) // 4)
    return [(f"gz.a{c}", part) for c, part in zip("abcd", chunked(data, size), strict=True)]


def archive_in_slices_back(files) -> Values:
    return tuples(read_table(zlib.decompress(b"".join(files), 31)))


@technique("persons", ID, TEL, AMT)
def stripe_and_parity(rows, _rng) -> Files:
    """Every second byte in one file, and in the other the parity of these with the missing ones."""
    data = dense(rows, ID, TEL, AMT)
    data += b"\0" * (len(data) % 2)
    even = data[::2]
    return [("bin", even), ("par", bytes(a ^ b for a, b in zip(even, data[1::2], strict=True)))]


def stripe_and_parity_back(files) -> Values:
    pairs = zip(files[0], files[1], strict=True)
    data = bytes(v for a, p in pairs for v in (a, a ^ p))
    return undense(data[: len(data) // 17 * 17], ID, TEL, AMT)


@technique("persons", *WHO)
def three_kinds_of_file(rows, rng) -> Files:
    """Names in a report, numbers in a table and phones in an object, held together by numbers of samples."""
    marks = rng.sample(range(1000, 9999), len(rows))
    first = "## 受访样本\n\n" + "\n".join(f"- 样本 {m}：{r[NAME]}" for m, r in zip(marks, rows, strict=True))
    second = table(["样本", "编码"], sorted([m, r[ID]] for m, r in zip(marks, rows, strict=True)))
    third = json.dumps(
        {f"S{m}": int(r[TEL]) for m, r in sorted(zip(marks, rows, strict=True), key=lambda p: p[0] % 97)}
    )
    return [("md", first.encode()), ("csv", second), ("json", third.encode())]


def three_kinds_of_file_back(files) -> Values:
    names = re.findall(r"样本 (\d+)：(.+)", files[0].decode())
    numbers, phones = dict(read_table(files[1])), json.loads(files[2])
    return [(n, numbers[m], str(phones["S" + m])) for m, n in names]


@technique("persons", NAME, BIRTH, HOSP, TEL)
def star_schema(rows, rng) -> Files:
    """A warehouse's export: three tables of dimensions, and facts with keys and halves of phones."""
    names, days, places = (sorted({r[c] for r in rows}) for c in (NAME, BIRTH, HOSP))
    keys = [rng.sample(range(100, 999), len(items)) for items in (names, days, places)]
    out = []
    for items, marks in zip((names, days, places), keys, strict=True):
        out.append(("csv", table(["sk", "label"], sorted(zip(marks, items, strict=True)))))
    body = []
    for r in rows:
        marks = [
            k[items.index(r[c])]
            for k, items, c in zip(keys, (names, days, places), (NAME, BIRTH, HOSP), strict=True)
        ]
        body.append([*marks, int(r[TEL][:6]), int("1" + r[TEL][6:])])
    return [*out, ("csv", table(["sk1", "sk2", "sk3", "m1", "m2"], body))]


def star_schema_back(files) -> Values:
    *dims, facts = (read_table(data) for data in files)
    known = [dict(d) for d in dims]
    return [(known[0][a], known[1][b], known[2][c], m + n[1:]) for a, b, c, m, n in facts]


@technique("persons", NAME, ID, TEL)
def masked_with_serials(rows, _rng) -> Files:
    """Masked numbers and phones, and a column of batch numbers that holds what the stars hide."""
    body = []
    for i, r in enumerate(rows):
        serial = r[ID][6:14] + f"{i:04d}" + r[TEL][3:7]
        body.append(
            [
                r[NAME][0] + "*" * (len(r[NAME]) - 1),
                f"{r[ID][:6]}********{r[ID][14:]}",
                f"{r[TEL][:3]}****{r[TEL][7:]}",
                "PC" + serial,
                f"{r[NAME][1:]}工单",
            ]
        )
    return [("csv", table(["姓名", "证件号", "手机", "批次流水", "经办简称"], body))]


def masked_with_serials_back(files) -> Values:
    out = []
    for name, number, phone, serial, short in read_table(files[0]):
        out.append(
            (
                name[0] + short[:-2],
                number[:6] + serial[2:10] + number[14:],
                phone[:3] + serial[14:] + phone[7:],
            )
        )
    return out


@technique("firms", FIRM, USCC, BOSS)
def redaction_and_errata(rows, _rng) -> Files:
    """A report with black boxes, and a list of errata that says, in order, what to read at each."""
    report = ["企业名录（公开版）"] + [
        f"{i}. █████，代码 {r[USCC][:8]}██████████，负责人██" for i, r in enumerate(rows, 1)
    ]
    errata = ["勘误表"]
    for i, r in enumerate(rows, 1):
        errata += [
            f"第{i}行首处应为“{r[FIRM]}”",
            f"第{i}行次处应为“{r[USCC][8:]}”",
            f"第{i}行末处应为“{r[BOSS]}”",
        ]
    return [("txt", "\n".join(report).encode()), ("txt", "\n".join(errata).encode())]


def redaction_and_errata_back(files) -> Values:
    heads = re.findall(r"代码 (\w{8})", files[0].decode())
    parts = chunked(re.findall("“(.+?)”", files[1].decode()), 3)
    return [(f, head + rest, b) for head, (f, rest, b) in zip(heads, parts, strict=True)]


@technique("persons", NAME, ID, AMT)
def rotated_within_batches(rows, _rng) -> Files:
    """Each column turned inside batches of seven, by as many places as the column's heading ends in."""
    body = []
    for part in chunked(rows, 7):
        columns = [[r[c] for r in part] for c in (NAME, ID, AMT)]
        turned = [
            c[-(k % len(c)) :] + c[: -(k % len(c))] if k % len(c) else c
            for c, k in zip(columns, (0, 2, 5), strict=True)
        ]
        body += [list(line) for line in zip(*turned, strict=True)]
    return [("csv", table(["合成_0", "合成_2", "合成_5"], body))]


def rotated_within_batches_back(files) -> Values:
    out = []
    for part in chunked(read_table(files[0]), 7):
        columns = [list(c) for c in zip(*part, strict=True)]
        turned = [c[k % len(c) :] + c[: k % len(c)] for c, k in zip(columns, (0, 2, 5), strict=True)]
        out += tuples(zip(*turned, strict=True))
    return out


@technique("firms", USCC, FIRM, FTEL)
def members_of_a_copy_archive(rows, _rng) -> Files:
    """A cpio archive of files, whose names are codes, whose inodes phones and whose contents names."""
    out = b""
    for name, number, data in [
        *((r[USCC], int(r[FTEL]), r[FIRM].encode()) for r in rows),
        ("TRAILER!!!", 0, b""),
    ]:
        fields = (number >> 8, 33188, 0, 0, 1, 0, len(data), number & 255, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + "".join(f"{v:08X}" for v in fields).encode() + name.encode() + b"\0"
        out += head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)
    return [("cpio", out)]


def members_of_a_copy_archive_back(files) -> Values:
    out, at = [], 0
    while True:
        fields = [int(v, 16) for v in chunked(files[0][at + 6 : at + 110].decode(), 8)]
        name = files[0][at + 110 : at + 109 + fields[11]].decode()
        if name == "TRAILER!!!":
            return out
        start = at + 110 + fields[11]
        start += -(start - at) % 4
        data = files[0][start : start + fields[6]].decode()
        out.append((name, data, str(fields[0] << 8 | fields[7])))
        at = start + fields[6] + -fields[6] % 4


@technique("persons", NAME, ADDR, TEL)
def package_of_parts(rows, _rng) -> Files:
    """A package in the old archive of linkers, with a compressed part in it beside an innocent one."""
    out = b"!<arch>\n"
    parts = [("debian-binary/", b"2.0\n"), ("control.gz/", gz(payload(rows, NAME, ADDR, TEL)))]
    for name, data in parts:
        out += f"{name:<16}{'1767600000':<12}{'0':<6}{'0':<6}{'100644':<8}{len(data):<10}`\n".encode()
        out += data + b"\n" * (len(data) % 2)
    return [("deb", out)]


def package_of_parts_back(files) -> Values:
    return unpayload(zlib.decompressobj(31).decompress(files[0][files[0].index(b"\x1f\x8b") :]))


@technique("persons", NAME, ID, TEL)
def shell_archive(rows, _rng) -> Files:
    """An archive that is a script: files, one for ten people, between marks of their ends."""
    out = ["#!/bin/sh", "# This is a shell archive"]
    for i, part in enumerate(chunked(rows, 10)):
        out += [
            f"sed 's/^X//' > a{i}.txt << 'SHAR_EOF'",
            *(f"X{r[NAME]}\tX{r[ID]}\t{r[TEL]}" for r in part),
            "SHAR_EOF",
        ]
    return plain("sh", "\n".join([*out, "exit 0"]))


def shell_archive_back(files) -> Values:
    return re.findall(r"(?m)^X(.+)\tX(\w{18})\t(\d+)$", files[0].decode())


@technique("persons", NAME, SEX, VISIT, TEL)
def extra_field_of_gzip(rows, rng) -> Files:
    """A compressed innocent table, whose head has an extra field with a compressed text."""
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    innocent = table(["站", "值"], [[i, rng.randint(1, 99)] for i in range(40)])
    data = body.compress(innocent) + body.flush()
    extra = zlib.compress(payload(rows, NAME, SEX, VISIT, TEL), 9)
    head = b"\x1f\x8b\x08\x04\0\0\0\0\2\3" + struct.pack("<H2sH", len(extra) + 4, b"ZY", len(extra)) + extra
    return [("gz", head + data + struct.pack("<II", zlib.crc32(innocent), len(innocent)))]


def extra_field_of_gzip_back(files) -> Values:
    size = struct.unpack_from("<H", files[0], 14)[0]
    return unpayload(zlib.decompress(files[0][16 : 16 + size]))
