"""A small made-up source for the gate's tests: visits of persons, with a rare district and a heavy payer."""

from __future__ import annotations

import io
import json
import random
from dataclasses import replace
from functools import cache

import pyarrow as pa
import pyarrow.csv as pacsv

from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.identifiers import resident_id_check_digit

KEY = b"0123456789abcdef"
COLUMNS = ("结算号", "证件号", "姓名", "电话", "区县", "病种", "就诊日期", "金额", "性别")
DISTRICTS = ("红花岗区", "汇川区", "播州区", "仁怀市")
RARE = "赤水市"
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


@cache
def visits(rows: int = 1500, persons: int = 600) -> pa.Table:
    """Return the visits; persons 0-2 live in the rare district, person 7 pays most of all."""
    chance = random.Random(5)
    people = [_person(chance, number) for number in range(persons)]
    lines = []
    for number in range(rows):
        who = number % persons
        identity, name, phone, district, sex = people[who]
        amount = 2_000_000.0 if who == 7 else round(chance.lognormvariate(6, 0.6), 2)
        month, day = chance.randint(1, 12), chance.randint(1, 28)
        lines.append(
            (f"JS{number:09d}", identity, name, phone, district, f"病种{chance.randint(1, 6)}",
             f"2024-{month:02d}-{day:02d}", f"{amount:.2f}", sex)
        )  # fmt: skip
    columns = list(zip(*lines, strict=True))
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(COLUMNS, columns, strict=True)}
    )


def _person(chance: random.Random, number: int) -> tuple[str, str, str, str, str]:
    birth = f"{chance.randint(1950, 2005)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    body = f"520302{birth}{number % 1000:03d}"
    district = RARE if number < 3 else DISTRICTS[number % len(DISTRICTS)]
    name = chance.choice(FAMILY) + chance.choice(GIVEN) + chance.choice(GIVEN)
    phone = f"13{chance.randint(0, 9)}{chance.randint(0, 99_999_999):08d}"
    return body + resident_id_check_digit(body), name, phone, district, "男" if number % 2 else "女"


@cache
def source() -> Source:
    """Return the visits as a source with persons as units."""
    table = visits()
    return Source(
        name="visits",
        table=table,
        units=dense_units(table, [UnitColumns("person", ("证件号",))]),
        index=RecordIndex.build([("raw", table)], key=KEY, identifiers=("证件号", "电话", "结算号")),
        identifiers=frozenset({"证件号", "姓名", "电话", "结算号"}),
    )


SYNTHETIC = ("区县", "病种", "就诊日期", "金额", "性别")


def invented(rows: int, *, seed: int = 1) -> list[dict[str, str]]:
    """Return visits that nobody made: every column drawn by itself, rare values out, ends cut off."""
    chance = random.Random(seed)
    drawn: dict[str, list[str]] = {}
    for name in SYNTHETIC:
        held = [cell for cell in visits().column(name).to_pylist() if cell != RARE]
        if name == "金额":
            paid = sorted(map(float, held))
            some = (float(chance.choice(held)) * chance.uniform(0.9, 1.1) for _ in range(rows))
            drawn[name] = [f"{min(max(one, paid[30] + 1), paid[-30] - 1):.0f}" for one in some]
        elif name == "就诊日期":
            days = sorted(held)
            drawn[name] = [min(max(chance.choice(held), days[30]), days[-30]) for _ in range(rows)]
        else:
            drawn[name] = [chance.choice(held) for _ in range(rows)]
    return [dict(zip(SYNTHETIC, row, strict=True)) for row in zip(*drawn.values(), strict=True)]


def without_index() -> Source:
    """Return the source with no fingerprints, as a broken installation would have it."""
    return replace(source(), index=None)


def claim(sql: str, subject: str = "证件号") -> bytes:
    """Return a claim file."""
    return json.dumps({"sql": sql, "subject": subject}, ensure_ascii=False).encode()


def csv_of(table: pa.Table) -> bytes:
    """Return a table as CSV."""
    out = io.BytesIO()
    pacsv.write_csv(table, out, pacsv.WriteOptions(quoting_style="needed"))
    return out.getvalue()


def product_of(columns: dict[str, list[object]], sql: str, path: str = "p.csv") -> Product:
    """Return a CSV product with its claim."""
    table = pa.table(
        {
            name: pa.array([None if v is None else str(v) for v in values], pa.string())
            for name, values in columns.items()
        }
    )
    return Product(path, csv_of(table), claim=claim(sql))
