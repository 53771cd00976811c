"""A small PDF whose forms draw each other asks for all the memory there is: its child ends, it is refused."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import zlib

from sandbox.egress.isolated import judge_isolated
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind, Verdict

READS = "import sys; from sandbox.egress.papers import texts_of_pdf; texts_of_pdf(sys.stdin.buffer.read())"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</X %d 0 R>>>>"


def nested() -> bytes:
    """Return a page whose forms draw the next one ten times each, nine deep."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        _stream(b"/X Do"),
        *(_stream(b"/X Do " * 10, FORM % (number + 1)) for number in range(5, 14)),
        _stream(b"0 0 9 9 re f", FORM % 14),
    ]
    written = [b"%d 0 obj%s endobj\n" % (number, body) for number, body in enumerate(objects, 1)]
    return b"%PDF-1.7\n" + b"".join(written) + b"trailer<</Root 1 0 R>>\n%%EOF"


def _stream(data: bytes, head: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    start = b"<</Length %d/Filter/FlateDecode%s>>stream\n" % (len(packed), head)
    return start + packed + b"\nendstream"


def test_forms_within_forms_get_no_more_memory_than_a_paper_is_given() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss + 1  # of all that ran before
    done = subprocess.run([sys.executable, "-c", READS], input=nested(), capture_output=True, check=False)
    assert done.returncode == -signal.SIGABRT
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < max(before, 2 << 20)


def test_such_a_paper_is_refused_and_the_file_beside_it_is_judged() -> None:
    products = [Product("a.pdf", nested()), Product("b.csv", "区县,人次\n红花岗区,1200\n".encode())]
    judgement = judge_isolated(products, []).judgement
    first, second = ({found.kind for found in file.findings} for file in judgement.files)
    assert judgement.files[0].verdict is Verdict.REFUSE
    assert FindingKind.MALFORMED in first
    assert FindingKind.MALFORMED not in second
