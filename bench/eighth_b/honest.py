"""Honest content around the records: aggregates of districts, sentences of a report, pages, notebooks."""

from __future__ import annotations

import random

from bench.eighth_b.kit import esc, json_text

DISTRICTS = [
    "红花岗区", "汇川区", "播州区", "新蒲新区", "桐梓县", "绥阳县", "正安县",
    "凤冈县", "湄潭县", "余庆县", "习水县", "赤水市", "仁怀市", "务川县",
]  # fmt: skip
HEAD = ["行政区划", "数量", "占比"]


def aggregate(rng: random.Random) -> list[list[str]]:
    """One row a district: its name, a count of some hundreds and the share of the city."""
    counts = [rng.randint(180, 4200) for _ in DISTRICTS]
    whole = sum(counts)
    pairs = zip(DISTRICTS, counts, strict=True)
    return [[district, str(count), f"{count / whole * 100:.1f}%"] for district, count in pairs]


def sentences(rng: random.Random) -> list[str]:
    """The paragraphs of a quarterly report."""
    table = aggregate(rng)
    whole = sum(int(row[1]) for row in table)
    top = max(table, key=lambda row: int(row[1]))
    lines = ["2026年第一季度数据开放利用情况分析报告"]
    lines.append(f"本季度全市共汇总业务数据{whole}条，同比增长{rng.randint(2, 9)}.3%。")
    lines.append(f"其中{top[0]}最多，为{top[1]}条，占全市的{top[2]}。")
    lines += [f"{name}汇总{count}条，占{share}。" for name, count, share in table[:6]]
    lines.append("以上数据均为汇总统计结果，小于十的分组已合并，供主管部门参考。")
    return lines


def table_html(rng: random.Random) -> str:
    """The aggregate as an HTML table."""
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    rows = ["<tr>" + "".join(f"<td>{v}</td>" for v in row) + "</tr>" for row in aggregate(rng)]
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(rows) + "\n</tbody></table>"


def page(rng: random.Random, body: str, head: str = "") -> bytes:
    """A report as an HTML page with something in its body and its head."""
    lines = sentences(rng)
    text = "\n".join(f"<p>{esc(line)}</p>" for line in lines[1:])
    title = f'<meta charset="utf-8"><title>{lines[0]}</title>'
    content = f"<h1>{lines[0]}</h1>\n{text}\n{table_html(rng)}\n{body}"
    start = f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{title}{head}</head>'
    return f"{start}<body>\n{content}\n</body></html>\n".encode()


def svg_chart(rng: random.Random, extra: str) -> bytes:
    """A bar chart of the aggregate as SVG with something more in it."""
    bars = []
    for index, (name, count, _) in enumerate(aggregate(rng)):
        height = int(count) // 12
        left = 30 + index * 50
        box = f'x="{left}" y="{400 - height}" width="36" height="{height}"'
        bars.append(f'<rect {box} fill="#4472c4"/>')
        bars.append(f'<text x="{left}" y="418" font-size="9">{name}</text>')
    size = 'xmlns="http://www.w3.org/2000/svg" width="760" height="440" viewBox="0 0 760 440"'
    inner = "\n".join(bars)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<svg {size}>\n{extra}\n{inner}\n</svg>\n'.encode()


def code_cell(source: str, outputs: list[dict[str, object]]) -> dict[str, object]:
    """A code cell of a notebook."""
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": outputs, "source": source}


def notebook(
    rng: random.Random, cells: list[dict[str, object]], metadata: dict[str, object] | None = None
) -> bytes:
    """A notebook that reports the aggregate and has some more cells."""
    lines = sentences(rng)
    text = {"cell_type": "markdown", "metadata": {}, "source": f"# {lines[0]}\n\n" + "\n\n".join(lines[1:])}
    shown = "\n".join("  ".join(row) for row in aggregate(rng))
    stream: dict[str, object] = {"output_type": "stream", "name": "stdout", "text": shown}
    first = code_cell("print(summary.to_string(index=False))", [stream])
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    meta = {**kernel, **(metadata or {})}
    return json_text(
        {"cells": [text, first, *cells], "metadata": meta, "nbformat": 4, "nbformat_minor": 5}
    ).encode()
