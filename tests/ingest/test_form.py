"""The steward's form: what is written reads back the same; no mistake in it is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.catalog.entries import by_code
from sandbox.ingest.form import read_form, write_form
from sandbox.ingest.proposals import propose_for
from sandbox.kernel.dataset_records import Delivery
from sandbox.kernel.errors import InputError
from tests.journeys.homes import CODE, LANDED, Home, keep, told

__all__ = ["told"]


@pytest.fixture(scope="module")
def written(told: Path, tmp_path_factory: pytest.TempPathFactory):
    """Return the form of the companies' delivery and the proposal behind it."""
    home = tmp_path_factory.mktemp("form") / "home"
    keep(told / LANDED, home)
    with Home(home).open() as desk:
        platform = desk.platform
        dataset = by_code(platform.directory, CODE).record
        proposal = propose_for(
            platform.ingest, platform.store.load(Delivery, "delivery-000001").record, dataset
        )
        yield write_form(proposal, dataset), proposal


def test_what_is_written_reads_back_the_same(written) -> None:
    text, proposal = written
    form = read_form(text)
    assert (form.dataset, form.units) == (CODE, proposal.units)
    assert form.policy.digest == proposal.policy.digest
    names = [one.name for one in proposal.columns]
    assert [one.name for one in form.columns] == names
    assert {one.name: one.technique for one in form.columns} == {
        name: proposal.policy.table(CODE).column(name).technique.name for name in names
    }
    assert all(str(reason).split()[0] in text for one in proposal.proposals for reason in one.evidence)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sensitive = true", 'sensitive = "yes"'),
        ("level = 3", "level = 9"),
        ("[[columns]]\nname", "[[columns]]\nnmae"),
        ("[masking]", "[maskin]"),
        ('"technique" = "token"', '"technique" = "tokn"'),
        ("dataset =", "# dataset ="),
        ("[[units]]", "[units]"),
        ("[masking]", "[masking"),
    ],
)
def test_every_mistake_is_one_sentence(written, old, new) -> None:
    text, _ = written
    assert old in text
    with pytest.raises(InputError) as told_:
        read_form(text.replace(old, new, 1))
    assert len(str(told_.value).splitlines()) == 1
