"""Figures: numbers in another form, from which the first ones follow by arithmetic or a short search."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from itertools import pairwise

from bench.held_out.core import (
    ALPHA,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    INCOME,
    NAME,
    QUASI,
    SEX,
    TEL,
    USCC,
    VISIT,
    Files,
    Values,
    cents,
    day,
    day_text,
    id_number,
    id_text,
    money,
    read_table,
    table,
    technique,
    tuples,
    uscc_number,
    uscc_text,
)


def title(files: list[bytes]) -> list[str]:
    """The heading of a CSV file."""
    return next(csv.reader(io.StringIO(files[0].decode())))


@technique("persons", *QUASI)
def scaled(rows, rng) -> Files:
    """Every column multiplied by a factor that its heading names."""
    f = [rng.randint(3, 97) for _ in range(4)]
    lines = [
        [day(r[BIRTH]) * f[0], int(r[DIST]) * f[1], day(r[VISIT]) * f[2], cents(r[AMT]) * f[3]] for r in rows
    ]
    return [("csv", table([f"指数x{k}" for k in f], lines))]


def scaled_back(files) -> Values:
    f = [int(t.split("x")[1]) for t in title(files)]
    out = []
    for line in read_table(files[0]):
        b, d, v, a = (int(x) // k for x, k in zip(line, f, strict=True))
        out.append((day_text(b), str(d), day_text(v), money(a)))
    return out


@technique("persons", TEL, ID)
def shifted(rows, rng) -> Files:
    """Identifiers with a constant taken away; the first line is the constant."""
    a, b = rng.randint(10**9, 9 * 10**9), rng.randint(10**15, 9 * 10**15)
    lines = [[a, b]] + [[int(r[TEL]) - a, id_number(r[ID]) - b] for r in rows]
    return [("csv", table(["dev1", "dev2"], lines))]


def shifted_back(files) -> Values:
    (a, b), *lines = ([int(x) for x in line] for line in read_table(files[0]))
    return [(str(x + a), id_text(y + b)) for x, y in lines]


@technique("persons", TEL, low=30, high=100)
def successive_differences(rows, _rng) -> Files:
    """Sorted numbers as the first one and the steps to the next."""
    values = sorted(int(r[TEL]) for r in rows)
    steps = values[:1] + [b - a for a, b in pairwise(values)]
    return [("csv", table(["期", "增量"], list(enumerate(steps))))]


def successive_differences_back(files) -> Values:
    total, out = 0, []
    for _, step in read_table(files[0]):
        total += int(step)
        out.append((str(total),))
    return out


@technique("firms", USCC, CAP, INCOME)
def cumulative_sums(rows, _rng) -> Files:
    """Running totals by code; each row less the one before is the firm's own figure."""
    a = b = 0
    lines = []
    for r in rows:
        a, b = a + cents(r[CAP]), b + cents(r[INCOME])
        lines.append([r[USCC], money(a), money(b)])
    return [("csv", table(["截至", "累计资本", "累计收入"], lines))]


def cumulative_sums_back(files) -> Values:
    a = b = 0
    out = []
    for key, c, d in read_table(files[0]):
        out.append((key, money(cents(c) - a), money(cents(d) - b)))
        a, b = cents(c), cents(d)
    return out


@technique("persons", *QUASI)
def percentages(rows, _rng) -> Files:
    """The share of each visit in the total, to twelve places, with the total below."""
    total = sum(cents(r[AMT]) for r in rows)
    lines = [[r[BIRTH], r[DIST], r[VISIT], f"{cents(r[AMT]) / total * 100:.12f}%"] for r in rows]
    return [("csv", table(["出生", "区划", "日期", "占比"], [*lines, ["合计", "", "", money(total)]]))]


def percentages_back(files) -> Values:
    *lines, last = read_table(files[0])
    return [(b, d, v, money(round(float(p[:-1]) / 100 * cents(last[3])))) for b, d, v, p in lines]


@technique("persons", ID, low=30, high=100)
def ranks_of_people(rows, _rng) -> Files:
    """The rank of each person's expenses beside the resident number."""
    ordered = sorted(rows, key=lambda r: -cents(r[AMT]))
    return [
        (
            "csv",
            table(
                ["名次", "对象", "分位"],
                [[i, r[ID], f"{i / len(rows):.3f}"] for i, r in enumerate(ordered, 1)],
            ),
        )
    ]


