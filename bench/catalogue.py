"""The catalogue at the size of a province: 100,000 entries searched, narrowed, counted and exported.

`python -m bench.catalogue [ENTRIES]`. Figures are told, never asserted. Entries are invented.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sandbox.catalog import importing
from sandbox.catalog.dcat import Catalogue, Publisher, Syntax, read, write
from sandbox.catalog.search import CatalogueIndex
from sandbox.catalog.sheet import read_sheet
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.metadata import Core, Cycle, InformationItem, Media, Opening
from sandbox.kernel.records import Organisation
from sandbox.municipality.places import COUNTIES
from sandbox.store.canonical import canonical
from sandbox.store.codec import encode

_THINGS = (
    "企业登记",
    "水表抄表",
    "低保家庭",
    "就诊结算",
    "不动产登记",
    "公交刷卡",
    "空气质量",
    "学籍",
    "社保缴费",
    "行政许可",
)
_FORMS = ("明细", "汇总", "名录", "台账", "年报")
QUERIES = ("", "水表", "水表 湄潭县", "企业登记 名录", "字段7", "没有这样的词", "307001")


def entries(count: int) -> list[Dataset]:
    """Return `count` invented entries."""
    rng = np.random.default_rng(5203)
    made = []
    for n in range(count):
        county = COUNTIES[int(rng.integers(len(COUNTIES)))].name
        thing, form = _THINGS[int(rng.integers(10))], _FORMS[int(rng.integers(5))]
        made.append(
            Dataset(
                id=f"dataset-{n:06d}",
                state=("registered", "classified", "withdrawn")[int(rng.integers(3))],
                organisation=f"organisation-{int(rng.integers(300)):06d}",
                environment=f"environment-{int(rng.integers(15)):06d}",
                code=f"entry-{n:06d}",
                title=f"{county}{thing}{form}",
                resource_code=f"{1 + n % 3}07{n % 1000:03d}/{n:06d}",
                library=("base", "theme", "department")[n % 3],
                grading=Grading(
                    ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade(1 + int(rng.integers(4)))
                ),
                media=tuple(Media)[int(rng.integers(5))],
                core=Core(
                    abstract=f"{county}{thing}的{form}，按业务系统逐笔登记，供统计分析使用。" * 2,
                    opening=tuple(Opening)[int(rng.integers(3))],
                    cycle=tuple(Cycle)[int(rng.integers(7))],
                    items=tuple(
                        InformationItem(name=f"字段{int(k)}", data_type="C")
                        for k in rng.integers(40, size=12)
                    ),
                ),
            )
        )
    return made


def timed(what: str, work: Callable[[], object], *, times: int = 1) -> object:
    """Print the median and the worst of several runs, in milliseconds; return the last result."""
    spent, result = [], None
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        spent.append((time.perf_counter() - start) * 1000)
    print(f"{what:44} median {statistics.median(spent):10.1f} ms   worst {max(spent):10.1f} ms", flush=True)
    return result


def _sheet(folder: Path, rows: int) -> Path:
    header = "信息资源名称,信息资源代码,信息项信息,共享类型,开放属性,更新周期,发布日期,省级分级,分级"
    lines = [header] + [
        f"目录{n},3{n % 100:02d}001/{n:06d},名称(C)；金额(N),无条件共享,开放,每月,2026-01-31,公开,1"
        for n in range(rows)
    ]
    path = folder / "目录.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class _Empty:
    """A catalogue without entries, for judging a sheet."""

    def __init__(self) -> None:
        self.store = self

    def find(self, *_: object, **__: object) -> tuple[()]:
        return ()


def main() -> int:
    """Run every measurement."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    made = entries(count)
    bodies = [canonical(encode(one)) for one in made]
    print(f"{count:,} entries, {sum(map(len, bodies)) / 1e6:.0f} million characters of JSON")
    index = timed("index from stored JSON", lambda: CatalogueIndex.build(bodies))
    assert isinstance(index, CatalogueIndex)
    for words in QUERIES:
        hits = index.search(words)
        timed(f"search “{words}” ({hits.total:,} hits, 12 facets)", lambda w=words: index.search(w), times=15)
    narrow = {"grade": ["L3", "L4"], "media": ["table"], "opening": ["open"]}
    timed("search “水表” narrowed by three facets", lambda: index.search("水表", wanted=narrow), times=15)
    dept = Publisher("dept", "某局", "11520300MB0T410159")
    some = tuple(made[:2_000])
    whole = Catalogue("目录", "说明", dept, some, {one.organisation: dept for one in some})
    for syntax in Syntax:
        text = timed(f"export of 2,000 entries as {syntax}", lambda s=syntax: write(whole, syntax=s))
        timed(f"reading them back from {syntax}", lambda s=syntax, t=text: read(str(t), syntax=s))
    body = Organisation(
        id="d", state="registered", name="某局", uscc="", kind="机关", roles=(), region="520300"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = _sheet(Path(folder), 5_000)
        timed(
            "dry run of a sheet of 5,000 rows",
            lambda: importing.plan(_Empty(), body, read_sheet(path), environment="e"),  # type: ignore[arg-type]
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
