"""From a catalogue sheet to entries: first what each row would become and what is wrong, then all at once.

A dry run and an import judge by the same code. Rows without a fault are registered in one transaction,
each with a fact that names the sheet's digest and the row; a row with a fault never is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from sandbox.catalog.entries import is_code, registration
from sandbox.catalog.metadata import faults, library_of
from sandbox.catalog.sheet import Severity, Sheet, SheetFinding, SheetRow, heading_of
from sandbox.kernel.actors import Actor
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.message import Message, say
from sandbox.kernel.metadata import Core, Cycle, InformationItem, Media, Opening, Origin, Sharing
from sandbox.kernel.records import Organisation
from sandbox.people.directory import Directory
from sandbox.regulation.catalogue import lists
from sandbox.regulation.sectors import sectors

_WORDS: Mapping[type[StrEnum], Mapping[str, StrEnum]] = {
    Media: {
        "表格": Media.TABLE, "文本": Media.TEXT, "图像": Media.IMAGE, "图片": Media.IMAGE,
        "音频": Media.AUDIO, "视频": Media.VIDEO,
    },
    Sharing: {
        "无条件共享": Sharing.UNCONDITIONAL, "有条件共享": Sharing.CONDITIONAL, "不予共享": Sharing.NONE,
    },
    Opening: {
        "开放": Opening.OPEN, "是": Opening.OPEN, "脱敏后开放": Opening.AFTER_MASKING,
        "不予开放": Opening.NOT_OPEN, "否": Opening.NOT_OPEN,
    },
    Cycle: {
        "实时": Cycle.REAL_TIME, "每日": Cycle.DAY, "每天": Cycle.DAY, "每周": Cycle.WEEK,
        "每月": Cycle.MONTH, "每季度": Cycle.QUARTER, "每年": Cycle.YEAR, "不定期": Cycle.IRREGULAR,
    },
    ProvincialLevel: {
        "公开": ProvincialLevel.PUBLIC, "内部": ProvincialLevel.INTERNAL, "涉密": ProvincialLevel.SECRET,
    },
    NationalLevel: {
        "一般数据": NationalLevel.GENERAL, "重要数据": NationalLevel.IMPORTANT,
        "核心数据": NationalLevel.CORE,
    },
    Origin: {
        "政府数据": Origin.GOVERNMENT, "公用企事业单位数据": Origin.PUBLIC_UTILITY, "社会数据": Origin.SOCIAL,
    },
}  # fmt: skip
"""The words of a sheet; the codes themselves are understood as well."""
_GRADES = {
    spelt: grade
    for grade, chinese in zip(Grade, "一二三四", strict=True)
    for spelt in (str(int(grade)), f"L{int(grade)}", f"{chinese}级", f"{int(grade)}级")
}
_SEPARATORS = re.compile(r"[;；\n]+")
_LIST = re.compile(r"[,，、;；\s]+")
_ITEM = re.compile(r"(.+?)[（(]\s*([A-Za-z])\s*(?:[,，]\s*(\d{1,6})\s*)?[)）]")
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?: 00:00:00)?")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Planned:
    """What one row would become."""

    row: int
    dataset: Dataset


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do: entries of the rows without a fault, and every finding in order of rows."""

    sheet: Sheet
    planned: tuple[Planned, ...]
    findings: tuple[SheetFinding, ...]

    @property
    def clean(self) -> bool:
        """Return whether nothing stands against importing the whole sheet."""
        return not any(one.severity is Severity.ERROR for one in self.findings)


def plan(directory: Directory, organisation: Organisation, sheet: Sheet, *, environment: str) -> Plan:
    """Return what importing the sheet into the organisation's catalogue would do; writes nothing."""
    known = [one.record for one in directory.store.find(Dataset, environment=environment)]
    findings = list(sheet.findings)
    planned = []
    for row in sheet.rows:
        reading = _Reading(row)
        dataset = reading.dataset(organisation, environment=environment)
        findings += reading.findings
        if dataset is not None:
            planned.append(Planned(row.number, dataset))
    findings += _duplicates(planned, known)
    bad = {one.row for one in findings if one.severity is Severity.ERROR}
    findings.sort(key=lambda one: one.row)
    return Plan(sheet, tuple(one for one in planned if one.row not in bad), tuple(findings))