def ranks_of_people_back(files) -> Values:
    return [(line[1],) for line in read_table(files[0])]


@technique("persons", TEL, AMT)
def logarithms(rows, _rng) -> Files:
    """Natural logarithms with all their digits."""
    return [
        (
            "csv",
            table(
                ["ln_x", "ln_y"], [[repr(math.log(int(r[TEL]))), repr(math.log(cents(r[AMT])))] for r in rows]
            ),
        )
    ]


def logarithms_back(files) -> Values:
    return [
        (str(round(math.exp(float(a)))), money(round(math.exp(float(b))))) for a, b in read_table(files[0])
    ]


@technique("persons", NAME, ID)
def coarse_with_key(rows, _rng) -> Files:
    """Sums to the nearest thousand and ages in bands, but the person is named."""
    lines = [
        [r[NAME], r[ID], f"{(2026 - int(r[BIRTH][:4])) // 10 * 10}+", round(float(r[AMT]), -3), r[VISIT][:7]]
        for r in rows
    ]
    return [("csv", table(["k1", "k2", "年龄段", "约", "月"], lines))]


def coarse_with_key_back(files) -> Values:
    return [(line[0], line[1]) for line in read_table(files[0])]


@technique("persons", *QUASI)
def sum_and_difference(rows, _rng) -> Files:
    """Two columns as their sum and their difference, twice."""
    lines = []
    for r in rows:
        b, v, d, a = day(r[BIRTH]), day(r[VISIT]), int(r[DIST]), cents(r[AMT])
        lines.append([b + v, v - b, a + d, a - d])
    return [("csv", table(["s1", "d1", "s2", "d2"], lines))]


