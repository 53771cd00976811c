"""Records in sound, fonts, colour tables, drawings and maps."""

import io
import re
import struct
import wave
from collections.abc import Sequence
from random import Random

import numpy
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from bench.exam.core import (
    Fragment,
    Rows,
    bits,
    carries,
    found,
    fragments,
    framed,
    grid,
    payload,
    roles,
    technique,
    unframed,
    unpack,
)


def sound(samples: numpy.ndarray) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def heard(data: bytes) -> numpy.ndarray:
    with wave.open(io.BytesIO(data)) as file:
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2")


@technique(
    "wav", decoder=carries(lambda data: unframed(numpy.packbits((heard(data) & 1).astype(bool)).tobytes()))
)
def sample_low_bits(rows: Rows, random: Random) -> bytes:
    """The lowest bits of the samples of a tone."""
    stream = numpy.array(bits(framed(payload(rows))))
    tone = (8000 * numpy.sin(numpy.arange(len(stream)) / random.randint(4, 9))).astype(int)
    return sound(tone & ~1 | stream)


@technique("wav", decoder=lambda data, columns: fragments(
    [("1" + "".join(f"{one:02d}" for one in line),) for line in (heard(data) // 300).reshape(-1, 5).tolist()],
    [roles(columns).phone]))  # fmt: skip
def sample_levels(rows: Rows, _: Random) -> bytes:
    """Levels of samples are pairs of digits."""
    pairs = [int(row[roles(row).phone][cut : cut + 2]) * 300 for row in rows for cut in range(1, 11, 2)]
    return sound(numpy.array(pairs))


@technique("wav", decoder=carries(lambda data: data.partition(b"LIST")[2][4:]))
def sound_list_chunk(rows: Rows, _: Random) -> bytes:
    """A list chunk behind the samples."""
    return sound(numpy.zeros(800)) + b"LIST" + struct.pack("<I", len(payload(rows))) + payload(rows)


@technique("mid", decoder=lambda data, columns: fragments(
    [("".join(str(note - 60) for note in data[22:][place : place + 44 : 4]),)
     for place in range(2, len(data) - 22 - 4, 44)], [roles(columns).phone]))  # fmt: skip
def melody(rows: Rows, _: Random) -> bytes:
    """Notes above middle C are the digits of phone numbers."""
    notes = [int(digit) + 60 for row in rows for digit in row[roles(row).phone]]
    track = b"".join(bytes([8, 0x90, note, 64]) for note in notes) + b"\0\xff\x2f\0"
    return b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk" + struct.pack(">I", len(track)) + track


def font(advances: Sequence[int], names: dict[str, str]) -> bytes:
    glyphs = [".notdef", *(f"g{place}" for place in range(1, len(advances) + 1))]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({0xE000 + place: name for place, name in enumerate(glyphs[1:])})
    from fontTools.ttLib.tables._g_l_y_f import Glyph  # type: ignore[import-untyped]

    builder.setupGlyf({name: Glyph() for name in glyphs})
    builder.setupHorizontalMetrics(
        dict(zip(glyphs, [(500, 0), *((one, 0) for one in advances)], strict=True))
    )
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Exam", "styleName": "Regular", **names})
    builder.setupOS2()
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 3850000000
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _advances(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    metrics = TTFont(io.BytesIO(data))["hmtx"].metrics
    widths = [metrics[f"g{place}"][0] for place in range(1, len(metrics))]
    triples = zip(widths[::3], widths[1::3], widths[2::3], strict=True)
    return fragments([("1" + f"{a:04d}{b:04d}{c:02d}",) for a, b, c in triples], [roles(columns).phone])


@technique("ttf", decoder=_advances)
def glyph_widths(rows: Rows, _: Random) -> bytes:
    """Widths of three glyphs are a phone number."""
    numbers = [row[roles(row).phone] for row in rows]
    return font([int(one[a:b]) for one in numbers for a, b in ((1, 5), (5, 9), (9, 11))], {})


@technique("ttf", decoder=carries(lambda data: str(TTFont(io.BytesIO(data))["name"].getDebugName(13))))
def font_licence(rows: Rows, _: Random) -> bytes:
    """The licence text in the table of names."""
    return font([500], {"licenseDescription": payload(rows).decode()})


@technique("css", decoder=lambda data, columns: fragments(
    [(f"1{int(a, 16):05d}{int(b, 16):05d}",) for a, b in re.findall(
        "color:#(.{6});background:#(.{6})", data.decode())], [roles(columns).phone]))  # fmt: skip
def stylesheet_colours(rows: Rows, _: Random) -> bytes:
    """Foreground and background colours are the halves of phone numbers."""
    return "\n".join(
        f".c{place}{{color:#{int(row[roles(row).phone][1:6]):06x};background:#{int(row[roles(row).phone][6:]):06x}}}"
        for place, row in enumerate(rows)
    ).encode()


@technique("css", decoder=found(r'content:"(.+?)\|(.+?)\|(.+?)\|(.+?)\|(.+?)"'))
def stylesheet_contents(rows: Rows, _: Random) -> bytes:
    """Generated contents."""
    lines = payload(rows, separator="|").decode().split("\n")
    return "\n".join(f'.n{place}::after{{content:"{line}"}}' for place, line in enumerate(lines)).encode()


@technique("gpl", decoder=found(r"^ *\d+ +\d+ +\d+\t(\S+) (\S+)$", "name", "id"))
def palette_names(rows: Rows, random: Random) -> bytes:
    """Names of the colours of a palette."""
    role = roles(rows[0])
    colours = [f"{random.randrange(256):3} {random.randrange(256):3} {random.randrange(256):3}" for _ in rows]
    lines = [f"{colour}\t{row[role.name]} {row[role.id]}" for colour, row in zip(colours, rows, strict=True)]
    return "\n".join(["GIMP Palette", *lines]).encode()


@technique("obj", decoder=lambda data, columns: fragments(
    [(f"1{a}{b}",) for a, b in re.findall(r"^v \d+\.(\d{5}) \d+\.(\d{5}) ", data.decode(), re.M)],
    [roles(columns).phone]))  # fmt: skip
def mesh_vertices(rows: Rows, random: Random) -> bytes:
    """Decimals of the vertices of a mesh."""
    return "\n".join(
        f"v {random.randint(0, 9)}.{number[1:6]} {random.randint(0, 9)}.{number[6:]} 0.5"
        for (number,) in grid(rows, [roles(rows[0]).phone])
    ).encode()


@technique(
    "kml", decoder=found("<name>(.+?)</name><description>(.+?)，(.+?)</description>", "name", "id", "place")
)
def map_placemarks(rows: Rows, random: Random) -> bytes:
    """Placemarks of a map."""
    role = roles(rows[0])
    marks = "\n".join(
        f"<Placemark><name>{a}</name><description>{b}，{c}</description><Point><coordinates>"
        f"106.{random.randint(1, 9999)},27.{random.randint(1, 9999)}</coordinates></Point></Placemark>"
        for a, b, c in grid(rows, [role.name, role.id, role.place])
    )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'.encode()


@technique("gpx", decoder=lambda data, columns: fragments(
    [(f"1{a}{b}",) for a, b in re.findall(r'lat="27\.(\d{5})" lon="106\.(\d{5})"', data.decode())],
    [roles(columns).phone]))  # fmt: skip
def track_points(rows: Rows, _: Random) -> bytes:
    """Decimals of the points of a track."""
    numbers = [row[roles(row).phone] for row in rows]
    points = "\n".join(f'<trkpt lat="27.{one[1:6]}" lon="106.{one[6:]}"/>' for one in numbers)
    return f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>".encode()


@technique("srt", decoder=found(r"^[\d:,]+ --> [\d:,]+\n(.+?) (.+)$", "name", "phone"))
def subtitles(rows: Rows, _: Random) -> bytes:
    """Subtitles of a film."""
    role = roles(rows[0])
    return "\n\n".join(
        f"{place}\n00:{place // 60:02d}:{place % 60:02d},000 --> 00:{place // 60:02d}:{place % 60:02d},900\n"
        f"{row[role.name]} {row[role.phone]}"
        for place, row in enumerate(rows, 1)
    ).encode()


@technique(
    "cube",
    decoder=lambda data, columns: unpack(
        bytes(round(float(word) * 255) for word in data.decode().split("\n", 1)[1].split() if float(word)),
        columns,
    ),
)
def colour_lookup(rows: Rows, _: Random) -> bytes:
    """A colour lookup table whose values are bytes over 255."""
    data = payload(rows)
    data += bytes(-len(data) % 3)
    lines = [
        " ".join(f"{byte / 255:.6f}" for byte in data[place : place + 3]) for place in range(0, len(data), 3)
    ]
    return "\n".join(["LUT_3D_SIZE 16", *lines]).encode()
