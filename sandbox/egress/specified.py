"""Products asked for by a specification, and tables handed in under a name that obliges: read, and made.

A model, a tree, a codebook: the gate makes them from the snapshot and writes them. A synthetic table, a
sample of a service's answers: the gate holds them against the source and writes them anew. Each goes to
people at best. Pure; `reading` calls `read`, `judge` calls `make`.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as List

from sandbox.egress import codebook, fitting, relay, synthetic, trees
from sandbox.egress.content import (
    Codebook,
    Content,
    Document,
    Form,
    Handed,
    Issue,
    Model,
    Order,
    Service,
    Sheet,
    Synthetic,
    Tree,
)
from sandbox.egress.documents import sheets_of, texts_of
from sandbox.egress.handed import remake
from sandbox.egress.origin import Source
from sandbox.egress.proof import table_names
from sandbox.egress.report import FileReport, Modelled
from sandbox.egress.rewrite import Rewriting, cut, ordered, write_table
from sandbox.egress.subjects import subject_units
from sandbox.egress.units import Ids
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import Outcome
from sandbox.kernel.message import say

CHECKS: Mapping[type, tuple[str, ...]] = {
    Model: ("small-group", "dominance", "freedom"),
    Tree: ("small-group", "dominance", "freedom", "class-disclosure", "tree-leaf", "membership", "tree"),
    Handed: (
        "small-group",
        "dominance",
        "freedom",
        "class-disclosure",
        "membership",
        "model-numbers",
    ),
    Codebook: ("codebook",),
    Service: ("lookup", "relay", "service"),
    Synthetic: ("near-record", "membership", "rare-combination", "coverage", "synthetic"),
}
"""Which checks of its own each order goes through; a receipt says of the others that they do not apply."""
_EVERY = tuple(dict.fromkeys(name for names in CHECKS.values() for name in names))
_SIGNS = ({"service", "rows"}, {"codebook", "subject"}, {"model", "features"}, {"synthetic", "rows"})
_TRAINED = frozenset({
    "children_left", "left_children", "left_child", "split_condition", "split_conditions", "split_feature",
    "tree_info", "tree_structure", "leaf_value", "leaf_values", "gradient_booster", "oblivious_trees",
    "support_vectors", "support_vectors_", "dual_coef", "dual_coef_", "_fit_x", "n_neighbors", "x_train",
    "training_data", "state_dict", "coefs_", "estimators_", "threshold_", "tree_", "x_train_", "alpha_",
})  # fmt: skip
"""Keys under which the usual libraries spell out a trained model, or the rows that it keeps."""


def trained(document: Document) -> bool:
    """Return whether a document spells out a model that somebody trained, which is never handed in."""
    if isinstance(document, Mapping):
        return any(name.casefold() in _TRAINED or trained(part) for name, part in document.items())
    return not isinstance(document, str) and isinstance(document, List) and any(map(trained, document))


def asked(document: Document) -> bool:
    """Return whether a document asks for something that the gate makes or tests, rightly or not."""
    if not isinstance(document, Mapping):
        return False
    return any(names <= document.keys() for names in _SIGNS)


def read(document: Document, issues: tuple[Issue, ...]) -> Content:
    """Return what a document asks for; one that asks wrongly is searched like any document and refused."""
    texts = tuple(texts_of(document))
    try:
        form, order, sheets = _order(document)
    except InputError as error:
        unread = (*issues, Issue("readable", evidence=error.message))
        return Content(
            FileType.JSON, Form.UNREAD, sheets=sheets_of(document), texts=texts, document=document,
            issues=unread,
        )  # fmt: skip
    return Content(
        FileType.JSON, form, sheets=sheets, texts=texts, document=document, order=order, issues=issues
    )


def _order(document: Document) -> tuple[Form, Order, tuple[Sheet, ...]]:
    if not isinstance(document, Mapping):
        raise InputError(say("这种说明闸口不会做"))
    if "synthetic" in document:
        told, sheet = synthetic.read_synthetic(document)
        return Form.SYNTHETIC, told, (sheet,)
    if "service" in document:
        service, sheet = relay.read_service(document)
        return Form.SERVICE, service, (sheet,)
    if "codebook" in document:
        return Form.CODEBOOK, codebook.read_codebook(document), ()
    if document.get("model") == "tree":
        return Form.MODEL, trees.read_tree(document), ()
    return Form.MODEL, fitting.read_model(document), ()


def make(report: FileReport, sources: List[Source]) -> None:
    """Make or test what a file asks for; every figure that leaves is the gate's own, people look at it."""
    order = report.own[0].order if len(report.own) == 1 and not report.archive else None
    if order is None:
        _by_hand(report, sources)
        report.ran_all(_EVERY, Outcome.NOT_APPLICABLE)
        return
    try:
        source = table_names(sources).get(order.table)
        if source is None or order.subject not in source.table.column_names:
            raise InputError(say("没有名为 {table} 的表，或表中没有统计对象的列", table=order.table))
        units = {**source.units, **subject_units(source, order.subject)}
        if isinstance(order, Tree):
            grown = trees.plant(order, source, units)
            told = Issue("tree", evidence=say("闸口已在快照上拟合，切分和叶子都是闸口算出的"))
            issues, report.made = [*grown.issues, told], Rewriting(".json", grown.document)
            report.modelled = Modelled(source.name, (order.target, *order.features), grown.leaves)
        elif isinstance(order, Handed):
            issues, report.made, report.modelled = remake(order, source, units)
        else:
            issues, report.made = _made(report.own[0], order, source, units)
        if isinstance(order, Model):
            report.modelled = Modelled(source.name, (order.target, *order.features))
    except InputError as error:
        report.add(Issue("readable", evidence=error.message))
        return
    report.ran.update(dict.fromkeys(CHECKS[type(order)], Outcome.PASS))
    report.ran_all(_EVERY, Outcome.NOT_APPLICABLE)
    for issue in issues:
        report.add(issue)


