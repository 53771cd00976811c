"""Words that go round the gate: titles and names of files are read outside before anybody votes."""

import base64
import gzip
import io
import zipfile

import pytest

from sandbox.egress.judge import WORDS, judge
from sandbox.egress.options import Options
from sandbox.egress.report import Product
from sandbox.kernel.findings import FileJudgement, FindingKind, Verdict
from tests.attacks.test_gate_files import COUNT_SQL, counts
from tests.egress.clinic import claim, csv_of, source, visits

RECORD = {name: str(cell) for name, cell in visits().slice(100, 1).to_pylist()[0].items()}
TOLD = " ".join(RECORD.values())


def judged(path: str = "p.csv", *, data: bytes | None = None, words: str = "") -> FileJudgement:
    product = Product(path, csv_of(counts()) if data is None else data, claim=claim(COUNT_SQL))
    return judge([product], [source()], Options(words=words)).judgement.files[0]


def test_an_honest_title_changes_nothing():
    assert judged(words="2023年各病种就诊情况（按区县）").verdict is judged().verdict is Verdict.RELEASE


@pytest.mark.parametrize(
    "words", [TOLD, TOLD.replace(" ", "，"), f"统计（{TOLD}）", TOLD[::1].replace(" ", "_")]
)
def test_a_record_in_the_title_stops_even_a_proven_product(words):
    file = judged(words=words)
    assert file.verdict is Verdict.REFUSE
    assert {found.where for found in file.findings} == {WORDS}


def test_a_record_in_the_name_of_a_file_or_of_a_member_of_an_archive():
    assert judged(f"{TOLD}.csv").verdict is Verdict.REFUSE
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{TOLD}.csv", "a,b\n1,2\n")
    assert judged("p.zip", data=packed.getvalue()).verdict is Verdict.REFUSE
    zipped = io.BytesIO()
    with gzip.GzipFile(
        filename=TOLD.encode("ascii", "ignore").decode() or "x", mode="wb", fileobj=zipped
    ) as file:
        file.write(b"a,b\n1,2\n")
    assert judged("p.gz", data=zipped.getvalue()).verdict is not Verdict.RELEASE


def test_a_name_alone_may_be_the_authors_own():
    file = judged(words=f"统计表 {RECORD['姓名']}" if "姓名" in RECORD else "统计表")
    assert FindingKind.SOURCE_RECORD not in {found.kind for found in file.findings}


def test_cells_cut_apart_dumped_or_in_dense_encodings_are_read():
    rows = visits().slice(100, 12)
    text = csv_of(rows)
    dumped = "\n".join(f"{n:08x}: {text[n : n + 16].hex(' ')}" for n in range(0, len(text), 16)).encode()
    for data in (base64.b85encode(text), base64.a85encode(text), dumped):
        found = judged("p.txt", data=data).findings
        assert FindingKind.SOURCE_RECORD in {one.kind for one in found}
    numbers = rows.column("身份证号").to_pylist() if "身份证号" in rows.column_names else []
    cut = "\n".join([",".join(f"d{n}" for n in range(18)), *(",".join(number) for number in numbers)])
    if numbers:
        assert judged("p.csv", data=cut.encode()).verdict is Verdict.REFUSE
    hidden = "\n".join(
        ",".join(base64.b64encode(str(cell).encode()).decode() for cell in row.values())
        for row in rows.to_pylist()
    )
    found = judged(
        "p.csv", data=("a,b,c,d,e,f,g,h,i,j"[: 2 * rows.num_columns - 1] + "\n" + hidden).encode()
    ).findings
    assert FindingKind.SOURCE_RECORD in {one.kind for one in found}
