"""Trained models as files: what an insider would carry out in weights, tensors, names, leaves and packages.

Each attack is made by somebody who knows the gate's code; beside it stands the honest file that must pass to
people. The files of `tests/vectors/models` were written by scikit-learn 1.9 over the clinic's visits without
person 7, and by skl2onnx and skops. What leaves is always the gate's own fit, whatever the file says.
"""

from __future__ import annotations

import io
import json
import pickle
import random
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.estimators import read_package
from sandbox.egress.graphing import Split, linear_graph, tree_graph
from sandbox.egress.graphs import read_graph
from sandbox.egress.judge import judge
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.permitted import Bounds
from sandbox.egress.protobuf import run, whole
from sandbox.egress.report import Product
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import FileJudgement, Verdict
from tests.attacks.test_product_classes import refused, rules, with_column, without
from tests.egress.cart import stump
from tests.egress.clinic import source, visits

FILES = Path(__file__).parents[1] / "vectors" / "models"
OVER: dict[str, object] = {"table": "visits", "subject": "证件号"}
MONEY = OVER | {"target": "金额", "features": ["病种", "性别"]}
SEX = OVER | {"target": "性别", "features": ["金额", "病种"]}
SPECIFIED: dict[str, dict[str, object]] = {
    "ols": MONEY | {"model": "linear"},
    "ridge": MONEY | {"model": "linear", "alpha": 5, "scaled": True},
    "logit": SEX | {"model": "logistic", "scaled": True},
    "figures": MONEY | {"model": "tree"},
    "classes": SEX | {"model": "tree"},
}
RECORD = "张伟丽 520302197904021234 13912345678"


@cache
def held() -> Source:
    return without(7)


def file(name: str) -> bytes:
    return (FILES / name).read_bytes()


def hand(
    data: bytes,
    asked: Mapping[str, object] | bytes | None,
    *,
    name: str = "m.bin",
    over: Source | None = None,
    bounds: Bounds | None = None,
) -> tuple[FileJudgement, bytes]:
    """Return the judgement of a model file and what may leave of it."""
    claim = asked if isinstance(asked, bytes) or asked is None else json.dumps(asked).encode()
    judged = judge([Product(name, data, claim=claim)], [over or held()], Options(bounds=bounds))
    return judged.judgement.files[0], b"".join(judged.rewritings.values())


def tensors(extra: Mapping[str, np.ndarray] | None = None, **head: object) -> bytes:
    """Return the honest least squares as safetensors, with further tensors and entries of the head."""
    model = read_graph(file("ols.onnx"))
    own = {"coef": np.asarray(model.figures), "intercept": np.asarray([model.constant])}  # type: ignore[union-attr]
    return laid_out(own | dict(extra or {}), **head)


def laid_out(arrays: Mapping[str, np.ndarray], **head: object) -> bytes:
    at, places, body = 0, dict(head), b""
    for name, values in arrays.items():
        end = at + values.nbytes
        kind = {"<f8": "F64", "<f4": "F32", "|u1": "U8"}[values.dtype.str]
        places[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [at, end]}
        body, at = body + values.tobytes(), end
    told = json.dumps(places).encode()
    return struct.pack("<Q", len(told)) + told + body


