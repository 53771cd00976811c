"""Health settlements of an invented Zunyi: visits of persons, with the dependence of real ones.

Age decides the diagnosis, the diagnosis the hospital and the bill, the county the hospital;
the chronically ill come again. Grade 4 data: it lands and is judged, and opens no
interactive seat. Makes no file; the writers do.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from sandbox.municipality.clinic import DIAGNOSES, HOSPITALS, draw_bills, draw_diagnoses, draw_hospitals
from sandbox.municipality.extract import Extract, Flaw, FlawedCell, Spoiler, full_width
from sandbox.municipality.numbers import wrong_check_digit
from sandbox.municipality.population import Population, draw_population

TITLE = "医疗保障就诊结算明细"
COMMENTS = {
    "就诊流水号": "结算系统流水号，唯一",
    "姓名": "参保人姓名",
    "居民身份证号": "18 位公民身份号码",
    "手机号": "参保人登记手机号",
    "住址": "参保人常住地址",
    "出生日期": "参保人出生日期",
    "性别": "参保人性别",
    "民族": "参保人民族",
    "就诊日期": "就诊或出院结算日期",
    "医疗机构": "定点医疗机构名称",
    "诊断编码": "主要诊断 ICD-10 编码",
    "诊断名称": "主要诊断名称",
    "医疗总费用": "本次费用总额，元",
    "医保支付": "统筹基金支付，元",
}
FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2024, 10, 31)


def visits(seed: int, *, count: int = 60_000, persons: int = 20_000) -> Extract:
    """Return `count` visits of `persons` persons in order of date; at least one visit for each.

    The same seed gives the same table in every run; columns are the keys of `COMMENTS`.
    """
    if count < persons:
        raise ValueError("every person has at least one visit")
    rng = np.random.default_rng([seed, 0x4EA])
    people = draw_population(rng, count=persons, today=LAST_DAY)
    standing = draw_diagnoses(rng, ages=people.ages, male=people.male, chronic=True)
    ill = rng.random(persons) < np.clip((people.ages - 30) / 70, 0.02, 0.6)
    who, days = _draw_days(rng, people, _draw_visitors(rng, people, ill, count=count))
    acute = draw_diagnoses(rng, ages=people.ages[who], male=people.male[who], chronic=False)
    diagnoses = np.where(ill[who] & (rng.random(count) < 0.72), standing[who], acute)
    places, levels = draw_hospitals(rng, diagnoses=diagnoses, counties=people.counties[who])
    bills, paid = draw_bills(rng, diagnoses=diagnoses, levels=levels)
    columns = {
        "就诊流水号": [f"ZY{day:%Y%m%d}{row:06d}" for row, day in enumerate(days)],
        "姓名": [people.names[person] for person in who],
        "居民身份证号": [people.ids[person] for person in who],
        "手机号": [people.phones[person] for person in who],
        "住址": [people.addresses[person] for person in who],
        "出生日期": [people.births[person].isoformat() for person in who],
        "性别": ["男" if people.male[person] else "女" for person in who],
        "民族": [people.peoples[person] for person in who],
        "就诊日期": [day.isoformat() for day in days],
        "医疗机构": [HOSPITALS[place] for place in places],
        "诊断编码": [DIAGNOSES[diagnosis].code for diagnosis in diagnoses],
        "诊断名称": [DIAGNOSES[diagnosis].name for diagnosis in diagnoses],
        "医疗总费用": [f"{bill:.2f}" for bill in bills],
        "医保支付": [f"{part:.2f}" for part in paid],
    }
    flaws = _spoil(rng, columns)
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return Extract(title=TITLE, table=table, flaws=flaws, comments=COMMENTS)


def _draw_visitors(
    rng: np.random.Generator, people: Population, ill: np.ndarray, *, count: int
) -> np.ndarray:
    """Return the person of each visit: everyone once, the rest by illness and age."""
    persons = len(people.ages)
    appetite = (
        rng.gamma(1.2, 1.0, size=persons) * np.where(ill, 5.0, 1.0) * np.where(people.ages < 6, 2.0, 1.0)
    )
    again = rng.choice(persons, size=count - persons, p=appetite / appetite.sum())
    return rng.permutation(np.r_[np.arange(persons), again])


def _draw_days(
    rng: np.random.Generator, people: Population, who: np.ndarray
) -> tuple[np.ndarray, list[date]]:
    """Return the visitors and the days of the visits in order of day, never before a visitor was born."""
    span = (LAST_DAY - FIRST_DAY).days
    offsets = rng.integers(span + 1, size=len(who))
    born = np.array([(birth - FIRST_DAY).days for birth in people.births])[who]
    offsets = np.where(offsets < born, np.minimum(span, born + offsets % np.maximum(1, span - born)), offsets)
    order = np.argsort(offsets, kind="stable")
    return who[order], [FIRST_DAY + timedelta(days=int(day)) for day in offsets[order]]


def _spoil(rng: np.random.Generator, columns: dict[str, list[str]]) -> tuple[FlawedCell, ...]:
    """Put in the dirt of a real settlement system and return every flawed cell."""
    spoiler = Spoiler(rng, columns)
    number, phone = "居民身份证号", "手机号"
    spoiler.sentinels(number, 0.004, ("", "无", "N/A"))
    for row in spoiler.rows(0.0006, column=number, least=3):
        spoiler.put(row, number, wrong_check_digit(columns[number][row]), Flaw.WRONG_CHECK_DIGIT)
    for row in spoiler.rows(0.003, column=number):
        spoiler.put(row, number, full_width(columns[number][row]), Flaw.FULL_WIDTH)
    for row in spoiler.rows(0.05, column=number):
        if columns[number][row].endswith("X"):
            spoiler.put(row, number, columns[number][row].lower(), Flaw.LOWER_CASE)
    spoiler.sentinels(phone, 0.03, ("无", "", "N/A", "不详", "-"))
    for row in spoiler.rows(0.01, column=phone):
        value = columns[phone][row]
        spoiler.put(row, phone, f"{value[:3]} {value[3:7]} {value[7:]}", Flaw.SEPARATORS)
    spoiler.sentinels("住址", 0.008, ("不详", "无", ""))
    spoiler.sentinels("民族", 0.01, ("", "未说明"))
    for row in spoiler.rows(0.006, column="就诊日期"):
        spoiler.put(row, "就诊日期", columns["就诊日期"][row].replace("-", "/"), Flaw.DATE_LAYOUT)
    for row in spoiler.rows(0.006, column="出生日期"):
        spoiler.put(row, "出生日期", columns["出生日期"][row].replace("-", ""), Flaw.DATE_LAYOUT)
    for row in spoiler.rows(0.0002, column="就诊日期", least=2):
        spoiler.put(row, "就诊日期", "2042" + columns["就诊日期"][row][4:], Flaw.FUTURE_DATE)
    return tuple(spoiler.flaws)
