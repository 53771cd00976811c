"""The closed lists are complete and say what each line rests on."""

from importlib.resources import files

import pytest

from sandbox.kernel.errors import InputError
from sandbox.kernel.metadata import Exclusion, Media
from sandbox.regulation.catalogue import lists, read

TEXT = files("sandbox.regulation").joinpath("catalogue.toml").read_text(encoding="utf-8")


def test_the_lists():
    known = lists()
    assert set(known.grounds) == {one.value for one in Exclusion}
    assert set(known.categories) == {"1", "2", "3"}
    assert set("CNYDTLMGBIF") == set(known.data_types)
    assert {media for one in known.formats.values() for media in one.media} == set(Media)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('basis = "law"', 'basis = "habit"'),
        ('article = "第三条"', 'article = ""'),
        ('reviewer = "provider"\n', ""),
        ('media = ["audio"]', 'media = ["smell"]'),
        ("[[data_type]]", "[[data_sort]]"),
    ],
)
def test_a_fault_is_told(old, new):
    assert old in TEXT
    with pytest.raises(InputError):
        read(TEXT.replace(old, new, 1))
