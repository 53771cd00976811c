"""A product as the reviewer reads it: what findings point at is marked by number, records are blacked out."""

import json
import re

import pytest

from sandbox.kernel.findings import FindingKind
from sandbox.web.framed import MOST_ROWS, Pointer, document, redacted


def t(template, **values):
    return template.format(**values)


def pointer(where, kind=FindingKind.SMALL_GROUP, rule="G10", **more):
    words = {"article": "第十九条", "message": f"说明{rule}", "remedy": f"改法{rule}"}
    return Pointer(where=where, kind=kind, rule=rule, **{**words, **more})


def table(rows):
    lines = [f"地区{n},{n},{n * 2}" for n in range(1, rows + 1)]
    return "\n".join(["地区,户数,合计", *lines]).encode()


def row(page, number):
    return re.search(rf'<tr class="[^"]*"><th>{number}(?:<sup>.*?</sup>)?</th>.*?</tr>', page)[0]


@pytest.mark.parametrize(
    ("where", "spans"),
    [
        ("rows 2-38", ((2, 38),)),
        ("rows 2-3, 7, 9-10 …", ((2, 3), (7, 7), (9, 10))),
        ("row 4", ((4, 4),)),
        ("表1 rows 5, 8", ((5, 5), (8, 8))),
        ("地区", ()),
    ],
)
def test_every_range_of_a_place_is_read(where, spans):
    assert pointer(where).spans == spans


def test_rule_article_and_remedy_are_told_and_numbered_beside_columns_and_cells():
    found = (pointer("合计", FindingKind.ROW_LEVEL, "G09"), pointer("户数", rule="G10", smallest=4))
    page = str(document("a.csv", table(8), found, t))
    assert "<li><b>G09</b>说明G09<span>（第十九条）</span><br>改法：改法G09</li>" in page
    # of a column with small counts the small cells alone are marked, and are still read
    for number in range(1, 9):
        assert ("<sup>2</sup>" in row(page, number)) == (number < 4)
        assert "<sup>1</sup>" in row(page, number)
        assert f">{number}" in row(page, number)
    assert re.search(r'<th class="s">户数<sup>2</sup></th>', page)


def test_rows_are_marked_where_they_stand_as_handed_in_and_told_where_the_gate_wrote_them_in_another_order():
    found = (pointer("rows 3, 5", FindingKind.ROW_LEVEL, "G09"),)
    page = str(redacted("a.csv", table(8), found, t, known=frozenset({"地区"})))
    assert "<sup>1</sup>" in row(page, 2)
    assert "<sup>1</sup>" in row(page, 4)
    assert "<sup>1</sup>" not in row(page, 3)
    page = str(document("a.csv", table(8), found, t))
    assert "<sup>" not in page
    assert "提交的文件第 2、4 行" in page
    assert "地区2" in page


@pytest.mark.parametrize("kind", [FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER, FindingKind.CANARY])
def test_what_may_be_a_record_is_blacked_out_even_for_reviewers(kind):
    page = str(document("a.csv", table(8), (pointer("rows 3", kind),), t))
    assert not re.search(r"地区\d", page)  # it may stand in any row
    page = str(document("a.csv", table(8), (pointer("地区", kind),), t))
    assert not re.search(r"地区\d", page)
    assert ">2<" in row(page, 1)


def test_marked_rows_beyond_the_first_are_shown_too_and_a_flood_of_them_is_bounded():
    found = (pointer(f"rows {MOST_ROWS + 300}-{MOST_ROWS + 301}", FindingKind.ROW_LEVEL),)
    page = str(redacted("a.csv", table(MOST_ROWS + 400), found, t))
    assert "<sup>1</sup>" in row(page, MOST_ROWS + 299)
    assert f"<th>{MOST_ROWS + 250}<" not in page
    assert 'class="gap"' in page
    many = (pointer("rows 2-999999999999", FindingKind.ROW_LEVEL),)
    assert str(redacted("a.csv", table(3000), many, t)).count("<tr") <= 2 * MOST_ROWS + 3


def test_a_refused_file_shows_rules_and_places_and_no_value():
    found = (pointer("rows 2-4", FindingKind.SOURCE_RECORD, "G07"),)
    page = str(redacted("a.csv", table(6), found, t, known=frozenset({"地区"})))
    assert "<b>G07</b>" in page
    assert "<sup>1</sup>" in row(page, 1)
    assert not re.search(r"地区\d", page)
    assert "户数" not in page


def test_words_of_findings_and_cells_are_text():
    found = (pointer("rows 2", FindingKind.ROW_LEVEL, message="<script>", remedy="<b>", article="<i>"),)
    page = str(document("a.csv", b"<script>,b\n<img src=x>,2\n", found, t))
    assert "<script>" not in page
    assert "<img" not in page
    assert "<i>" not in page


def test_a_tree_is_read_as_branches_and_its_words_stay_words():
    nodes = [
        {"id": 0, "column": "地区", "in": ["甲", "<b>"], "yes": 1, "no": 2},
        {"id": 1, "subjects": 30, "class": "小型", "shares": {"小型": 0.8, "大型": 0.2}},
        {"id": 2, "column": "资本", "below": 5.0, "yes": 3, "no": 4},
        {"id": 3, "subjects": 20, "class": "大型", "shares": {"大型": 1.0}},
        {"id": 4, "subjects": 40, "class": "中型", "shares": {}},
    ]
    page = document("t.json", tree_of(nodes), (), t)
    assert "<li><b>地区</b>甲、&lt;b&gt;<ul><li><b>小型</b> 30 个对象" in page
    assert "<li><b>资本</b>&lt; 5.0<ul><li><b>大型</b>" in page
    assert "<pre>" in page  # the very text stands below


@pytest.mark.parametrize("nodes", [[], {"id": 0}, [{"id": 0, "column": "a", "in": [], "yes": 0, "no": 0}]])
def test_what_is_no_tree_is_shown_as_its_text(nodes):
    page = document("t.json", tree_of(nodes), (), t)
    assert "<ul>" not in page
    assert "<pre>" in page


def tree_of(nodes):
    return json.dumps({"format": "decision-tree/1", "nodes": nodes}, ensure_ascii=False).encode()
