"""Tables laid out anew: trees, graphs, charts' data, configurations, metrics, calendars."""

from __future__ import annotations

import random
import re
from typing import Any

from bench.eighth_a.honest import DISTRICTS, paragraphs, summary
from bench.eighth_a.tables import json_bytes, json_value
from bench.ninth_a.kit import amount, cents, cut, scaled, unscaled
from bench.sixth.core import (
    AMT,
    BIRTH,
    BOOK,
    CARE,
    DIST,
    HOSP,
    NAME,
    VISIT,
    WEAK,
    Files,
    Row,
    Values,
    grid,
    technique,
)


@technique("F2", "persons", *CARE)
def chart_parallel_series(rows: list[Row], rng: random.Random) -> Files:
    """A chart's options: honest bars, and a hidden series whose lists run in parallel, each in an axis."""
    table = summary("care", rng)[1:]
    names, births, visits, costs = (list(column) for column in zip(*grid(rows, *CARE), strict=True))
    option = {
        "title": {"text": "各区县就诊人次", "subtext": paragraphs("care", rng, 1)[0]},
        "xAxis": [{"data": [line[0] for line in table]}, {"show": False, "data": names}],
        "yAxis": [{"type": "value"}, {"show": False, "data": births}],
        "visualMap": {"show": rng.choice((False, True)), "categories": visits},
        "series": [
            {"type": "bar", "data": [int(line[1]) for line in table]},
            {"type": "scatter", "symbolSize": 0, "data": [float(cost) for cost in costs]},
        ],
    }
    return [("json", json_bytes(option, rng.choice((None, 1, 2))))]


def chart_parallel_series_back(files: list[bytes]) -> Values:
    """Read the four lists side by side."""
    option = json_value(files[0])
    names, births = option["xAxis"][1]["data"], option["yAxis"][1]["data"]
    costs = [f"{cost:.2f}" for cost in option["series"][1]["data"]]
    return list(zip(names, births, option["visualMap"]["categories"], costs, strict=True))


@technique("F1+F2", "persons", *CARE)
def treemap_leaves(rows: list[Row], rng: random.Random) -> Files:
    """A treemap of costs by district and hospital, whose leaves are persons; values in ten thousands."""
    tree: dict[str, dict[str, list[Any]]] = {}
    for row in rows:
        tip = f"{row[BIRTH].replace('-', '.')}→{row[VISIT][2:].replace('-', '')}"
        leaf = {"name": row[NAME], "value": scaled(cents(row[AMT]), 4), "tip": tip}
        tree.setdefault(row[DIST], {}).setdefault(row[HOSP], []).append(leaf)
    for label in rng.sample(DISTRICTS, 4):
        tree.setdefault(label, {})["其他"] = [{"name": "小计", "value": str(rng.randint(20, 900))}]
    document = {
        "type": "treemap",
        "unit": "万元",
        "children": [
            {"name": label, "children": [{"name": n, "children": leaves} for n, leaves in places.items()]}
            for label, places in tree.items()
        ],
    }
    return [("json", json_bytes(document))]


def treemap_leaves_back(files: list[bytes]) -> Values:
    """Visit the leaves that have a tip."""
    values: Values = []
    leaves = [
        leaf
        for district in json_value(files[0])["children"]
        for place in district["children"]
        for leaf in place["children"]
        if "tip" in leaf
    ]
    for leaf in leaves:
        born, visit = leaf["tip"].split("→")
        day = f"20{visit[:2]}-{visit[2:4]}-{visit[4:]}"
        values.append((leaf["name"], born.replace(".", "-"), day, unscaled(leaf["value"], 4)))
    return values


@technique("F2", "firms", *BOOK)
def value_graph(rows: list[Row], rng: random.Random) -> Files:
    """A knowledge graph whose nodes are single values, shuffled, and whose edges join those of a firm."""
    labels = [value for row in grid(rows, *BOOK) for value in row]
    order = rng.sample(range(len(labels)), len(labels))
    place = {old: new for new, old in enumerate(order)}
    edges = []
    for start in range(0, len(labels), 3):
        edges.append({"s": place[start], "t": place[start + 1], "rel": "has_code"})
        edges.append({"s": place[start], "t": place[start + 2], "rel": "has_phone"})
    nodes = [{"id": new, "label": labels[old]} for new, old in enumerate(order)]
    return [("json", json_bytes({"nodes": nodes, "links": rng.sample(edges, len(edges))}, None))]


def value_graph_back(files: list[bytes]) -> Values:
    """Follow the edges."""
    graph = json_value(files[0])
    labels = {node["id"]: node["label"] for node in graph["nodes"]}
    firms: dict[int, dict[str, str]] = {}
    for edge in graph["links"]:
        firms.setdefault(edge["s"], {})[edge["rel"]] = labels[edge["t"]]
    return [(labels[key], firm["has_code"], firm["has_phone"]) for key, firm in firms.items()]


