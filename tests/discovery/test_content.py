import random

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sandbox.discovery.content import Collector, collect, read_content
from sandbox.discovery.lexicon import SENTINEL_WORDS
from sandbox.discovery.shapes import HAN_SHAPES, SHAPES
from sandbox.kernel.entities import EntityType as T
from tests.discovery import generate


def test_shares_equal_the_plain_count():
    rng = random.Random(1)
    cells = [
        generate.resident_id(rng) if rng.random() < 0.7 else generate.digits(rng, 9) for _ in range(2000)
    ]
    ((_, collector),) = collect([pa.table({"a": cells})])
    share = read_content(collector).share(T.CN_RESIDENT_ID)
    plain = sum(len(cell) == 18 for cell in cells) / len(cells)
    assert abs(share.rows - plain) < 0.01


@given(
    st.lists(st.sampled_from([*sorted(SENTINEL_WORDS)[:12], "张三", " 张三 ", "７", "7", None]), max_size=40)
)
def test_counts_equal_a_plain_loop(cells):
    collector = Collector()
    collector.add(pa.array(cells, pa.string()))
    values, counts = collector.values()
    assert int(np.sum(counts)) == sum(
        cell is not None and cell.strip().lower() not in SENTINEL_WORDS for cell in cells
    )
    assert set(values.to_pylist()) <= {"张三", "7"}


def test_repeats_and_batches_add_up():
    collector = Collector()
    for _ in range(3):
        collector.add(pa.array(["甲", "乙", "甲", None]))
    content = read_content(collector)
    assert (content.cells, content.distinct) == (9, 2)
    assert sorted(content.weights) == [3, 6]


def test_every_shape_reads_alike_in_both_engines():
    import re

    import pyarrow.compute as pc

    rng = random.Random(2)
    texts = [maker(rng) for maker in generate.MAKERS.values() for _ in range(10)]
    for shape in (*SHAPES, *HAN_SHAPES):
        fast = pc.match_substring_regex(pa.array(texts), shape.re2).to_pylist()
        whole = re.compile(shape.body, re.ASCII)
        assert fast == [whole.fullmatch(text) is not None for text in texts]


def test_any_number_of_different_values_is_held_in_bounded_room(monkeypatch):
    """A file of millions of numbers, each once, ran out of integers: every further batch halved its share."""
    monkeypatch.setattr("sandbox.discovery.content.MOST_DISTINCT", 1000)
    collector = Collector()
    for batch in range(200):
        collector.add(pa.array([f"{batch:04d}-{place:03d}" for place in range(256)]))
        assert collector.held <= 2 * 1000 + 256
    values, counts = collector.values()
    assert len(values) == len(set(values.to_pylist()))
    assert 0.8 <= int(counts.sum()) / (200 * 256) <= 1.2
    assert {text[:3] for text in values.to_pylist()} == {f"{tens:03d}" for tens in range(20)}