def _by_hand(report: FileReport, sources: List[Source]) -> None:
    """Look for values of a few in tables that list the values of columns, unless a claim proves them."""
    if report.proof is not None:
        return
    report.ran_all(["rare-combination"])
    for content in report.contents:
        for sheet in () if content.guessed else content.sheets:
            for issue in codebook.listed_by_hand(sheet.table, sources):
                report.add(issue)


def _made(
    content: Content, order: Order, source: Source, units: Mapping[str, Ids]
) -> tuple[list[Issue], Rewriting]:
    """Return what is to be said of a product, that people look at it included, and what may leave."""
    if isinstance(order, Model):
        fitted = fitting.fit(order, source, units)
        told = Issue("regression", evidence=say("闸口已在快照上拟合，系数是闸口算出的"))
        return [*fitted.issues, told], write_table(fitted.table, FileType.CSV)
    if isinstance(order, Service):
        rows = content.sheets[0].table
        found = relay.relayed(rows, order, source, units)
        told = Issue("service", evidence=say("闸口已把请求与来源关联，没有逐条转出的，仍须由人看过样本"))
        return [*found, told], write_table(ordered(cut(rows)), FileType.CSV)
    if isinstance(order, Codebook):
        listed, spotted = codebook.write_codebook(order, source, units)
        told = Issue("codebook", evidence=say("闸口已按快照写出，只列对象足够多的取值"))
        return [*spotted, told], write_table(listed, FileType.CSV)
    if isinstance(order, Synthetic):
        rows = content.sheets[0].table
        found = synthetic.examine(rows, order, source, units)
        told = Issue("synthetic", evidence=say("闸口已与来源逐行比较，并以留出的一半对象检验"))
        return [*found, told], write_table(synthetic.cut_rows(rows, source.table), FileType.CSV)
    raise InputError(say("这种说明闸口不会做"))