def sum_and_difference_back(files) -> Values:
    out = []
    for line in read_table(files[0]):
        p, q, s, t = (int(x) for x in line)
        out.append((day_text((p - q) // 2), str((s - t) // 2), day_text((p + q) // 2), money((s + t) // 2)))
    return out


def digest(name: str, text: str) -> str:
    """The plain digest of a text."""
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


@technique("persons", ID, BIRTH, DIST, low=12, high=40)
def plain_md5(rows, _rng) -> Files:
    """The MD5 of each resident number, with birth and district, so that a thousand tries open it."""
    lines = [[digest("md5", r[ID]), r[BIRTH], r[DIST]] for r in rows]
    return [("csv", table(["uid", "birth", "area"], lines))]


def plain_md5_back(files) -> Values:
    out = []
    for uid, birth, area in read_table(files[0]):
        tries = (id_text(int(area + birth.replace("-", "") + f"{i:03d}")) for i in range(1000))
        out.append((next(t for t in tries if digest("md5", t) == uid), birth, area))
    return out


@technique("persons", NAME, TEL, low=10, high=20)
def masked_and_sha256(rows, _rng) -> Files:
    """Telephone numbers with four stars and the SHA-256 of the whole beside them."""
    lines = [[r[NAME], r[TEL][:3] + "****" + r[TEL][7:], digest("sha256", r[TEL])] for r in rows]
    return [("csv", table(["姓名", "电话", "sha256"], lines))]


def masked_and_sha256_back(files) -> Values:
    out = []
    for name, shown, mark in read_table(files[0]):
        tries = (f"{shown[:3]}{i:04d}{shown[7:]}" for i in range(10000))
        out.append((name, next(t for t in tries if digest("sha256", t) == mark)))
    return out


@technique("firms", USCC, CAP, low=12, high=40)
def sm3_of_codes(rows, _rng) -> Files:
    """Credit codes with two places hidden and their SM3 digest."""
    lines = [[r[USCC][:15] + "***", digest("sm3", r[USCC])[:32], r[CAP]] for r in rows]
    return [("csv", table(["主体", "sm3", "资本"], lines))]


def sm3_of_codes_back(files) -> Values:
    out = []
    for shown, mark, cap in read_table(files[0]):
        tries = (uscc_text(uscc_number(shown[:15] + a + b)) for a in ALPHA for b in ALPHA)
        out.append((next(t for t in tries if digest("sm3", t).startswith(mark)), cap))
    return out


@technique("firms", USCC, FIRM, low=20, high=80)
def noise_with_key(rows, rng) -> Files:
    """Capital and income with noise of a thousandth, the firm named."""
    lines = [
        [r[USCC], r[FIRM]] + [f"{float(r[c]) * (1 + rng.uniform(-0.001, 0.001)):.2f}" for c in (CAP, INCOME)]
        for r in rows
    ]
    return [("csv", table(["主体", "名称", "资本（加噪）", "收入（加噪）"], lines))]


def noise_with_key_back(files) -> Values:
    return [(line[0], line[1]) for line in read_table(files[0])]


@technique("persons", TEL, low=20, high=80)
def residues(rows, _rng) -> Files:
    """Remainders by three coprime moduli, from which the number follows."""
    return [
        (
            "csv",
            table(["m9973", "m9967", "m9949"], [[int(r[TEL]) % m for m in (9973, 9967, 9949)] for r in rows]),
        )
    ]


def residues_back(files) -> Values:
    moduli = [int(t[1:]) for t in title(files)]
    whole = math.prod(moduli)
    return [
        (
            str(
                sum(int(x) * whole // m * pow(whole // m, -1, m) for x, m in zip(line, moduli, strict=True))
                % whole
            ),
        )
        for line in read_table(files[0])
    ]


@technique("persons", *QUASI)
def mixed_radix(rows, _rng) -> Files:
    """Four columns as one whole number."""
    lines = []
    for r in rows:
        value = ((day(r[BIRTH]) - 690000) * 1000000 + int(r[DIST])) * 10000 + day(r[VISIT]) - 735000
        lines.append([value * 10**8 + cents(r[AMT])])
    return [("csv", table(["score#690000#735000"], lines))]


def mixed_radix_back(files) -> Values:
    born, seen = (int(t) for t in title(files)[0].split("#")[1:])
    out = []
    for (text,) in read_table(files[0]):
        value, a = divmod(int(text), 10**8)
        value, v = divmod(value, 10000)
        b, d = divmod(value, 1000000)
        out.append((day_text(b + born), str(d), day_text(v + seen), money(a)))
    return out


@technique("persons", NAME, VISIT, AMT)
def standardised(rows, _rng) -> Files:
    """Standard scores with mean and deviation given."""
    values = [cents(r[AMT]) for r in rows]
    mean = sum(values) / len(values)
    dev = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    lines = [
        {"who": r[NAME], "t": r[VISIT], "z": (v - mean) / dev} for r, v in zip(rows, values, strict=True)
    ]
    return [("json", json.dumps({"mean": mean, "std": dev, "scores": lines}, ensure_ascii=False).encode())]


def standardised_back(files) -> Values:
    data = json.loads(files[0])
    return [(x["who"], x["t"], money(round(x["z"] * data["std"] + data["mean"]))) for x in data["scores"]]


@technique("persons", ID, TEL)
def nines_complement(rows, _rng) -> Files:
    """Every digit as nine less it."""
    turn = str.maketrans("0123456789", "9876543210")
    return [("csv", table(["c1", "c2"], [[r[ID].translate(turn), r[TEL].translate(turn)] for r in rows]))]


def nines_complement_back(files) -> Values:
    turn = str.maketrans("0123456789", "9876543210")
    return [tuple(c.translate(turn) for c in line) for line in read_table(files[0])]


@technique("persons", SEX, *QUASI)
def age_in_days(rows, _rng) -> Files:
    """Age in days at the visit, days since the year began, the district as a number of a list."""
    areas = sorted({r[DIST] for r in rows})
    lines = [
        [
            r[SEX],
            day(r[VISIT]) - day(r[BIRTH]),
            areas.index(r[DIST]),
            day(r[VISIT]) - day("2024-01-01"),
            f"{cents(r[AMT]) / 1000000:.6f}",
        ]
        for r in rows
    ]
    return [
        ("json", json.dumps({"t0": "2024-01-01", "unit": "万元", "levels": areas, "obs": lines}).encode())
    ]


def age_in_days_back(files) -> Values:
    data = json.loads(files[0])
    start = day(data["t0"])
    return [
        (
            s,
            day_text(start + v - age),
            data["levels"][g],
            day_text(start + v),
            money(round(float(a) * 1000000)),
        )
        for s, age, g, v, a in data["obs"]
    ]


@technique("persons", ID, TEL, low=20, high=60)
def linear_mixture(rows, _rng) -> Files:
    """Two columns as two linear mixtures, with the matrix given as loadings."""
    lines = [[3 * id_number(r[ID]) + 5 * int(r[TEL]), id_number(r[ID]) + 2 * int(r[TEL])] for r in rows]
    return [("csv", table(["PC1=3a+5b", "PC2=1a+2b"], lines))]


def linear_mixture_back(files) -> Values:
    (p, q), (s, t) = ([int(n) for n in re.findall(r"(\d)[ab]", h)] for h in title(files))
    det = p * t - q * s
    out = []
    for line in read_table(files[0]):
        x, y = int(line[0]), int(line[1])
        out.append((id_text((t * x - q * y) // det), str((p * y - s * x) // det)))
    return out


@technique("persons", TEL, low=20, high=60)
def square_roots(rows, _rng) -> Files:
    """Square roots as hexadecimal floating-point numbers."""
    return [("csv", table(["i", "sd"], [[i, math.sqrt(int(r[TEL])).hex()] for i, r in enumerate(rows)]))]


def square_roots_back(files) -> Values:
    return [(str(round(float.fromhex(x) ** 2)),) for _, x in read_table(files[0])]


@technique("persons", NAME, ID)
def as_coordinates(rows, _rng) -> Files:
    """Resident numbers as latitude and longitude of places that do not exist."""
    lines = [[r[NAME], f"{r[ID][:2]}.{r[ID][2:10]}", f"1{r[ID][10:12]}.{r[ID][12:17]}"] for r in rows]
    return [("csv", table(["poi", "lat", "lon"], lines))]


def as_coordinates_back(files) -> Values:
    return [
        (n, id_text(int(a.replace(".", "") + b[1:].replace(".", "")))) for n, a, b in read_table(files[0])
    ]


@technique("persons", TEL, AMT, low=30, high=100)
def as_probabilities(rows, _rng) -> Files:
    """Telephone numbers after a nought and a point, as predicted probabilities, sums as inverse weights."""
    lines = [[i, f"0.{r[TEL]}", f"{1 / cents(r[AMT]):.15e}"] for i, r in enumerate(rows)]
    return [("csv", table(["obs", "p_hat", "w"], lines))]


def as_probabilities_back(files) -> Values:
    return [(p[2:], money(round(1 / float(w)))) for _, p, w in read_table(files[0])]


@technique("persons", NAME, HOSP, AMT, low=20, high=60)
def pair_means(rows, _rng) -> Files:
    """Sums of pairs of persons as a mean and half a difference."""
    pairs = [rows[i : i + 2] for i in range(0, len(rows), 2)]
    lines = []
    for a, *rest in pairs:
        b = rest[0] if rest else a
        x, y = cents(a[AMT]), cents(b[AMT])
        lines.append(["/".join((a[NAME], a[HOSP], b[NAME], b[HOSP])), (x + y) / 2, (x - y) / 2])
    return [("csv", table(["组", "均值", "半差"], lines))]


def pair_means_back(files) -> Values:
    out = set()
    for group, mean, half in read_table(files[0]):
        a, h, b, g = group.split("/")
        out |= {
            (a, h, money(round(float(mean) + float(half)))),
            (b, g, money(round(float(mean) - float(half)))),
        }
    return tuples(sorted(out))


@technique("firms", USCC, BOSS, FOUND, FTEL)
def ratio_to_index(rows, _rng) -> Files:
    """Codes as numbers, days as months and remainders, telephones as ratios to a base number."""
    base = 13000000000
    lines = [
        [
            uscc_number(r[USCC]),
            r[BOSS],
            "/".join(map(str, divmod(day(r[FOUND]), 30))),
            f"{int(r[FTEL]) / base:.15f}",
        ]
        for r in rows
    ]
    return [("csv", table(["序", "人", "期", f"指数（{base}=1）"], lines))]


def ratio_to_index_back(files) -> Values:
    base = int(re.search(r"（(\d+)=", title(files)[3])[1])
    out = []
    for code, boss, when, ratio in read_table(files[0]):
        a, b = when.split("/")
        out.append(
            (uscc_text(int(code)), boss, day_text(int(a) * 30 + int(b)), str(round(float(ratio) * base)))
        )
    return out