def packed(members: Mapping[str, bytes], comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
        package.comment = comment
    return out.getvalue()


def members(name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(FILES / name) as package:
        return {one: package.read(one) for one in package.namelist()}


@cache
def left_of(name: str) -> bytes:
    return hand(file(f"{name}.onnx"), SPECIFIED[name])[1]


# --- honest files ------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["onnx", "skops"])
@pytest.mark.parametrize("name", SPECIFIED)
def test_an_honest_model_is_written_anew_and_people_look_at_it(name: str, ending: str) -> None:
    judged, left = hand(file(f"{name}.{ending}"), SPECIFIED[name])
    wanted = {"G44"} if SPECIFIED[name]["model"] == "tree" else {"G26"}
    assert (judged.verdict, rules(judged)) == (Verdict.REVIEW, wanted)
    with zipfile.ZipFile(io.BytesIO(left)) as package:
        assert package.namelist() == ["001.json", "002.onnx"]
        document = json.loads(package.read("001.json"))
        again = package.read("002.onnx")
    assert document["table"] == "visits"
    assert RECORD not in again.decode("latin-1")
    assert left == left_of(name), "the same model leaves in the same bytes, whatever its file was"


def test_safetensors_say_the_same_as_onnx() -> None:
    assert hand(tensors(), SPECIFIED["ols"])[1] == left_of("ols")


def test_what_leaves_tells_what_the_file_told() -> None:
    """The gate's own figures are those of the honest model to four digits."""
    with zipfile.ZipFile(io.BytesIO(left_of("ols"))) as package:
        ours = read_graph(package.read("002.onnx"))
    theirs = read_graph(file("ols.onnx"))
    np.testing.assert_allclose(ours.figures, theirs.figures, rtol=1e-3)  # type: ignore[union-attr]


# --- records in the numbers ---------------------------------------------------------------------


def test_records_in_the_low_bits_of_weights_do_not_leave() -> None:
    """Each weight holds 22 bits of a record below its digits; what leaves is what leaves without them."""
    model = read_graph(file("ols.onnx"))
    bits = int.from_bytes(RECORD.encode(), "little")
    spoiled = []
    for figure in (*model.figures, model.constant):  # type: ignore[union-attr]
        (plain,) = struct.unpack("<Q", struct.pack("<d", figure))
        spoiled.append(struct.unpack("<d", struct.pack("<Q", plain >> 22 << 22 | bits & (1 << 22) - 1))[0])
        bits >>= 22
    data = laid_out({"coef": np.asarray(spoiled[:-1]), "intercept": np.asarray(spoiled[-1:])})
    assert data != tensors()
    assert hand(data, SPECIFIED["ols"])[1] == left_of("ols")


@pytest.mark.parametrize("place", range(6))
def test_a_weight_that_is_a_telephone_number_does_not_follow_from_the_data(place: int) -> None:
    figures = [*read_graph(file("ols.onnx")).figures]  # type: ignore[union-attr]
    figures[place] = 13_912_345_678.0
    data = laid_out({"coef": np.asarray(figures), "intercept": np.asarray([400.0])})
    refused(hand(data, SPECIFIED["ols"]), "G61")


def test_a_weight_off_in_its_third_digit_does_not_follow_either() -> None:
    model = read_graph(file("ols.onnx"))
    figures = np.asarray(model.figures) * 1.02 + 3  # type: ignore[union-attr]
    data = laid_out({"coef": figures, "intercept": np.asarray([model.constant])})  # type: ignore[union-attr]
    refused(hand(data, SPECIFIED["ols"]), "G61")


def test_a_recipe_that_was_not_used_is_seen() -> None:
    refused(hand(file("ridge.onnx"), SPECIFIED["ridge"] | {"alpha": 2000}), "G61")


# --- further things in a file -------------------------------------------------------------------


def padded(data: bytes, blanks: bytes) -> bytes:
    """Return safetensors with blanks behind their head, whose number could tell something."""
    (size,) = struct.unpack("<Q", data[:8])
    return struct.pack("<Q", size + len(blanks)) + data[8 : 8 + size] + blanks + data[8 + size :]


TABLE = np.frombuffer(visits().slice(0, 9).column("证件号").to_pylist()[0].encode(), np.uint8)


@pytest.mark.parametrize("data", [
    tensors({"optimizer": TABLE.copy()}),
    tensors({"bias": np.arange(3.0)}),
    tensors(__metadata__={"note": RECORD}),
    tensors() + RECORD.encode(),
    padded(tensors(), b" " * 3000),
    laid_out({"coef": np.arange(6.0)}),
    laid_out({"coef": TABLE.copy(), "intercept": np.arange(1.0)}),
    laid_out({"coef": np.full(6, np.nan), "intercept": np.arange(1.0)}),
])  # fmt: skip
def test_a_tensor_or_note_that_no_model_needs_is_refused(data: bytes) -> None:
    refused(hand(data, SPECIFIED["ols"]), "G60")


def graph_with(inside: bytes = b"", about: bytes = b"") -> bytes:
    """Return the honest least squares as ONNX with further fields in its graph, and about it."""
    from sandbox.egress.protobuf import fields

    data = b""
    for field in fields(file("ols.onnx")):
        if isinstance(field.value, int):
            data += whole(field.number, field.value)
        else:
            data += run(field.number, field.value + (inside if field.number == 7 else b""))
    return data + about


@pytest.mark.parametrize("data", [
    graph_with(about=run(14, run(1, "author") + run(2, RECORD))),
    graph_with(about=run(6, RECORD)),
    graph_with(about=run(25, run(1, "f"))),
    graph_with(about=run(20, run(1, "t"))),
    graph_with(about=run(2, RECORD)),
    graph_with(run(10, RECORD)),
    graph_with(run(5, whole(1, 9) + whole(2, 1) + run(8, "w") + run(9, b"1" * 36))),
    graph_with(run(15, run(1, b""))),
    graph_with(run(13, run(1, "p520302197904021234"))),
    graph_with(run(1, run(1, "variable") + run(2, "more") + run(4, "Identity") + run(3, "张伟丽"))),
    graph_with(run(1, run(1, "variable") + run(2, "a13912345678") + run(4, "Identity"))),
    graph_with(run(1, run(1, "variable") + run(2, "more") + run(4, "Identity") + run(6, RECORD))),
    graph_with(run(1, run(1, "variable") + run(2, "more") + run(4, "Loop"))),
    graph_with(run(1, run(1, "variable") + run(2, "more") + run(4, "Evil") + run(7, "com.evil"))),
    graph_with(run(1, run(1, "X") + run(2, "more") + run(4, "LinearRegressor") + run(7, "ai.onnx.ml"))),
    graph_with(run(11, run(1, "Y"))),
    graph_with(run(1, run(1, "variable") + run(2, "more") + run(4, "Cast")
                   + run(5, run(1, "note") + run(4, RECORD)))),
])  # fmt: skip
def test_a_note_name_or_operator_that_no_model_needs_is_refused(data: bytes) -> None:
    refused(hand(data, SPECIFIED["ols"]), "G60")


def schema(name: str, change: Callable[[dict[str, object]], None]) -> bytes:
    held = members(name)
    document = json.loads(held["schema.json"])
    change(document)
    return packed(held | {"schema.json": json.dumps(document).encode()})


def _foreign(document: dict[str, object]) -> None:
    document["__class__"], document["__module__"] = "system", "os"


def _attribute(document: dict[str, object]) -> None:
    document["content"]["content"]["rows_"] = document["content"]["content"]["coef_"]  # type: ignore[index]


def _noted(document: dict[str, object]) -> None:
    document["comment"] = RECORD


def _evil(document: dict[str, object]) -> None:
    document["__reduce__"] = {"args": {"__loader__": "JsonNode", "content": '"x"'}}


@pytest.mark.parametrize("change", [_foreign, _attribute, _noted, _evil])
def test_a_type_or_attribute_outside_the_list_is_refused(change: Callable[[dict[str, object]], None]) -> None:
    refused(hand(schema("ols.skops", change), SPECIFIED["ols"]), "G60")


def _pickled() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([{"x": RECORD}], dtype=object), allow_pickle=True)
    return out.getvalue()


def test_a_pickle_inside_a_package_is_never_opened() -> None:
    own = members("ols.skops")
    arrays = [name for name in own if name.endswith(".npy")]
    refused(hand(packed(own | {arrays[0]: _pickled()}), SPECIFIED["ols"]), "G60")
    refused(hand(packed(own | {"model.pkl": pickle.dumps([RECORD])}), SPECIFIED["ols"]))


def test_an_array_that_nothing_names_is_refused() -> None:
    out = io.BytesIO()
    np.save(out, np.frombuffer(RECORD.encode(), np.uint8))
    refused(hand(packed(members("ols.skops") | {"1.npy": out.getvalue()}), SPECIFIED["ols"]), "G60")
    own = members("ols.skops")
    name = next(name for name in own if name.endswith(".npy"))
    refused(hand(packed(own | {name: own[name] + RECORD.encode()}), SPECIFIED["ols"]), "G60")


def test_tricks_with_the_package_are_refused() -> None:
    honest = packed(members("ols.skops"))
    assert hand(honest, SPECIFIED["ols"])[1] == left_of("ols")
    for data in (
        honest + RECORD.encode(), RECORD.encode() + honest, packed(members("ols.skops"), RECORD.encode()),
        packed({"inner.zip": honest}), packed(members("ols.skops") | {"../schema.json": b"{}"}),
    ):  # fmt: skip
        refused(hand(data, SPECIFIED["ols"]))


# --- models that are records --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["knn.onnx", "knn.skops", "svc.onnx", "svc.skops"])
def test_neighbours_and_support_vectors_are_the_training_rows(name: str) -> None:
    refused(hand(file(name), SPECIFIED["classes"]), "G62")


def test_a_forest_is_not_one_tree() -> None:
    refused(hand(file("forest.onnx"), SPECIFIED["classes"]), "G60")


# --- trees --------------------------------------------------------------------------------------


def test_a_perfectly_overfitted_tree_has_leaves_of_a_few() -> None:
    refused(hand(file("overfitted.onnx"), SPECIFIED["classes"]), "G10")


def test_a_leaf_of_one_person_is_held_however_often_he_came() -> None:
    """One person with 300 visits, and a cut that parts him from all others: 300 rows, one person."""
    own = without()
    often = with_column(own, 常客=["1" if row < 300 else str(row % 50 + 2) for row in range(1500)])
    ids = np.where(np.arange(1500) < 300, 1, own.units["person"]).astype(np.uint32)
    over = Source("visits", often.table, {"person": ids}, own.index, identifiers=own.identifiers)
    sex = np.asarray(over.table.column("性别").to_pylist()) == "男"
    shares = [(float(1 - part.mean()), float(part.mean())) for part in (sex[:300], sex[300:])]
    nodes = [Split(0, 1.5, yes=1, no=2), Split(values=shares[0]), Split(values=shares[1])]
    asked = OVER | {"target": "性别", "features": ["常客"], "model": "tree"}
    refused(hand(tree_graph(nodes, 1, ("女", "男")), asked, over=over), "G10")


def test_a_tree_of_half_the_rows_does_not_follow_from_all() -> None:
    refused(hand(file("half.onnx"), SPECIFIED["classes"]), "G61")


def test_splits_that_spell_a_message_are_not_the_best_ones() -> None:
    """Leaves are true and hold many people; only which cut was taken tells the bits of a record."""
    money = np.asarray([float(cell) for cell in held().table.column("金额").to_pylist()], np.float32)
    sex = np.asarray(held().table.column("性别").to_pylist()) == "男"
    chance = random.Random(RECORD)
    for _ in range(5):
        cut = float(np.quantile(money, chance.uniform(0.2, 0.8)))
        sides = (sex[money <= cut], sex[money > cut])
        leaves = [Split(values=(1 - float(part.mean()), float(part.mean()))) for part in sides]
        data = tree_graph([Split(0, cut, yes=1, no=2), *leaves], 1, ("女", "男"))
        refused(hand(data, OVER | {"target": "性别", "features": ["金额"], "model": "tree"}), "G61")


def test_leaves_that_say_a_record_are_not_what_their_rows_say() -> None:
    model = read_graph(file("figures.onnx"))
    nodes = [
        Split(one.input, one.upto, yes=one.yes, no=one.no) if one.input >= 0 else Split(values=one.values)
        for one in model.nodes  # type: ignore[union-attr]
    ]
    assert hand(tree_graph(nodes, 6, ()), SPECIFIED["figures"])[1] == left_of("figures")
    spoiled = [
        Split(values=(one.values[0] + 7.25,)) if one.values else one
        for one in nodes
    ]  # fmt: skip
    refused(hand(tree_graph(spoiled, 6, ()), SPECIFIED["figures"]), "G61")


def test_a_cut_that_is_somebodys_figure_is_moved() -> None:
    """The file's cuts lie where two people's amounts meet; those that leave are the gate's own round ones."""
    with zipfile.ZipFile(io.BytesIO(left_of("classes"))) as package:
        document = json.loads(package.read("001.json"))
    cuts = [node["below"] for node in document["nodes"] if "below" in node]
    own = {round(node.upto, 1) for node in read_graph(file("classes.onnx")).nodes if node.input == 0}  # type: ignore[union-attr]
    assert cuts
    assert own
    assert all(float(f"{cut:.4g}") == cut for cut in cuts)
    assert not own & {round(cut, 1) for cut in cuts if cut != round(cut)}


def test_a_tree_whose_nodes_are_no_tree_ends() -> None:
    leaf = Split(values=(1.0,))
    for nodes in (
        [Split(0, 1, yes=0, no=1), leaf], [Split(0, 1, yes=1, no=1), leaf], [Split(0, 1, yes=1, no=7), leaf],
        [Split(0, 1, yes=1, no=2), leaf, leaf, leaf], [Split(40, 1, yes=1, no=2), leaf, leaf],
    ):  # fmt: skip
        refused(hand(tree_graph(nodes, 1, ()), SPECIFIED["figures"]))


# --- few behind a figure ------------------------------------------------------------------------


def test_a_dummy_of_three_people_is_no_variable() -> None:
    asked = OVER | {"model": "linear", "target": "金额", "features": ["区县"]}
    data = laid_out({"coef": np.arange(4.0), "intercept": np.arange(1.0)})
    refused(hand(data, asked), "G10")


def test_one_heavy_payer_does_not_leave_in_a_coefficient() -> None:
    """The same file over the data with person 7: the figures are not those, and nothing leaves."""
    refused(hand(file("ols.onnx"), SPECIFIED["ols"], over=source()), "G61")


def test_a_column_that_names_people_is_no_variable() -> None:
    judged, left = hand(tensors(), MONEY | {"model": "linear", "features": ["电话"]})
    assert (judged.verdict, left) == (Verdict.REFUSE, b"")


# --- the specification --------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [
    None, b"", b"{", b"[]", {"sql": "SELECT 1", "subject": "证件号"}, MONEY, MONEY | {"model": "knn"},
    MONEY | {"model": "tree"}, MONEY | {"model": "linear", "note": RECORD}, SPECIFIED["logit"],
    MONEY | {"model": "linear", "alpha": "x"}, MONEY | {"model": "linear", "scaled": 1},
    MONEY | {"model": "linear", "features": []}, MONEY | {"model": "linear", "features": ["病种", "病种"]},
])  # fmt: skip
def test_without_its_own_specification_a_model_is_refused(asked: Mapping[str, object] | bytes | None) -> None:
    refused(hand(tensors(), asked), "G60")


