"""Rules that rest on nothing, or that nothing rests on: what has no article or policy, or is read by no code.

`make check` runs it through `generate --check`. Looks at the steps, the rules of permission, and every
table in the TOML files of `sandbox/regulation` that sets a value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sandbox.kernel.lifecycle import STEPS, Step
from sandbox.kernel.permits import RULES
from sandbox.kernel.rules import Rule
from sandbox.regulation.loader import regimes

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = re.compile(r"第[一二三四五六七八九十百]{1,5}条")
SETTING_TABLES = frozenset({"rule", "threshold", "sector"})
"""Arrays of tables whose rows set a value."""


def of_steps(steps: Iterable[Step] = STEPS) -> Iterator[str]:
    """Yield the steps of the lifecycle that name no article."""
    for row in steps:
        if not ARTICLE.fullmatch(row.article):
            yield f"step {row.name} names no article"


def of_permits(table: Mapping[str, tuple[Rule, ...]] = RULES) -> Iterator[str]:
    """Yield the permission rules that name no article, and the steps that no rule guards."""
    for name, rules in table.items():
        if not rules:
            yield f"step {name} is guarded by no rule"
        for rule in rules:
            if not ARTICLE.fullmatch(rule.article):
                yield f"rule {rule.code} of {name} names no article"


def of_files(folder: Path = ROOT / "sandbox" / "regulation") -> Iterator[str]:
    """Yield the rows of the regulation's files without article or instrument, or without a basis."""
    for path in sorted(folder.glob("*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        for table in sorted(SETTING_TABLES & raw.keys()):
            for row in raw[table] if isinstance(raw[table], list) else []:
                yield from _row(f"{path.name}: {row.get('code') or row.get('purpose')}", row)


def _row(where: str, row: Mapping[str, Any]) -> Iterator[str]:
    article, instrument = str(row.get("article", "")), str(row.get("instrument", ""))
    if not ARTICLE.fullmatch(article) and not (article.strip() and instrument.strip()):
        yield f"{where} names neither article nor policy"
    if not str(row.get("text", "")).strip():
        yield f"{where} says nothing in words"


WAITING = {
    "access-end": "the worker looks every minute",
    "controlled-floor": "products handed to buyers: listing and purchase",
    "controlled-legal-floor": "products handed to buyers: listing and purchase",
    "effect-feedback": "feedback on effects: products and ledger",
    "operator-may-develop": "no-redevelopment holds under every measure",
    "deregistration": "registration of products: products",
    "first-registration": "registration of products: products",
    "public-floor": "what is shown to society: listing",
    "registration-acceptance": "registration of products: products",
    "registration-publicity": "registration of products: products",
    "registration-renewal": "registration of products: products",
    "registration-review": "registration of products: products",
    "registration-validity": "registration of products: products",
}
"""Rules that no code reads yet, or that something else holds; every other one must be read."""


def of_unread(folder: Path = ROOT / "sandbox") -> Iterator[str]:
    """Yield the rules of the regimes whose value no code asks for: a setting that sets nothing."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.py"))
        if path.parent.name != "locale"
    ]
    said = "\n".join(texts)
    for code in sorted({rule.code for one in regimes() for rule in one.rules}):
        asked = code.removesuffix("-floor")
        read = f'"{code}"' in said or f'floor("{asked}")' in said
        if not read and code not in WAITING:
            yield f"rule {code} is read by nothing"
        if read and code in WAITING:
            yield f"rule {code} is read and still said to wait"


def of_regimes() -> Iterator[str]:
    """Yield the regimes without days in force, and those that lapse into nothing known."""
    known = {one.id for one in regimes()}
    for one in regimes():
        if one.successor and one.successor not in known:
            yield f"regime {one.id} has an unknown successor"


def unfounded() -> list[str]:
    """Return everything that rests on nothing; empty when all is well."""
    return [*of_steps(), *of_permits(), *of_files(), *of_regimes(), *of_unread()]


def page() -> str:
    """Return the page of all regimes: every value with its article, law kept apart from setting."""
    words = {"law": "law 规定", "standard": "standard 标准", "proposal": "**setting 本平台设置**"}
    intro = "What is law is not ours to change; a setting may be changed in a home's own file."
    lines = ["# 制度版本 · Regimes", "", intro]
    for one in regimes():
        lines += [
            "",
            f"## {one.id}",
            "",
            f"《{one.title}》 {one.issuer}，{one.effective_from} – {one.valid_to}",
            "",
            f"successor 后续：{one.successor or '—'}",
            "",
            "| rule 规则 | value 值 | article 条款 | basis 依据 | meaning 含义 |",
            "|---|---|---|---|---|",
        ]
        for rule in one.rules:
            instrument = "" if rule.instrument == one.title else f"《{rule.instrument}》"
            value = str(rule.value).lower() if isinstance(rule.value, bool) else str(rule.value)
            value = f"{value} {rule.unit}".strip()
            basis = words[rule.basis.value]
            text = (
                f"{rule.text} (read by no code: {WAITING[rule.code]})" if rule.code in WAITING else rule.text
            )
            lines.append(f"| `{rule.code}` | {value} | {instrument}{rule.article} | {basis} | {text} |")
    return "\n".join(lines) + "\n"
