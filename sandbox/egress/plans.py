"""The bound plan of a claim as a plain tree, with a reviewed template's parameters as named slots (第十九条).

Two texts that mean the same have the same plan: blanks, letter case of keywords and aliases of tables fall
away when a claim is checked. A slot stands where a constant of a condition stands, and for the same value
wherever it stands. Compares trees and their digests; reads no data. Called by `scribe` inside the gate's
process and by `instances` outside.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum

from sandbox.egress.claims import CheckedClaim
from sandbox.egress.expressions import Kind, Literal
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.template_records import Parameter, ParameterKind

Tree = object
SLOT = "slot"
_NAME = re.compile(r"\$([^\W\d]\w{0,29})")
MOST_TEXT = 80


def names_in(sql: str) -> tuple[str, ...]:
    """Return the parameters that a template's SQL names as `$name`, in order, each once."""
    found: list[str] = []

    def read(part: str) -> str:
        found.extend(_NAME.findall(part))
        return part

    _outside_quotes(sql, read)
    return tuple(dict.fromkeys(found))


def filled(sql: str, values: Mapping[str, str], parameters: Sequence[Parameter]) -> str:
    """Return the SQL with every `$name` replaced by its value as a constant; InputError for one without."""
    kinds = {one.name: one.kind for one in parameters}

    def put(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values or name not in kinds:
            raise InputError(say("参数 {name} 没有取值", name=name))
        return _constant(values[name], kinds[name])

    return _outside_quotes(sql, lambda part: _NAME.sub(put, part))


def _constant(value: str, kind: ParameterKind) -> str:
    if kind is ParameterKind.NUMBER:
        if not re.fullmatch(r"\d{1,18}(?:\.\d{1,12})?", value, re.ASCII):
            raise InputError(say("数字参数只能写成 12 或 12.5 这样的数字"))
        return value
    plain = value.isprintable() and unicodedata.normalize("NFC", value) == value
    if not value or len(value) > MOST_TEXT or not plain:
        raise InputError(say("参数的取值为空、过长或有不可见字符"))
    return "'" + value.replace("'", "''") + "'"


def _outside_quotes(sql: str, change: Callable[[str], str]) -> str:
    """Return the text with everything that stands outside quotes changed, the quoted left as it is."""
    parts = re.split(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")", sql)
    return "".join(part if place % 2 else change(part) for place, part in enumerate(parts))


def stand_ins(parameters: Sequence[Parameter], sql: str) -> dict[str, str]:
    """Return for every parameter a value that nothing in the text has: what its slot is found by."""
    found = {}
    for one in parameters:
        number = int(hashlib.sha256(one.name.encode()).hexdigest()[:11], 16)
        found[one.name] = f"7{number:014d}" if one.kind is ParameterKind.NUMBER else f"参数·{one.name}"
    if len(set(found.values())) != len(found) or any(value in sql for value in found.values()):
        raise InputError(say("模板的参数名与 SQL 中的常量相混，请换一个参数名"))
    return found


def tree_of(checked: CheckedClaim) -> Tree:
    """Return the checked claim as lists, objects, texts and numbers; each object says what it is."""
    return _plain(checked)


def _plain(value: object) -> Tree:
    if isinstance(value, Literal) and value.kind is Kind.NUMBER and value.text is not None:
        return {"is": "Literal", "kind": value.kind.value, "text": _number(value.text)}
    if is_dataclass(value) and not isinstance(value, type):
        inner = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return {"is": type(value).__name__, **inner}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _number(text: str) -> str:
    """Return one spelling for equal numbers: 10 for 10.0, 0.5 for .50."""
    try:
        return format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        return text


def with_slots(tree: Tree, standing: Mapping[str, str]) -> Tree:
    """Return the tree of a template's SQL with a slot wherever a parameter's stand-in is the constant."""
    by_text = {_number(value) if _numeric(value) else value: name for name, value in standing.items()}
    return _slotted(tree, by_text)


def _numeric(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _slotted(tree: Tree, by_text: Mapping[str, str]) -> Tree:
    if isinstance(tree, list):
        return [_slotted(one, by_text) for one in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("is") == "Literal" and tree.get("text") in by_text:
        return {"is": SLOT, "name": by_text[str(tree["text"])], "kind": tree["kind"]}
    return {name: _slotted(one, by_text) for name, one in tree.items()}


def slots_of(tree: Tree) -> tuple[str, ...]:
    """Return the names of the slots in a tree, sorted."""
    if isinstance(tree, dict):
        if tree.get("is") == SLOT:
            return (str(tree["name"]),)
        tree = list(tree.values())
    inner = [name for one in tree for name in slots_of(one)] if isinstance(tree, list) else []
    return tuple(sorted(set(inner)))


def values_in(template: Tree, instance: Tree) -> dict[str, str] | None:
    """Return the constants that an instance has in the template's slots; None where it is another plan."""
    found: dict[str, str] = {}
    return found if _fits(template, instance, found) else None


def _fits(template: Tree, instance: Tree, found: dict[str, str]) -> bool:
    if isinstance(template, dict) and template.get("is") == SLOT:
        if not isinstance(instance, dict) or instance.get("is") != "Literal":
            return False
        text = instance.get("text")
        same = isinstance(text, str) and instance.get("kind") == template.get("kind")
        return same and found.setdefault(str(template["name"]), str(text)) == text
    if isinstance(template, dict) and isinstance(instance, dict):
        alike = template.keys() == instance.keys()
        return alike and all(_fits(part, instance[name], found) for name, part in template.items())
    if isinstance(template, list) and isinstance(instance, list):
        pairs = zip(template, instance, strict=False)
        return len(template) == len(instance) and all(_fits(one, other, found) for one, other in pairs)
    return type(template) is type(instance) and template == instance


def put_back(template: Tree, instance: Tree) -> Tree:
    """Return the instance with the template's slots for the constants in their places."""
    if isinstance(template, dict) and template.get("is") == SLOT:
        return template
    if isinstance(template, dict) and isinstance(instance, dict):
        return {name: put_back(template.get(name), part) for name, part in instance.items()}
    if isinstance(template, list) and isinstance(instance, list) and len(template) == len(instance):
        return [put_back(one, other) for one, other in zip(template, instance, strict=True)]
    return instance


def text_of(tree: Tree) -> str:
    """Return the canonical text of a tree: JSON with sorted keys and without blanks."""
    return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(tree: Tree) -> str:
    """Return the SHA-256 of the canonical text of a plan."""
    return hashlib.sha256(text_of(tree).encode()).hexdigest()