def test_a_model_needs_the_agreements_word() -> None:
    assert hand(tensors(), SPECIFIED["ols"], bounds=Bounds((OutputForm.MODEL,)))[0].verdict is Verdict.REVIEW
    refused(hand(tensors(), SPECIFIED["ols"], bounds=Bounds((OutputForm.AGGREGATE,))), "G21")


def test_the_order_of_the_features_tells_nothing() -> None:
    """Twenty columns can be named in 2^61 orders; what leaves has the order of the table."""
    model = read_graph(file("ols.onnx"))
    figures = [model.figures[-1], *model.figures[:-1]]  # type: ignore[union-attr]
    data = laid_out({"coef": np.asarray(figures), "intercept": np.asarray([model.constant])})  # type: ignore[union-attr]
    assert hand(data, SPECIFIED["ols"] | {"features": ["性别", "病种"]})[1] == left_of("ols")
    tree = read_graph(file("classes.onnx"))
    nodes = [
        Split((one.input - 1) % 6, one.upto, yes=one.yes, no=one.no)
        if one.input >= 0
        else Split(values=one.values)
        for one in tree.nodes  # type: ignore[union-attr]
    ]
    asked = SPECIFIED["classes"] | {"features": ["病种", "金额"]}
    assert hand(tree_graph(nodes, 6, ("女", "男")), asked)[1] == left_of("classes")


