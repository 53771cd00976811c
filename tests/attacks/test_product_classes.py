"""Classes of product that are not tables: what an insider would carry out in a tree, a codebook, a sample.

Each attack is made by somebody who knows the gate's code; beside it stands the honest product that must pass
to people. The rule that stops it is named, so that a gate which refuses for another reason is seen.
"""

from __future__ import annotations

import io
import json
import pickle
import random
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.permitted import Bounds
from sandbox.egress.report import Product
from sandbox.egress.synthetic import first_half
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.findings import FileJudgement, Verdict
from tests.egress.clinic import RARE, SYNTHETIC, csv_of, invented, source, visits

TREE: dict[str, object] = {
    "model": "tree", "table": "visits", "subject": "证件号", "target": "病种", "features": ["性别", "金额"],
    "depth": 3, "leaf": 40, "seed": 1,
}  # fmt: skip


def put(
    asked: object, held: Source | None = None, *, name: str = "p.json", bounds: Bounds | None = None
) -> tuple[FileJudgement, bytes]:
    """Return the judgement of one file and what may leave of it."""
    data = asked if isinstance(asked, bytes) else json.dumps(asked, ensure_ascii=False).encode()
    judged = judge([Product(name, data)], [held or source()], Options(bounds=bounds))
    return judged.judgement.files[0], b"".join(judged.rewritings.values())


def rules(file: FileJudgement) -> set[str]:
    return {found.rule for found in file.findings}


def refused(outcome: tuple[FileJudgement, bytes], *codes: str) -> None:
    """Hold that a product was refused by these rules, that nothing leaves, and that no count is told."""
    file, left = outcome
    assert file.verdict is Verdict.REFUSE, sorted(rules(file))
    assert set(codes) <= rules(file), sorted(rules(file))
    assert left == b""
    assert not any(letter.isdigit() for found in file.findings for letter in str(found.message))


def without(*persons: int) -> Source:
    """Return the source without some persons, by their number."""
    held = source()
    kept = np.asarray([row % 600 not in persons for row in range(held.table.num_rows)])
    return replace(
        held,
        table=held.table.filter(pa.array(kept)),
        units={kind: ids[kept] for kind, ids in held.units.items()},
    )


def with_column(held: Source, **columns: list[str]) -> Source:
    table = held.table
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values, pa.string()))
    return replace(held, table=table)


# --- trees -----------------------------------------------------------------------------------


def test_an_honest_tree_is_grown_by_the_gate_and_people_look_at_it() -> None:
    file, left = put(TREE)
    assert (file.verdict, rules(file)) == (Verdict.REVIEW, {"G44"})
    tree = json.loads(left)
    assert tree["subjects"] == 600
    leaves = [node for node in tree["nodes"] if "column" not in node]
    assert len(leaves) > 1
    assert all(leaf["subjects"] >= 40 and leaf["subjects"] % 10 == 0 for leaf in leaves)
    assert put(TREE)[1] == left


def test_a_leaf_of_one_persons_salary_is_held() -> None:
    """The mean of the leaf that the heavy payer falls into is his own figure, however many share it."""
    refused(put(TREE | {"target": "金额", "features": ["性别", "病种"]}), "G11")
    file, left = put(TREE | {"target": "金额", "features": ["性别", "病种"]}, without(7))
    assert file.verdict is Verdict.REVIEW
    assert b"2000000" not in left


def test_a_leaf_of_fewer_people_than_the_threshold_cannot_be_asked_for() -> None:
    refused(put(TREE | {"leaf": 3}), "G43")


def test_a_leaf_counts_people_and_not_their_visits() -> None:
    """One person with 40 visits makes no leaf of 40."""
    held = source()
    ids = np.where(np.arange(1500) < 300, 1, held.units["person"]).astype(np.uint32)
    often = with_column(
        replace(held, units={"person": ids}), 常客=["是" if row < 300 else "否" for row in range(1500)]
    )
    refused(put(TREE | {"features": ["常客"]}, often), "G10")


def test_a_category_of_a_few_is_no_variable() -> None:
    refused(put(TREE | {"features": ["区县"]}), "G10")


