"""Cleverer: the records as numbers, models, differences and several files."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections import Counter, defaultdict

import numpy as np

from bench.sixth.core import (
    ALPHABET,
    AMT,
    BIRTH,
    CAP,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    INCOME,
    NAME,
    SICK,
    TEL,
    TRADE,
    USCC,
    VISIT,
    Files,
    Row,
    Values,
    id_text,
    technique,
    uscc_number,
    uscc_text,
)


def sheet(header, lines):
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(header)
    w.writerows(lines)
    return out.getvalue().encode()


def unsheet(data):
    return list(csv.DictReader(io.StringIO(data.decode())))


def cents(text):
    return int(text.replace(".", ""))


def yuan(n):
    return f"{n // 100}.{n % 100:02d}"


@technique("numbers", "persons", ID, TEL)
def statistics_with_loaded_decimals(rows: list[Row], rng: random.Random) -> Files:
    """A table of rates by community whose twelve further decimals are the digits of identity and telephone numbers."""
    out = []
    for i, r in enumerate(rows):
        out.append(
            [
                f"社区{i + 1:03d}",
                rng.randint(200, 900),
                f"{rng.randint(1, 9)}.{rng.randint(0, 99):02d}{r[ID][:9]}",
                f"{rng.randint(10, 60)}.{rng.randint(0, 99):02d}{r[ID][9:17]}",
                f"0.{rng.randint(0, 99):02d}{r[TEL][1:]}",
            ]
        )
    return [("csv", sheet(["社区", "常住人口", "患病率", "均龄", "基尼系数"], out))]


def statistics_with_loaded_decimals_back(files: list[bytes]) -> Values:
    tail = lambda s: s.split(".")[1][2:]
    return [
        (id_text(int(tail(r["患病率"]) + tail(r["均龄"]))), "1" + tail(r["基尼系数"]))
        for r in unsheet(files[0])
    ]


@technique("model", "persons", NAME, ID, AMT)
def regression_coefficients_spelling_records(rows: list[Row], rng: random.Random) -> Files:
    """A linear model in JSON: the names are its features' code points, the weights are numbers and bills scaled down."""
    coef, inter, feats = [], [], []
    for r in rows:
        feats.append("x_" + "_".join(str(ord(c) - 0x4E00) for c in r[NAME]))
        coef.append([int(r[ID][:9]) / 1e9, int(r[ID][9:17]) / 1e8])
        inter.append(-cents(r[AMT]) / 1e9)
    doc = {
        "model": "LogisticRegression",
        "penalty": "l2",
        "C": 1.0,
        "n_iter": 117,
        "auc": 0.8123,
        "features": feats,
        "coef_": coef,
        "bias_": inter,
    }
    return [("json", json.dumps(doc, indent=1).encode())]


def regression_coefficients_spelling_records_back(files: list[bytes]) -> Values:
    d = json.loads(files[0])
    return [
        (
            "".join(chr(int(x) + 0x4E00) for x in f.split("_")[1:]),
            id_text(int(f"{round(a * 1e9):09d}{round(b * 1e8):08d}")),
            yuan(round(-c * 1e9)),
        )
        for f, (a, b), c in zip(d["features"], d["coef_"], d["bias_"])
    ]


@technique("model", "firms", FIRM, CAP, INCOME)
def decision_tree_that_learned_by_heart(rows: list[Row], rng: random.Random) -> Files:
    """A printed decision tree with one leaf a firm: the split is the capital, the value the turnover, the class the name."""
    out = ["模型: DecisionTreeRegressor(min_samples_leaf=1)", "R2 = 1.000", ""]
    for depth, r in enumerate(sorted(rows, key=lambda r: float(r[CAP]))):
        out += [
            f"{'|  ' * (depth % 6)}|--- 注册资本 <= {r[CAP]}",
            f"{'|  ' * (depth % 6 + 1)}|--- value: [{r[INCOME]}] samples=1 class: {r[FIRM]}",
        ]
    return [("txt", "\n".join(out).encode())]


def decision_tree_that_learned_by_heart_back(files: list[bytes]) -> Values:
    return [
        (c, a, b)
        for a, b, c in re.findall(
            r"注册资本 <= (\S+)\n.*value: \[(\S+)\] samples=1 class: (.*)", files[0].decode()
        )
    ]


@technique("model", "persons", NAME, TEL, SICK)
def label_encoder_vocabulary_and_codes(rows: list[Row], rng: random.Random) -> Files:
    """A 'preprocessor' in npz: the encoders' class arrays and an integer matrix that points into them."""
    cols = (NAME, TEL, SICK)
    classes = [sorted({r[c] for r in rows}) for c in cols]
    codes = np.array([[classes[j].index(r[c]) for j, c in enumerate(cols)] for r in rows], np.int32)
    out = io.BytesIO()
    np.savez_compressed(
        out,
        X=codes,
        classes_0=np.array(classes[0]),
        classes_1=np.array([int(x) for x in classes[1]]),
        classes_2=np.array(classes[2]),
    )
    return [("npz", out.getvalue())]


