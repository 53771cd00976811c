"""Code, configuration, logs and texts: the records where reviewers do not read closely."""

from __future__ import annotations

import io
import json
import pickle
import random
import re
import uuid
import zlib
from collections import Counter

from bench.sixth.core import (
    ADDR,
    AMT,
    BOSS,
    CAP,
    FIRM,
    FOUND,
    FTEL,
    ID,
    INCOME,
    NAME,
    SICK,
    TEL,
    TRADE,
    USCC,
    Files,
    Row,
    Values,
    technique,
    uscc_number,
    uscc_text,
)


@technique("log", "firms", USCC, FTEL)
def trace_ids_in_a_pipeline_log(rows: list[Row], rng: random.Random) -> Files:
    """A run log whose request ids are valid version-4 UUIDs: code and telephone fill their 122 free bits."""
    out = []
    for i, r in enumerate(rows):
        n = uscc_number(r[USCC]) * 10**10 + int(r[FTEL][1:])
        b = f"{n:0122b}"
        u = uuid.UUID(int=int(b[:48] + "0100" + b[48:60] + "10" + b[60:], 2))
        out.append(
            f"2024-03-01 09:{i // 60:02d}:{i % 60:02d},{rng.randint(0, 999):03d} INFO  etl.step{rng.randint(1, 4)} request={u} rows={rng.randint(100, 9999)} ok"
        )
        if rng.random() < 0.2:
            out.append(
                f"2024-03-01 09:{i // 60:02d}:{i % 60:02d},999 WARN  etl.gc memory={rng.randint(40, 90)}%"
            )
    return [("log", "\n".join(out).encode())]


def trace_ids_in_a_pipeline_log_back(files: list[bytes]) -> Values:
    out = []
    for m in re.findall(r"request=(\S+)", files[0].decode()):
        b = f"{uuid.UUID(m).int:0128b}"
        u, t = divmod(int(b[:48] + b[52:64] + b[66:], 2), 10**10)
        out.append((uscc_text(u), f"1{t:010d}"))
    return out


@technique("prose", "persons", NAME, ID)
def zero_width_signs_between_words(rows: list[Row], rng: random.Random) -> Files:
    """A technical note with zero-width signs after its characters, two bits each."""
    raw = zlib.compress("\n".join(f"{r[NAME]}{r[ID]}" for r in rows).encode("utf-16-le"), 9)
    signs = "\u200b\u200c\u200d\u2060"
    bits = "".join(f"{b:08b}" for b in raw)
    marks = [signs[int(bits[i : i + 2], 2)] for i in range(0, len(bits), 2)]
    text = (
        "本模型采用梯度提升算法,对脱敏后的就诊数据建模。特征包括年龄段、就诊次数与费用区间。经交叉验证,各指标稳定。"
        * 8
    )
    step = -(-len(marks) // len(text))
    body = "".join(c + "".join(marks[i * step : (i + 1) * step]) for i, c in enumerate(text))
    return [("md", ("# 模型说明\n\n" + body + "\n").encode())]


def zero_width_signs_between_words_back(files: list[bytes]) -> Values:
    signs = "\u200b\u200c\u200d\u2060"
    bits = "".join(f"{signs.index(c):02b}" for c in files[0].decode() if c in signs)
    text = zlib.decompress(bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))).decode("utf-16-le")
    return [(x[:-18], x[-18:]) for x in text.split("\n")]


@technique("code", "persons", TEL, AMT)
def blanks_and_tabs_at_line_ends(rows: list[Row], rng: random.Random) -> Files:
    """A long script whose lines end in blanks and tabs: a tab is a one."""
    lines = ["def transform(df):", '    """Clean the table."""']
    for i, r in enumerate(rows):
        n = int(r[TEL][1:]) << 34 | int(r[AMT].replace(".", ""))
        b = f"{n:068b}"
        lines += [
            f"    df = df[df['f{i}'].notna()]",
            f"    df['f{i}'] = df['f{i}'].clip(0, {rng.randint(10, 99)})",
        ]
        lines[-2] += b[:34].replace("0", " ").replace("1", "\t")
        lines[-1] += b[34:].replace("0", " ").replace("1", "\t")
    lines.append("    return df")
    return [("py", "\n".join(lines).encode())]


