"""Agreements on paper: the same records the same bytes, everything escaped, signatures and seals under it."""

from __future__ import annotations

import base64
import re
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.access import agreement as agreements
from sandbox.access.document import signatures, text_named
from sandbox.access.printed import print_of, rendered
from sandbox.access.printing import DRAFT, lacking
from sandbox.app import FONT
from sandbox.kernel.errors import InputError, NotFoundError, RefusedError
from sandbox.kernel.records import OperatingAgreement
from sandbox.kernel.terms import Hours, Quotas, Terms
from sandbox.regulation import clauses
from tests.access.hall import LAPSED, MONDAY, Hall, hall
from tests.access.signed import approved, drafted, in_force, signed

TERMS = Terms(
    hours=(Hours(days=(1, 5), start="08:00", end="18:30"),), quotas=Quotas(day_runs=20), reviewers=3
)


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def html_of(town: Hall, identifier: str, who: str = "lin") -> str:
    return rendered(town.desk, print_of(town.desk, town.actors[who], identifier), ".html").decode()


def test_everything_agreed_upon_stands_in_it(town: Hall) -> None:
    made = signed(town, "firms", "legal-persons", terms=TERMS)
    text = html_of(town, made.id)
    for said in (
        made.id, made.policy, made.document, "91520300007185343B", "遵义数据运营有限公司", "行政区划、行业",
        f"自 {made.term_from} 起至 {made.term_to} 止", "周一、五 08:00 至 18:30", "一天运行的次数不超过 20",
        "不少于 3 名审查人", "公共数据资源授权运营实施规范", "（九）", "第十七条",
    ):  # fmt: skip
        assert said in text, said
    assert DRAFT not in text
    assert text.count("（一）") == len(clauses.clauses().of("service"))
    people = [(one.side, one.name) for one in signatures(town.desk.directory, made)]
    assert people == [("乙方同意", "lin"), ("甲方签署", "zhang")]


def test_the_sides_are_called_what_their_measure_calls_them(town: Hall) -> None:
    new = html_of(town, signed(town, "firms").id)
    items = approved(town, "firms", regime=LAPSED, regime_override="存量衔接")
    old = html_of(town, in_force(town, drafted(town, items)).id)
    for text, operator, developer in (
        (new, "甲方（运营机构）", "乙方（开发利用主体）"),
        (old, "甲方（数据运营商）", "乙方（数据开发利用者）"),
    ):
        assert operator in text
        assert developer in text


def test_the_same_agreement_is_the_same_bytes(town: Hall) -> None:
    made = signed(town, "firms")
    for suffix in (".html", ".pdf"):
        one, two = (
            rendered(town.desk, print_of(town.desk, town.actors[who], made.id), suffix)
            for who in ("lin", "chen")
        )
        assert one == two
    assert one.startswith(b"%PDF-")
    with pytest.raises(NotFoundError):
        rendered(town.desk, print_of(town.desk, town.actors["lin"], made.id), ".docx")


def test_what_people_wrote_opens_no_tag(town: Hall) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=y>&amp;\"'"
    items = approved(town, "firms", scenario=bad, scope=bad, security_controls=bad)
    made = in_force(town, drafted(town, items))
    text = html_of(town, made.id)
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text
    assert set(re.findall(r"<(/?[a-z0-9!]+)", text)) <= {
        "!doctype", "html", "head", "meta", "title", "/title", "style", "/style", "/head", "body", "main",
        "h1", "/h1", "p", "/p", "section", "/section", "h2", "/h2", "div", "/div", "table", "/table",
        "thead", "/thead", "tbody", "/tbody", "tr", "/tr", "th", "/th", "td", "/td", "span", "/span",
        "/main", "/body", "/html",
    }  # fmt: skip
    assert "http" not in text.lower().replace("https", "http").split("<style>")[0]
    assert rendered(town.desk, print_of(town.desk, town.actors["lin"], made.id), ".pdf").startswith(b"%PDF-")


