"""Tables and statistics: records that travel as counts, totals, means, quantiles, residuals, scores, ranks."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import math
import random
from datetime import date, timedelta
from math import prod

import numpy as np

from bench.sixth.core import (
    ADDR,
    AMT,
    BIRTH,
    CAP,
    ID,
    INCOME,
    NAME,
    STAFF,
    TEL,
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
STREETS = [
    "中山路街道",
    "老城街道",
    "万里路街道",
    "北京路街道",
    "延安路街道",
    "舟水桥街道",
    "深溪镇",
    "金鼎山镇",
    "新舟镇",
    "虾子镇",
    "三渡镇",
    "永乐镇",
    "喇叭镇",
    "团泽镇",
    "板桥镇",
    "泗渡镇",
    "高坪街道",
    "董公寺街道",
]


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def money(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


def days(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def day(number: int) -> str:
    return date.fromordinal(number).isoformat()


def sheet(rows: list[list[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def unsheet(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


# 1 ------------------------------------------------------------------------------------------------------------
BANDS = [f"{a}岁{s}" for a in ("0-14", "15-29", "30-44", "45-59", "60以上") for s in ("男", "女")]


@technique("statistics", "persons", ID, TEL)
def census_crosstab(rows: list[Row], rng: random.Random) -> Files:
    """A table of head counts by township and age band, every count three digits of an identity number or a telephone."""
    table: list[list[object]] = [["乡镇街道", *BANDS, "合计"]]
    sums = [0] * 10
    for i, row in enumerate(rows):
        digits = row[ID][:17] + row[TEL] + f"{rng.randrange(100):02d}"
        counts = [int(digits[j : j + 3]) for j in range(0, 30, 3)]
        sums = [a + b for a, b in zip(sums, counts)]
        table.append([f"{STREETS[i % 18]}第{i // 18 + 1}社区", *counts, sum(counts)])
    table.append(["合计", *sums, sum(sums)])
    return [("csv", sheet(table))]


def census_crosstab_back(files: list[bytes]) -> Values:
    out = []
    for line in unsheet(files[0])[1:-1]:
        digits = "".join(f"{int(c):03d}" for c in line[1:11])
        out.append((id_text(int(digits[:17])), digits[17:28]))
    return out


# 2 ------------------------------------------------------------------------------------------------------------
@technique("statistics", "firms", CAP, INCOME, STAFF)
def year_to_date(rows: list[Row], rng: random.Random) -> Files:
    """A reporting series of cumulated totals in which each step of the curve is one firm."""
    base = [rng.randrange(10**7, 10**8), rng.randrange(10**7, 10**8), rng.randrange(1000, 9000)]
    start = date(2025, 1, 1)
    table: list[list[object]] = [["截至日期", "累计注册资本(万元)", "累计营业收入(万元)", "累计从业人数"]]
    table.append([start.isoformat(), money(base[0]), money(base[1]), base[2]])
    for i, row in enumerate(rows, 1):
        base = [base[0] + cents(row[CAP]), base[1] + cents(row[INCOME]), base[2] + int(row[STAFF])]
        table.append([(start + timedelta(days=7 * i)).isoformat(), money(base[0]), money(base[1]), base[2]])
    return [("csv", sheet(table))]


def year_to_date_back(files: list[bytes]) -> Values:
    lines = [(cents(a), cents(b), int(c)) for _, a, b, c in unsheet(files[0])[1:]]
    return [(money(q[0] - p[0]), money(q[1] - p[1]), str(q[2] - p[2])) for p, q in zip(lines, lines[1:])]


# 3 ------------------------------------------------------------------------------------------------------------
@technique("statistics", "persons", BIRTH, VISIT, AMT)
def jackknife(rows: list[Row], rng: random.Random) -> Files:
    """A robustness appendix: the means of all but one, from which every one left out follows."""
    end = days("2025-12-31")
    numbers = np.array(
        [[end - days(r[BIRTH]), end - days(r[VISIT]), cents(r[AMT])] for r in rows], dtype=object
    )
    total, n = numbers.sum(axis=0), len(rows)
    lines = [["剔除样本", "剩余样本量", "平均年龄(天)", "平均距今天数", "平均费用(元)"]]
    for i in range(n):
        rest = total - numbers[i]
        lines.append(
            [
                f"jk{i + 1:02d}",
                n - 1,
                f"{rest[0] / (n - 1):.6f}",
                f"{rest[1] / (n - 1):.6f}",
                f"{rest[2] / (n - 1) / 100:.8f}",
            ]
        )
    return [("csv", sheet(lines))]


def jackknife_back(files: list[bytes]) -> Values:
    lines = unsheet(files[0])[1:]
    n = len(lines)
    rest = [
        [round(float(x) * (n - 1) * (100 if j == 2 else 1)) for j, x in enumerate(line[2:])] for line in lines
    ]
    total = [sum(col) // (n - 1) for col in zip(*rest)]
    end = days("2025-12-31")
    return [(day(end - (total[0] - a)), day(end - (total[1] - b)), money(total[2] - c)) for a, b, c in rest]


# 4 ------------------------------------------------------------------------------------------------------------
@technique("statistics", "firms", CAP, INCOME)
def mean_and_deviation(rows: list[Row], rng: random.Random) -> Files:
    """Descriptive statistics by fine groups of two: mean and standard deviation are as good as both values."""
    table: list[list[object]] = [["行业细类", "变量", "均值", "标准差", "与收入的相关系数"]]
    for i in range(0, len(rows), 2):
        pair = rows[i : i + 2]
        caps, incomes = [cents(r[CAP]) for r in pair], [cents(r[INCOME]) for r in pair]
        if len(pair) == 1:
            caps, incomes = caps * 2, incomes * 2
        same = (caps[0] - caps[1]) * (incomes[0] - incomes[1])
        label = f"C{13 + i // 8}{chr(65 + i // 2 % 4)}" + ("" if len(pair) == 2 else "*")
        for title, v, corr in (
            ("注册资本", caps, "1.00" if same >= 0 else "-1.00"),
            ("营业收入", incomes, "1.00"),
        ):
            table.append([label, title, f"{sum(v) / 200:.3f}", f"{abs(v[0] - v[1]) / 200:.3f}", corr])
    return [("csv", sheet(table))]


def mean_and_deviation_back(files: list[bytes]) -> Values:
    out = []
    lines = unsheet(files[0])[1:]
    for a, b in zip(lines[::2], lines[1::2]):
        (m, s), (p, t) = [(round(float(x[2]) * 1000), round(float(x[3]) * 1000)) for x in (a, b)]
        if a[4].startswith("-"):
            t = -t
        out.append((money((m + s) // 10), money((p + t) // 10)))
        if not a[0].endswith("*"):
            out.append((money((m - s) // 10), money((p - t) // 10)))
    return out


# 5 ------------------------------------------------------------------------------------------------------------
@technique("statistics", "firms", INCOME, CAP)
def percentile_report(rows: list[Row], rng: random.Random) -> Files:
    """A distribution report with so many percentiles that each is one firm, and the joint rank curve (copula)."""
    n = len(rows)
    by_income = sorted(rows, key=lambda r: cents(r[INCOME]))
    order = sorted(range(n), key=lambda i: cents(by_income[i][CAP]))
    rank = {i: k for k, i in enumerate(order)}
    levels = [f"p{100 * i / (n - 1):.2f}" for i in range(n)]
    doc = {
        "title": "营业收入与注册资本分布(万元)",
        "营业收入": {lv: float(r[INCOME]) for lv, r in zip(levels, by_income)},
        "注册资本": {lv: float(by_income[i][CAP]) for lv, i in zip(levels, order)},
        "经验Copula": [[round(i / (n - 1), 4), round(rank[i] / (n - 1), 4)] for i in range(n)],
    }
    return [("json", json.dumps(doc, ensure_ascii=False, indent=1).encode())]


def percentile_report_back(files: list[bytes]) -> Values:
    doc = json.loads(files[0])
    incomes, caps = list(doc["营业收入"].values()), list(doc["注册资本"].values())
    n = len(incomes)
    return [
        (f"{incomes[round(u * (n - 1))]:.2f}", f"{caps[round(v * (n - 1))]:.2f}")
        for u, v in doc["经验Copula"]
    ]


# 6 ------------------------------------------------------------------------------------------------------------
@technique("statistics", "persons", BIRTH, VISIT, AMT)
def contingency_of_ones(rows: list[Row], rng: random.Random) -> Files:
    """A frequency table over classes so fine (week of birth, weekday, month, charge class) that a cell of 1 is a record."""
    lines: list[list[object]] = []
    for row in rows:
        b, v, c = date.fromisoformat(row[BIRTH]), date.fromisoformat(row[VISIT]), cents(row[AMT])
        by, bw, bd = b.isocalendar()
        vy, vw, vd = v.isocalendar()
        low = c // 50000 * 500
        lines.append(
            [by, f"第{bw}周", bd, f"{vy}W{vw:02d}", vd, f"{low}-{low + 500}", f"{c % 50000 / 100:.2f}", 1]
        )
    for _ in range(len(rows) // 3):
        low = rng.randrange(60) * 500
        lines.append(
            [
                rng.randrange(1945, 2015),
                f"第{rng.randrange(1, 52)}周",
                "全部",
                f"2025W{rng.randrange(1, 52):02d}",
                "全部",
                f"{low}-{low + 500}",
                "全部",
                rng.randrange(11, 300),
            ]
        )
    lines.sort(key=lambda x: (x[0], str(x[1]), str(x[3])))
    head: list[object] = [
        "出生年",
        "出生周次",
        "出生星期",
        "就诊周",
        "就诊星期",
        "费用档(元)",
        "档内位置",
        "频数",
    ]
    return [("csv", sheet([head, *lines]))]


def contingency_of_ones_back(files: list[bytes]) -> Values:
    out = []
    for by, bw, bd, vw, vd, band, inside, n in unsheet(files[0])[1:]:
        if n == "1":
            b = date.fromisocalendar(int(by), int(bw[1:-1]), int(bd))
            v = date.fromisocalendar(int(vw[:4]), int(vw[5:]), int(vd))
            out.append((b.isoformat(), v.isoformat(), money(int(band.split("-")[0]) * 100 + cents(inside))))
    return out


# 7 ------------------------------------------------------------------------------------------------------------
@technique("statistics", "persons", BIRTH, AMT)
def regression_diagnostics(rows: list[Row], rng: random.Random) -> Files:
    """The output of a regression with fitted values, residuals and the centred regressor, which add up to the data."""
    age = np.array([days("2025-12-31") - days(r[BIRTH]) for r in rows], dtype=float)
    y = np.array([float(r[AMT]) for r in rows])
    mean = age.mean()
    slope = float(((age - mean) * (y - y.mean())).sum() / ((age - mean) ** 2).sum())
    fit = y.mean() + slope * (age - mean)
    text = [
        "OLS Regression Results",
        "=" * 72,
        f"Dep. Variable: charge    No. Observations: {len(rows)}",
        f"mean(age_days) = {mean:.8f}",
        f"const  {y.mean():.6f}",
        f"age_c  {slope:.10f}",
        "-" * 72,
        "obs      age_c            fitted           resid            h_ii",
    ]
    ssx = float(((age - mean) ** 2).sum())
    for i, (a, f, v) in enumerate(zip(age, fit, y)):
        text.append(
            f"{i:<4} {a - mean:>16.6f} {f:>16.6f} {v - f:>16.6f} {1 / len(rows) + (a - mean) ** 2 / ssx:>10.6f}"
        )
    return [("txt", "\n".join(text).encode())]


def regression_diagnostics_back(files: list[bytes]) -> Values:
    lines = files[0].decode().split("\n")
    mean = float(next(x for x in lines if x.startswith("mean(")).split("=")[1])
    start = next(i for i, x in enumerate(lines) if x.startswith("obs ")) + 1
    out = []
    for line in lines[start:]:
        _, a, f, r, _ = line.split()
        out.append((day(days("2025-12-31") - round(float(a) + mean)), f"{float(f) + float(r):.2f}"))
    return out


# 8 ------------------------------------------------------------------------------------------------------------
@technique("statistics", "persons", TEL, AMT)
def periodogram(rows: list[Row], rng: random.Random) -> Files:
    """The records as two series, handed in as their spectrum (amplitude and phase), which is inverted outside."""
    n = len(rows)
    series = (np.array([int(r[TEL]) for r in rows], dtype=float), np.array([float(r[AMT]) for r in rows]))
    centre = [round(float(s.mean())) for s in series]
    load, cost = (np.fft.rfft(s - c) for s, c in zip(series, centre))
    table: list[list[object]] = [
        [f"# N={n}", f"负荷基线={centre[0]}", f"费用基线={centre[1]}", "", ""],
        ["频率", "负荷振幅", "负荷相位", "费用振幅", "费用相位"],
    ]
    for k in range(len(load)):
        table.append(
            [
                f"{k / n:.6f}",
                repr(float(abs(load[k]))),
                repr(float(np.angle(load[k]))),
                repr(float(abs(cost[k]))),
                repr(float(np.angle(cost[k]))),
            ]
        )
    return [("csv", sheet(table))]


def periodogram_back(files: list[bytes]) -> Values:
    table = unsheet(files[0])
    n, a, b = (int(x.split("=")[1]) for x in table[0][:3])
    m = np.array([[float(x) for x in line[1:]] for line in table[2:]])
    tel = np.fft.irfft(m[:, 0] * np.exp(1j * m[:, 1]), n) + a
    amt = np.fft.irfft(m[:, 2] * np.exp(1j * m[:, 3]), n) + b
    return [(str(round(t)), f"{x:.2f}") for t, x in zip(tel, amt)]


# 9 ------------------------------------------------------------------------------------------------------------
@technique("statistics", "firms", CAP, INCOME, STAFF)
def component_scores(rows: list[Row], rng: random.Random) -> Files:
    """Principal components with scores, loadings, means and scales: all of them together are the table again."""
    x = np.array([[float(r[CAP]), float(r[INCOME]), int(r[STAFF])] for r in rows])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    u, s, vt = np.linalg.svd((x - mean) / scale, full_matrices=False)
    doc = {
        "model": "PCA",
        "features": ["规模", "经营", "用工"],
        "mean": mean.tolist(),
        "scale": scale.tolist(),
        "components": vt.tolist(),
        "explained_variance_ratio": (s**2 / (s**2).sum()).round(4).tolist(),
        "scores": (u * s).round(10).tolist(),
    }
    return [("json", json.dumps(doc, ensure_ascii=False).encode())]


def component_scores_back(files: list[bytes]) -> Values:
    d = json.loads(files[0])
    x = np.array(d["scores"]) @ np.array(d["components"]) * np.array(d["scale"]) + np.array(d["mean"])
    return [(f"{a:.2f}", f"{b:.2f}", str(round(c))) for a, b, c in x]


# 10 -----------------------------------------------------------------------------------------------------------
PRIMES_A = [997, 991, 983, 977, 971, 967]
PRIMES_B = [953, 947, 941, 937]


@technique("masking", "persons", ID, TEL)
def hash_buckets(rows: list[Row], rng: random.Random) -> Files:
    """Feature hashing: each identifier only as its bucket under several table sizes, put together by remainders."""
    table: list[list[object]] = [
        [f"uid_bucket_{p}" for p in PRIMES_A] + [f"tel_bucket_{p}" for p in PRIMES_B] + ["label"]
    ]
    for row in rows:
        a, b = int(row[ID][:17]), int(row[TEL])
        table.append([*(a % p for p in PRIMES_A), *(b % p for p in PRIMES_B), rng.randrange(2)])
    return [("csv", sheet(table))]


def _crt(rest: list[int], primes: list[int]) -> int:
    whole = prod(primes)
    return sum(r * (whole // p) * pow(whole // p, -1, p) for r, p in zip(rest, primes)) % whole


def hash_buckets_back(files: list[bytes]) -> Values:
    out = []
    for line in unsheet(files[0])[1:]:
        v = [int(x) for x in line]
        out.append((id_text(_crt(v[:6], PRIMES_A)), str(_crt(v[6:10], PRIMES_B))))
    return out


# 11 -----------------------------------------------------------------------------------------------------------
COMMON = (
    "丽于伟何佳军冯凯刘刚勇华博吴周唐国娜娟孙宇宋平庆建张强徐志怡慧敏文斌明春晨朱李杨杰林桂梁梅欣波洋浩海涛玉王磊秀罗胡"
    "艳芳英萧董谢赵超郑郭鑫陈雪霞静韩马高黄龙"
)


@technique("masking", "persons", NAME, BIRTH)
def hashed_names(rows: list[Row], rng: random.Random) -> Files:
    """Names and birth dates replaced by unsalted hashes, which whoever receives them looks up by trying all names and days."""
    lines = [["person_key", "cohort_key", "visits", "grade"]]
    for row in rows:
        lines.append(
            [
                hashlib.md5(row[NAME].encode()).hexdigest(),
                hashlib.sha1(row[BIRTH].encode()).hexdigest()[:16],
                str(rng.randrange(1, 20)),
                rng.choice("ABC"),
            ]
        )
    return [("csv", sheet([list(x) for x in lines]))]


def hashed_names_back(files: list[bytes]) -> Values:
    lines = unsheet(files[0])[1:]
    names = {bytes.fromhex(x[0]): "" for x in lines}
    for size in (2, 3):
        for chars in itertools.product(COMMON, repeat=size):
            digest = hashlib.md5("".join(chars).encode()).digest()
            if digest in names:
                names[digest] = "".join(chars)
    births = {
        hashlib.sha1(day(i).encode()).hexdigest()[:16]: day(i)
        for i in range(days("1900-01-01"), days("2030-01-01"))
    }
    return [(names[bytes.fromhex(x[0])], births[x[1]]) for x in lines]


# 12 -----------------------------------------------------------------------------------------------------------
def _turn(text: str, step: int) -> str:
    return "".join(COMMON[(COMMON.index(c) + step) % len(COMMON)] if c in COMMON else c for c in text)


def _reborn(number: str, step: int) -> str:
    b = date(int(number[6:10]), int(number[10:12]), int(number[12:14])) + timedelta(days=step)
    return id_text(int(f"{number[:6]}{b:%Y%m%d}{(int(number[14:17]) + step) % 1000:03d}"))


@technique("masking", "persons", NAME, ID, TEL)
def synthetic_people(rows: list[Row], rng: random.Random) -> Files:
    """A 'synthetic' register of valid looking people, who are the real ones moved by a constant step named in the batch label."""
    step = rng.randrange(200, 900)
    table: list[list[object]] = [["合成批次", "姓名", "证件号", "联系方式", "来源"]]
    for row in rows:
        tel = "1" + f"{(int(row[TEL][1:]) + step * 1000003) % 10**10:010d}"
        table.append(
            [f"SYN-2025-{step:04d}", _turn(row[NAME], step), _reborn(row[ID], step), tel, "CTGAN合成"]
        )
    return [("csv", sheet(table))]


def synthetic_people_back(files: list[bytes]) -> Values:
    out = []
    for batch, name, number, tel, _ in unsheet(files[0])[1:]:
        step = int(batch[-4:])
        out.append(
            (
                _turn(name, -step),
                _reborn(number, -step),
                "1" + f"{(int(tel[1:]) - step * 1000003) % 10**10:010d}",
            )
        )
    return out


# 13 -----------------------------------------------------------------------------------------------------------
@technique("masking", "persons", NAME, TEL, ADDR, AMT)
def shuffled_columns(rows: list[Row], rng: random.Random) -> Files:
    """A table 'anonymised by column shuffling', where each column is only turned by its own number of rows."""
    n = len(rows)
    rng.shuffle(rows)
    columns = [[r[c] for r in rows] for c in (NAME, TEL, ADDR, AMT)]
    turned = [col[s % n :] + col[: s % n] for col, s in zip(columns, (0, 17, 5, 29))]
    return [("csv", sheet([["姓名", "电话", "地址", "费用"], *map(list, zip(*turned))]))]


def shuffled_columns_back(files: list[bytes]) -> Values:
    columns = list(zip(*unsheet(files[0])[1:]))
    n = len(columns[0])
    return list(zip(*(col[n - s % n :] + col[: n - s % n] for col, s in zip(columns, (0, 17, 5, 29)))))


# 14 -----------------------------------------------------------------------------------------------------------
SERVICES = [
    "社保缴费",
    "医保报销",
    "户籍办理",
    "公积金提取",
    "不动产登记",
    "企业开办",
    "子女入学",
    "养老服务",
    "交通违章",
    "水电缴费",
    "就业创业",
    "住房保障",
    "司法公证",
    "出入境",
]
CHANNELS = [
    "政务大厅",
    "手机应用",
    "自助终端",
    "网上平台",
    "电话热线",
    "社区代办",
    "银行网点",
    "邮政代办",
    "小程序",
]


def _permutation(number: int, size: int) -> list[int]:
    pool, out = list(range(size)), []
    for k in range(size - 1, -1, -1):
        i, number = divmod(number, math.factorial(k))
        out.append(pool.pop(i))
    return out


def _number(order: list[int]) -> int:
    pool, total = sorted(order), 0
    for i, v in enumerate(order):
        total += pool.index(v) * math.factorial(len(order) - 1 - i)
        pool.remove(v)
    return total


@technique("survey", "persons", TEL, BIRTH)
def preference_ranking(rows: list[Row], rng: random.Random) -> Files:
    """A survey in which people rank fourteen services and nine channels: the order is the telephone and the birth date."""
    table: list[list[object]] = [["答卷", *SERVICES, *CHANNELS]]
    for i, row in enumerate(rows):
        a = _permutation(int(row[TEL][1:]), 14)
        b = _permutation(days(row[BIRTH]) - days("1900-01-01"), 9)
        table.append([f"Q{i + 1:03d}", *(x + 1 for x in a), *(x + 1 for x in b)])
    return [("csv", sheet(table))]


def preference_ranking_back(files: list[bytes]) -> Values:
    out = []
    for line in unsheet(files[0])[1:]:
        v = [int(x) - 1 for x in line[1:]]
        out.append((f"1{_number(v[:14]):010d}", day(days("1900-01-01") + _number(v[14:]))))
    return out