@technique("F1+F2", "firms", *BOOK)
def ini_sections(rows: list[Row], rng: random.Random) -> Files:
    """A service's configuration: true sections, and "upstreams" whose options are the fields of firms."""
    lines = ["[server]", f"port = {rng.randint(8000, 8999)}", f"workers = {rng.randint(2, 16)}", ""]
    mark = rng.choice(("-", ".", ":"))
    for index, (name, code, phone) in enumerate(grid(rows, *BOOK)):
        if rng.random() < 0.3:
            lines.extend([f"[cache.{index}]", f"ttl = {rng.randint(10, 900)}", "policy = lru", ""])
        lines.append(f"[upstream.n{index:02d}]")
        options = [f"alias = {name}", f"token = {mark.join(cut(code.lower(), 6))}"]
        options.append(f"route = 86.{phone[:3]}.{phone[3:7]}.{phone[7:]}")
        lines.extend([*rng.sample(options, 3), f"weight = {rng.randint(1, 9)}", ""])
    return [("ini", "\n".join(lines).encode())]


def ini_sections_back(files: list[bytes]) -> Values:
    """Read the options of each upstream."""
    values: Values = []
    for part in files[0].decode().split("[upstream.")[1:]:
        options = dict(re.findall(r"^(\w+) = (.*)$", part, re.MULTILINE))
        code = re.sub(r"[^0-9A-Z]", "", options["token"].upper())
        values.append((options["alias"], code, options["route"].replace(".", "")[2:]))
    return values


@technique("F2", "persons", *WEAK)
def heat_map_axes(rows: list[Row], rng: random.Random) -> Files:
    """A heat map: births on one axis, visits on the other, and triples of two positions and a cost."""
    births = sorted({row[BIRTH] for row in rows})
    visits = rng.sample(sorted({row[VISIT] for row in rows}), len({row[VISIT] for row in rows}))
    cells = [[births.index(b), visits.index(v), float(c)] for b, v, c in grid(rows, *WEAK)]
    option = {
        "title": {"text": "费用热力图", "subtext": paragraphs("care", rng, 1)[0]},
        "tooltip": {"formatter": "{c}"},
        "table": summary("care", rng),
        "xAxis": {"type": "category", "data": births},
        "yAxis": {"type": "category", "data": visits},
        "series": [{"type": "heatmap", "data": rng.sample(cells, len(cells))}],
    }
    return [("json", json_bytes(option, None))]


def heat_map_axes_back(files: list[bytes]) -> Values:
    """Look the positions up on the axes."""
    option = json_value(files[0])
    births, visits = option["xAxis"]["data"], option["yAxis"]["data"]
    return [(births[x], visits[y], f"{cost:.2f}") for x, y, cost in option["series"][0]["data"]]


@technique("F1+F2", "persons", *CARE)
def metric_labels(rows: list[Row], rng: random.Random) -> Files:
    """Metrics of a service in Prometheus form; the labels of one metric hold days, its value is in fen."""
    lines = ["# TYPE http_requests_total counter"]
    for path in ("/api/sum", "/api/chart", "/health"):
        lines.append(f'http_requests_total{{path="{path}"}} {rng.randint(400, 90000)}')
    lines.append("# TYPE job_cost_fen gauge")
    for name, born, visit, cost in grid(rows, *CARE):
        year, month, day = born.split("-")
        labels = [f'owner="{name}"', f'rev="{day}{month}{year}"', f'build="{visit[2:].replace("-", "")}"']
        lines.append(f"job_cost_fen{{{','.join(rng.sample(labels, 3))}}} {cents(cost)}")
    lines.append(f"process_cpu_seconds_total {rng.uniform(10, 900):.2f}")
    return [("prom", "\n".join(lines).encode())]


def metric_labels_back(files: list[bytes]) -> Values:
    """Read labels and value of the metric."""
    values: Values = []
    for labels, value in re.findall(r"^job_cost_fen\{(.*)\} (\d+)$", files[0].decode(), re.MULTILINE):
        found = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        rev, build = found["rev"], found["build"]
        days = (f"{rev[4:]}-{rev[2:4]}-{rev[:2]}", f"20{build[:2]}-{build[2:4]}-{build[4:]}")
        values.append((found["owner"], *days, amount(int(value))))
    return values


@technique("F2", "persons", *CARE)
def calendar_events(rows: list[Row], rng: random.Random) -> Files:
    """A calendar of a review desk: meetings, and all-day events whose fields are those of visits."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cockpit//rota//CN"]
    for index, (name, born, visit, cost) in enumerate(grid(rows, *CARE)):
        if rng.random() < 0.4:
            day = f"2025{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
            lines += ["BEGIN:VEVENT", f"DTSTART:{day}T013000Z", "SUMMARY:月度例会", "END:VEVENT"]
        fields = [f"SUMMARY:{name}", f"DTSTART;VALUE=DATE:{visit.replace('-', '')}"]
        fields += [f"X-ANNIVERSARY:{born.replace('-', '')}", f"X-BUDGET:CNY {cost}", f"UID:{index:04x}@rota"]
        lines += ["BEGIN:VEVENT", *rng.sample(fields, len(fields)), "END:VEVENT"]
    return [("ics", "\r\n".join([*lines, "END:VCALENDAR", ""]).encode())]


def calendar_events_back(files: list[bytes]) -> Values:
    """Read the events that have a budget."""
    values: Values = []
    for part in files[0].decode().split("BEGIN:VEVENT\r\n")[1:]:
        fields = dict(line.split(":", 1) for line in part.splitlines() if ":" in line)
        if "X-BUDGET" in fields:
            days = (fields["X-ANNIVERSARY"], fields["DTSTART;VALUE=DATE"])
            born, visit = (f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days)
            values.append((fields["SUMMARY"], born, visit, fields["X-BUDGET"].removeprefix("CNY ")))
    return values