def apply(directory: Directory, actor: Actor, made: Plan, *, only_good: bool = False) -> tuple[Dataset, ...]:
    """Return the entries registered, all in one transaction.

    `InputError` while any row has a fault, unless `only_good` leaves those rows out; nothing is
    written then. A refusal of one row refuses the whole.
    """
    if not made.clean and not only_good:
        raise InputError(say("目录表还有错误，一行也没有登记：请改正，或只导入没有错误的行"))
    if not made.planned:
        raise InputError(say("目录表没有可以登记的行"))
    changes = [
        registration(directory, actor, one.dataset, note={"sheet": made.sheet.digest, "row": one.row})
        for one in made.planned
    ]
    return tuple(stored.record for stored in directory.store.write(actor, *changes))


def _duplicates(planned: list[Planned], known: list[Dataset]) -> Iterator[SheetFinding]:
    """Yield what two rows, or a row and the catalogue, both have."""
    for key, label in (("code", "数据集代码"), ("resource_code", "信息资源代码")):
        times = Counter(getattr(one.dataset, key) for one in planned)
        taken = {getattr(one, key) for one in known if one.state != "withdrawn" or key == "code"}
        for one in planned:
            value = getattr(one.dataset, key)
            if value in taken:
                sentence = say("{value} 在目录里已经有了", value=value)
                yield SheetFinding("already-registered", one.row, label, sentence)
            elif times[value] > 1:
                sentence = say("{value} 在表里出现了 {times} 次", value=value, times=times[value])
                yield SheetFinding("duplicate", one.row, label, sentence)


