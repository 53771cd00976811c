"""Ways into the catalogue: bombs and strange sheets, markup and formulas in every cell, forged exports."""

from __future__ import annotations

import io
import zipfile

import pytest

from sandbox.catalog import importing
from sandbox.catalog.dcat import Catalogue, Publisher, Syntax, read, write
from sandbox.catalog.sheet import HEADINGS, sheet_of
from sandbox.kernel.errors import InputError
from tests.catalog.test_sheet import BODY, GOOD, HEADER, Shelf, changed, workbook

PAYLOADS = (
    "<script>alert(1)</script>",
    "'; DROP TABLE record; --",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '"""\n<urn:x> a <urn:evil> . """',
    "{{7*7}}${jndi:ldap://x}",
    "\u202e倒写\u200b",
    "../../etc/passwd",
)
KEYS = [
    one.key
    for one in HEADINGS
    if any(name in {h.split("（")[0].rstrip("*") for h in HEADER} for name in one.names)
]


@pytest.mark.parametrize("key", KEYS)
def test_no_payload_in_any_cell_stops_the_reading_or_becomes_more_than_text(key: str) -> None:
    for payload in PAYLOADS:
        sheet = sheet_of(workbook(GOOD, changed(**{key: payload})), name="目录.xlsx")
        made = importing.plan(Shelf(), BODY, sheet, environment="env")
        for one in made.planned:
            dept = Publisher("dept", payload, payload)
            whole = Catalogue(payload, payload, dept, (one.dataset,), {"dept": dept})
            for syntax in Syntax:
                assert read(write(whole, syntax=syntax), syntax=syntax) == (one.dataset,)


def test_a_bomb_is_refused() -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(GOOD))) as good,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            data = good.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"<sheetData>", b"<!--" + b" " * (64 << 20) + b"--><sheetData>")
            bad.writestr(name, data)
    with pytest.raises(InputError):
        sheet_of(buffer.getvalue(), name="目录.xlsx")


def test_a_hundred_thousand_merged_areas_stay_bounded() -> None:
    areas = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n) for n in range(2, 100_002))
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(GOOD))) as good, zipfile.ZipFile(buffer, "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", b"</sheetData><mergeCells>" + areas + b"</mergeCells>")
            bad.writestr(name, data)
    made = sheet_of(buffer.getvalue(), name="目录.xlsx")
    assert 0 < len(made.findings) <= 1_000


def test_a_sheet_cannot_register_for_another_organisation() -> None:
    rows = (changed(provider="遵义市公安局"), changed(provider_code="11520300009426137T"))
    made = importing.plan(Shelf(), BODY, sheet_of(workbook(*rows), name="a.xlsx"), environment="env")
    assert made.planned == ()
    assert {one.code for one in made.findings} >= {"other-provider"}
    anonymous = importing.plan(
        Shelf(),
        BODY,
        sheet_of(workbook(changed(provider="", provider_code="")), name="a.xlsx"),
        environment="env",
    )
    assert [one.dataset.organisation for one in anonymous.planned] == [BODY.id]
