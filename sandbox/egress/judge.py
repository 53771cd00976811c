"""The gate's judgement of a set of products, given the sources they were made from.

Default deny: `release` only for a proven claim with safe cells, or for a file with nothing in it
that could carry a record; everything else goes to people or is refused. Every check leaves a
receipt, and a file that lacks one is refused. Pure: bytes and tables in, judgement and
rewritings out; the process around it (`worker`) bounds time and memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.egress.across import across, fits_of, roundings_of, undeclared_of
from sandbox.egress.arrangements import arranged
from sandbox.egress.cells import families
from sandbox.egress.checks import PER_FILE, VERSION, check
from sandbox.egress.content import Content, Form, Handed, Issue
from sandbox.egress.foreseen import Foreseen
from sandbox.egress.handed import model_of
from sandbox.egress.inside import look_inside
from sandbox.egress.kept import pack
from sandbox.egress.naming import named
from sandbox.egress.nested import inner_of
from sandbox.egress.optical import read_off
from sandbox.egress.options import Judged, KeptCells, Options
from sandbox.egress.origin import Source
from sandbox.egress.permitted import check_permitted
from sandbox.egress.proof import Proof, prove
from sandbox.egress.reading import read_content
from sandbox.egress.recognise import recognise
from sandbox.egress.report import FileReport, Product
from sandbox.egress.rewrite import Rewriting, bundle, rewrite, rewrite_proven
from sandbox.egress.roundings import Rounding, base_of, examine
from sandbox.egress.salvage import packed_name, salvaged
from sandbox.egress.sightings import sighted
from sandbox.egress.specified import make
from sandbox.egress.spotting import spot_cells, spot_text
from sandbox.egress.spread import note_spread
from sandbox.egress.tables import carries_nothing, table_issues
from sandbox.files.types import FileType
from sandbox.files.unwrap import ProblemCode, Unwrapped, unwrap
from sandbox.fingerprint.canonical import canonical, canonical_array
from sandbox.kernel.findings import FileJudgement, Judgement, Outcome, Receipt, Verdict, worst
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

WORDS = "name"
"""Where a finding lies that concerns the names and the words that come with a file, not its content."""
MAX_UNKNOWN = 50
"""How many parts of no known kind are asked for a cipher: each costs a hundredth of a second and more."""
_CELL_CHECKS = (
    "small-group", "dominance", "differencing", "remainder", "class-disclosure", "extremes",
    "freedom", "quantile",
)  # fmt: skip

_SHAPES = ("regression", "survival", "ratio-base", "zero-cells", "subtraction")


def judge(products: Sequence[Product], sources: Sequence[Source], options: Options | None = None) -> Judged:
    """Return the judgement of all products together, with every file's findings and receipts."""
    chosen = options or Options()
    reports = [judge_file(product, sources, chosen) for product in products]
    note_spread(reports, lambda whole: judge_file(whole, sources, chosen))
    return settle(reports, sources, chosen)


def judge_file(product: Product, sources: Sequence[Source], options: Options) -> FileReport:
    """Return the report of one file, before anything across files is looked at."""
    report = FileReport(product)
    if not _open(report, options):
        report.ran_all([entry.name for entry in PER_FILE], Outcome.NOT_APPLICABLE)
        return report
    report.own = tuple(report.contents)
    held = inner_of(report)
    with _foreseen(report, sources, options) as early:
        look_inside(report, early)
        report.contents += held
        found = report.contents[len(report.own) :]
        report.contents += arranged(report.own, found, [*report.loose, *report.parts[1:]], product.data)
        report.contents += read_off(report.parts, report.own)
        _claim(report, sources, options)
        make(report, sources)
        check_permitted(report, sources, options.bounds)
        _records(report, sources, early)
    _identifiers(report, options)
    _statistics(report, sources, options)
    _write(report)
    return report


def _foreseen(report: FileReport, sources: Sequence[Source], options: Options) -> Foreseen:
    """Return what a second process may work out of the file ahead."""
    indexes = [source.index for source in sources if source.index is not None]
    return Foreseen.of(report.product, report.parts, indexes, options.cores)