def test_a_cut_is_nobodys_figure() -> None:
    tree = json.loads(put(TREE | {"depth": 6, "leaf": 20, "features": ["金额"]}, without(7))[1] or b"{}")
    own = {float(cell) for cell in visits().column("金额").to_pylist()}
    cuts = [node["below"] for node in tree.get("nodes", []) if "below" in node]
    assert all(len(f"{cut:g}") <= 5 for cut in cuts)
    assert not {cut for cut in cuts if cut in own and cut != round(cut)}


def test_the_heaviest_payer_draws_no_cut_to_himself() -> None:
    tree = json.loads(put(TREE | {"features": ["金额"]})[1])
    assert max(node["below"] for node in tree["nodes"] if "below" in node) < 10_000


def test_two_trees_do_not_give_one_person_by_subtraction() -> None:
    """A column empty for one person alone leaves him out of the second tree: its means say too little."""
    chance = np.random.default_rng(6)
    paid = np.where(np.arange(400) == 7, 900.0, chance.normal(300, 20, 400) + 100 * (np.arange(400) % 2))
    table = pa.table({
        "who": [f"u{one}" for one in range(400)], "paid": [f"{one:.2f}" for one in paid],
        "kind": [f"k{one % 2}" for one in range(400)],
        "note": [None if one == 7 else f"n{one % 3}" for one in range(400)],
    })  # fmt: skip
    held = Source("visits", table, {"person": np.arange(1, 401, dtype=np.uint32)}, source().index)
    asks = TREE | {"subject": "who", "target": "paid", "depth": 1}
    trees = [json.loads(put(asks | {"features": names}, held)[1]) for names in (["kind"], ["kind", "note"])]
    leaves = [{node["id"]: node["value"] for node in tree["nodes"] if "value" in node} for tree in trees]
    rows = [200, 199]
    for number in leaves[0]:
        guess = leaves[0][number] * rows[0] - leaves[1][number] * rows[1]
        assert abs(guess - 900) > 90, guess


def test_a_class_that_all_of_a_leaf_have_is_told_to_the_reviewers() -> None:
    held = with_column(
        source(), 阳性=["是" if row % 600 % 4 == 0 else "否" for row in range(1500)],
        片区=[f"片{row % 600 % 4}" for row in range(1500)],
    )  # fmt: skip
    assert "G14" in rules(put(TREE | {"target": "阳性", "features": ["片区"]}, held)[0])


def test_a_tree_that_knows_its_members_is_held() -> None:
    refused(put(TREE | {"depth": 6, "leaf": 10}), "G42")


@pytest.mark.parametrize("more", [
    {"features": ["证件号"]}, {"features": ["结算号"]}, {"target": "姓名"}, {"table": "taxes"}, {"depth": 40},
    {"note": "藏在这里"}, {"features": []}, {"seed": -1}, {"leaf": "40 人"}, {"target": "性别"},
])  # fmt: skip
def test_what_no_tree_may_be_made_of_is_refused(more: Mapping[str, object]) -> None:
    """An identifier as a variable, further keys that hold something, a target among the features."""
    refused(put(TREE | dict(more)))


def test_a_tree_leaves_only_where_models_were_agreed() -> None:
    refused(put(TREE, bounds=Bounds(outputs=(OutputForm.AGGREGATE,))), "G21")
    assert put(TREE, bounds=Bounds(outputs=(OutputForm.MODEL,)))[0].verdict is Verdict.REVIEW


NEIGHBOURS = {"_fit_X": [[1.0, 2.0]], "n_neighbors": 1}
SUPPORTS = {"support_vectors_": [[0.5, 0.25]], "dual_coef_": [[1.0]]}
BOOSTED = {
    "learner": {"gradient_booster": {"model": {"trees": [{"split_conditions": [3.5], "left_children": [1]}]}}}
}
DUMPED = {"tree": {"children_left": [1, -1, -1], "threshold": [812.55, -2, -2], "value": [[1], [2], [3]]}}