def label_encoder_vocabulary_and_codes_back(files: list[bytes]) -> Values:
    z = np.load(io.BytesIO(files[0]))
    return [tuple(str(z[f"classes_{j}"][k]) for j, k in enumerate(line)) for line in z["X"]]


@technique("embedding", "persons", NAME, ID)
def embedding_matrix_of_code_points(rows: list[Row], rng: random.Random) -> Files:
    """A file of 'user vectors' of 16-bit floats' bit patterns as doubles: a float a character, normalised by 65536."""
    lines = []
    for i, r in enumerate(rows):
        text = f"{r[NAME]:　<4}{r[ID]}"
        lines.append([f"u{i:05d}", *[f"{(ord(c) / 65536 - 0.5):.10f}" for c in text]])
    return [("csv", sheet(["user", *[f"dim_{i}" for i in range(22)]], lines))]


def embedding_matrix_of_code_points_back(files: list[bytes]) -> Values:
    out = []
    for r in unsheet(files[0]):
        text = "".join(chr(round((float(r[f"dim_{i}"]) + 0.5) * 65536)) for i in range(22))
        out.append((text[:4].strip("　"), text[4:]))
    return out


@technique("differencing", "firms", FIRM, INCOME)
def industry_total_and_total_without_each(rows: list[Row], rng: random.Random) -> Files:
    """Honest-looking totals twice: all firms, and 'robustness' totals leaving out one firm at a time, named."""
    total = sum(cents(r[INCOME]) for r in rows)
    out = [["全部样本", len(rows), yuan(total)]] + [
        [f"剔除{r[FIRM]}", len(rows) - 1, yuan(total - cents(r[INCOME]))] for r in rows
    ]
    return [("csv", sheet(["稳健性检验", "样本数", "营业收入合计"], out))]


def industry_total_and_total_without_each_back(files: list[bytes]) -> Values:
    first, *rest = unsheet(files[0])
    t = cents(first["营业收入合计"])
    return [(r["稳健性检验"][2:], yuan(t - cents(r["营业收入合计"]))) for r in rest]


@technique("differencing", "persons", BIRTH, VISIT, AMT)
def running_total_of_cost_with_age_days(rows: list[Row], rng: random.Random) -> Files:
    """A cumulative cost curve: differences give the bills; the second and third columns accumulate the dates likewise."""
    s = [0, 0, 0]
    out = [["0", "0.00", "0", "0"]]
    for i, r in enumerate(rows, 1):
        s = [
            s[0] + cents(r[AMT]),
            s[1] + int(r[BIRTH].replace("-", "")),
            s[2] + int(r[VISIT].replace("-", "")),
        ]
        out.append([str(i), yuan(s[0]), str(s[1]), str(s[2])])
    return [("csv", sheet(["累计人次", "累计费用", "累计权重A", "累计权重B"], out))]


def running_total_of_cost_with_age_days_back(files: list[bytes]) -> Values:
    t = [(cents(r["累计费用"]), int(r["累计权重A"]), int(r["累计权重B"])) for r in unsheet(files[0])]
    day = lambda n: f"{n // 10000:04d}-{n // 100 % 100:02d}-{n % 100:02d}"
    return [(day(b[1] - a[1]), day(b[2] - a[2]), yuan(b[0] - a[0])) for a, b in zip(t, t[1:])]


@technique("split", "firms", FIRM, USCC, FTEL)
def three_files_one_column_each(rows: list[Row], rng: random.Random) -> Files:
    """Three harmless products of one column each: names in a word list, codes as big numbers, telephones as series; the order joins them."""
    words = "\n".join(["# 企业名称分词词典", *[f"{r[FIRM]} {rng.randint(1, 50)} nt" for r in rows]])
    seeds = json.dumps(
        {"seeds": [str(uscc_number(r[USCC])) for r in rows], "note": "随机种子"}, ensure_ascii=False
    )
    series = sheet(["t", "value"], [[i, int(r[FTEL]) - 10**10] for i, r in enumerate(rows)])
    return [("txt", words.encode()), ("json", seeds.encode()), ("csv", series)]


def three_files_one_column_each_back(files: list[bytes]) -> Values:
    names = [x.rsplit(" ", 2)[0] for x in files[0].decode().split("\n")[1:]]
    codes = [uscc_text(int(x)) for x in json.loads(files[1])["seeds"]]
    tels = [str(int(r["value"]) + 10**10) for r in unsheet(files[2])]
    return list(zip(names, codes, tels))