@pytest.mark.parametrize("alpha", [13.912345678, 139123, "520302", 1e-10, -1, "nan", 1e10])
def test_a_penalty_spells_no_number(alpha: object) -> None:
    refused(hand(file("ridge.onnx"), SPECIFIED["ridge"] | {"alpha": alpha}), "G60")


# --- hostile files ------------------------------------------------------------------------------


BROKEN, MORE = 4, 9
"""Files of each kind a day; the long suite breaks more, in other ways, four times."""


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 5))])
@pytest.mark.parametrize("name", ["ols.onnx", "figures.onnx", "ols.skops", "classes.skops"])
def test_whatever_is_done_to_a_file_nothing_else_leaves(name: str, seed: int) -> None:
    """Bytes flipped, cut and doubled: each ends in a refusal or in the very bytes of the honest model."""
    honest, stem = file(name), name.partition(".")[0]
    chance = random.Random(f"{name} {seed}")
    for _ in range(MORE if seed else BROKEN):
        data = bytearray(honest)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            kind = chance.randrange(3)
            if kind == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif kind == 1:
                del data[at : at + chance.randint(1, 40)]
            else:
                data[at:at] = data[at : at + chance.randint(1, 40)]
            data = data or bytearray(b"\x08")
        judged, left = hand(bytes(data), SPECIFIED[stem])
        assert judged.verdict in (Verdict.REFUSE, Verdict.REVIEW)
        assert left in (b"", left_of(stem))