@pytest.mark.parametrize(
    "trained", [NEIGHBOURS, SUPPORTS, BOOSTED, DUMPED], ids=["knn", "svm", "boosted", "dumped"]
)
def test_a_trained_model_spelled_out_as_json_is_a_model(trained: object) -> None:
    refused(put(trained), "G17")


def test_a_pickled_or_packed_model_never_leaves() -> None:
    """Pickle is not opened; arrays of other formats are searched and held as well."""
    refused(put(pickle.dumps({"module": "sklearn.neighbors"}), name="m.pkl"), "G17")
    body = np.asarray([float(cell) for cell in visits().column("金额").to_pylist()], "<f4").tobytes()
    head = json.dumps({"w": {"dtype": "F32", "shape": [1500], "data_offsets": [0, len(body)]}}).encode()
    refused(put(len(head).to_bytes(8, "little") + head + body, name="m.safetensors"))
    refused(put(b"\x08\x07\x12\x07pytorch" + body, name="m.onnx"))


# --- synthetic data --------------------------------------------------------------------------


def synthetic(rows: list[dict[str, str]], **more: object) -> dict[str, object]:
    return {"synthetic": "visits", "subject": "证件号", "rows": rows, **more}


@cache
def ordinary() -> tuple[dict[str, str], ...]:
    """Return the visits that no rare district and no end of the figures gives away."""
    rows = visits().select(list(SYNTHETIC)).to_pylist()
    paid = sorted(float(row["金额"]) for row in rows)
    days = sorted(row["就诊日期"] for row in rows)
    return tuple(
        row for row in rows
        if row["区县"] != RARE and paid[30] < float(row["金额"]) < paid[-30]
        and days[30] < row["就诊日期"] < days[-30]
    )  # fmt: skip


def noised(
    count: int, by: float, *, seed: int = 3, half: bool = False, **swapped: list[str]
) -> list[dict[str, str]]:
    """Return ordinary visits with noise on the amount, and some categories drawn anew."""
    chance = random.Random(seed)
    rows = [dict(row) for row in ordinary()]
    if half:
        first, _ = first_half(visits().column("证件号"))
        known = {
            json.dumps(row)
            for row, kept in zip(visits().select(list(SYNTHETIC)).to_pylist(), first, strict=True)
            if kept
        }
        rows = [row for row in rows if json.dumps(row) in known]
    paid = [float(row["金额"]) for row in rows]
    low, high = min(paid), max(paid)
    made = []
    for row in chance.sample(rows, min(count, len(rows))):
        amount = min(max(float(row["金额"]) * chance.uniform(1 - by, 1 + by), low), high)
        made.append(
            row | {"金额": f"{amount:.2f}"} | {name: chance.choice(names) for name, names in swapped.items()}
        )
    return made


def test_an_honest_synthetic_table_goes_to_people_as_the_gate_writes_it() -> None:
    for seed in (1, 2):
        file, left = put(synthetic(invented(800, seed=seed)))
        assert (file.verdict, rules(file)) == (Verdict.REVIEW, {"G48"})
        lines = left.decode().splitlines()
        assert lines[0].split(",") == list(SYNTHETIC)
        assert len(lines) == 801
        assert lines[1:] == sorted(lines[1:])


def test_the_source_itself_is_not_synthetic() -> None:
    refused(put(synthetic([dict(row) for row in ordinary()[:600]])), "G06", "G45")


@pytest.mark.parametrize("by", [0.01, 0.05, 0.2])
def test_the_source_with_noise_is_not_synthetic(by: float) -> None:
    refused(put(synthetic(noised(800, by))), "G45")


def test_the_source_with_one_column_drawn_anew_is_not_synthetic() -> None:
    refused(put(synthetic(noised(800, 0.01, 病种=[f"病种{one}" for one in range(1, 7)]))), "G45")


def test_a_few_copies_among_many_honest_rows_are_found() -> None:
    refused(put(synthetic(invented(760) + noised(40, 0.01))), "G45")


def test_a_table_learned_by_heart_from_one_half_tells_who_was_in_it() -> None:
    """Distances alone might pass as chance; the half that was left out lies farther away."""
    refused(put(synthetic(noised(900, 0.3, half=True))), "G42")


