"""What surrounds the records: invented summary tables, paragraphs of reports, log lines, a workbook."""

from __future__ import annotations

import io
import random
import zipfile
from xml.sax.saxutils import escape

Table = list[list[str]]

DISTRICTS = [
    "红花岗区",
    "汇川区",
    "播州区",
    "桐梓县",
    "绥阳县",
    "湄潭县",
    "仁怀市",
    "赤水市",
    "习水县",
    "余庆县",
]
TRADES = [
    "批发零售",
    "软件信息",
    "食品加工",
    "白酒制造",
    "建筑安装",
    "交通运输",
    "住宿餐饮",
    "农业种植",
    "医药",
]
TITLES = {
    "care": "遵义市门诊费用运行情况分析",
    "who": "遵义市公共服务满意度回访情况",
    "firm": "遵义市市场主体发展季度简报",
}
OPENINGS = {
    "care": "本期全市纳入统计的门诊就诊{n}万人次，次均费用{a}元，同比{d}%。",
    "who": "本期共完成电话回访{n}百户，总体满意率{a}%，较上期变化{d}个百分点。",
    "firm": "截至期末全市在册企业{n}百户，户均注册资本{a}万元，同比{d}%。",
}
SENTENCES = [
    "从区域看，{p}和{q}合计占比约{n}%，集中程度与上年基本持平。",
    "{p}增速居前，主要受季节因素和统计口径调整影响，剔除后约为{n}%。",
    "数据来源于各区县按月上报的汇总表，缺报单位{n}家，已按上期均值补齐。",
    "下一步建议对{p}、{q}开展专题核查，并于次月{n}日前反馈。",
    "口径说明：占比保留整数，合计与分项之差不超过{n}个千分点。",
    "与全省相比，{q}的波动幅度偏大，变异系数约{n}%，需持续观察。",
]
LOG = [
    "INFO scheduler job=monthly_rollup status=ok",
    "INFO etl stage=load partition={p} elapsed={n}ms",
    "WARN cache miss ratio={n}% bucket={q}",
    "INFO report rendered pages={n}",
    "DEBUG heartbeat node=worker-{m} queue={n}",
]


def summary(kind: str, rng: random.Random) -> Table:
    """An invented summary by district or by trade, with its head and large counts."""
    head = {
        "care": ["行政区划", "就诊人次", "次均费用", "同比"],
        "who": ["行政区划", "回访户数", "满意率", "同比"],
        "firm": ["行业", "企业数", "户均注册资本(万元)", "同比"],
    }[kind]
    rows = [head]
    for label in rng.sample(TRADES if kind == "firm" else DISTRICTS, rng.randint(6, 9)):
        middle = {"care": rng.uniform(180, 900), "who": rng.uniform(71, 98), "firm": rng.uniform(90, 800)}[
            kind
        ]
        rows.append([label, str(rng.randint(412, 9800)), f"{middle:.1f}", f"{rng.uniform(-9, 14):.1f}%"])
    return rows


def sentence(rng: random.Random, template: str) -> str:
    """A sentence with its blanks filled."""
    p, q = rng.sample(DISTRICTS, 2)
    n, a, d = rng.randint(11, 28), rng.randint(72, 97), rng.uniform(-6, 9)
    return template.format(p=p, q=q, n=n, a=a, d=f"{d:.1f}", m=rng.randint(1, 6))


def paragraphs(kind: str, rng: random.Random, count: int = 3) -> list[str]:
    """Some paragraphs of a report, the first an opening."""
    middle = [
        "".join(sentence(rng, template) for template in rng.sample(SENTENCES, rng.randint(2, 3)))
        for _ in range(count - 1)
    ]
    return [sentence(rng, OPENINGS[kind]), *middle]


def pipe_table(rows: Table) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]) + "\n"


def report(kind: str, rng: random.Random, title: str, body: str) -> str:
    """A report in Markdown with a summary table, whose section of the given title holds the body."""
    quarter = f"{rng.randint(2022, 2025)}年第{rng.choice('一二三四')}季度"
    first, *others = paragraphs(kind, rng, 4)
    return "\n".join(
        [
            f"# {TITLES[kind]}（{quarter}）\n",
            f"{first}\n",
            "## 一、总体情况\n",
            pipe_table(summary(kind, rng)),
            f"{others[0]}\n\n{others[1]}\n",
            f"## 二、{title}\n",
            f"{body}\n",
            f"## 三、工作建议\n\n{others[2]}\n",
        ]
    )


def section(text: str, title: str) -> str:
    """The body of the section of the given title."""
    after = text.partition(f"## 二、{title}\n")[2]
    return after.partition("\n## 三、")[0].strip("\n")


def log_line(rng: random.Random, second: int) -> str:
    """A line of a service's log, so many seconds after midnight."""
    return f"{stamp(second)} {sentence(rng, rng.choice(LOG))}"


def stamp(second: int) -> str:
    """The time of a log line."""
    return f"2025-03-18T{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    """A ZIP archive whose bytes depend on its members only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2025, 3, 18, 9, 30, 0))
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def workbook(rows: Table) -> bytes:
    """A small workbook that shows one table."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(v)}</t></is></c>' for v in row) + "</row>"
        for row in rows
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{pack}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{pack}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="汇总" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{pack}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    return zipped([(name, (head + text).encode()) for name, text in parts.items()])