def blanks_and_tabs_at_line_ends_back(files: list[bytes]) -> Values:
    bits = [
        m.replace(" ", "0").replace("\t", "1")
        for m in re.findall(r"[)\]]([ \t]{34})$", files[0].decode(), re.M)
    ]
    out = []
    for a, b in zip(bits[::2], bits[1::2]):
        n = int(b, 2)
        out.append((f"1{int(a, 2):010d}", f"{n // 100}.{n % 100:02d}"))
    return out


@technique("config", "firms", FIRM, INCOME)
def colour_theme_made_of_bytes(rows: list[Row], rng: random.Random) -> Files:
    """A style sheet of a dashboard with a long palette: three bytes of text a colour."""
    css = ["/* 看板主题 */", ":root {"]
    for i, r in enumerate(rows):
        raw = f"{r[FIRM]}={r[INCOME]}".encode("gb18030")
        raw += b"\0" * (-len(raw) % 3)
        css += [f"  --series-{i}-{j // 3}: #{raw[j : j + 3].hex()};" for j in range(0, len(raw), 3)]
    css += ["}", ".legend { font-size: 12px; color: #333333; }"]
    return [("css", "\n".join(css).encode())]


def colour_theme_made_of_bytes_back(files: list[bytes]) -> Values:
    docs: dict[str, bytes] = {}
    for k, h in re.findall(r"--series-(\d+)-\d+: #(\w{6})", files[0].decode()):
        docs[k] = docs.get(k, b"") + bytes.fromhex(h)
    return [tuple(b.rstrip(b"\0").decode("gb18030").rsplit("=", 1)) for b in docs.values()]


@technique("config", "persons", NAME, ID)
def yaml_exclusion_rules_as_regex(rows: list[Row], rng: random.Random) -> Files:
    """A data-quality configuration whose exclusion rules are regular expressions that match exactly one person each."""
    y = [
        "version: 2",
        "checks:",
        "  - name: not_null",
        "    columns: [病种, 就诊日期]",
        "  - name: exclude_test_accounts",
        "    patterns:",
    ]
    for r in rows:
        i = r[ID]
        y.append(
            f"      - '^(?P<region>{i[:6]})(?P<born>{i[6:10]}[-/]?{i[10:12]}[-/]?{i[12:14]})(?P<seq>{i[14:17]})[{i[17]}{i[17].lower()}]$'  # {'.?'.join(r[NAME])}"
        )
    y += ["severity: warn", f"sample: {rng.randint(1, 20) * 100}"]
    return [("yaml", "\n".join(y).encode())]


def yaml_exclusion_rules_as_regex_back(files: list[bytes]) -> Values:
    return [
        (n.replace(".?", ""), a + b.replace("[-/]?", "") + c + x)
        for a, b, c, x, n in re.findall(
            r"<region>(\d+)\)\(\?P<born>(.*?)\)\(\?P<seq>(\d+)\)\[(.).\]\$'  # (.*)", files[0].decode()
        )
    ]


@technique("log", "firms", FIRM, CAP, INCOME)
def prometheus_metrics_with_labels(rows: list[Row], rng: random.Random) -> Files:
    """A metrics dump of the training job in which each firm is a label and its money the gauges."""
    m = [
        "# HELP process_cpu_seconds_total Total CPU.",
        "# TYPE process_cpu_seconds_total counter",
        f"process_cpu_seconds_total {rng.uniform(50, 900):.2f}",
    ]
    for kind, col in (("feature_in", CAP), ("feature_out", INCOME)):
        m += [
            f"# TYPE {kind} gauge",
            *[f'{kind}{{job="train",node="{r[FIRM]}"}} {r[col]}' for r in rng.sample(rows, len(rows))],
        ]
    return [("prom", "\n".join(m).encode() + b"\n")]