def test_what_only_a_few_people_have_is_not_copied() -> None:
    refused(put(synthetic([*invented(800), invented(1)[0] | {"区县": RARE}])), "G46")
    refused(put(synthetic([*invented(800), invented(1)[0] | {"金额": "1990000"}])), "G46")


def test_rows_that_carry_something_else_are_not_synthetic_data() -> None:
    """A cipher in the figures or in made-up categories resembles the source in no column."""
    chance = random.Random(2)
    low, high = (pick(float(row["金额"]) for row in ordinary()) for pick in (min, max))
    coded = [row | {"金额": f"{chance.uniform(low, high):.2f}"} for row in invented(800)]
    refused(put(synthetic(coded)), "G47")
    refused(put(synthetic([*invented(800), invented(1)[0] | {"病种": "44cf7a"}])), "G47")


@pytest.mark.parametrize("more", [
    {"note": "x"}, {"synthetic": "taxes"}, {"subject": "无"}, {"rows": []}, {"rows": {"a": [1]}},
    {"rows": [{"病种": "病种1", "金额": "很多"}] * 60}, {"rows": [{"证件号": "1", "病种": "病种1"}] * 60},
    {"rows": [{"病种": "病种1", "口令": "x"}] * 60}, {"rows": [{"病种": "病种1"}] * 60},
])  # fmt: skip
def test_what_is_no_synthetic_table_is_refused(more: dict[str, object]) -> None:
    refused(put(synthetic(invented(60)) | more))


def test_synthetic_data_leaves_only_where_it_was_agreed() -> None:
    asked = synthetic(invented(300))
    refused(put(asked, bounds=Bounds(outputs=(OutputForm.AGGREGATE, OutputForm.MODEL))), "G21")
    assert put(asked, bounds=Bounds(outputs=(OutputForm.SYNTHETIC,)))[0].verdict is Verdict.REVIEW


# --- codebooks -------------------------------------------------------------------------------

BOOK: dict[str, object] = {"codebook": "visits", "subject": "证件号"}


def by_hand(**columns: list[str]) -> tuple[FileJudgement, bytes]:
    """Return what becomes of a codebook that the author typed himself."""
    return put(csv_of(pa.table(columns)), name="codebook.csv")


def test_a_codebook_is_the_gates_own_and_people_look_at_it() -> None:
    file, left = put(BOOK)
    assert (file.verdict, rules(file)) == (Verdict.REVIEW, {"G49"})
    book = left.decode()
    assert "区县,类别,汇川区,140,," in book
    assert put(BOOK | {"columns": ["性别"]})[1].decode().splitlines()[1:] == [
        "性别,类别,,,,", "性别,类别,女,300,,", "性别,类别,男,300,,",
    ]  # fmt: skip


def test_a_codebook_lists_nobody_and_nothing_that_a_few_have() -> None:
    """Rare district, names, numbers: only the name of their column is said."""
    book = put(BOOK)[1].decode()
    assert RARE not in book
    for name in ("证件号", "姓名", "电话", "结算号"):
        assert f"{name},标识（不列取值）,,,," in book
        assert not {cell for cell in visits().column(name).to_pylist() if cell in book}


def test_the_ends_of_a_codebook_are_no_persons_figures() -> None:
    (line,) = [one for one in put(BOOK)[1].decode().splitlines() if one.startswith("金额")]
    low, high = map(float, line.split(",")[-2:])
    paid = [float(cell) for cell in visits().column("金额").to_pylist()]
    assert max(paid) > high
    assert not {low, high} & set(paid)


def test_a_codebook_does_not_count_one_person_by_its_difference() -> None:
    """With one person less the book says the same or ten less: no number is anybody's own difference."""
    books = [put(BOOK, held)[1].decode().splitlines()[1:] for held in (source(), without(10))]
    for one, other in zip(*books, strict=True):
        numbers = [int(line.split(",")[3] or 0) for line in (one, other)]
        assert abs(numbers[0] - numbers[1]) in (0, 10)
        assert all(number % 10 == 0 for number in numbers)