def test_a_draft_says_that_it_is_one(town: Hall) -> None:
    made = drafted(town, approved(town, "firms"))
    assert DRAFT in html_of(town, made.id)
    accepted = agreements.accept(town.desk, town.actors["lin"], made.id)
    assert DRAFT in html_of(town, made.id)
    assert text_named(town.desk.directory, made.id, accepted.document).number == made.id


def test_only_the_parties_and_the_authority_print(town: Hall) -> None:
    made = signed(town, "firms")
    for who in ("lin", "xu", "zhang", "chen", "yang"):
        assert made.id in html_of(town, made.id, who)
    for who in ("song", "mu"):
        with pytest.raises(RefusedError):
            print_of(town.desk, town.actors[who], made.id)
    with pytest.raises(RefusedError):
        print_of(town.desk, town.actors["lin"], town.ids["operating"])


def test_an_operating_agreement_is_signed_as_a_text_as_well(town: Hall) -> None:
    wanted = OperatingAgreement(
        state="drafted", organisation=town.ids["operator"], authority=town.ids["authority"],
        environment_code="520328", scope="湄潭县", term_from=MONDAY, term_to=MONDAY.replace(year=2028),
    )  # fmt: skip
    made = agreements.draft_operating(town.desk, town.actors["zhang"], wanted)
    assert DRAFT in html_of(town, made.id, "zhang")
    kept = agreements.sign_operating(town.desk, town.actors["chen"], made.id)
    assert kept.document
    text = html_of(town, made.id, "chen")
    assert kept.document in text
    assert "520328" in text
    assert [one.side for one in signatures(town.desk.directory, kept)] == ["乙方拟订", "甲方签署"]


def test_clauses_bear_their_article_and_basis() -> None:
    for one in clauses.clauses().clauses:
        assert one.article.startswith("第")
        assert one.basis in ("law", "proposal")
    (bans,) = [one for one in clauses.clauses().of("service") if one.title == "禁止的行为"]
    assert len(bans.paragraphs) == 9
    for wrong in (
        "version = 1",
        'version = 0\n[[clause]]\nkind="service"',
        'version=1\n[[clause]]\nkind="x"',
    ):
        with pytest.raises(InputError):
            clauses.read(wrong)


def test_a_long_text_breaks_over_pages(town: Hall) -> None:
    long = "甲" * 3000
    items = approved(town, "firms", scope=long)
    made = in_force(town, drafted(town, items))
    assert (
        rendered(town.desk, print_of(town.desk, town.actors["lin"], made.id), ".pdf").count(b"/Type /Page")
        > 3
    )
    assert replace(made, state="active") == made


def test_the_pdf_brings_the_glyphs_it_shows_and_names_those_it_lacks(town: Hall) -> None:
    if not FONT.is_file():
        pytest.skip("the font of prints is not installed (make pages)")
    desk = replace(town.desk, font=FONT)
    rare = "\U00020000"  # a name's character of the later extensions
    items = approved(town, "firms", security_controls=f"由{rare}䶮保管")
    made = drafted(town, items)
    printed = print_of(desk, town.actors["lin"], made.id)
    data = rendered(desk, printed, ".pdf")
    assert data == rendered(desk, printed, ".pdf")
    assert b"/FontFile2" in data
    assert b"+NotoSerifSC" in data  # a subset has a prefix
    assert b"STSong" not in data
    assert lacking(printed, FONT) == "U+20000"
    assert "<4DAE>" in _maps(data)  # the other can be searched and copied


def _maps(data: bytes) -> str:
    """Return every stream of a PDF as text: the tables from glyphs to characters are among them."""
    found = []
    for one in re.findall(rb"stream\r?\n(.*?)endstream", data, re.S):
        with suppress(ValueError, zlib.error):
            packed = base64.a85decode(one.strip().removesuffix(b"~>")) if b"~>" in one else one
            found.append(zlib.decompress(packed).decode("latin-1"))
    return "".join(found)


def test_without_a_font_the_pdf_names_one_that_readers_bring(town: Hall) -> None:
    made = signed(town, "firms")
    data = rendered(town.desk, print_of(town.desk, town.actors["lin"], made.id), ".pdf")
    assert b"STSong-Light" in data
    assert b"/FontFile2" not in data
