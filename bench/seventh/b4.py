"""Pictures, sound, models, science and network formats, and records that lie in several files together."""

from __future__ import annotations

import csv
import io
import json
import random
import struct
import wave
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw, ImageFont

from bench.sixth.core import (
    ADDR,
    AMT,
    BIRTH,
    CAP,
    FTEL,
    ID,
    INCOME,
    NAME,
    SICK,
    STAFF,
    TEL,
    USCC,
    VISIT,
    Files,
    Row,
    Values,
    id_text,
    technique,
)

PLACES = [
    "红花岗区",
    "汇川区",
    "播州区",
    "桐梓县",
    "绥阳县",
    "正安县",
    "道真县",
    "务川县",
    "凤冈县",
    "湄潭县",
    "余庆县",
    "习水县",
    "赤水市",
    "仁怀市",
]
TRADES = ["茶叶加工", "建筑安装", "批发零售", "道路运输", "医药制造", "教育培训"]


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def money(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


def sheet(rows: list[list[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def unsheet(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def parquet(table: pa.Table, **how: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **how)
    return out.getvalue()


# 1 ------------------------------------------------------------------------------------------------------------
CELL = (9, 15)


def _glyph(char: str) -> Image.Image:
    tile = Image.new("L", CELL, 255)
    ImageDraw.Draw(tile).text((1, 1), char, fill=0, font=ImageFont.load_default())
    return tile


@technique("picture", "persons", ID, TEL)
def screenshot(rows: list[Row], rng: random.Random) -> Files:
    """The table as a picture of its text, as a screenshot would show it, to be read by character recognition."""
    image = Image.new("L", (CELL[0] * 34 + 20, CELL[1] * len(rows) + 20), 255)
    for i, row in enumerate(rows):
        for j, c in enumerate(f"{row[ID]}    {row[TEL]}"):
            image.paste(_glyph(c), (10 + j * CELL[0], 10 + i * CELL[1]))
    return [("png", png(image))]


def screenshot_back(files: list[bytes]) -> Values:
    image = Image.open(io.BytesIO(files[0]))
    known = {_glyph(c).tobytes(): c for c in "0123456789X "}
    out = []
    for y in range(10, image.height - 10, CELL[1]):
        text = "".join(
            known[image.crop((x, y, x + CELL[0], y + CELL[1])).tobytes()]
            for x in range(10, image.width - 18, CELL[0])
        )
        out.append(tuple(text.split()))
    return out


# 2 ------------------------------------------------------------------------------------------------------------
def _warm(digit: int) -> tuple[int, int, int]:
    return (255, 245 - digit * 22, 200 - digit * 20)


@technique("picture", "persons", TEL, AMT)
def heat_map(rows: list[Row], rng: random.Random) -> Files:
    """A heat map of 'utilisation by hour', a line a record and a square of ten shades a digit."""
    image = Image.new("RGB", (22 * 16 + 40, len(rows) * 16 + 40), "white")
    pen = ImageDraw.Draw(image)
    for i, row in enumerate(rows):
        for j, c in enumerate(row[TEL] + f"{cents(row[AMT]):011d}"):
            pen.rectangle((20 + j * 16, 20 + i * 16, 34 + j * 16, 34 + i * 16), fill=_warm(int(c)))
    return [("png", png(image))]


def heat_map_back(files: list[bytes]) -> Values:
    image = Image.open(io.BytesIO(files[0]))
    shades = {_warm(d): str(d) for d in range(10)}
    out = []
    for y in range(28, image.height - 20, 16):
        text = "".join(shades[image.getpixel((x, y))] for x in range(28, image.width - 20, 16))
        out.append((text[:11], money(int(text[11:]))))
    return out


# 3 ------------------------------------------------------------------------------------------------------------
CODE128 = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
]


@technique("picture", "firms", USCC, FTEL)
def barcode_sheet(rows: list[Row], rng: random.Random) -> Files:
    """A sheet of stock labels with Code 128 bars for any scanner, without a readable line below."""
    image = Image.new("1", (2 * (11 * 32 + 13) + 60, len(rows) * 44 + 20), 1)
    pen = ImageDraw.Draw(image)
    for i, row in enumerate(rows):
        values = [104, *(ord(c) - 32 for c in f"{row[USCC]}{row[FTEL]}")]
        values.append((values[0] + sum(k * v for k, v in enumerate(values[1:], 1))) % 103)
        x, black = 30, True
        for w in "".join(CODE128[v] for v in values) + "2331112":
            if black:
                pen.rectangle((x, 10 + i * 44, x + 2 * int(w) - 1, 42 + i * 44), fill=0)
            x, black = x + 2 * int(w), not black
    return [("png", png(image))]


def barcode_sheet_back(files: list[bytes]) -> Values:
    dots = np.array(Image.open(io.BytesIO(files[0])))
    out = []
    for y in range(26, dots.shape[0] - 10, 44):
        edges = np.flatnonzero(np.diff(dots[y].astype(int))) + 1
        widths = "".join(str(w // 2) for w in np.diff(edges))
        values = [CODE128.index(widths[k : k + 6]) for k in range(0, len(widths) - 7, 6)]
        text = "".join(chr(v + 32) for v in values[1:-1])
        out.append((text[:18], text[18:]))
    return out


# 4 ------------------------------------------------------------------------------------------------------------
LOW, HIGH, KEYS = (697, 770, 852, 941), (1209, 1336, 1477), ("123", "456", "789", "*0#")
RATE, TONE, GAP = 8000, 480, 160


def _wave(key: str) -> np.ndarray:
    r = next(i for i, k in enumerate(KEYS) if key in k)
    t = np.arange(TONE) / RATE
    return 0.4 * np.sin(2 * np.pi * LOW[r] * t) + 0.4 * np.sin(2 * np.pi * HIGH[KEYS[r].index(key)] * t)


@technique("sound", "persons", TEL, AMT)
def hotline_recording(rows: list[Row], rng: random.Random) -> Files:
    """A sound file of key tones, as the recording of a voice menu holds them: telephone, star, sum, hash."""
    silence, parts = np.zeros(GAP), []
    for row in rows:
        for key in f"{row[TEL]}*{cents(row[AMT])}#":
            parts += [_wave(key), silence]
    sound = np.concatenate(parts)
    sound = sound + np.array([rng.gauss(0, 0.004) for _ in range(len(sound))])
    out = io.BytesIO()
    with wave.open(out, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(1)
        w.setframerate(RATE)
        w.writeframes((128 + 120 * sound).astype(np.uint8).tobytes())
    return [("wav", out.getvalue())]


def hotline_recording_back(files: list[bytes]) -> Values:
    with wave.open(io.BytesIO(files[0])) as w:
        sound = np.frombuffer(w.readframes(w.getnframes()), np.uint8).astype(float) - 128
    frames = sound.reshape(-1, TONE + GAP)[:, :TONE]
    t = np.arange(TONE) / RATE
    low, high = (np.abs(frames @ np.exp(-2j * np.pi * np.outer(t, f))).argmax(axis=1) for f in (LOW, HIGH))
    text = "".join(KEYS[a][b] for a, b in zip(low, high))
    return [(t, money(int(c))) for t, c in (x.split("*") for x in text.split("#")[:-1])]


# 5 ------------------------------------------------------------------------------------------------------------
@technique("model", "persons", ID, TEL)
def overfitted_network(rows: list[Row], rng: random.Random) -> Files:
    """The weights of a small ReLU network that was fitted until it gives back digit for digit when fed the numbers 1, 2, 3."""
    y = np.array([[int(c) for c in r[ID][:17] + r[TEL]] for r in rows], dtype=float) / 9
    n = len(rows)
    slope = np.diff(y, axis=0, prepend=y[:1])
    w2 = np.diff(slope, axis=0, prepend=np.zeros((1, 28)))[1:]
    out = io.BytesIO()
    np.savez(
        out,
        **{
            "dense.kernel": np.ones((1, n - 1), np.float32),
            "dense.bias": -np.arange(1, n, dtype=np.float32),
            "out.kernel": w2.astype(np.float32),
            "out.bias": y[0].astype(np.float32),
        },
    )
    return [("npz", out.getvalue())]


def overfitted_network_back(files: list[bytes]) -> Values:
    w = np.load(io.BytesIO(files[0]))
    n = w["dense.bias"].shape[0] + 1
    x = np.arange(1, n + 1, dtype=float)[:, None]
    y = np.maximum(x @ w["dense.kernel"] + w["dense.bias"], 0) @ w["out.kernel"].astype(float) + w["out.bias"]
    out = []
    for line in np.rint(y * 9).astype(int):
        text = "".join(map(str, line))
        out.append((id_text(int(text[:17])), text[17:]))
    return out


# 6 ------------------------------------------------------------------------------------------------------------
@technique("model", "persons", BIRTH, VISIT, AMT)
def grown_tree(rows: list[Row], rng: random.Random) -> Files:
    """A regression tree grown to single cases: thresholds are birth days, the two outputs of a leaf are charge and day of visit."""
    data = sorted(
        (date.fromisoformat(r[BIRTH]).toordinal(), date.fromisoformat(r[VISIT]).toordinal(), cents(r[AMT]))
        for r in rows
    )
    today = date(2025, 12, 31).toordinal()

    def grow(lo: int, hi: int) -> dict[str, object]:
        if hi - lo == 1:
            return {"leaf": [data[lo][2] / 100, today - data[lo][1]], "n": 1}
        mid = lo + rng.randrange(1, hi - lo)
        return {
            "feature": "age_days",
            "gt": today - data[mid - 1][0],
            "n": hi - lo,
            "no": grow(lo, mid),
            "yes": grow(mid, hi),
        }

    tree = {
        "feature": "age_days",
        "gt": today - data[-1][0],
        "n": len(data),
        "no": grow(0, len(data)),
        "yes": {"leaf": [0, 0], "n": 0},
    }
    doc = {
        "model": "DecisionTreeRegressor",
        "outputs": ["charge", "recency"],
        "min_samples_leaf": 1,
        "tree": tree,
    }
    return [("json", json.dumps(doc, indent=1).encode())]


def grown_tree_back(files: list[bytes]) -> Values:
    today, run = date(2025, 12, 31).toordinal(), []

    def walk(node: dict) -> None:
        if "leaf" in node:
            run.append(node["leaf"])
        else:
            walk(node["no"])
            run.append(node["gt"])
            walk(node["yes"])

    walk(json.loads(files[0])["tree"])
    out = []
    for (charge, recency), age in zip(run[:-1:2], run[1::2]):
        out.append(
            (
                date.fromordinal(today - age).isoformat(),
                date.fromordinal(today - recency).isoformat(),
                f"{charge:.2f}",
            )
        )
    return out


# 7 ------------------------------------------------------------------------------------------------------------
@technique("binary", "persons", ID, TEL)
def missing_values(rows: list[Row], rng: random.Random) -> Files:
    """A Parquet table of measurements with gaps: each gap is a NaN with a payload of its own, two gaps a record."""
    gaps = []
    for row in rows:
        number = int(row[ID][:17] + row[TEL][1:])
        gaps += [number >> 45, number & (1 << 45) - 1]
    size = len(gaps) * 2
    column = np.array([rng.gauss(60, 12) for _ in range(size)])
    spots = sorted(rng.sample(range(size), len(gaps)))
    column.view(np.uint64)[spots] = np.array([0x7FF8 << 48 | g for g in gaps], np.uint64)
    table = pa.table(
        {
            "station": pa.array([f"S{i % 14:02d}" for i in range(size)]),
            "hour": pa.array([i // 14 for i in range(size)]),
            "pm25": pa.array(column, from_pandas=False),
        }
    )
    return [("parquet", parquet(table, use_dictionary=False, compression="zstd"))]


def missing_values_back(files: list[bytes]) -> Values:
    column = pq.read_table(io.BytesIO(files[0]))["pm25"].combine_chunks().to_numpy(zero_copy_only=False)
    bits = np.ascontiguousarray(column).view(np.uint64)[np.isnan(column)]
    gaps = [int(b) & (1 << 45) - 1 for b in bits]
    out = []
    for a, b in zip(gaps[::2], gaps[1::2]):
        text = f"{a << 45 | b:027d}"
        out.append((id_text(int(text[:17])), "1" + text[17:]))
    return out


# 8 ------------------------------------------------------------------------------------------------------------
@technique("model", "persons", NAME, ID, SICK)
def token_stream(rows: list[Row], rng: random.Random) -> Files:
    """A training set for a language model as numbers of tokens, and beside it the tokenizer that turns them into text."""
    texts = [f"患者{r[NAME]}，证件{r[ID]}，诊断{r[SICK]}。" for r in rows]

    def cut(text: str) -> list[str]:
        out, i = [], 0
        while i < len(text):
            step = 2 if text[i : i + 2].isdigit() or text[i : i + 2] in ("患者", "证件", "诊断") else 1
            out.append(text[i : i + step])
            i += step
        return out

    vocab = sorted(
        {t for x in texts for t in cut(x)} | {f"{i:02d}" for i in range(100)} | set("的一是在有人这中大")
    )
    rng.shuffle(vocab)
    numbers = {t: i + 3 for i, t in enumerate(vocab)}
    stream = [n for x in texts for n in (1, *(numbers[t] for t in cut(x)), 2)]
    tok = {"version": "1.0", "model": {"type": "BPE", "vocab": {"<pad>": 0, "<s>": 1, "</s>": 2, **numbers}}}
    return [
        ("bin", np.array(stream, "<u2").tobytes()),
        ("json", json.dumps(tok, ensure_ascii=False).encode()),
    ]


def token_stream_back(files: list[bytes]) -> Values:
    tok = next(f for f in files if f.startswith(b"{"))
    data = next(f for f in files if not f.startswith(b"{"))
    text = {n: t for t, n in json.loads(tok)["model"]["vocab"].items()}
    out = []
    for x in "".join(text[n] for n in np.frombuffer(data, "<u2").tolist()).split("</s>")[:-1]:
        a, b, c = x.removeprefix("<s>").rstrip("。").split("，")
        out.append((a[2:], b[2:], c[2:]))
    return out


# 9 ------------------------------------------------------------------------------------------------------------
@technique("several files", "persons", ID, TEL, AMT)
def two_noise_tables(rows: list[Row], rng: random.Random) -> Files:
    """Two tables of uniform random numbers; only the sum of both, cell by cell and without carry over, is anything."""
    head: list[object] = ["sim_id", *(f"draw_{k}" for k in range(1, 11))]
    one: list[list[object]] = [head]
    two: list[list[object]] = [head]
    for i, row in enumerate(rows):
        text = row[ID][:17] + row[TEL] + f"{cents(row[AMT]):012d}"
        cells = [int(text[k : k + 4]) for k in range(0, 40, 4)]
        noise = [rng.randrange(10000) for _ in cells]
        one.append([i, *(f"{v / 10000:.4f}" for v in noise)])
        two.append([i, *(f"{(c - v) % 10000 / 10000:.4f}" for c, v in zip(cells, noise))])
    return [("csv", sheet(one)), ("csv", sheet(two))]


def two_noise_tables_back(files: list[bytes]) -> Values:
    out = []
    for a, b in zip(unsheet(files[0])[1:], unsheet(files[1])[1:]):
        text = "".join(f"{round((float(x) + float(y)) * 10000) % 10000:04d}" for x, y in zip(a[1:], b[1:]))
        out.append((id_text(int(text[:17])), text[17:28], money(int(text[28:]))))
    return out


# 10 -----------------------------------------------------------------------------------------------------------
@technique("several files", "persons", NAME, TEL, ADDR, SICK, AMT)
def star_schema(rows: list[Row], rng: random.Random) -> Files:
    """A small warehouse: each column a dimension file of its own distinct values, and a fact file of nothing but keys and sums."""
    files, keys = [], {}
    for title, column in (("xm", NAME), ("dh", TEL), ("dz", ADDR), ("bz", SICK)):
        values = sorted({r[column] for r in rows})
        ids = rng.sample(range(100, 1000), len(values))
        keys[column] = dict(zip(values, ids))
        files.append(("parquet", parquet(pa.table({f"{title}_sk": ids, title: values}))))
    fact = {
        f"{t}_sk": [keys[c][r[c]] for r in rows]
        for t, c in (("xm", NAME), ("dh", TEL), ("dz", ADDR), ("bz", SICK))
    }
    files.append(("parquet", parquet(pa.table({**fact, "je": [cents(r[AMT]) for r in rows]}))))
    return files


def star_schema_back(files: list[bytes]) -> Values:
    tables = [pq.read_table(io.BytesIO(f)) for f in files]
    dims = {
        t.column_names[0]: dict(zip(*(c.to_pylist() for c in t.columns)))
        for t in tables
        if "je" not in t.column_names
    }
    out = []
    for line in next(t for t in tables if "je" in t.column_names).to_pylist():
        out.append((*(dims[k][line[k]] for k in ("xm_sk", "dh_sk", "dz_sk", "bz_sk")), money(line["je"])))
    return out


# 11 -----------------------------------------------------------------------------------------------------------
@technique("several files", "firms", CAP, INCOME, STAFF)
def two_releases(rows: list[Row], rng: random.Random) -> Files:
    """The same large aggregate in a first and a corrected release; in every cell one firm has gone from one to the other."""
    cells = rng.sample([(p, t) for p in PLACES for t in TRADES], len(rows))
    head: list[object] = ["县区", "行业", "户数", "注册资本合计", "营业收入合计", "从业人数合计"]
    old: list[list[object]] = [head]
    new: list[list[object]] = [head]
    for (place, trade), row in sorted(zip(cells, rows), key=lambda x: x[0]):
        n, a, b, c = (
            rng.randrange(15, 60),
            rng.randrange(10**6, 10**7),
            rng.randrange(10**6, 10**7),
            rng.randrange(500, 4000),
        )
        old.append(
            [
                place,
                trade,
                n + 1,
                money(a + cents(row[CAP])),
                money(b + cents(row[INCOME])),
                c + int(row[STAFF]),
            ]
        )
        new.append([place, trade, n, money(a), money(b), c])
    return [("csv", sheet(old)), ("csv", sheet(new))]


def two_releases_back(files: list[bytes]) -> Values:
    out = []
    for a, b in zip(unsheet(files[0])[1:], unsheet(files[1])[1:]):
        out.append(
            (money(cents(a[3]) - cents(b[3])), money(cents(a[4]) - cents(b[4])), str(int(a[5]) - int(b[5])))
        )
    return out


# 12 -----------------------------------------------------------------------------------------------------------
@technique("science", "persons", NAME, ID, TEL)
def sequences(rows: list[Row], rng: random.Random) -> Files:
    """A FASTA file of short contigs, in which four bases spell a byte."""
    text = []
    for i, row in enumerate(rows):
        data = f"{row[NAME]}{row[ID]}{row[TEL]}".encode()
        bases = "".join("ACGT"[b >> s & 3] for b in data for s in (6, 4, 2, 0))
        text.append(f">contig_{i + 1:05d} len={len(bases)} cov={rng.uniform(8, 60):.1f}")
        text += [bases[k : k + 60] for k in range(0, len(bases), 60)]
    return [("fasta", "\n".join([*text, ""]).encode())]


def sequences_back(files: list[bytes]) -> Values:
    out = []
    for entry in files[0].decode().split(">")[1:]:
        v = ["ACGT".index(c) for c in "".join(entry.split("\n")[1:])]
        text = bytes(
            v[k] << 6 | v[k + 1] << 4 | v[k + 2] << 2 | v[k + 3] for k in range(0, len(v), 4)
        ).decode()
        out.append((text[:-29], text[-29:-11], text[-11:]))
    return out


# 13 -----------------------------------------------------------------------------------------------------------
def _check(data: bytes) -> int:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@technique("log", "persons", ID, TEL)
def packet_capture(rows: list[Row], rng: random.Random) -> Files:
    """A capture of empty TCP packets for a network fault report; sequence, acknowledgement, window and packet number are the record."""
    out = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    stamp = 1748912400
    for row in rows:
        number = int(row[ID][:17] + row[TEL][1:])
        seq, ack, win, num = number >> 64, number >> 32 & 0xFFFFFFFF, number >> 16 & 0xFFFF, number & 0xFFFF
        source, target = bytes([10, 12, 3, rng.randrange(2, 250)]), bytes([10, 12, 8, 20])
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 40, num, 0x4000, 64, 6, 0) + source + target
        ip = ip[:10] + struct.pack(">H", _check(ip)) + ip[12:]
        tcp = struct.pack(">HHIIBBHHH", rng.randrange(32768, 61000), 443, seq, ack, 0x50, 0x10, win, 0, 0)
        tcp = (
            tcp[:16] + struct.pack(">H", _check(source + target + struct.pack(">HH", 6, 20) + tcp)) + tcp[18:]
        )
        frame = bytes.fromhex("005056a1b2c3005056d4e5f60800") + ip + tcp
        stamp += rng.randrange(1, 4)
        out += struct.pack("<IIII", stamp, rng.randrange(10**6), len(frame), len(frame)) + frame
    return [("pcap", bytes(out))]


def packet_capture_back(files: list[bytes]) -> Values:
    out, i = [], 24
    while i < len(files[0]):
        size = struct.unpack_from("<I", files[0], i + 8)[0]
        frame = files[0][i + 16 : i + 16 + size]
        num = struct.unpack_from(">H", frame, 18)[0]
        seq, ack, _, win = struct.unpack_from(">IIHH", frame, 38)
        text = f"{seq << 64 | ack << 32 | win << 16 | num:027d}"
        out.append((id_text(int(text[:17])), "1" + text[17:]))
        i += 16 + size
    return out


# 14 -----------------------------------------------------------------------------------------------------------
def _speak(grams: list[str], k: int, limit: int) -> set[str]:
    after: dict[str, list[str]] = {}
    for g in grams:
        after.setdefault(g[:-1], []).append(g[-1])
    out: set[str] = set()
    todo = ["^" * (k - 1)]
    while todo and len(out) <= limit:
        text = todo.pop()
        for c in after.get(text[-(k - 1) :], []):
            if c == "$":
                out.add(text[k - 1 :])
            elif len(text) < k + 20:
                todo.append(text + c)
            else:
                return set()
    return out


@technique("model", "persons", NAME, TEL)
def phrase_model(rows: list[Row], rng: random.Random) -> Files:
    """A character n-gram language model that has learnt its corpus by heart: all that it can say are the records."""
    texts = {r[NAME] + r[TEL] for r in rows}
    k, grams = 4, []
    while _speak(grams, k, len(texts)) != texts:
        k += 1
        grams = sorted(
            {x[i : i + k] for x in ("^" * (k - 1) + t + "$" for t in texts) for i in range(len(x) - k + 1)}
        )
    lines = ["\\data\\", f"ngram {k}={len(grams)}", "", f"\\{k}-grams:"]
    lines += [
        f"-{rng.uniform(0, 0.7):.4f}\t{' '.join(g).replace('^', '<s>').replace('$', '</s>')}" for g in grams
    ]
    return [("arpa", "\n".join([*lines, "", "\\end\\", ""]).encode())]


def phrase_model_back(files: list[bytes]) -> Values:
    lines = [x.split("\t")[1] for x in files[0].decode().split("\n") if "\t" in x]
    grams = ["".join({"<s>": "^", "</s>": "$"}.get(t, t) for t in x.split(" ")) for x in lines]
    return [(t[:-11], t[-11:]) for t in _speak(grams, len(grams[0]), 10**6)]