def test_a_codebook_made_by_hand_lists_no_rare_value() -> None:
    refused(by_hand(列名=["区县", "区县"], 取值=["汇川区", RARE]), "G46")
    names = sorted(set(visits().column("姓名").to_pylist()))[:30]
    refused(by_hand(列名=["姓名"] * 30, 取值=names), "G46")
    refused(by_hand(字段=["证件号"] * 3, 例=visits().column("证件号").to_pylist()[:3]), "G06")


def test_a_codebook_made_by_hand_tells_no_extreme() -> None:
    refused(by_hand(列名=["金额"], 类型=["数值"], 最小值=["50.1"], 最大值=["2000000.00"]), "G46")


def test_correlations_are_no_codebook_but_a_figure_among_them_is_read() -> None:
    """A table of correlations names columns in its first one too; 1.0 in it is nobody's amount."""
    amounts = ["1.0", *visits().column("金额").to_pylist()[1:]]
    place = visits().column_names.index("金额")
    held = replace(source(), table=visits().set_column(place, "金额", pa.array(amounts)))
    table = pa.table({"列": ["金额", "性别"], "金额": ["1.0", "0.4"], "性别": ["0.4", "1.0"]})
    assert "G46" not in rules(put(csv_of(table), held)[0])
    assert "G46" in rules(put(csv_of(table.rename_columns(["列", "甲", "乙"])), held)[0])
    refused(by_hand(列名=["金额", "金额"], 金额=["2000000.00", "0.5"]), "G46")


def test_an_honest_codebook_made_by_hand_goes_to_people() -> None:
    file, _ = by_hand(
        列名=["区县", "病种", "病种"], 说明=["所在区县", "见附表", "见附表"], 取值=["", "病种1", "病种2"]
    )
    assert file.verdict is Verdict.REVIEW
    assert "G46" not in rules(file)


@pytest.mark.parametrize("more", [
    {"note": "x"}, {"codebook": "taxes"}, {"subject": "无"}, {"columns": "性别"}, {"columns": ["病种"] * 2},
    {"columns": ["工资"]}, {"columns": [1]},
])  # fmt: skip
def test_what_is_no_codebook_is_refused(more: dict[str, object]) -> None:
    refused(put(BOOK | more))


# --- data services ---------------------------------------------------------------------------


def service(rows: list[dict[str, str]], *inputs: str, **more: object) -> dict[str, object]:
    return {"service": "visits", "subject": "证件号", "inputs": list(inputs), "rows": rows, **more}


def averages() -> list[dict[str, str]]:
    """Return what an honest service answers: a rounded mean for a district, a kind and a sex."""
    groups: dict[tuple[str, str, str], list[float]] = {}
    for row in visits().to_pylist():
        if row["区县"] != RARE and float(row["金额"]) < 10_000:
            groups.setdefault((row["病种"], row["性别"], row["就诊日期"][5:7]), []).append(float(row["金额"]))
    return [
        {"病种": kind, "性别": sex, "月": str(int(month)), "均次费用": f"{sum(paid) / len(paid):.0f}"}
        for (kind, sex, month), paid in sorted(groups.items())
    ]  # fmt: skip


def asked_of(rows: list[dict[str, str]], *names: str, **renamed: str) -> list[dict[str, str]]:
    """Return rows with some columns under their own names and some under others."""
    return [
        {**{name: row[name] for name in names}, **{new: row[old] for new, old in renamed.items()}}
        for row in rows
    ]


def test_an_honest_service_goes_to_people_with_its_sample() -> None:
    file, left = put(service(averages(), "病种", "性别", "月"))
    assert (file.verdict, rules(file)) == (Verdict.REVIEW, {"G52"})
    assert left.decode().splitlines()[0] == "病种,性别,月,均次费用"


def test_a_score_by_figures_that_nobody_has_is_a_service() -> None:
    chance = random.Random(4)
    rows = [
        {"年龄": f"{chance.uniform(20, 80):.1f}", "得分": f"{chance.uniform(0, 1):.2f}"} for _ in range(80)
    ]
    assert put(service(rows, "年龄"))[0].verdict is Verdict.REVIEW


