"""Core metadata: what is stated must be right, what is missing is a gap, the class digit routes."""

from dataclasses import replace

import pytest

from sandbox.catalog.metadata import checked_core, library_of
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.metadata import Core, InformationItem, Media, Opening, Sharing
from sandbox.regulation.catalogue import lists

PLAIN = Dataset(
    state="registered", organisation="dept", environment="env", code="data", title="数据",
    grading=Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade.L2),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "stated", "library"),
    [
        ("307001/000001", "department", "department"),
        ("101001/000001", "department", "base"),
        ("201001/000001", "department", "theme"),
        ("201001/000001", "theme", "theme"),
        ("", "base", "base"),
        ("", "department", "department"),
    ],
)
def test_the_class_digit_routes_the_review(code, stated, library):
    assert library_of(code, stated=stated) == (library, None)
    assert checked_core(replace(PLAIN, resource_code=code, library=stated)).library == library


@pytest.mark.parametrize(
    ("code", "stated"),
    [
        ("307001/000001", "base"),
        ("101001/1", "theme"),
        ("401001/1", "department"),
        ("x", "department"),
        ("", "cellar"),
    ],
)
def test_codes_against_the_library_are_refused(code, stated):
    with pytest.raises(InputError):
        checked_core(replace(PLAIN, resource_code=code, library=stated))


def test_reviewer_of_every_library_is_named_with_its_article():
    reviewers = {one.library: (one.reviewer, one.article) for one in lists().categories.values()}
    assert reviewers == {
        "base": ("authority", "第八条"),
        "theme": ("authority", "第八条"),
        "department": ("provider", "第八条"),
    }


@pytest.mark.parametrize(
    "core",
    [
        Core(opening=Opening.NOT_OPEN),
        Core(opening=Opening.NOT_OPEN, opening_basis="because"),
        Core(opening=Opening.OPEN, opening_basis="other-law"),
        Core(sharing=Sharing.CONDITIONAL),
        Core(formats=("doc",)),
        Core(formats=("mp4",)),
        Core(items=(InformationItem(name="a"), InformationItem(name="a"))),
        Core(items=(InformationItem(name=" "),)),
        Core(items=(InformationItem(name="a", data_type="Z"),)),
        Core(related=("7",)),
    ],
)
def test_what_is_stated_wrongly_is_refused(core):
    with pytest.raises(InputError):
        checked_core(replace(PLAIN, core=core))


@pytest.mark.parametrize("basis", list(lists().grounds))
def test_not_opened_with_a_basis_of_the_closed_list(basis):
    core = Core(opening=Opening.NOT_OPEN, opening_basis=basis)
    assert checked_core(replace(PLAIN, core=core)).core == core


@pytest.mark.parametrize("media", list(Media))
def test_every_media_has_a_format(media):
    fitting = [one.code for one in lists().formats.values() if media in one.media]
    assert fitting
    checked_core(replace(PLAIN, media=media, core=Core(formats=tuple(fitting))))


def test_gaps_are_shown_not_refused():
    assert set(checked_core(PLAIN).core.gaps) == {
        "abstract", "formats", "items", "sharing", "opening", "cycle", "issued",
    }  # fmt: skip