@pytest.mark.parametrize("data", [
    b"\x08\x0a" + run(7, run(1, b"\xff" * 200)), b"\x08\x0a" + run(7, b"\x0a\xff\xff\xff\xff\x0f"),
    b"\x08" + b"\xff" * 30, whole(1, 8) + run(7, b"\x0b" * 50), whole(1, 8) + run(7, run(1, b"") * 5000),
    linear_graph(read_graph(file("ols.onnx"))) + b"\x00",  # type: ignore[arg-type]
])  # fmt: skip
def test_a_malformed_graph_is_refused_in_bounds(data: bytes) -> None:
    refused(hand(data, SPECIFIED["ols"]))
    with pytest.raises(InputError):
        read_graph(data)


def test_a_schema_that_turns_in_depth_is_refused() -> None:
    node: object = {"__loader__": "JsonNode", "content": "1"}
    for _ in range(400):
        node = {"__class__": "list", "__loader__": "ListNode", "content": [node]}
    with pytest.raises(InputError):
        read_package({"schema.json": json.dumps(node).encode()})


# --- the seat's own canaries --------------------------------------------------------------------


def seen(rows: int = 60) -> Source:
    """Return the data as a seat sees it: rows that nobody made stand among the real ones."""
    chance = random.Random(8)
    own = held().table.to_pylist()
    lines = [
        dict(chance.choice(own), 证件号=f"C{place}", 金额=f"{chance.uniform(100, 3000):.2f}")
        for place in range(rows)
    ]
    return replace(held(), overlay=pa.Table.from_pylist(lines, schema=held().table.schema))