def test_a_service_keyed_by_an_identifier_is_no_service() -> None:
    """One row for each person asked for by number: the data in slices."""
    rows = asked_of(visits().to_pylist()[:80], "证件号", "金额")
    refused(put(service(rows, "证件号")), "G51", "G06")
    hidden = asked_of(visits().to_pylist()[:80], 键="电话", 分="病种")
    refused(put(service(hidden, "键")), "G51")


def test_a_service_keyed_by_the_authors_own_numbers_is_no_service() -> None:
    """His customers are joined with the data outside; each number of his stands for one person."""
    rows = [{"客户": f"C{place:05d}", "病种": row["病种"]} for place, row in enumerate(ordinary()[:80])]
    refused(put(service(rows, "客户")), "G51")


def test_a_request_that_picks_out_a_few_is_a_lookup() -> None:
    """No identifier is asked for, but district, kind, day and sex together are one person."""
    rows = asked_of(list(ordinary()[:80]), "区县", "病种", "就诊日期", 等级="性别")
    refused(put(service(rows, "区县", "病种", "就诊日期")), "G51")


def test_inputs_in_disguise_are_joined_all_the_same() -> None:
    """Other names for the columns, full-width figures, another layout of the date."""
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    rows = [
        {
            "地": row["区县"],
            "类": row["病种"].translate(wide),
            "日": row["就诊日期"].replace("-", "/"),
            "答": "甲",
        }
        for row in ordinary()[:80]
    ]
    refused(put(service(rows, "地", "类", "日")), "G51")


def test_a_service_that_answers_with_one_persons_value_passes_it_through() -> None:
    """The dearest visit of every group is somebody's own, though many are in the group."""
    dearest: dict[tuple[str, str], dict[str, str]] = {}
    for row in ordinary():
        key = (row["病种"], row["区县"])
        dearest[key] = max(row, dearest.get(key, row), key=lambda one: float(one["金额"]))
    rows = [asked_of([row], "病种", "区县", 上限="金额")[0] for row in dearest.values()] * 3
    refused(put(service(rows, "病种", "区县")), "G50")


def test_records_with_a_little_noise_behind_a_free_key_pass_through() -> None:
    chance = random.Random(8)
    rows = [{"情景": f"情景{chance.randint(1, 5)}", **row} for row in noised(120, 0.01)]
    refused(put(service(rows, "情景")), "G50")


def test_a_text_that_a_few_have_is_no_answer() -> None:
    rows = [row | {"归属": RARE if place == 3 else "汇川区"} for place, row in enumerate(averages())]
    refused(put(service(rows, "病种", "性别", "月")), "G50")


@pytest.mark.parametrize("more", [
    {"note": "x"}, {"service": "taxes"}, {"subject": "无"}, {"inputs": []},
    {"inputs": ["病种", "性别", "月", "均次费用"]}, {"inputs": "病种"}, {"inputs": ["无"]}, {"rows": []},
    {"rows": [{"病种": "病种1"}]},
])  # fmt: skip
def test_what_is_no_sample_of_a_service_is_refused(more: dict[str, object]) -> None:
    refused(put(service(averages(), "病种") | more))


def test_a_service_leaves_only_where_it_was_agreed() -> None:
    asked = service(averages(), "病种", "性别", "月")
    refused(put(asked, bounds=Bounds(outputs=(OutputForm.AGGREGATE, OutputForm.MODEL))), "G21")
    assert put(asked, bounds=Bounds(outputs=(OutputForm.SERVICE,)))[0].verdict is Verdict.REVIEW


# --- pictures --------------------------------------------------------------------------------


def picture(form: str, **more: object) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(out, form, **more)
    return out.getvalue()


def test_the_pixels_of_a_jpeg_never_leave() -> None:
    refused(put(picture("JPEG", quality=95), name="p.jpg"), "G03")
    refused(put(picture("JPEG", quality=95), name="p.png"), "G03")


def test_a_developers_png_leaves_only_as_the_gate_paints_it_anew() -> None:
    given = picture("PNG")
    file, left = put(given, name="p.png")
    assert file.verdict is Verdict.REVIEW
    assert left
    assert left != given
