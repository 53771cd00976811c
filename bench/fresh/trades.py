"""Trades: registers, surveys, apps, cards and captures."""

from __future__ import annotations

import base64
import re

from bench.fresh.core import b64, lines_of, plain, technique
from bench.held_out.core import (
    AMT,
    BOSS,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    NAME,
    SEX,
    TEL,
    USCC,
    Files,
    Values,
)


@technique("persons", NAME, SEX, DIST, TEL)
def nominal_attributes(rows, _rng) -> Files:
    """A learning set for Weka with nominal attributes and sparse lines."""
    head = "@relation visits\n\n@attribute xm string\n@attribute sex {男,女}\n"
    head += (
        f"@attribute area {{{','.join(sorted({r[DIST] for r in rows}))}}}\n@attribute t numeric\n\n@data\n"
    )
    return plain(
        "arff", head + "\n".join(f"{{0 '{r[NAME]}', 1 {r[SEX]}, 2 {r[DIST]}, 3 {r[TEL]}}}" for r in rows)
    )


def nominal_attributes_back(files) -> Values:
    return re.findall(r"\{0 '(.+?)', 1 (.), 2 (\d+), 3 (\d+)\}", files[0].decode())


@technique("persons", ID, TEL, AMT)
def sparse_features(rows, rng) -> Files:
    """Lines of a sparse learning set, numbered features beside chance ones."""
    out = []
    for r in rows:
        noise = " ".join(f"{i}:{rng.random():.3f}" for i in sorted(rng.sample(range(10, 90), 4)))
        out.append(
            f"{rng.choice('+-')}1 1:{r[ID][:9]} 2:1{r[ID][9:17]} 3:{r[TEL]} 4:{r[AMT]} {noise} # {r[ID][17]}"
        )
    return plain("svm", "\n".join(out))


def sparse_features_back(files) -> Values:
    found = re.findall(r"1:(\d+) 2:1(\d+) 3:(\d+) 4:(\S+) .*# (.)", files[0].decode())
    return [(a + b + c, t, v) for a, b, t, v, c in found]


@technique("persons", NAME, ID, TEL)
def packet_capture(rows, rng) -> Files:
    """A capture of datagrams to a log server."""
    out = b"\xd4\xc3\xb2\xa1\2\0\4\0" + b"\0" * 8 + b"\xff\xff\0\0\1\0\0\0"
    for i, r in enumerate(rows):
        text = f"<134>1 - seat app - - u={r[NAME]} k={r[ID]} t={r[TEL]}".encode()
        udp = (
            (50000 + i).to_bytes(2, "big") + b"\x02\x02" + (8 + len(text)).to_bytes(2, "big") + b"\0\0" + text
        )
        head = b"\x45\0" + (20 + len(udp)).to_bytes(2, "big") + b"\0\1\0\0\x40\x11\0\0\x0a\0\0\5\x0a\0\0\6"
        frame = rng.randbytes(12) + b"\x08\0" + head + udp
        size = len(frame).to_bytes(4, "little")
        out += (1767600000 + i).to_bytes(4, "little") + b"\0\0\0\0" + size + size + frame
    return [("pcap", out)]


def packet_capture_back(files) -> Values:
    data, at, out = files[0], 24, []
    while at < len(data):
        size = int.from_bytes(data[at + 8 : at + 12], "little")
        text = data[at + 16 + 42 : at + 16 + size].decode()
        out += re.findall(r"u=(\S+) k=(\S+) t=(\S+)", text)
        at += 16 + size
    return out


