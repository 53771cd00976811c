"""A product as the reviewer reads it: what findings point at is marked by number, records are blacked out."""

import base64
import io
import json
import re
import zipfile

import pytest

from sandbox.kernel.findings import FindingKind
from sandbox.web.framed import HIDDEN, MOST_ROWS, Pointer, document, redacted


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
    assert "<sup>1</sup>" in row(page, 3)  # as the page beside it says: the heading is line 1
    assert "<sup>1</sup>" in row(page, 5)
    assert "<sup>1</sup>" not in row(page, 4)
    page = str(document("a.csv", table(8), found, t))
    assert "<sup>" not in page
    assert "提交的文件第 3、5 行" in page
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
    assert "<sup>1</sup>" in row(page, MOST_ROWS + 300)
    assert f"<th>{MOST_ROWS + 250}<" not in page
    assert 'class="gap"' in page
    many = (pointer("rows 2-999999999999", FindingKind.ROW_LEVEL),)
    assert str(redacted("a.csv", table(3000), many, t)).count("<tr") <= 2 * MOST_ROWS + 3


def test_a_refused_file_shows_rules_and_places_and_no_value():
    found = (pointer("rows 2-4", FindingKind.SOURCE_RECORD, "G07"),)
    page = str(redacted("a.csv", table(6), found, t, known=frozenset({"地区"})))
    assert "<b>G07</b>" in page
    assert "<sup>1</sup>" in row(page, 2)
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


def packed(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members.items():
            package.writestr(name.replace("_", "."), data)
    return out.getvalue()


def test_a_model_is_read_in_words_and_its_onnx_file_is_told_by_its_size():
    told = tree_of([{"id": 0, "subjects": 30, "class": "<b>", "shares": {"小型": 0.8}}])
    page = document("m.onnx", packed(a_json=told, b_onnx=b"\x08\x08<script>"), (), t)
    assert "<li><b>&lt;b&gt;</b> 30 个对象" in page
    assert "10 字节" in page
    assert "script" not in page
    assert "30 个对象" not in redacted("m.zip", packed(a_json=told), (), t)


def test_a_package_in_a_package_is_not_opened():
    inner = packed(a_csv=b"x,y\n1,2\n")
    assert "<table>" in document("m.zip", inner, (), t)
    assert "<table>" not in document("m.zip", packed(b_zip=inner), (), t)


@pytest.mark.parametrize("nodes", [[], {"id": 0}, [{"id": 0, "column": "a", "in": [], "yes": 0, "no": 0}]])
def test_what_is_no_tree_is_shown_as_its_text(nodes):
    page = document("t.json", tree_of(nodes), (), t)
    assert "<ul>" not in page
    assert "<pre>" in page


def tree_of(nodes):
    return json.dumps({"format": "decision-tree/1", "nodes": nodes}, ensure_ascii=False).encode()


def drawing(page):
    """Return the chart beside a table, None where there is none."""
    found = re.search(r'<figure><img alt="本表的图" src="data:image/svg\+xml;base64,([^"]*)">', page)
    return None if found is None else base64.b64decode(found[1]).decode()


def test_a_table_that_may_leave_is_drawn_beside_itself():
    page = str(document("a.csv", "地区,性别,户数\n甲,男,12\n甲,女,30\n乙,男,\n".encode(), (), t))
    drawn = drawing(page)
    assert "<table>" in page
    assert drawn.count("<rect") == 2 + 2  # ground, legend, and a bar a figure
    for name in ("甲、男", "甲、女", "乙、男", "户数"):
        assert f">{name}</text>" in drawn
    assert "不随产品放行" in page


@pytest.mark.parametrize(
    "text",
    [
        "地区,户数\n甲,12\n",  # one row is no chart
        "户数,人数\n1,2\n3,4\n",  # nothing that names a place
        "地区,名称\n甲,x\n乙,y\n",  # no figures
        "地区,户数\n甲,12\n乙\n",  # a row that is short
        "地区,地区\n甲,12\n乙,3\n",
        "地区,户数\n" + "".join(f"地{n},{n}\n" for n in range(121)),
        "地区,户数\n甲,1e999\n乙,=1+1\n",
    ],
)
def test_what_has_nothing_to_be_drawn_by_stands_alone(text):
    page = str(document("a.csv", text.encode(), (), t))
    assert "<table>" in page
    assert drawing(page) is None


@pytest.mark.parametrize("kind", sorted(HIDDEN))
def test_nothing_is_drawn_of_what_may_be_a_record(kind):
    page = str(document("a.csv", table(8), (pointer("rows 3", kind),), t))
    assert "█" in page
    assert drawing(page) is None
    assert drawing(str(redacted("a.csv", table(8), (), t, known=frozenset({"地区"})))) is None


def test_names_in_a_drawing_are_letters_and_no_marks():
    drawn = drawing(str(document("a.csv", "地区,户数\n<b>&,12\n</svg>,3\n".encode(), (), t)))
    assert "&lt;b&gt;&amp;" in drawn
    assert drawn.count("</svg>") == 1