def _open(report: FileReport, options: Options) -> bool:
    """Read the file into contents; false when there is nothing to look at."""
    product = report.product
    report.ran_all(["size", "readable"])
    if product.problem is not None:
        report.add(Issue("readable", evidence=product.problem))
        return False
    if len(product.data) > options.max_bytes:
        report.add(Issue("size"))
        return False
    opened = unwrap(product.data, name=product.path)
    model = model_of(product.data, product.claim, opened)
    if isinstance(model, Content):
        report.contents.append(model)
        report.words = "\n".join(filter(None, [product.path, options.words]))
        report.ran_all(_READING)
        return True
    report.archive = any(part.depth for part in opened.parts) or bool(opened.problems and not opened.parts)
    _wrapping(report, opened)
    if model is not None:
        report.add(model)
    if opened.problems:
        report.contents.append(Content(FileType.BINARY, Form.UNREAD, stray=salvaged(product.data)))
    if report.archive or opened.problems:
        report.parts.append(product.data)
    unknown = 0
    for part in opened.parts:
        report.parts.append(part.data)
        broken = unknown < MAX_UNKNOWN
        unknown += part.type is FileType.BINARY
        content = read_content(part.data, name=part.path, type=part.type, broken=broken)
        report.contents.append(content)
        prefix = f"{part.path}: " if report.archive else ""
        for issue in content.issues:
            report.add(issue, prefix=prefix)
    held = [*(part.path for part in opened.parts), *opened.folders]
    names = [product.path, *held, packed_name(product.data), options.words]
    report.words = "\n".join(dict.fromkeys(filter(None, names)))
    report.ran_all(_READING)
    return True


_READING = ("opaque", "hidden-content", "active-content", "model", "model-file", "model-records")
_WRAPPING = {
    ProblemCode.TOO_LARGE: "size", ProblemCode.TOO_MANY: "size", ProblemCode.DAMAGED: "readable",
    ProblemCode.MISMATCH: "readable", ProblemCode.ENCRYPTED: "opaque", ProblemCode.UNSUPPORTED: "opaque",
    ProblemCode.TOO_DEEP: "opaque",
}  # fmt: skip


def _wrapping(report: FileReport, opened: Unwrapped) -> None:
    for problem in opened.problems:
        name = _WRAPPING.get(problem.code, "hidden-content")
        report.add(Issue(name, where=problem.path, evidence=problem.reason))


def _claim(report: FileReport, sources: Sequence[Source], options: Options) -> None:
    """Try to prove the product; a missing claim is no issue here, only no proof."""
    report.ran_all(["claim", "rounded", "free-words"])
    if any(content.plot is not None and content.plot.title for content in report.own):
        report.add(Issue("free-words"))
    if report.product.claim is None or _specified(report):
        report.ran_all(["compare", *_CELL_CHECKS], Outcome.NOT_APPLICABLE)
        return
    if base_of(report.product.claim):
        _rounded(report, report.product.claim, sources, options)
        return
    outcome = prove(report.product.claim, _plain_table(report), sources, budget=options.budget)
    if not isinstance(outcome, Proof):
        for issue in outcome.issues:
            report.add(issue)
        report.ran_all(["compare", *_CELL_CHECKS], Outcome.NOT_APPLICABLE)
        return
    report.ran_all(["compare", *_CELL_CHECKS])
    for problem in {problem.check: problem for problem in reversed(outcome.told)}.values():
        report.add(Issue(problem.check, evidence=problem.evidence, verdict=problem.verdict))
    if outcome.bounds:
        report.details["differencing"] = outcome.bounds
    report.proof = outcome


def _specified(report: FileReport) -> bool:
    """Return whether the file is a model, whose specification stands where a claim does."""
    return len(report.own) == 1 and isinstance(report.own[0].order, Handed)


def _rounded(report: FileReport, claim: bytes, sources: Sequence[Source], options: Options) -> None:
    """Hold a table against the rounding that its claim declares; the gate's own drawing is what may leave."""
    outcome = examine(claim, _plain_table(report), sources, budget=options.budget)
    report.ran_all(["compare"])
    report.ran_all(_CELL_CHECKS, Outcome.NOT_APPLICABLE)
    if not isinstance(outcome, Rounding):
        for issue in outcome.issues:
            report.add(issue)
        return
    report.rounding, report.made = outcome, Rewriting(".csv", outcome.data)
    evidence = say("闸口已按声明重算，计数及合计取整到 {base} 的倍数", base=outcome.base)
    report.add(Issue("rounded", evidence=evidence))


