"""Media: pictures, sounds, plots, models in space and maps."""

from __future__ import annotations

import math
import re
import struct
import zlib

from bench.fresh.core import chunked, dense, plain, technique, undense
from bench.held_out.core import (
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Values,
    cents,
    id_text,
    money,
    payload,
    unpayload,
)


@technique("persons", NAME, ID, TEL)
def padding_of_a_bitmap(rows, rng) -> Files:
    """A bitmap whose lines are filled up to four bytes with bytes of text."""
    data = payload(rows, *WHO) + b"\0"
    height = -(-len(data) // 3)
    pieces = chunked(data.ljust(height * 3, b"\0"), 3)
    body = b"".join(bytes(rng.randint(90, 160) for _ in range(129)) + p for p in pieces)
    head = b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54)
    head += struct.pack("<IiiHHIIiiII", 40, 43, height, 1, 24, 0, len(body), 2835, 2835, 0, 0)
    return [("bmp", head + body)]


def padding_of_a_bitmap_back(files) -> Values:
    data = b"".join(line[129:] for line in chunked(files[0][54:], 132))
    return unpayload(data.rstrip(b"\0"))


@technique("persons", ID, TEL, AMT)
def bits_of_an_icon(rows, _rng) -> Files:
    """A black and white picture as a source in C, its bits the records'."""
    data = dense(rows, ID, TEL, AMT)
    body = ",\n   ".join(", ".join(f"0x{b:02x}" for b in part) for part in chunked(data, 12))
    return plain(
        "xbm",
        f"#define seal_width 136\n#define seal_height {len(rows)}\nstatic char seal_bits"
        f"[] = {{\n   {body} }};\n",
    )


def bits_of_an_icon_back(files) -> Values:
    return undense(bytes(int(v, 16) for v in re.findall(r"0x(\w\w)", files[0].decode())), ID, TEL, AMT)


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@technique("firms", USCC, FIRM, BOSS)
def profile_of_colours(rows, rng) -> Files:
    """A small picture whose profile of colours has a long description."""
    text = payload(rows, USCC, FIRM, BOSS)
    tag = b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0"
    profile = struct.pack(">I4s", 144 + len(tag), b"zyxx") + b"\2\x10\0\0mntrRGB XYZ " + b"\0" * 104
    profile += struct.pack(">I4sII", 1, b"desc", 144, len(tag)) + tag
    lines = b"".join(b"\0" + rng.randbytes(24) for _ in range(8))
    out = _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    out += _chunk(b"iCCP", b"Display\0\0" + zlib.compress(profile, 9)) + _chunk(
        b"IDAT", zlib.compress(lines, 9)
    )
    return [("png", b"\x89PNG\r\n\x1a\n" + out + _chunk(b"IEND", b""))]


def profile_of_colours_back(files) -> Values:
    at = files[0].index(b"iCCP")
    size = struct.unpack_from(">I", files[0], at - 4)[0]
    profile = zlib.decompress(files[0][at + 4 : at + 4 + size].split(b"\0\0", 1)[1])
    place = profile.rindex(b"desc\0\0\0\0")
    return unpayload(profile[place + 12 : -1])


@technique("persons", ID, TEL, AMT)
def heights_of_bars(rows, _rng) -> Files:
    """A picture of a chart with a bar for each three digits, a point of height for one."""
    digits = "".join(
        r[ID].replace("X", "1")[:17]
        + ("1" if r[ID][17] == "X" else "0")
        + r[TEL]
        + r[AMT].replace(".", "").zfill(9)
        for r in rows
    )
    digits += "0" * (-len(digits) % 2)
    heights = [int(p) for p in chunked(digits, 2)]
    lines = []
    for y in range(100):
        lines.append(b"\0" + bytes(v for h in heights for v in ((40 if 99 - y < h else 255), 255)))
    out = _chunk(b"IHDR", struct.pack(">IIBBBBB", 2 * len(heights), 100, 8, 0, 0, 0, 0))
    out += _chunk(b"IDAT", zlib.compress(b"".join(lines), 9)) + _chunk(b"IEND", b"")
    return [("png", b"\x89PNG\r\n\x1a\n" + out)]


