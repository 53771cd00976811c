"""The catalogue: who registers, what a steward may confirm, who may look at what is not public."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.catalog import entries
from sandbox.catalog.entries import checked_columns, checked_units
from sandbox.catalog.reading import is_party, require_reader
from sandbox.kernel.actors import Proof, Role
from sandbox.kernel.dataset_records import Column, Dataset, Unit
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import InputError, NotFoundError, RefusedError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from tests.journeys.homes import (
    CODE,
    COUNTY_STEWARD,
    DEVELOPER,
    OFFICER,
    OPERATOR,
    PROVIDER,
    STEWARD,
    Desk,
    Home,
    landed,
    told,
)

__all__ = ["landed", "told"]

NAME = Column(name="姓名", identifier=IdentifierClass.DIRECT, technique="token", level=3)


@pytest.mark.parametrize(
    "columns",
    [
        (),
        (NAME, NAME),
        (replace(NAME, level=4),),
        (replace(NAME, technique="keep"),),
    ],
)
def test_columns_that_cannot_be_confirmed(columns: tuple[Column, ...]) -> None:
    with pytest.raises(InputError):
        checked_columns(columns, Grade.L3)


@pytest.mark.parametrize(
    "unit",
    [
        Unit(kind="cat", columns=("姓名",)),
        Unit(kind="person", columns=()),
        Unit(kind="person", columns=("无",)),
    ],
)
def test_units_that_cannot_be_confirmed(unit: Unit) -> None:
    with pytest.raises(InputError):
        checked_units((unit,), (NAME,))
    checked_units((Unit(kind="person", columns=("姓名",)),), (NAME,))


def fresh(desk: Desk, **changes: object) -> Dataset:
    """Return a new entry of the companies' department."""
    base = entries.by_code(desk.platform.directory, CODE).record
    return replace(
        base, **({"id": "", "state": "registered", "code": "new-one", "columns": (), "units": ()} | changes)
    )


@pytest.mark.parametrize("code", ["", "A", "a", "中文", "a_b", "../x", "a" * 41])
def test_codes_are_plain_names(landed: Home, code: str) -> None:
    with landed.open() as desk, pytest.raises(InputError):
        entries.register(desk.platform.directory, desk.actor(STEWARD), fresh(desk, code=code))


@pytest.mark.parametrize(
    "grading",
    [
        Grading(ProvincialLevel.SECRET, NationalLevel.GENERAL, Grade.L1),
        Grading(ProvincialLevel.INTERNAL, NationalLevel.IMPORTANT, Grade.L1),
        Grading(ProvincialLevel.PUBLIC, NationalLevel.CORE, Grade.L1),
    ],
)
def test_secret_important_and_core_data_are_not_registered(landed: Home, grading: Grading) -> None:
    with landed.open() as desk, pytest.raises(RefusedError, match="不得进入开发利用"):
        entries.register(desk.platform.directory, desk.actor(STEWARD), fresh(desk, grading=grading))


def test_a_sector_without_rules_is_not_registered(landed: Home) -> None:
    with landed.open() as desk, pytest.raises(RefusedError, match="行业规则包"):
        entries.register(desk.platform.directory, desk.actor(STEWARD), fresh(desk, special_regime="mining"))


@pytest.mark.parametrize("who", [COUNTY_STEWARD, DEVELOPER, OPERATOR, OFFICER, PROVIDER])
def test_only_the_own_steward_registers_and_classes(landed: Home, who: str) -> None:
    with landed.open() as desk:
        directory = desk.platform.directory
        with pytest.raises(RefusedError):
            entries.register(directory, desk.actor(who), fresh(desk))
        dataset = entries.by_code(directory, CODE).record
        with pytest.raises(RefusedError):
            entries.classify(
                directory, desk.actor(who), dataset.id, columns=dataset.columns, units=dataset.units
            )
        with pytest.raises(NotFoundError):
            entries.by_code(directory, "new-one")


def test_who_may_look(landed: Home) -> None:
    with landed.open() as desk:
        directory = desk.platform.directory
        dataset = entries.by_code(directory, CODE).record
        parties = (dataset.organisation,)
        assert is_party(directory, desk.actor(STEWARD), parties)
        assert is_party(directory, desk.actor(OFFICER), parties)
        assert not is_party(directory, desk.actor(DEVELOPER), parties)
        require_reader(directory, desk.actor(OFFICER), dataset, organisations=parties)
        refused = (
            (desk.actor(DEVELOPER), {}, {"reader"}),
            (desk.actor(OFFICER), {"authority": False}, {"reader"}),
            (desk.actor(PROVIDER), {"roles": frozenset({Role.STEWARD})}, {"role"}),
            (replace(desk.actor(STEWARD), proof=Proof.SEAT), {}, {"credential"}),
        )
        for actor, options, codes in refused:
            with pytest.raises(RefusedError) as error:
                require_reader(directory, actor, dataset, organisations=parties, **options)
            assert {one.code for one in error.value.decision.refusals} == codes
            assert error.value.attempt.step == "dataset:show"