def _plain_table(report: FileReport) -> pa.Table | None:
    """Return the one ordinary table that is the file's whole content."""
    if report.archive or len(report.own) != 1:
        return None
    content = report.own[0]
    plain = [sheet for sheet in content.sheets if sheet.plain]
    whole = content.form in (Form.TABLE, Form.DOCUMENT, Form.PLOT) and len(content.sheets) == 1
    return plain[0].table if whole and plain else None


def _records(report: FileReport, sources: Sequence[Source], early: Foreseen) -> None:
    """Look for source records; in a proven product only an identifier still counts as one."""
    indexes = [source.index for source in sources]
    if any(index is None for index in indexes) or not sources:
        report.ran_all(["source-record"], Outcome.UNABLE)
        return
    proven = report.proof is not None and report.proof.safe
    seen = sighted(report, sources, early, proven=proven)
    report.parts.clear()
    report.ran_all(["source-record"], Outcome.PASS if seen.complete else Outcome.UNABLE)
    if seen:
        report.add(Issue("source-record", where=seen.where), records=seen.records)
        report.column = seen.column
    words = Content(FileType.BINARY, Form.UNREAD, stray=(report.words,))
    said = recognise([words], [index for index in indexes if index is not None])
    if said.wholly:  # a name by itself may be the author's own
        report.add(Issue("source-record", where=WORDS), records=len(said.records))


def _identifiers(report: FileReport, options: Options) -> None:
    report.ran_all(["identifier", "canary", "names"])
    for issue in named(report.own):
        report.add(issue)
    for content in report.contents:
        if content.guessed:
            continue
        columns = [
            pair
            for sheet in content.sheets
            for pair in zip(sheet.table.column_names, sheet.table.columns, strict=True)
        ]
        header = pa.chunked_array([pa.array([name for name, _ in columns], pa.string())])
        found = [*spot_cells([*columns, ("header", header)])]
        texts = content.texts if not content.sheets or content.document is not None else ()
        for text in (*texts[:20_000], *content.stray[:20_000]):
            found += spot_text(text, where="text")
        for spot in found:
            report.add(
                Issue(
                    "identifier",
                    where=spot.where,
                    evidence=say("{kind} {count} 个", kind=spot.kind, count=spot.count),
                )
            )
        if options.canaries and any(_holds(column, options.canaries) for _, column in columns):
            report.add(Issue("canary"))
    for spot in spot_text(report.words, where=WORDS):
        report.add(Issue("identifier", where=WORDS, evidence=say("文件名或标题中有 {kind}", kind=spot.kind)))


def _holds(column: pa.ChunkedArray, canaries: frozenset[str]) -> bool:
    known = canonical_array(column)
    wanted = pa.array(sorted({canonical(value) for value in canaries}), known.type)
    return bool(pc.any(pc.is_in(known, value_set=wanted)).as_py())


def _statistics(report: FileReport, sources: Sequence[Source], options: Options) -> None:
    """Say what an unproven product looks like, and send it to people unless it holds nothing at all."""
    report.ran_all(["row-level", "small-counts", *_SHAPES])
    if report.proof is not None:
        report.findings[:] = [
            found for found in report.findings if found.evidence != _OUTER_BLANKS or not report.proof.safe
        ]
        return
    if report.made is not None or _specified(report):
        return
    thresholds = min(
        (source.thresholds for source in sources), key=lambda one: -one.smallest, default=Thresholds()
    )
    for content in report.contents:
        for sheet in () if content.guessed else content.sheets:
            for issue in table_issues(sheet.table, thresholds, options.row_level, sources):
                report.add(issue)
    if report.archive:
        report.add(Issue("claim", evidence=say("压缩包须由人审查，请解开后逐个提交")))
    elif not any(found.rule == check("claim").code for found in report.findings) and not _holds_nothing(
        report, sources
    ):
        report.add(Issue("claim"))


_OUTER_BLANKS = say("单元格首尾有空白")


def _holds_nothing(report: FileReport, sources: Sequence[Source]) -> bool:
    """Return whether the file is empty, or a header of known columns without rows."""
    if report.product.claim is not None or len(report.own) != 1:
        return False
    content = report.own[0]
    known = frozenset(name for source in sources for name in source.table.column_names)
    if content.form is Form.NOTHING:
        return True
    return content.form is Form.TABLE and carries_nothing([sheet.table for sheet in content.sheets], known)


