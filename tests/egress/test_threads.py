"""Pieces of a run behind the same words are put together, the shorter last one, too; words are no run."""

from __future__ import annotations

import base64
import gzip
import html
import random

import pytest

from sandbox.egress.threads import printed, threads, whole
from tests.egress.clinic import csv_of, visits

RUN = base64.b64encode(gzip.compress(csv_of(visits().slice(0, 40)), mtime=0)).decode()


def pieces(width: int) -> list[str]:
    return [RUN[at : at + width] for at in range(0, len(RUN), width)]


@pytest.mark.parametrize("width", [33, 40, len(RUN) - 3])
def test_a_run_is_told_from_the_lines_between_its_pieces(width: int) -> None:
    lines = [
        f"00:00:{at % 60:02d} DEBUG span trace={one} elapsed={at}ms" for at, one in enumerate(pieces(width))
    ]
    between = [line for one in lines for line in (one, "00:00:00 INFO job=monthly_rollup status=ok")]
    assert threads("\n".join(lines))[0] == RUN
    assert RUN in threads("\n".join(between))


def test_a_run_under_a_key_of_a_settings_file_is_read_without_what_frames_it() -> None:
    lines = ["cache:", "  ttl: 300", "  seed: |", *(f"    {one}" for one in pieces(76)), "replicas: 2"]
    assert RUN in threads("\n".join(lines))


def test_numbers_before_pieces_tell_their_order() -> None:
    lines = [f"part {at} {one}" for at, one in enumerate(pieces(40))]
    random.Random(1).shuffle(lines)
    assert RUN in threads("\n".join(lines))


def test_prose_and_numbers_are_no_runs() -> None:
    assert not threads("the quick brown fox internationalisation\n" * 40)
    assert not threads("\n".join(f"total {at * 7919 % 10**9:012d}" for at in range(200)))


def test_what_ends_a_remark_is_no_sign_of_the_run_in_it() -> None:
    urlsafe = RUN.replace("+", "-").replace("/", "_")
    assert urlsafe.rstrip("=") in [one.rstrip("=") for one in whole(f"<p>x</p><!--{urlsafe.rstrip('=')}-->")]


@pytest.mark.parametrize("form", ["<v>{}</v>", '<c t="str" v="{}"/>', "<!--{}-->"])
def test_all_that_an_element_says_is_a_run_without_its_escapes(form: str) -> None:
    dense = base64.b85encode(gzip.compress(csv_of(visits().slice(0, 40)), mtime=0)).decode()
    assert dense in whole(form.format(html.escape(dense)))
    assert dense in printed(b"\x08\x07\x12" + dense.encode() + b"\x00\x1a")


def test_hexadecimal_digits_of_a_text_have_few_letters() -> None:
    run = csv_of(visits().slice(0, 20).select(["证件号", "电话"])).hex()
    lines = [f"span trace={run[at : at + 40]} ok" for at in range(0, len(run), 40)]
    assert run in threads("\n".join(lines))
