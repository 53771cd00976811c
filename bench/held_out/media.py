"""Pictures and sounds that carry records in their data, their texts or at their ends."""

from __future__ import annotations

import io
import re
import struct
import zlib

from PIL import Image

from bench.held_out.core import (
    AMT,
    BIRTH,
    DIST,
    FIRM,
    FTEL,
    ID,
    NAME,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    bits_back,
    bits_of,
    id_text,
    packed,
    payload,
    person_bytes,
    person_values,
    technique,
    tuples,
    unpacked,
    unpayload,
)


def noise_picture(rng, width: int = 160, height: int = 120) -> Image.Image:
    """A picture with some texture."""
    data = bytes(
        min(255, max(0, x + y + rng.randint(-20, 20)))
        for y in range(height)
        for x in range(width)
        for _ in "rgb"
    )
    return Image.frombytes("RGB", (width, height), data)


def chart(width: int = 320, height: int = 200) -> Image.Image:
    """A plain bar chart."""
    picture = Image.new("RGB", (width, height), (255, 255, 255))
    for i in range(14):
        top = 20 + (i * 37) % 140
        picture.paste((31, 119, 180), (10 + i * 22, top, 26 + i * 22, height - 10))
    return picture


def png(picture: Image.Image) -> bytes:
    """The PNG file of a picture."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG file."""
    out, at = [], 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        out.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += size + 12
        if out[-1][0] == b"IEND":
            break
    return out


@technique("persons", *WHO)
def png_compressed_text(rows, _rng) -> Files:
    """A compressed text chunk called Description."""
    text = chunk(b"zTXt", b"Description\0\0" + zlib.compress(payload(rows, *WHO)))
    data = png(chart())
    return [("png", data[:-12] + text + data[-12:])]


def png_compressed_text_back(files) -> Values:
    data = dict(chunks(files[0]))[b"zTXt"]
    return unpayload(zlib.decompress(data.split(b"\0\0", 1)[1]))


@technique("persons", NAME, TEL, low=12, high=30)
def png_plain_texts(rows, _rng) -> Files:
    """One international text chunk a person."""
    data = png(chart())
    texts = b"".join(chunk(b"iTXt", f"k{i}\0\0\0\0\0{r[NAME]} {r[TEL]}".encode()) for i, r in enumerate(rows))
    return [("png", data[:33] + texts + data[33:])]


def png_plain_texts_back(files) -> Values:
    return [tuple(d.split(b"\0")[-1].decode().split(" ")) for k, d in chunks(files[0]) if k == b"iTXt"]


@technique("persons", NAME, ID, SICK)
def png_trailing_table(rows, _rng) -> Files:
    """A table after the end of the picture."""
    return [("png", png(chart()) + person_bytes(rows, (NAME, ID, SICK)))]


def png_trailing_table_back(files) -> Values:
    return person_values(files[0].split(b"IEND\xaeB`\x82", 1)[1])


@technique("persons", TEL, low=20, high=60)
def lowest_bits(rows, rng) -> Files:
    """The lowest bit of each colour of a photograph."""
    picture = noise_picture(rng)
    data = bytearray(picture.tobytes())
    for i, bit in enumerate(bits_of(packed(rows))):
        data[i] = data[i] & 254 | bit
    return [("png", png(Image.frombytes("RGB", picture.size, bytes(data))))]


def lowest_bits_back(files) -> Values:
    data = Image.open(io.BytesIO(files[0])).tobytes()
    return unpacked(bits_back([b & 1 for b in data]))


@technique("firms", USCC, low=20, high=60)
def palette_colours(rows, _rng) -> Files:
    """Numbers in the colours of the palette of an indexed picture."""
    data = packed(rows, USCC)
    picture = Image.new("P", (256, 64))
    picture.putdata([x for _ in range(64) for x in range(256)])
    picture.putpalette((bytes([len(rows), 0, 0]) + data).ljust(768, b"\0"))
    return [("png", png(picture))]


def palette_colours_back(files) -> Values:
    data = dict(chunks(files[0]))[b"PLTE"].ljust(768, b"\0")
    return unpacked(data[3 : 3 + data[0] * 11], USCC)