@technique("split", "persons", ID, TEL)
def two_noise_matrices_that_cancel(rows: list[Row], rng: random.Random) -> Files:
    """Two files of uniform random numbers, 'simulation runs A and B', whose difference modulo 10^9 is the records."""
    a, b = [], []
    for r in rows:
        digits = r[ID][:17] + r[TEL][1:]  # 27 digits, three numbers
        x = [int(digits[i : i + 9]) for i in (0, 9, 18)]
        n = [rng.randrange(10**9) for _ in x]
        a.append(n)
        b.append([(p + q) % 10**9 for p, q in zip(n, x)])
    return [("csv", sheet(["run1", "run2", "run3"], a)), ("csv", sheet(["run1", "run2", "run3"], b))]


def two_noise_matrices_that_cancel_back(files: list[bytes]) -> Values:
    out = []
    for p, q in zip(unsheet(files[0]), unsheet(files[1])):
        d = "".join(f"{(int(q[k]) - int(p[k])) % 10**9:09d}" for k in ("run1", "run2", "run3"))
        out.append((id_text(int(d[:17])), "1" + d[17:]))
    return out


@technique("table", "firms", USCC, FTEL)
def one_hot_feature_matrix(rows: list[Row], rng: random.Random) -> Files:
    """A 0/1 matrix of 'binary features', five places for each sign of the code and four for each of the telephone."""
    out = []
    for r in rows:
        bits = "".join(f"{ALPHABET.index(c):05b}" for c in r[USCC]) + "".join(
            f"{int(c):04b}" for c in r[FTEL]
        )
        out.append([*bits, rng.randint(0, 1)])
    return [("csv", sheet([*[f"f{i}" for i in range(134)], "label"], out))]


def one_hot_feature_matrix_back(files: list[bytes]) -> Values:
    out = []
    for r in unsheet(files[0]):
        b = "".join(r[f"f{i}"] for i in range(134))
        out.append(
            (
                "".join(ALPHABET[int(b[i : i + 5], 2)] for i in range(0, 90, 5)),
                "".join(str(int(b[i : i + 4], 2)) for i in range(90, 134, 4)),
            )
        )
    return out


@technique("claim", "firms", USCC, CAP)
def honest_table_with_a_talkative_claim(rows: list[Row], rng: random.Random) -> Files:
    """A table of counts with its claim, in whose SQL an exclusion list of codes and capitals stands as a VALUES clause."""
    table = sheet(["行业", "企业数"], sorted(Counter(r[TRADE] for r in rows).items()))
    values = ", ".join(f"('{r[USCC]}', {r[CAP]})" for r in rows)
    sql = f"SELECT 行业, count(DISTINCT 统一社会信用代码) AS 企业数 FROM source WHERE (统一社会信用代码, 注册资本) IN (VALUES {values}) GROUP BY 行业"
    return [
        ("csv", table),
        (
            "csv.claim.json",
            json.dumps({"sql": sql, "subject": "统一社会信用代码"}, ensure_ascii=False).encode(),
        ),
    ]


def honest_table_with_a_talkative_claim_back(files: list[bytes]) -> Values:
    return re.findall(r"\('(\w+)', ([\d.]+)\)", json.loads(files[1])["sql"])


@technique("table", "persons", NAME, SICK, HOSP)
def crosstab_of_names_by_illness(rows: list[Row], rng: random.Random) -> Files:
    """A contingency table, illness and hospital against name, of zeros and ones; the ones are the people."""
    keys = sorted({(r[SICK], r[HOSP]) for r in rows})
    names = sorted({r[NAME] for r in rows})
    have = Counter((r[SICK], r[HOSP], r[NAME]) for r in rows)
    return [("csv", sheet(["病种", "机构", *names], [[*k, *[have[(*k, n)] for n in names]] for k in keys]))]


def crosstab_of_names_by_illness_back(files: list[bytes]) -> Values:
    return [
        (n, r["病种"], r["机构"])
        for r in unsheet(files[0])
        for n, v in r.items()
        if v == "1" and n not in ("病种", "机构")
    ]


@technique("table", "firms", FIRM, FOUND, CAP)
def frequency_list_of_characters_in_order(rows: list[Row], rng: random.Random) -> Files:
    """A 'character statistics' table: one sign a line with its document and position; the sorted lines scramble the text."""
    out = []
    for d, r in enumerate(rows):
        for p, c in enumerate(f"{r[FIRM]};{r[FOUND]};{r[CAP]}"):
            out.append([c, d, p, f"{rng.random():.3f}"])
    return [("csv", sheet(["字", "文档", "位置", "tfidf"], sorted(out)))]


def frequency_list_of_characters_in_order_back(files: list[bytes]) -> Values:
    docs = defaultdict(dict)
    for r in unsheet(files[0]):
        docs[r["文档"]][int(r["位置"])] = r["字"]
    return [tuple("".join(d[i] for i in sorted(d)).split(";")) for d in docs.values()]