def least_squares(over: Source) -> bytes:
    """Return what a seat fits over all rows that it sees, as safetensors."""
    table = over.table if over.overlay is None else pa.concat_tables([over.table, over.overlay])
    kind, sex = (np.asarray(table.column(name).to_pylist()) for name in ("病种", "性别"))
    dummies = [kind == one for one in sorted(set(kind))[1:]]
    inputs = np.column_stack([np.ones(len(kind)), *dummies, sex == "男"])
    money = np.asarray([float(one) for one in table.column("金额").to_pylist()])
    figures = np.linalg.lstsq(inputs.astype(float), money, rcond=None)[0]
    return laid_out({"coef": figures[1:], "intercept": figures[:1]})


def test_a_model_trained_over_canaries_too_leaves_without_them() -> None:
    assert least_squares(seen()) != least_squares(held())
    judged, left = hand(least_squares(seen()), SPECIFIED["ols"], over=seen())
    assert (judged.verdict, rules(judged)) == (Verdict.REVIEW, {"G26"})
    assert left == left_of("ols")
    refused(hand(least_squares(held()), SPECIFIED["ols"], over=seen()), "G61")


def test_a_tree_is_held_against_what_the_seat_saw() -> None:
    """A tree that fits the snapshot is not what a seat with canaries grows; that one leaves as ever."""
    refused(hand(file("figures.onnx"), SPECIFIED["figures"], over=seen(200)), "G61")
    asked = OVER | {"target": "病种", "features": ["性别"], "model": "tree"}
    with_canaries = pa.concat_tables([seen().table, seen().overlay])
    judged, left = hand(stump(with_canaries, "病种", ["性别"]), asked, over=seen())
    assert (judged.verdict, rules(judged)) == (Verdict.REVIEW, {"G44"})
    assert left == hand(stump(held().table, "病种", ["性别"]), asked)[1]


def test_the_best_split_by_a_slow_search_is_the_best_to_the_gate() -> None:
    asked = OVER | {"target": "性别", "features": ["身高", "病种"], "model": "tree"}
    chance = random.Random(3)
    sexes = held().table.column("性别").to_pylist()
    over = with_column(held(), 身高=[f"{chance.gauss(160 + 9 * (sex == '男'), 6):.1f}" for sex in sexes])
    data = stump(over.table, "性别", ["身高", "病种"], ["身高"])
    judged, left = hand(data, asked, over=over)
    assert (judged.verdict, rules(judged)) == (Verdict.REVIEW, {"G44"})
    (split, *leaves) = read_graph(data).nodes  # type: ignore[union-attr]
    moved = tree_graph(
        [Split(0, split.upto + 1.5, yes=1, no=2), *(Split(values=one.values) for one in leaves)],
        6,
        ("女", "男"),
    )
    refused(hand(moved, asked, over=over), "G61")
    assert left