@technique("persons", NAME, ID, TEL)
def bytes_as_pixels(rows, _rng) -> Files:
    """A grey picture whose pixels are the bytes of the table."""
    data = payload(rows, *WHO)
    height = -(-len(data) // 64)
    return [("png", png(Image.frombytes("L", (64, height), data.ljust(64 * height, b"\0"))))]


def bytes_as_pixels_back(files) -> Values:
    return unpayload(Image.open(io.BytesIO(files[0])).tobytes().rstrip(b"\0"))


GLYPHS = {
    c: [f"{int(h, 16):05b}" for h in rows.split()]
    for c, rows in {
        "0": "e 11 13 15 19 11 e",
        "1": "4 c 4 4 4 4 e",
        "2": "e 11 1 2 4 8 1f",
        "3": "1f 2 4 2 1 11 e",
        "4": "2 6 a 12 1f 2 2",
        "5": "1f 10 1e 1 1 11 e",
        "6": "6 8 10 1e 11 11 e",
        "7": "1f 1 2 4 8 8 8",
        "8": "e 11 11 e 11 11 e",
        "9": "e 11 11 f 1 2 c",
        "X": "11 11 a 4 a 11 11",
        " ": "0 0 0 0 0 0 0",
    }.items()
}


@technique("persons", ID, TEL)
def picture_of_the_table(rows, _rng) -> Files:
    """A screenshot: the numbers drawn in a bitmap font, twice enlarged."""
    lines = [f"{r[ID]} {r[TEL]}" for r in rows]
    picture = Image.new("L", (30 * 6, len(lines) * 9), 255)
    for y, line in enumerate(lines):
        for x, char in enumerate(line):
            for j, bits in enumerate(GLYPHS[char]):
                for i, bit in enumerate(bits):
                    if bit == "1":
                        picture.putpixel((x * 6 + i, y * 9 + 1 + j), 0)
    return [("png", png(picture.resize((30 * 12, len(lines) * 18), Image.Resampling.NEAREST)))]


def picture_of_the_table_back(files) -> Values:
    picture = Image.open(io.BytesIO(files[0]))
    small = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.NEAREST)
    known = {"".join(v): c for c, v in GLYPHS.items()}
    out = []
    for y in range(small.height // 9):
        text = ""
        for x in range(30):
            bits = (
                "1" if small.getpixel((x * 6 + i, y * 9 + 1 + j)) == 0 else "0"
                for j in range(7)
                for i in range(5)
            )
            text += known["".join(bits)]
        out.append(tuple(text.split(" ")))
    return out


def jpeg(picture: Image.Image, **options) -> bytes:
    """The JPEG file of a picture."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, **options)
    return out.getvalue()


@technique("persons", NAME, BIRTH, TEL)
def jpeg_comment(rows, _rng) -> Files:
    """The comment segment of a photograph."""
    return [("jpg", jpeg(chart(), comment=payload(rows, NAME, BIRTH, TEL)))]


def jpeg_comment_back(files) -> Values:
    return unpayload(Image.open(io.BytesIO(files[0])).info["comment"])


@technique("firms", USCC, FIRM, FTEL)
def jpeg_exif(rows, _rng) -> Files:
    """The title for Windows and the user comment in the EXIF block."""
    exif = Image.Exif()
    exif[0x010E] = "chart"
    exif[0x9C9B] = payload(rows, USCC, FIRM, FTEL).decode().encode("utf-16-le")
    return [("jpg", jpeg(chart(), exif=exif.tobytes()))]


def jpeg_exif_back(files) -> Values:
    value = Image.open(io.BytesIO(files[0])).getexif()[0x9C9B]
    return unpayload(bytes(value).decode("utf-16-le").encode())


@technique("persons", NAME, ID)
def jpeg_application_segment(rows, _rng) -> Files:
    """An application segment 11 with a deflated table."""
    data = zlib.compress(payload(rows, NAME, ID))
    body = jpeg(chart())
    return [("jpg", body[:2] + b"\xff\xeb" + struct.pack(">H", len(data) + 2) + data + body[2:])]


def jpeg_application_segment_back(files) -> Values:
    size = struct.unpack(">H", files[0][4:6])[0]
    return unpayload(zlib.decompress(files[0][6 : 4 + size]))


@technique("persons", NAME, TEL, AMT)
def svg_invisible_text(rows, rng) -> Files:
    """Texts of no opacity over the bars of a chart, and their titles."""
    items = "".join(
        f'<g><rect x="{i * 9}" y="10" width="7" height="{rng.randint(5, 90)}"/><title>{r[NAME]}</title>'
        f'<text x="{i * 9}" y="5" opacity="0">{r[TEL]}|{r[AMT]}</text></g>'
        for i, r in enumerate(rows)
    )
    return [
        ("svg", f'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="110">{items}</svg>'.encode())
    ]


def svg_invisible_text_back(files) -> Values:
    return re.findall(r"<title>(.+?)</title><text [^>]+>(.+?)\|(.+?)</text>", files[0].decode())


@technique("persons", *WHO)
def svg_metadata(rows, _rng) -> Files:
    """The metadata block of a drawing."""
    items = "".join(f"<dc:subject>{r[NAME]};{r[ID]};{r[TEL]}</dc:subject>" for r in rows)
    return [
        (
            "svg",
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            f'{items}</metadata><circle r="40" cx="50" cy="50"/></svg>'.encode(),
        )
    ]


def svg_metadata_back(files) -> Values:
    return [tuple(t.split(";")) for t in re.findall("<dc:subject>(.+?)</dc", files[0].decode())]


@technique("persons", BIRTH, DIST, VISIT, AMT)
def svg_path_points(rows, _rng) -> Files:
    """A line whose points are day of birth against day of visit, and sum against district."""
    a = " L".join(f"{r[BIRTH].replace('-', '')},{r[VISIT].replace('-', '')}" for r in rows)
    b = " L".join(f"{r[AMT]},{r[DIST]}" for r in rows)
    return [
        (
            "svg",
            (
                f'<svg xmlns="http://www.w3.org/2000/svg"><path id="p1" d="M{a}"/>'
                f'<path id="p2" d="M{b}"/></svg>'
            ).encode(),
        )
    ]


def svg_path_points_back(files) -> Values:
    first, second = (
        [p.split(",") for p in d.split(" L")] for d in re.findall(r'd="M([^"]+)"', files[0].decode())
    )
    return [
        (f"{b[:4]}-{b[4:6]}-{b[6:]}", d, f"{v[:4]}-{v[4:6]}-{v[6:]}", a)
        for (b, v), (a, d) in zip(first, second, strict=True)
    ]


@technique("persons", NAME, SICK, TEL)
def gif_comment(rows, _rng) -> Files:
    """The comment blocks of an animation."""
    out = io.BytesIO()
    chart().convert("P", palette=Image.Palette.ADAPTIVE, colors=8).save(
        out, "GIF", comment=payload(rows, NAME, SICK, TEL)
    )
    return [("gif", out.getvalue())]


def gif_comment_back(files) -> Values:
    return unpayload(Image.open(io.BytesIO(files[0])).info["comment"])


def wav(samples: bytes, extra: bytes = b"") -> bytes:
    """A WAV file of 16-bit samples, with extra chunks after them."""
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    body += b"data" + struct.pack("<I", len(samples)) + samples + extra
    return b"RIFF" + struct.pack("<I", len(body)) + body


@technique("persons", ID, low=20, high=60)
def sound_samples(rows, _rng) -> Files:
    """Sound samples, four for each resident number."""
    return [("wav", wav(packed(rows, ID)))]


def sound_samples_back(files) -> Values:
    return unpacked(files[0][44:], ID)


@technique("persons", NAME, ID, TEL)
def sound_information(rows, _rng) -> Files:
    """The comment in the information list of a sound."""
    text = payload(rows, *WHO)
    text += b"\0" * (2 - len(text) % 2)
    info = b"INFOICMT" + struct.pack("<I", len(text)) + text
    tone = b"".join(struct.pack("<h", (i * 997) % 8000 - 4000) for i in range(2000))
    return [("wav", wav(tone, b"LIST" + struct.pack("<I", len(info)) + info))]


def sound_information_back(files) -> Values:
    at = files[0].index(b"ICMT")
    size = struct.unpack("<I", files[0][at + 4 : at + 8])[0]
    return unpayload(files[0][at + 8 : at + 8 + size].rstrip(b"\0"))


@technique("persons", NAME, VISIT, TEL)
def tiff_description(rows, _rng) -> Files:
    """The description and software tags of a TIFF picture."""
    out = io.BytesIO()
    text = payload(rows, NAME, VISIT, TEL).decode().encode("unicode_escape").decode()
    chart(64, 64).save(out, "TIFF", tiffinfo={270: text})
    return [("tiff", out.getvalue())]


def tiff_description_back(files) -> Values:
    text = Image.open(io.BytesIO(files[0])).tag_v2[270]
    return unpayload(text.encode().decode("unicode_escape").encode())


BARS = {
    c: p
    for c, p in zip(
        "0123456789*",
        [
            "nnnwwnwnn",
            "wnnwnnnnw",
            "nnwwnnnnw",
            "wnwwnnnnn",
            "nnnwwnnnw",
            "wnnwwnnnn",
            "nnwwwnnnn",
            "nnnwnnwnw",
            "wnnwnnwnn",
            "nnwwnnwnn",
            "nwnnwnwnn",
        ],
        strict=True,
    )
}


@technique("persons", TEL, low=12, high=40)
def bar_codes(rows, _rng) -> Files:
    """A sheet of bar codes in Code 39, one a telephone number."""
    out = []
    for y, r in enumerate(rows):
        x, bars = 0, ""
        for char in f"*{r[TEL]}*":
            for i, kind in enumerate(BARS[char]):
                size = 3 if kind == "w" else 1
                bars += f'<rect x="{x}" y="{y * 20}" width="{size}" height="15"/>' if i % 2 == 0 else ""
                x += size
            x += 1
        out.append(f"<g>{bars}</g>")
    return [("svg", f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(out)}</svg>'.encode())]


def bar_codes_back(files) -> Values:
    known = {p: c for c, p in BARS.items()}
    out = []
    for group in re.findall("<g>(.+?)</g>", files[0].decode()):
        text, x, pattern = "", 0, ""
        for start, size in re.findall(r'x="(\d+)" y="\d+" width="(\d)"', group):
            if pattern:
                pattern += "w" if int(start) - x == 3 else "n"
            pattern += "w" if size == "3" else "n"
            x = int(start) + int(size)
            if len(pattern) == 9:
                text, pattern = text + known[pattern], ""
        out.append((text.strip("*"),))
    return out


@technique("persons", ID, AMT)
def heat_map(rows, _rng) -> Files:
    """A heat map: one row of three pixels a number, colours as base 256."""
    data = b"".join(
        int(r[ID][:17]).to_bytes(8, "big") + int(r[AMT].replace(".", "")).to_bytes(4, "big") for r in rows
    )
    picture = Image.frombytes("RGB", (4, len(rows)), data)
    out = io.BytesIO()
    picture.save(out, "BMP")
    return [("bmp", out.getvalue())]


def heat_map_back(files) -> Values:
    data = Image.open(io.BytesIO(files[0])).tobytes()
    out = []
    for i in range(0, len(data), 12):
        value = str(int.from_bytes(data[i + 8 : i + 12], "big"))
        out.append((id_text(int.from_bytes(data[i : i + 8], "big")), f"{value[:-2]}.{value[-2:]}"))
    return tuples(out)


@technique("persons", NAME, TEL, DIST)
def music_tag(rows, _rng) -> Files:
    """The lyrics frame of an ID3 tag before a silent sound."""
    text = b"\1eng\xff\xfe\0\0" + payload(rows, NAME, TEL, DIST).decode().encode("utf-16")
    frame = b"USLT" + struct.pack(">I", len(text)) + b"\0\0" + text
    size = len(frame)
    head = b"ID3\3\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return [("mp3", head + frame + (b"\xff\xfb\x10\xc4" + b"\0" * 413) * 4)]


def music_tag_back(files) -> Values:
    size = struct.unpack(">I", files[0][14:18])[0]
    return unpayload(files[0][20 + 8 : 20 + size].decode("utf-16").encode())


@technique("persons", TEL, low=20, high=60)
def subtitle_times(rows, _rng) -> Files:
    """Subtitles whose times, in milliseconds, are telephone numbers, and whose texts are harmless."""

    def clock(ms: int) -> str:
        return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"

    lines = [
        f"{i}\n{clock(int(r[TEL]))} --> {clock(int(r[TEL]) + 900)}\n图{i}\n" for i, r in enumerate(rows, 1)
    ]
    return [("srt", "\n".join(lines).encode())]


def subtitle_times_back(files) -> Values:
    found = re.findall(r"(\d+):(\d\d):(\d\d),(\d{3}) -->", files[0].decode())
    return [(str(((int(h) * 60 + int(m)) * 60 + int(s)) * 1000 + int(ms)),) for h, m, s, ms in found]