@technique("persons", NAME, ID, HOSP)
def web_archive(rows, _rng) -> Files:
    """An archive of visited pages, a record of the archive a person."""
    out = []
    for i, r in enumerate(rows):
        body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{r[NAME]}<p>{r[HOSP]}".encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://his/{r[ID]}\r\nWARC"
            f"-Record-ID: <urn:x:{i}>\r\n"
        )
        out.append(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n")
    return [("warc", b"".join(out))]


def web_archive_back(files) -> Values:
    found = re.findall(
        r"http://his/(\w+)\r\n(?:.+\r\n)+\r\n(?:.+\r\n)+\r\n<p>(.+?)<p>(.+?)\r\n", files[0].decode()
    )
    return [(n, k, h) for k, n, h in found]


@technique("firms", USCC, FIRM, BOSS, FOUND)
def register_of_grants(rows, _rng) -> Files:
    """A notice in the form of a mark-up for legal acts, one clause a firm."""
    body = "\n".join(
        f'<article eId="art_{i}"><num>第{i}条</num><p>核准<organization refersTo="#'
        f'{r[USCC]}">{r[FIRM]}</organization>由'
        f'<person>{r[BOSS]}</person>自<date date="{r[FOUND]}">该日</date>起经营。</p></article>'
        for i, r in enumerate(rows, 1)
    )
    return plain("akn", f"<akomaNtoso><act><body>\n{body}\n</body></act></akomaNtoso>\n")


def register_of_grants_back(files) -> Values:
    shape = r'refersTo="#(\w+)">(.+?)</org.+?<person>(.+?)</person>.+?date="(.+?)"'
    return re.findall(shape, files[0].decode())


@technique("persons", NAME, ID, TEL)
def survey_metadata(rows, _rng) -> Files:
    """A codebook of a survey: the categories of a variable, with labels and counts of one."""
    body = "\n".join(
        f'<catgry><catValu>{r[ID]}</catValu><labl>{r[NAME]}</labl><catStat type="freq">1'
        f"</catStat><txt>{b64(r[TEL].encode())}</txt></catgry>"
        for r in rows
    )
    return plain(
        "xml", f'<codeBook version="2.5"><dataDscr><var name="v1">\n{body}\n</var></dataDscr></codeBook>\n'
    )


def survey_metadata_back(files) -> Values:
    found = re.findall(r"<catValu>(.+?)</catValu><labl>(.+?)</labl>.+?<txt>(.+?)</txt>", files[0].decode())
    return [(n, k, base64.b64decode(t).decode()) for k, n, t in found]


@technique("firms", FIRM, FTEL, BOSS)
def message_catalogue(rows, _rng) -> Files:
    """Strings of an app for telephones with escapes of Unicode."""

    def escaped(text: str) -> str:
        return "".join(f"\\u{ord(c):04X}" for c in text)

    body = "\n".join(f'"{escaped(r[FIRM])}" = "{escaped(r[BOSS])} %@ {r[FTEL]}";' for r in rows)
    return [("strings", ("/* Localizable */\n" + body + "\n").encode("utf-16"))]


def message_catalogue_back(files) -> Values:
    def opened(text: str) -> str:
        return re.sub(r"\\u(\w{4})", lambda m: chr(int(m[1], 16)), text)

    found = re.findall(r'"(.+?)" = "(.+?) %@ (\d+)";', files[0].decode("utf-16"))
    return [(opened(f), t, opened(b)) for f, b, t in found]


@technique("persons", NAME, ID, AMT)
def card_messages(rows, _rng) -> Files:
    """Messages of card payments: bit maps and fields with their lengths, in hexadecimal."""
    out = []
    for r in rows:
        amount = r[AMT].replace(".", "").zfill(12)
        name = r[NAME].encode("gbk")
        body = b"0200" + (1 << 62 | 1 << 60 | 1 << 16).to_bytes(8, "big")
        body += b"18" + r[ID].encode() + amount.encode() + f"{len(name):03d}".encode() + name
        out.append(body.hex())
    return plain("txt", "\n".join(out))


def card_messages_back(files) -> Values:
    out = []
    for line in lines_of(files):
        data = bytes.fromhex(line)[14:]
        amount = str(int(data[18:30]))
        out.append((data[33:].decode("gbk"), data[:18].decode(), f"{amount[:-2]}.{amount[-2:]}"))
    return out
