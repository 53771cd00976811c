"""Refused tables mended inside the gate's own process: of each claim, what may be shown together.

No byte of a developer's is read but his claim. What is safe is decided without the seat's canaries; the
figures are those that the seat saw, so that the mended table is compared as the developer's own would be.
Says nothing about other products: the gate judges what comes of it like any. Called by `worker`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sandbox.egress.claims import read_claim
from sandbox.egress.compare import Comparison, keys_of
from sandbox.egress.content import Content, Form
from sandbox.egress.fixing import decimals_of, safe_cells
from sandbox.egress.origin import Source
from sandbox.egress.overlaid import as_seen
from sandbox.egress.proof import run_claim
from sandbox.egress.rewrite import rewrite_proven
from sandbox.egress.rowwise import Budget
from sandbox.egress.wire import Json, message_out, pack, sequence, text
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

NOTHING = say("没有可以公布的单元格：请合并分组后再试")


def remedied(job: Json, sources: Sequence[Source]) -> bytes:
    """Return the answer to a job that asks for remedies: for each claim its table, or why there is none."""
    answers: list[object] = []
    blobs: list[bytes] = []
    for claim in sequence(job["remedies"]):
        made = mended(text(claim).encode(), sources)
        answers.append(message_out(made) if isinstance(made, Message) else None)
        blobs.append(b"" if isinstance(made, Message) else made)
    return pack({"remedies": answers}, blobs)


def mended(claim_file: bytes, sources: Sequence[Source]) -> bytes | Message:
    """Return the claim's table as CSV without the rows that would disclose somebody, or why there is none."""
    try:
        claim = read_claim(claim_file)
        source, truth, units = run_claim(claim, sources, budget=Budget())
        safe = np.flatnonzero(safe_cells(truth, units, source.thresholds))
        seen, with_canaries = truth, as_seen(sources)
        if with_canaries is not None:
            seen = run_claim(claim, with_canaries, budget=Budget())[1]
    except InputError as error:
        return error.message
    names = keys_of(truth)
    wanted = {names[cell] for cell in safe}
    shown = np.array([bool(seen.shown[at]) and key in wanted for at, key in enumerate(keys_of(seen))], bool)
    if not shown.any():
        return NOTHING
    comparison = Comparison(np.flatnonzero(shown), decimals_of(seen))
    return rewrite_proven(seen, comparison, Content(FileType.CSV, Form.TABLE)).data