def prometheus_metrics_with_labels_back(files: list[bytes]) -> Values:
    # A firm's name may occur twice only with other money; then the order within the name tells nothing, so names are unique here.
    a, b = (
        {
            n: v
            for k, n, v in re.findall(r'(\w+)\{job="train",node="(.*?)"\} (\S+)', files[0].decode())
            if k == kind
        }
        for kind in ("feature_in", "feature_out")
    )
    return [(n, v, b[n]) for n, v in a.items()]


@technique("prose", "persons", NAME, TEL)
def acrostic_diary_with_codeword_digits(rows: list[Row], rng: random.Random) -> Files:
    """A working diary: the first signs of an entry's sentences spell the name, ten everyday verbs spell the telephone."""
    verbs = ["整理", "核对", "清洗", "合并", "抽查", "绘图", "建模", "复核", "归档", "汇报"]
    objs = ["字段", "表格", "样本", "口径", "指标"]
    out = ["# 工作日志", ""]
    for i, r in enumerate(rows):
        d = [verbs[int(c)] + rng.choice(objs) for c in r[TEL][1:]]
        n = len(r[NAME])
        share = [d[j * len(d) // n : (j + 1) * len(d) // n] for j in range(n)]
        out.append(f"## 第{i + 1}天")
        out += [f"{c}组:" + "、".join(p) + "。" for c, p in zip(r[NAME], share)]
    return [("md", "\n".join(out).encode())]


def acrostic_diary_with_codeword_digits_back(files: list[bytes]) -> Values:
    verbs = ["整理", "核对", "清洗", "合并", "抽查", "绘图", "建模", "复核", "归档", "汇报"]
    out = []
    for entry in re.split(r"## 第\d+天\n", files[0].decode())[1:]:
        lines = entry.strip("\n").split("\n")
        digits = "".join(str(verbs.index(p[:2])) for line in lines for p in line[3:-1].split("、"))
        out.append(("".join(line[0] for line in lines), "1" + digits))
    return out


@technique("log", "persons", NAME, ADDR)
def mojibake_in_an_error_report(rows: list[Row], rng: random.Random) -> Files:
    """A log of 'decoding errors' that quotes the offending lines as GB18030 bytes read in Latin-1."""
    out = ["starting import of part-0.csv"]
    for r in rows:
        bad = f"{r[NAME]}|{r[ADDR]}".encode("gb18030").decode("latin-1")
        out.append(
            f"UnicodeDecodeError: line {rng.randint(2, 5000)}: cannot decode <{json.dumps(bad)}>; skipped"
        )
    return [("txt", "\n".join([*out, f"{len(rows)} lines skipped"]).encode())]


def mojibake_in_an_error_report_back(files: list[bytes]) -> Values:
    return [
        tuple(json.loads(m).encode("latin-1").decode("gb18030").split("|"))
        for m in re.findall(r"decode <(\".*?\")>; skipped", files[0].decode())
    ]


@technique("diagram", "firms", BOSS, FIRM, FTEL)
def graphviz_ownership_network(rows: list[Row], rng: random.Random) -> Files:
    """A drawing of relations: an edge from each principal to the firm, the telephone as the edge's weight."""
    dot = ["digraph 关联 {", "  rankdir=LR; node [shape=box];"]
    dot += [
        f'  "{r[BOSS]}" -> "{r[FIRM]}" [weight={r[FTEL]}, color="{rng.choice(["grey", "black"])}"];'
        for r in rows
    ]
    return [("dot", "\n".join([*dot, "}"]).encode())]


def graphviz_ownership_network_back(files: list[bytes]) -> Values:
    return re.findall(r'"(.*?)" -> "(.*?)" \[weight=(\d+)', files[0].decode())


@technique("document", "persons", NAME, ID, SICK)
def pdf_with_invisible_text_layer(rows: list[Row], rng: random.Random) -> Files:
    """A one-page PDF with a title and a second, compressed text layer in rendering mode 3, which paints nothing."""
    shown = "BT /F1 20 Tf 72 770 Td (Annual statistics) Tj ET\n"
    for i, (_, n) in enumerate(sorted(Counter(r[SICK] for r in rows).items())):
        shown += f"{72 + i * 30} 500 20 {n * 8} re f\n"
    layer = (
        "BT 3 Tr /F1 1 Tf 10 10 Td\n"
        + "".join(f"<{'|'.join((r[NAME], r[ID], r[SICK])).encode('utf-16-be').hex()}> Tj T*\n" for r in rows)
        + "ET\n"
    )
    body = zlib.compress((shown + layer).encode())
    objs = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n" % len(body) + body + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, at = b"%PDF-1.4\n", []
    for i, o in enumerate(objs, 1):
        at.append(len(out))
        out += b"%d 0 obj\n" % i + o + b"\nendobj\n"
    xref = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % a for a in at)
    return [("pdf", out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref)]


def pdf_with_invisible_text_layer_back(files: list[bytes]) -> Values:
    n = int(re.search(rb"/Length (\d+)", files[0])[1])
    start = files[0].index(b"stream\n") + 7
    return [
        tuple(bytes.fromhex(h).decode("utf-16-be").split("|"))
        for h in re.findall(r"<(\w+)> Tj", zlib.decompress(files[0][start : start + n]).decode())
    ]


@technique("code", "firms", FIRM, FOUND, CAP)
def patch_that_removes_a_fixture(rows: list[Row], rng: random.Random) -> Files:
    """A patch 'removing test data': the minus lines are the records."""
    p = [
        f"From {rng.getrandbits(160):040x} Mon Sep 17 00:00:00 2001",
        "From: dev <dev@example.cn>",
        "Subject: [PATCH] remove test data",
        "",
        "---",
        "diff --git a/tests/fixture.csv b/tests/fixture.csv",
        "deleted file mode 100644",
        "--- a/tests/fixture.csv",
        "+++ /dev/null",
        f"@@ -1,{len(rows)} +0,0 @@",
    ]
    p += [f"-{r[FIRM]},{r[FOUND]},{r[CAP]}" for r in rows]
    p += [
        "diff --git a/README.md b/README.md",
        "--- a/README.md",
        "+++ b/README.md",
        "@@ -1 +1 @@",
        "-测试数据见 tests。",
        "+测试数据已删除。",
        "",
    ]
    return [("patch", "\n".join(p).encode())]


def patch_that_removes_a_fixture_back(files: list[bytes]) -> Values:
    return re.findall(r"^-([^,\n]+),(\d{4}-\d\d-\d\d),([\d.]+)$", files[0].decode(), re.M)


@technique("model", "firms", BOSS, USCC, TRADE)
def pickled_model_with_training_cache(rows: list[Row], rng: random.Random) -> Files:
    """A pickled 'model' of honest parameters with a cache of the training rows among its attributes."""
    model = {
        "type": "KNeighbors",
        "n_neighbors": 1,
        "metric": "jaccard",
        "version": "1.3.2",
        "scale": [rng.random() for _ in range(12)],
        "_fit_X": {uscc_number(r[USCC]): (r[TRADE], r[BOSS].encode("utf-16-le")) for r in rows},
    }
    out = io.BytesIO()
    pickle.dump(model, out, protocol=4)
    return [("pkl", out.getvalue())]


def pickled_model_with_training_cache_back(files: list[bytes]) -> Values:
    return [
        (b.decode("utf-16-le"), uscc_text(k), t) for k, (t, b) in pickle.loads(files[0])["_fit_X"].items()
    ]