def heights_of_bars_back(files) -> Values:
    width = struct.unpack_from(">I", files[0], 16)[0]
    at = files[0].index(b"IDAT")
    raw = zlib.decompress(files[0][at + 4 : at + 4 + struct.unpack_from(">I", files[0], at - 4)[0]])
    lines = [line[1:] for line in chunked(raw, width + 1)]
    digits = "".join(f"{sum(line[x] == 40 for line in lines):02d}" for x in range(0, width, 2))
    out = []
    for part in chunked(digits, 38):
        if len(part) == 38:
            out.append((id_text(int(part[:17])), part[18:29], money(int(part[29:]))))
    return out


@technique("persons", NAME, ID, BIRTH)
def packet_of_a_photograph(rows, _rng) -> Files:
    """A photograph of one grey point with a packet of metadata: a bag of regions with names."""
    items = "\n".join(
        f'<rdf:li><rdf:Description mwg-rs:Name="{r[NAME]}" mwg-rs:Type="Face" dc:identif'
        f'ier="{r[ID]}" xmp:CreateDate="{r[BIRTH]}"/></rdf:li>'
        for r in rows
    )
    packet = (
        b"http://ns.adobe.com/xap/1.0/\0" + f"<x:xmpmeta><rdf:Bag>\n{items}\n</rdf:Bag></x:xmpmeta>".encode()
    )
    head = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(packet) + 2) + packet
    tables = b"\xff\xdb\0\x43\0" + b"\1" * 64 + b"\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0"
    tables += b"\xff\xc4\0\x14\0\1" + b"\0" * 15 + b"\0" + b"\xff\xc4\0\x14\x10\1" + b"\0" * 15 + b"\0"
    return [("jpg", head + tables + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\x3f\xff\xd9")]


def packet_of_a_photograph_back(files) -> Values:
    text = files[0][2:].decode("utf-8", "ignore")
    return re.findall(r'Name="(.+?)" mwg-rs:Type="Face" dc:identifier="(.+?)" xmp:CreateDate="(.+?)"', text)


@technique("firms", FIRM, FTEL, CAP)
def comments_of_a_recording(rows, _rng) -> Files:
    """A lossless recording of silence, its comments performers and numbers."""
    vendor = b"zy 1.0"
    out = struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(rows))
    for r in rows:
        text = f"PERFORMER={r[FIRM]} ({r[FTEL]}) gain {r[CAP]}".encode()
        out += struct.pack("<I", len(text)) + text
    info = struct.pack(">HH", 4096, 4096) + b"\0" * 6 + bytes.fromhex("0ac442f000000000") + b"\0" * 16
    return [("flac", b"fLaC\0\0\0\x22" + info + b"\x84" + len(out).to_bytes(3, "big") + out)]


def comments_of_a_recording_back(files) -> Values:
    text = files[0][42:].decode("utf-8", "ignore")
    return re.findall(r"PERFORMER=(.+?) \((\d+)\) gain (\d+\.\d\d)", text)


TONES = ((697, 770, 852, 941), (1209, 1336, 1477, 1633))


KEYS = "123A456B789C*0#D"


@technique("persons", ID, TEL, low=20, high=24)
def tones_of_a_telephone(rows, _rng) -> Files:
    """A recording of telephone keys being pressed."""
    text = "#".join(r[ID].replace("X", "*") + "#" + r[TEL] for r in rows)
    samples = bytearray()
    for c in text:
        low, high = TONES[0][KEYS.index(c) // 4], TONES[1][KEYS.index(c) % 4]
        for i in range(200):
            wave = math.sin(2 * math.pi * low * i / 8000) + math.sin(2 * math.pi * high * i / 8000)
            samples.append(128 + round(wave * 60))
        samples += b"\x80" * 80
    head = (
        b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
        + b"data"
        + struct.pack("<I", len(samples))
    )
    return [("wav", b"RIFF" + struct.pack("<I", len(head) + len(samples)) + head + bytes(samples))]


def tones_of_a_telephone_back(files) -> Values:
    def power(block: bytes, tone: int) -> float:
        a = sum((v - 128) * math.cos(2 * math.pi * tone * i / 8000) for i, v in enumerate(block))
        b = sum((v - 128) * math.sin(2 * math.pi * tone * i / 8000) for i, v in enumerate(block))
        return a * a + b * b

    text = ""
    for block in chunked(files[0][44:], 280):
        low, high = (
            max(range(4), key=lambda i, group=group: power(block[:200], group[i])) for group in TONES
        )
        text += KEYS[low * 4 + high]
    return [(k.replace("*", "X"), t) for k, t in chunked(text.split("#"), 2)]


@technique("persons", NAME, TEL, AMT)
def lyrics_with_times(rows, _rng) -> Files:
    """Lyrics of a song: lines are names, the times of words phones and sums."""
    out = ["[ti:数据之歌]", "[by:zy]"]
    for r in rows:
        t, a = int(r[TEL]), cents(r[AMT])
        out.append(
            f"[{t // 6000}:{t // 100 % 60:02d}.{t % 100:02d}]{r[NAME]}<{a // 6000}:"
            f"{a // 100 % 60:02d}.{a % 100:02d}>"
        )
    return plain("lrc", "\n".join(out))


def lyrics_with_times_back(files) -> Values:
    found = re.findall(r"\[(\d+):(\d\d)\.(\d\d)\](.+?)<(\d+):(\d\d)\.(\d\d)>", files[0].decode())
    out = []
    for a, b, c, name, d, e, f in found:
        out.append(
            (name, str((int(a) * 60 + int(b)) * 100 + int(c)), money((int(d) * 60 + int(e)) * 100 + int(f)))
        )
    return out


@technique("persons", NAME, ID, DIST)
def glyphs_of_a_bitmap_font(rows, _rng) -> Files:
    """A font of bitmaps: a glyph a person, the lines of which are bytes of text."""
    out = ["STARTFONT 2.1", "FONT -zy-icons-16", "SIZE 16 75 75", f"CHARS {len(rows)}"]
    for i, r in enumerate(rows):
        body = f"{r[NAME]}{r[ID]}{r[DIST]}".encode("gbk")
        out += [f"STARTCHAR u{i}", f"ENCODING {57344 + i}", "BBX 16 16 0 0", "BITMAP"]
        out += [p.hex().ljust(4, "0").upper() for p in chunked(body, 2)] + ["ENDCHAR"]
    return plain("bdf", "\n".join([*out, "ENDFONT"]))


def glyphs_of_a_bitmap_font_back(files) -> Values:
    out = []
    for glyph in files[0].decode().split("BITMAP\n")[1:]:
        text = bytes.fromhex(glyph.split("\nENDCHAR")[0].replace("\n", "")).rstrip(b"\0").decode("gbk")
        out.append((text[:-24], text[-24:-6], text[-6:]))
    return out


@technique("persons", ID, TEL, BIRTH)
def silent_film(rows, _rng) -> Files:
    """A film without compression: the brightness of points is bytes, a frame five people."""
    out = b"YUV4MPEG2 W20 H4 F25:1 Ip A1:1 Cmono\n"
    for part in chunked(rows, 5):
        out += b"FRAME\n" + dense(part, ID, TEL, BIRTH).ljust(80, b"\x10")
    return [("y4m", out)]


def silent_film_back(files) -> Values:
    data = files[0].split(b"\n", 1)[1]
    out = []
    for frame in chunked(data, 86):
        out += [v for p in chunked(frame[6:], 16) if p != b"\x10" * 16 for v in undense(p, ID, TEL, BIRTH)]
    return out