class _Reading:
    """One row being read: every fault is noted, none stops the reading of the rest."""

    def __init__(self, row: SheetRow) -> None:
        self._row = row
        self.findings: list[SheetFinding] = []

    def dataset(self, organisation: Organisation, *, environment: str) -> Dataset | None:
        """Return the entry, or None where what it needs cannot be read."""
        row = self._row
        self._provider(organisation)
        grading, core = self._grading(), self._core()
        code = row.text("code") or _derived(row.text("resource_code"))
        library, fault = library_of(row.text("resource_code").upper())
        if not row.text("resource_code"):
            fault = say("缺少信息资源代码")
        if fault is not None:
            self._note("unknown-code", "resource_code", fault)
        elif not is_code(code):
            self._note("bad-code", "code", say("数据集代码 {code} 只能用小写字母、数字和连字符", code=code))
        if grading is None or core is None:
            return None
        made = Dataset(
            state="registered",
            organisation=organisation.id,
            environment=environment,
            code=code,
            title=row.text("title"),
            grading=grading,
            resource_code=row.text("resource_code").upper(),
            library=library,
            special_regime=self._sector(),
            core=core,
            media=self._choice(Media, "media") or Media.TABLE,
            origin=self._choice(Origin, "origin") or Origin.GOVERNMENT,
        )
        for sentence in faults(made):
            self._note("metadata", "", sentence)
        for gap in core.gaps:
            sentence = say("没有填写 {name}，可以以后补充", name=heading_of(gap))
            self.findings.append(SheetFinding("gap", row.number, gap, sentence, Severity.WARNING))
        return made

    def _note(self, code: str, column: str, sentence: Message) -> None:
        self.findings.append(SheetFinding(code, self._row.number, column, sentence))

    def _provider(self, organisation: Organisation) -> None:
        code, name = self._row.text("provider_code"), self._row.text("provider")
        if code and code.upper() != organisation.uscc:
            self._note("other-provider", "provider_code", say("提供方代码 {code} 不是本单位的", code=code))
        if name and name != organisation.name:
            self._note("other-provider", "provider", say("提供方“{name}”不是本单位的登记名称", name=name))

    def _grading(self) -> Grading | None:
        provincial = self._choice(ProvincialLevel, "provincial")
        national = self._choice(NationalLevel, "national")
        text = self._row.text("grade")
        grade = _GRADES.get(text.upper())
        if grade is None:
            self._note("unknown-value", "grade", say("分级“{value}”只能是 1 到 4", value=text))
        if not self._row.text("provincial"):
            self._note("missing", "provincial", say("缺少省级分级"))
        if grade is None or provincial is None:
            return None
        found = Grading(provincial, national or NationalLevel.GENERAL, grade)
        if not found.landable:
            self._note("not-developable", "provincial", say("涉密、重要或核心数据不得进入开发利用"))
        return found

    def _core(self) -> Core | None:
        row, opening = self._row, self._choice(Opening, "opening")
        if not row.text("opening"):
            self._note("missing", "opening", say("缺少开放属性"))
        return Core(
            abstract=row.text("abstract"),
            formats=tuple(_format(one) for one in _LIST.split(row.text("formats")) if one),
            items=tuple(self._items()),
            sharing=self._choice(Sharing, "sharing"),
            sharing_condition=row.text("sharing_condition"),
            sharing_mode=row.text("sharing_mode"),
            opening=opening,
            opening_condition=row.text("opening_condition"),
            opening_basis=_ground(row.text("opening_basis")),
            cycle=self._choice(Cycle, "cycle"),
            issued=self._day("issued"),
            related=tuple(one for one in _LIST.split(row.text("related")) if one),
        )

    def _choice(self, kind: type[Choice], key: str) -> Choice | None:
        text = self._row.text(key)
        if not text:
            return None
        found = _WORDS[kind].get(text, next((one for one in kind if one.value == text.lower()), None))
        if found is None:
            allowed = "、".join(_WORDS[kind])
            self._note(
                "unknown-value", key, say("“{value}”不在可选的范围里：{allowed}", value=text, allowed=allowed)
            )
        return found  # type: ignore[return-value]

    def _day(self, key: str) -> date | None:
        text = self._row.text(key)
        if not text:
            return None
        if _SERIAL.fullmatch(text):
            self._note(
                "date-as-number", key, say("日期“{value}”是以数字存储的：请改为日期或文本格式", value=text)
            )
            return None
        match = _DAY.fullmatch(text)
        try:
            if match is not None:
                return date(*map(int, match.groups()))
        except ValueError:
            pass  # such a day does not exist: the same finding as for what is no date at all
        self._note("bad-date", key, say("“{value}”不是日期：请写成 2026-01-31", value=text))
        return None

    def _sector(self) -> str:
        text = self._row.text("sector")
        if text in ("", "无", "一般"):
            return ""
        found = next((one.code for one in sectors() if text in (one.code, one.title)), None)
        if found is None:
            self._note(
                "no-sector-rules", "sector", say("行业“{value}”没有行业规则包，不得进入开发利用", value=text)
            )
        return found or ""

    def _items(self) -> Iterator[InformationItem]:
        for part in _SEPARATORS.split(self._row.text("items")):
            text = part.strip()
            if not text:
                continue
            match = _ITEM.fullmatch(text)
            if match is None:
                yield InformationItem(name=text)
                continue
            yield InformationItem(
                name=match[1].strip(), data_type=match[2].upper(), length=int(match[3] or 0)
            )


def _derived(resource_code: str) -> str:
    """Return a dataset code from a resource code."""
    return "r-" + resource_code.lower().replace("/", "-") if resource_code else ""


def _format(text: str) -> str:
    known = lists().formats
    return next((one.code for one in known.values() if text.lower() in (one.code, one.title.lower())), text)


def _ground(text: str) -> str:
    known = lists().grounds
    return next((one.code for one in known.values() if text in (one.code, one.title)), text)
