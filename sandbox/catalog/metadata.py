"""Checks the core metadata of an entry against the guide's code rules and the closed lists.

What is stated must be right; what is not stated is a gap that the entry shows. Knows nothing of
who asks; called wherever an entry is registered, described or imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say
from sandbox.kernel.metadata import Opening, ResourceCode, Sharing
from sandbox.kernel.words import unreadable
from sandbox.regulation.catalogue import lists

_DEPARTMENT = "department"
_LIBRARIES = frozenset({_DEPARTMENT, "base", "theme"})


def checked_core(dataset: Dataset) -> Dataset:
    """Return the dataset with the library of its class digit; `InputError` names the first fault."""
    library, fault = library_of(dataset.resource_code, stated=dataset.library)
    found = fault or next(faults(dataset), None)
    if found is not None:
        raise InputError(found)
    return replace(dataset, library=library)


def library_of(code: str, *, stated: str = _DEPARTMENT) -> tuple[str, Message | None]:
    """Return the library by the class digit of the code (第八条), and what is wrong with code or library.

    Without a code the stated library stands; a library stated against the digit is a fault.
    """
    if stated not in _LIBRARIES:
        return stated, say("资源库只能是 department、base 或 theme")
    if not code:
        return stated, None
    parts = ResourceCode.parse(code)
    category = lists().categories.get(parts.category) if parts is not None else None
    if category is None:
        return stated, say(
            "资源代码 {code} 不合编码规则：应为类 1 位（1 基础、2 主题、3 部门）、项 2 位、目 3 位、细目，"
            "斜线，再加顺序码，如 307001/000001",
            code=code,
        )
    if stated not in (_DEPARTMENT, category.library):
        return stated, say("资源代码 {code} 属于{title}，与所填资源库不符", code=code, title=category.title)
    return category.library, None


def faults(dataset: Dataset) -> Iterator[Message]:
    """Yield what is wrong with the metadata, the most basic first."""
    core, known = dataset.core, lists()
    if not dataset.title.strip():
        yield say("数据集须有名称")
    if (wrong := unreadable(dataset.title, "title") or unreadable(core)) is not None:
        yield wrong
    for name in core.formats:
        if name not in known.formats:
            yield say("格式 {name} 不在目录代码表里", name=name)
        elif dataset.media not in known.formats[name].media:
            yield say("格式 {name} 不是这种形态的数据的格式", name=name)
    names = [item.name for item in core.items]
    if len(set(names)) != len(names) or not all(name.strip() for name in names):
        yield say("信息项不能为空，也不能重名")
    for item in core.items:
        if item.data_type and item.data_type not in known.data_types:
            yield say("信息项 {name} 的数据类型 {type} 不在目录代码表里", name=item.name, type=item.data_type)
    yield from _sharing(dataset)


def _sharing(dataset: Dataset) -> Iterator[Message]:
    core, grounds = dataset.core, lists().grounds
    if core.sharing is Sharing.CONDITIONAL and not core.sharing_condition.strip():
        yield say("有条件共享的须写明共享条件")
    if core.opening is Opening.NOT_OPEN and core.opening_basis not in grounds:
        yield say("不予开放须写明依据，只能是：{codes}", codes="、".join(grounds))
    if core.opening is not Opening.NOT_OPEN and core.opening_basis:
        yield say("写了不予开放的依据，开放属性却不是不予开放：请核对")
    for code in core.related:
        if ResourceCode.parse(code) is None:
            yield say("关联资源代码 {code} 不合编码规则", code=code)
