"""What shows only across files: a product beside what left before, and beside the others of its request.

Tables of the ledger, models, rounded tables and tables without a claim are compared by the units behind them;
records split over files are put together. Pure; called by `judge` once every file was judged by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from sandbox.egress.beside import Earlier, Fit, comparable, differencing, fitted, refits
from sandbox.egress.checks import check
from sandbox.egress.claims import Claim
from sandbox.egress.kept import SHOWN, Kept
from sandbox.egress.leaves import beside_leaves
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.proof import Proof, run_claim
from sandbox.egress.report import FileReport
from sandbox.egress.roundings import Rounding, beside_rounded
from sandbox.egress.together import joined_records, split_records
from sandbox.egress.tying import Tied, tied
from sandbox.fingerprint.index import RecordIndex
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import Finding
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say


def undeclared_of(reports: Sequence[FileReport], sources: Sequence[Source]) -> dict[str, Tied]:
    """Return the tables without a claim whose figures tell what lies behind them."""
    found: dict[str, Tied] = {}
    kept = [source for source in sources if source.snapshot]
    for report in reports:
        sheets = [sheet for content in report.own for sheet in content.sheets]
        made = report.rewriting is not None and report.made is None and report.modelled is None
        if report.product.claim is None and made and not report.archive and len(sheets) == 1:
            one = tied(sheets[0].table, kept)
            if one is not None:
                found[report.product.path] = one
    return found


def roundings_of(reports: Sequence[FileReport]) -> dict[str, Rounding]:
    """Return the tables of rounded counts that a claim stands behind."""
    return {report.product.path: report.rounding for report in reports if report.rounding is not None}


def fits_of(reports: Sequence[FileReport], sources: Sequence[Source]) -> list[Fit]:
    """Return the models among the reports as the ledger compares them."""
    by_name = {source.name: source for source in sources}
    return [
        fitted(report.product.path, report.modelled, by_name[report.modelled.table])
        for report in reports
        if report.modelled is not None and report.modelled.table in by_name
    ]


def across(
    reports: Sequence[FileReport],
    sources: Sequence[Source],
    options: Options,
    undeclared: Mapping[str, Tied],
) -> list[Finding]:
    """Return what no file shows by itself: with earlier products, with other files, or by their number."""
    proofs = {report.product.path: report.proof for report in reports if report.proof is not None}
    fits = fits_of(reports, sources)
    rounded = roundings_of(reports)
    some = proofs or fits or rounded or undeclared
    kept, again = _at_hand(sources, options) if some else ((), ())
    rerun = [*options.earlier, *((one.owner, one.claim) for one in again if one.claim is not None)]
    earlier, broken = _rerun(rerun, proofs, sources, options) if proofs else ([], [])
    contents = {
        report.product.path: report.contents for report in reports
        if report.proof is None and not report.has("source-record")
    }  # fmt: skip
    columns = [report.product.path for report in reports if report.proof is None and report.column]
    besides = contents | {
        report.product.path: report.contents for report in reports if report.product.path in columns
    }
    indexes: list[RecordIndex] = [source.index for source in sources if source.index is not None]
    declined = _declined(sources, options) if proofs else []
    return [
        *broken,
        *differencing(proofs, [*earlier, *declined], kept),
        *refits(fits, kept),
        *beside_leaves(fits, proofs, kept, undeclared),
        *beside_rounded(rounded, proofs, kept),
        *_not_compared(proofs, again, options),
        *(
            split_records(contents, indexes, sources, _bytes_of(reports, contents))
            if len(contents) > 1
            else ()
        ),
        *(joined_records(besides, columns, indexes) if columns and len(besides) > 1 else ()),
        *_drip(reports, sources, options),
    ]


def _rerun(
    claims: Sequence[tuple[str, Claim]],
    proofs: Mapping[str, Proof],
    sources: Sequence[Source],
    options: Options,
) -> tuple[list[Earlier], list[Finding]]:
    """Return earlier claims computed again, or what is to be said where one no longer runs."""
    try:
        run = [(owner, run_claim(claim, sources, budget=options.budget)[1]) for owner, claim in claims]
    except InputError:
        # A released claim that no longer runs cannot be compared: nothing proven may leave beside it.
        evidence = say("无法与此前放行的产品比较")
        return [], [check("set-differencing").finding(evidence=evidence, paths=tuple(proofs))]
    return [Earlier(owner, cells) for owner, cells in run], []


def _bytes_of(reports: Sequence[FileReport], paths: Mapping[str, object]) -> dict[str, bytes]:
    return {report.product.path: report.product.data for report in reports if report.product.path in paths}


def _at_hand(sources: Sequence[Source], options: Options) -> tuple[tuple[Kept, ...], tuple[Kept, ...]]:
    """Return the kept tables that can be compared by their rows, and those that must be computed again.

    What never left and cannot be compared by its rows is let be, as a claim that no longer runs is.
    """
    by_name = {source.name: source for source in sources}
    known = [one for one in options.kept if one.table in by_name]
    plain = tuple(one for one in known if comparable(one, by_name[one.table]))
    rest = [one for one in known if one not in plain and one.standing not in SHOWN]
    return plain, tuple(rest)


def _not_compared(proofs: Mapping[str, Proof], again: Sequence[Kept], options: Options) -> list[Finding]:
    """Return what no subtraction could be computed with as it left: people decide beside what it says."""
    told = [
        *(say("此前放行的 {owner} 的声明已无法读取", owner=owner) for owner in options.unread),
        *(
            say("此前放行的 {owner} 所用的版本已无法逐行对照，只能按声明在本版数据上重算", owner=one.owner)
            for one in again
        ),
    ]
    paths = tuple(sorted(proofs))
    return [check("ledger-unread").finding(evidence=one, paths=paths) for one in told if paths]


def _declined(sources: Sequence[Source], options: Options) -> list[Earlier]:
    """Return what never left, as far as it can still be computed."""
    found = []
    for owner, claim in options.declined:
        with suppress(InputError):
            truth = run_claim(claim, sources, budget=options.budget)[1]
            found.append(Earlier(owner, truth, declined=True))
    return found


def _drip(reports: Sequence[FileReport], sources: Sequence[Source], options: Options) -> list[Finding]:
    """Return a finding when one seat has handed in more products of the data than its limits let pass."""
    count = options.handed_in + len(reports)
    most = min((one.thresholds.drip_products for one in sources), default=Thresholds().drip_products)
    if not options.handed_in or count <= most:
        return []
    evidence = say("该席位对同一数据已提交 {count} 个产品", count=count)
    paths = tuple(report.product.path for report in reports)
    return [check("drip").finding(evidence=evidence, paths=paths)]
