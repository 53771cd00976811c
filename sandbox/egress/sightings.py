"""Everything by which one file shows records of a source, the cheap and certain readings first.

The plain search; what the choices of the file spell; figures in another measure; digests; what a key beside
it opens. The first that sees records answers. Pure; called by `judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import pyarrow as pa

from sandbox.egress.arrangements import upright
from sandbox.egress.channels import text_of
from sandbox.egress.content import Content, Form
from sandbox.egress.counting import counted
from sandbox.egress.digested import digested
from sandbox.egress.filed import as_rows
from sandbox.egress.foreseen import Foreseen, Unseen
from sandbox.egress.keyed import deciphered
from sandbox.egress.listed import beside_remarks, listed, listed_beside
from sandbox.egress.narrated import narrated, told_by
from sandbox.egress.origin import Source
from sandbox.egress.outlines import outlined
from sandbox.egress.overlaid import canaries_in
from sandbox.egress.packings import tables_of
from sandbox.egress.pieces import pieced
from sandbox.egress.placed import placed
from sandbox.egress.recognise import Recognised, recognise, recognise_views
from sandbox.egress.relaid import relaid
from sandbox.egress.report import FileReport
from sandbox.egress.rescaled import rescaled
from sandbox.egress.restated import Restated, different, restated
from sandbox.egress.settled import settled
from sandbox.egress.shards import featured
from sandbox.egress.shares import mixed_within
from sandbox.egress.solved import solved
from sandbox.egress.substituted import substituted
from sandbox.egress.unmixed import unmixed
from sandbox.egress.views import Read, View, views_of_all
from sandbox.files.types import FileType
from sandbox.fingerprint.index import RecordIndex

_ALIKE = frozenset({Form.SYNTHETIC, Form.CODEBOOK})
"""What resembles the source on purpose, column by column: tests of its own ask whether it is too near."""
_PARTS = 4
_HELD = 4
"""Documents inside of a file whose lists are asked like those of one that is a file."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Records that a file shows: how many, where, and whether all was looked at; false for none.

    `column` tells that a column as a whole shows them: no row of the file is one by itself.
    """

    records: int = 0
    where: str = ""
    complete: bool = True
    column: bool = False

    def __bool__(self) -> bool:
        return self.records > 0


@dataclass(frozen=True, slots=True)
class _Apart:
    """Readings that are asked in their turn, wherever they are worked out: of choices, and of signs."""

    chosen: Callable[[], Recognised]
    signs: Callable[[], Recognised]


def sighted(report: FileReport, sources: Sequence[Source], early: Foreseen, *, proven: bool) -> Sighting:
    """Return the records that a file shows; of a proven product only those that an identifier names.

    What the file openly holds is asked by itself: each reading of its contents beside it, some of them
    guesses, costs evidence. `early` may know some of it ahead.
    """
    indexes = [source.index for source in sources if source.index is not None]
    openly = early.openly(report.own)
    tables, chosen = cache(partial(_tables_of, report)), cache(early.hidden)
    signs = cache(lambda: substituted(report.parts, tables(), chosen()[1], sources))
    nothing = partial(_nothing, report, sources)
    with early.nothing("rest", nothing) as unseen, _unsigned(report, tables, early, sources) as unsigned:
        plain = openly.shown
        seen = plain or _anywhere(report.contents, openly.read, indexes)
        seen = seen.with_more(canaries_in(report.contents, sources))
        complete = (seen.complete and plain.complete) or bool(seen)
        if proven or seen:
            shown = len(seen.records) if seen.named or not proven else 0
            return Sighting(shown, seen.where, complete)
        if unseen.begun and (unsigned or not (chosen()[0] or signs())) and unseen:
            return Sighting(complete=complete)
    seen, again = _last(report, tables(), sources, _Apart(lambda: chosen()[0], signs))
    if again is None:
        return Sighting(len(seen.records), seen.where, complete)
    return Sighting(again.values, again.where, complete, column=True)


def _tables_of(report: FileReport) -> list[pa.Table]:
    """Return the tables of a file that are looked at in more ways than as they are."""
    tables = different(
        [sheet.table for content in report.contents if content.form not in _ALIKE for sheet in content.sheets]
    )
    tables = [one for table in tables for one in (table, *upright(table))]
    return tables + [rows for _, rows in as_rows({str(place): [one] for place, one in enumerate(report.own)})]


def _unsigned(
    report: FileReport, tables: Callable[[], list[pa.Table]], early: Foreseen, sources: Sequence[Source]
) -> Unseen:
    """Have it found out whether signs show nothing, once the choices are known: those may be rows of them."""
    heard = early.heard()
    if heard is None:
        return Unseen()
    return early.nothing(
        "signs", lambda: not substituted(report.parts, tables(), heard, sources), behind=True
    )


def _nothing(report: FileReport, sources: Sequence[Source]) -> bool:
    """Return whether none of the last readings shows anything, those of choices and of signs apart."""
    seen, again = _last(report, _tables_of(report), sources, _Apart(Recognised, Recognised))
    return not seen and again is None


def _last(
    report: FileReport, tables: Sequence[pa.Table], sources: Sequence[Source], apart: _Apart
) -> tuple[Recognised, Restated | None]:
    """Return the records that the last readings show, or the column that restates a source."""
    indexes = [source.index for source in sources if source.index is not None]
    own, contents, parts = report.own, report.contents, report.parts
    inside = [one for one in contents if one.document is not None and all(one is not mine for mine in own)]
    held = [*own, *inside[:_HELD]]
    seen = pieced(tables, indexes) or placed(tables, indexes) or narrated(told_by(contents), indexes)
    seen = seen or apart.chosen()
    seen = seen or mixed_within(parts, tables, indexes) or _opened(contents, indexes)
    seen = seen or featured(tables, indexes)
    seen = seen or apart.signs()
    texts = [] if seen else list(map(text_of, parts))
    figures = [*tables, *listed(held), *listed_beside(contents), *tables_of(parts), *beside_remarks(texts)]
    before = [] if seen else [*unmixed(held, tables), *rescaled(texts, figures)]
    calm = [] if seen else settled(figures)
    seen = seen or _reckoned(own, figures, before, calm, indexes)
    systems = [] if seen else counted([text for data in parts[:_PARTS] if (text := text_of(data))], tables)
    seen = seen or solved(own, systems, indexes)
    if seen:
        return seen, None
    return seen, restated([*before, *calm, *figures, *systems, *outlined(parts)], sources) or digested(
        contents, sources
    )


def _anywhere(
    contents: Sequence[Content], mine: Sequence[Read], indexes: Sequence[RecordIndex]
) -> Recognised:
    """Return the records that any reading shows, where those of the file's own contents show none alone."""
    views = [view for _, some in views_of_all(contents, mine) for view in some]
    return recognise_views(views, indexes, clean=[view for _, some in mine for view in some])


def _reckoned(
    own: Sequence[Content], figures: Sequence[pa.Table], before: Sequence[pa.Table], calm: Sequence[pa.Table],
    indexes: Sequence[RecordIndex],
) -> Recognised:  # fmt: skip
    """Return the records that show once tables are laid out anew or what was done to their figures is undone.

    `before` are tables as they were before their columns were mixed, `calm` those whose small differences
    were settled: they come last, for of the first few alone are systems solved.
    """
    views = [View("unmixed", table, aligned=False) for table in (*before, *calm)]
    seen = relaid(own, figures, indexes) or recognise_views(views, indexes)
    return seen or solved(own, [*before, *figures, *calm], indexes)


def _opened(contents: Sequence[Content], indexes: Sequence[RecordIndex]) -> Recognised:
    texts = deciphered(contents)
    if not texts:
        return Recognised()
    return recognise([Content(FileType.BINARY, Form.UNREAD, stray=texts)], indexes)
