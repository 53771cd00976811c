"""A department's sheet: every fault of every row is found, nothing is repaired, good rows stay good."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from sandbox.catalog import importing
from sandbox.catalog.sheet import HEADINGS, Severity, heading_of, read_sheet, sheet_of
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, ProvincialLevel
from sandbox.kernel.metadata import Cycle, InformationItem, Media, Opening, Origin, Sharing
from sandbox.kernel.records import Organisation
from sandbox.store.changes import Stored

BODY = Organisation(
    id="dept", state="registered", name="遵义市市场监督管理局", uscc="11520300MB0T410159", kind="机关",
    roles=(), region="520300",
)  # fmt: skip
HEADER = [
    "信息资源名称*", "信息资源代码", "信息资源提供方", "信息资源提供方代码", "信息资源摘要",
    "信息资源格式", "信息项信息",
    "共享类型", "共享条件", "开放属性", "不予开放依据", "更新周期", "发布日期（年月日）",
    "省级分级", "国家分级", "分级",
    "数据来源", "行业",
]  # fmt: skip
GOOD = [
    "企业年报", "307001/000010", BODY.name, BODY.uscc, "年度报告", "CSV、Excel",
    "企业名称(C,200)；年份（N）；备注",
    "有条件共享", "履职需要", "脱敏后开放", "", "每年", "2026-01-31", "内部", "一般数据", "2级",
    "政府数据", "",
]  # fmt: skip


class Shelf:
    """Stands in for the directory: the entries that the catalogue holds already."""

    def __init__(self, *held):
        self.store, self._held = self, held

    def find(self, cls, *, environment):
        assert cls is Dataset
        return tuple(Stored(one, 1, datetime.min, datetime.min) for one in self._held)


def workbook(*rows, header=HEADER, merge=()):
    book = Workbook()
    sheet = book.active
    for row in (header, *rows):
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def changed(**cells):
    row = list(GOOD)
    names = {heading.key: heading.names for heading in HEADINGS}
    for key, value in cells.items():
        place = next(n for n, one in enumerate(HEADER) if one.split("（")[0].rstrip("*") in names[key])
        row[place] = value
    return row


def planned(*rows, held=(), **options):
    sheet = sheet_of(workbook(*rows, **options), name="目录.xlsx")
    return importing.plan(Shelf(*held), BODY, sheet, environment="env")


def codes(made, row=None):
    return {
        one.code for one in made.findings
        if one.severity is Severity.ERROR and (row is None or one.row == row)
    }  # fmt: skip


def test_a_good_row_in_full():
    made = planned(GOOD)
    assert made.clean
    (one,) = made.planned
    entry = one.dataset
    assert (entry.title, entry.code, entry.library) == ("企业年报", "r-307001-000010", "department")
    assert (entry.grading.provincial, entry.grading.grade) == (ProvincialLevel.INTERNAL, Grade.L2)
    assert (entry.media, entry.origin) == (Media.TABLE, Origin.GOVERNMENT)
    core = entry.core
    assert core.items == (
        InformationItem(name="企业名称", data_type="C", length=200),
        InformationItem(name="年份", data_type="N"),
        InformationItem(name="备注"),
    )
    assert (core.sharing, core.opening, core.cycle) == (
        Sharing.CONDITIONAL,
        Opening.AFTER_MASKING,
        Cycle.YEAR,
    )
    assert (core.formats, core.issued) == (("csv", "xlsx"), date(2026, 1, 31))
    assert core.gaps == ()


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"issued": 46053}, "date-as-number"),
        ({"issued": "46053"}, "date-as-number"),
        ({"issued": "2026-02-30"}, "bad-date"),
        ({"issued": "去年"}, "bad-date"),
        ({"resource_code": "907001/1"}, "unknown-code"),
        ({"resource_code": ""}, "unknown-code"),
        ({"resource_code": 307001}, "unknown-code"),
        ({"cycle": "偶尔"}, "unknown-value"),
        ({"sharing": "随便"}, "unknown-value"),
        ({"sharing_condition": ""}, "metadata"),
        ({"opening": ""}, "missing"),
        ({"opening": "不予开放"}, "metadata"),
        ({"opening": "不予开放", "opening_basis": "不想"}, "metadata"),
        ({"provincial": ""}, "missing"),
        ({"provincial": "绝密"}, "unknown-value"),
        ({"provincial": "涉密"}, "not-developable"),
        ({"national": "核心数据"}, "not-developable"),
        ({"national": "重要数据"}, "not-developable"),
        ({"grade": "5"}, "unknown-value"),
        ({"grade": ""}, "unknown-value"),
        ({"title": ""}, "metadata"),
        ({"formats": "WPS"}, "metadata"),
        ({"formats": "MP4"}, "metadata"),
        ({"items": "a(Z)"}, "metadata"),
        ({"items": "a；a"}, "metadata"),
        ({"provider_code": "11520300MB0T410150"}, "other-provider"),
        ({"provider": "遵义市卫生健康局"}, "other-provider"),
        ({"sector": "采矿"}, "no-sector-rules"),
        ({"origin": "捡来的"}, "unknown-value"),
    ],
)
def test_each_fault_is_found_in_its_row_and_no_other(cells, code):
    made = planned(GOOD, changed(**({"resource_code": "307001/000011"} | cells)))
    assert code in codes(made, row=2)
    assert codes(made, row=1) == set()
    assert [one.row for one in made.planned] == [1]
    assert not made.clean


@pytest.mark.parametrize(
    "written", ["2026/1/31", "2026.01.31", "20260131", "2026年1月31日", date(2026, 1, 31)]
)
def test_dates_as_people_write_them(written):
    made = planned(changed(issued=written))
    assert made.planned[0].dataset.core.issued == date(2026, 1, 31)


def test_not_opened_with_its_basis_by_name_or_code():
    for basis in ("涉及商业秘密", "trade-secret"):
        made = planned(changed(opening="不予开放", opening_basis=basis))
        assert made.planned[0].dataset.core.opening_basis == "trade-secret"


def test_duplicates_within_the_sheet_and_against_the_catalogue():
    twice = planned(GOOD, GOOD)
    assert codes(twice, row=1) == codes(twice, row=2) == {"duplicate"}
    assert twice.planned == ()
    held = planned(GOOD).planned[0].dataset
    assert codes(planned(GOOD, held=(held,))) == {"already-registered"}


def test_merged_cells_are_found():
    made = planned(GOOD, changed(title="", resource_code="307001/000011"), merge=("A2:A3",))
    assert "merged-cells" in codes(made)
    assert made.planned == ()


def test_headers():
    unknown = planned([*GOOD, "x"], header=[*HEADER, "经办电话"])
    assert unknown.clean
    assert [one.code for one in unknown.findings] == ["unknown-header"]
    double = planned([*GOOD, "x"], header=[*HEADER, "名称"])
    assert "duplicate-header" in codes(double)
    with pytest.raises(InputError, match="表头"):
        planned(
            GOOD,
            header=["某某局目录汇总表", *["" if n else "甲" for n in range(1)]]
            + [f"c{n}" for n in range(16)],
        )
    with pytest.raises(InputError, match="开放属性"):
        planned([GOOD[0]], header=HEADER[:1])


def test_csv_and_gb18030(tmp_path):
    text = ",".join(HEADER) + "\n" + ",".join(f'"{cell}"' for cell in GOOD) + "\n"
    for encoding in ("utf-8", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        made = importing.plan(Shelf(), BODY, read_sheet(path), environment="env")
        assert made.clean, made.findings
        assert len(made.planned) == 1


def test_what_cannot_be_read_is_a_finding_of_its_row(tmp_path):
    lines = [",".join(HEADER), ",".join(f'"{cell}"' for cell in GOOD), "太短,的一行"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = importing.plan(Shelf(), BODY, read_sheet(path), environment="env")
    assert codes(made, row=2) == {"unreadable"}
    assert [one.row for one in made.planned] == [1]


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x")', "<script>alert(1)</script>", "'; DROP TABLE record; --"]
)
def test_texts_are_only_texts(text):
    made = planned(changed(abstract=text if not text.startswith("=") else "'" + text))
    assert made.clean
    assert made.planned[0].dataset.core.abstract.endswith(text)


def test_no_table_is_one_sentence():
    with pytest.raises(InputError):
        sheet_of(b"%PDF-1.7 ...", name="目录.pdf")


def test_people_read_the_guides_names_and_never_keys():
    assert [heading_of(one.key) for one in HEADINGS] == [one.names[0] for one in HEADINGS]
    assert heading_of("人口") == "人口"