def _write(report: FileReport) -> None:
    """Write the file anew; what cannot be written anew cannot leave."""
    if any(found.verdict is Verdict.REFUSE for found in report.findings):
        return
    proof = report.proof
    if proof is not None and proof.comparison.mismatch is None and not report.archive:
        report.rewriting = rewrite_proven(proof.truth, proof.comparison, report.own[0])
    elif report.made is not None:
        report.rewriting = report.made
    elif report.archive:
        parts = [rewrite(content) for content in report.own]
        whole = [part for part in parts if part is not None]
        report.rewriting = bundle(whole) if whole and len(whole) == len(parts) else None
    elif len(report.own) == 1:
        report.rewriting = rewrite(report.own[0])
    if report.rewriting is None:
        report.add(Issue("opaque", evidence=say("闸口无法重写这种文件，因此不能放行")))


def settle(reports: Sequence[FileReport], sources: Sequence[Source], options: Options) -> Judged:
    """Return the judgement of all reports, with what shows only across files."""
    undeclared = undeclared_of(reports, sources)
    beside = list(across(reports, sources, options, undeclared))
    files, rewritings = [], {}
    for report in reports:
        concerned = [found.verdict for found in beside if report.product.path in found.paths]
        judged = _file(report, concerned)
        files.append(judged)
        if report.rewriting is not None and judged.rewritten_digest is not None:
            rewritings[judged.rewritten_digest] = report.rewriting.data
    kept = {
        report.product.path: _kept(report.proof) for report in reports
        if report.proof is not None and report.proof.source.snapshot
    }  # fmt: skip
    for fit in fits_of(reports, sources):
        if fit.source.snapshot:
            cells = KeptCells(fit.source.name, fit.source.snapshot, pack(fit.families))
            kept[fit.family.published.owner] = cells
    for path, one in roundings_of(reports).items():
        if one.source.snapshot:
            kept[path] = KeptCells(one.source.name, one.source.snapshot, one.packed())
    for path, found in undeclared.items():
        kept[path] = KeptCells(found.source.name, found.source.snapshot, pack(found.families("")))
    return Judged(Judgement(tuple(files), tuple(beside)), rewritings, kept)


def _kept(proof: Proof) -> KeptCells:
    """Return what the ledger keeps of a table whose claim held, whatever else was found."""
    parts = families(proof.truth, proof.comparison.published(proof.truth.count), owner="")
    return KeptCells(proof.source.name, proof.source.snapshot, pack(parts))


def _file(report: FileReport, concerned: Sequence[Verdict]) -> FileJudgement:
    """Return the judgement of one file: worst of its findings, of findings across, and of its receipts."""
    failed = {found.rule for found in report.findings}
    receipts = []
    for entry in PER_FILE:
        outcome = report.ran.get(entry.name, Outcome.UNABLE)
        if entry.code in failed:
            outcome = Outcome.FAIL
        detail = report.details.get(entry.name, "")
        receipts.append(Receipt(f"{entry.code}.{VERSION}", outcome, report.product.digest, detail))
    unable = [receipt for receipt in receipts if receipt.outcome is Outcome.UNABLE]
    findings = list(report.findings)
    if unable:
        evidence = say("有检查没有做完：{checks}", checks=", ".join(receipt.check for receipt in unable))
        unfinished = {receipt.check for receipt in unable} == {f"{check('source-record').code}.{VERSION}"}
        findings.append(check("size" if unfinished else "readable").finding(evidence=evidence))
    verdict = worst(Verdict.RELEASE, *(found.verdict for found in findings), *concerned)
    kept = report.rewriting if verdict is not Verdict.REFUSE else None
    digest = hashlib.sha256(kept.data).hexdigest() if kept is not None else None
    return FileJudgement(
        path=report.product.path,
        digest=report.product.digest,
        verdict=verdict,
        findings=tuple(sorted(findings, key=lambda found: -found.verdict.rank)),
        receipts=tuple(receipts),
        rewritten=None if kept is None or digest is None else f"{digest}{kept.suffix}",
        rewritten_digest=digest,
        proof=_proof_text(report, verdict),
    )


def _proof_text(report: FileReport, verdict: Verdict) -> str | None:
    """Return the claim that was proven, as the author wrote it, for a file that is proven safe."""
    if (
        verdict is Verdict.REFUSE
        or report.proof is None
        or not report.proof.safe
        or report.product.claim is None
    ):
        return None
    return report.product.claim.decode("utf-8")
