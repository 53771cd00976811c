"""Records to JSON and back: every kind, every value, and nothing that does not fit."""

import dataclasses
import functools
import types
import typing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, IntEnum, StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.kernel.errors import StateError, TamperedError
from sandbox.kernel.findings import Judgement
from sandbox.kernel.kinds import RECORDS
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import Organisation, Record
from sandbox.kernel.terms import Hours, Join, Narrowing
from sandbox.store.canonical import canonical, instant, parse
from sandbox.store.codec import decode, encode


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    ONE = 1


@dataclass(frozen=True, slots=True)
class Inner:
    n: int
    name: str = "x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    flag: bool
    share: float
    size: Size
    colour: Colour | None
    day: date | None
    at: datetime
    pair: tuple[str, int]
    inner: tuple[Inner, ...]
    either: int | str | Inner
    tags: frozenset[Colour] = frozenset()


GOOD = Outer(
    flag=True,
    share=0.5,
    size=Size.ONE,
    colour=Colour.RED,
    day=date(2025, 2, 28),
    at=datetime(2025, 1, 1, tzinfo=UTC),
    pair=("a", 1),
    inner=(Inner(1),),
    either=Inner(2),
    tags=frozenset({Colour.RED}),
)


ORDINARY = (
    Hours(days=(1, 5), start="08:00", end="20:00"),
    Join(first="dataset-000001", second="dataset-000002"),
    Narrowing(item="item-000001", columns=("地区",)),
)


def born(declared, **parts):
    """A value of these parts, or an ordinary one where it refuses them at birth."""
    try:
        return declared(**parts)
    except ValueError:
        return next((one for one in ORDINARY if type(one) is declared), None) or declared()


def values(declared) -> st.SearchStrategy:
    """Every value of a declared type, from the declaration alone."""
    origin, members = typing.get_origin(declared), typing.get_args(declared)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values, members))
    if origin is tuple and len(members) == 2 and members[1] is Ellipsis:
        return st.lists(values(members[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, members))
    if origin is frozenset:
        return st.frozensets(values(members[0]))
    if isinstance(declared, type) and issubclass(declared, Enum):
        return st.sampled_from(declared)
    if dataclasses.is_dataclass(declared):
        hints = typing.get_type_hints(declared)
        parts = {f.name: values(hints[f.name]) for f in dataclasses.fields(declared)}
        return st.builds(functools.partial(born, declared), **parts)
    zone = timezone(timedelta(hours=8))
    return {
        str: st.text(st.characters(codec="utf-8"), max_size=5),
        int: st.integers(),
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        type(None): st.none(),
        date: st.dates(),
        datetime: st.datetimes(
            datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.sampled_from([UTC, zone])
        ),
    }[declared]


@pytest.mark.parametrize("kind", [*RECORDS, Outer], ids=lambda kind: kind.__name__)
def test_every_kind_of_record_survives_the_text(kind):
    @settings(max_examples=8, deadline=None)
    @given(values(kind))
    def check(value):
        assert decode(kind, parse(canonical(encode(value)))) == value

    check()


def test_messages_within_messages():
    @dataclass(frozen=True)
    class Holder:
        message: Message
        judgement: Judgement

    holder = Holder(say("{a}和{b}", a=1, b=say("内 {c}", c="x")), Judgement(files=()))
    assert decode(Holder, parse(canonical(encode(holder)))) == holder


@pytest.mark.parametrize(
    "change",
    [
        {"flag": 1},
        {"share": 1},
        {"share": float("nan")},
        {"size": 1},
        {"colour": "red"},
        {"day": datetime(2025, 1, 1, tzinfo=UTC)},
        {"at": datetime(2025, 1, 1)},
        {"pair": ("a",)},
        {"pair": ["a", 1]},
        {"inner": (GOOD,)},
        {"either": None},
        {"tags": {Colour.RED}},
    ],
    ids=str,
)
def test_values_of_another_type_are_not_written(change):
    with pytest.raises(StateError, match=next(iter(change))):
        encode(dataclasses.replace(GOOD, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"flag": 1},
        {"flag": None},
        {"share": 1},
        {"share": "0.5"},
        {"size": 2},
        {"size": True},
        {"colour": "blue"},
        {"day": "2025-02-30"},
        {"day": "20250228"},
        {"at": "2025-01-01T00:00:00Z"},
        {"at": "2025-01-01T00:00:00.000000+00:00"},
        {"at": 5},
        {"pair": ["a"]},
        {"pair": ["a", 1, 2]},
        {"inner": [{"n": 1, "extra": 2}]},
        {"inner": [{"name": "x"}]},
        {"inner": {"n": 1}},
        {"either": []},
        {"tags": ["red", "red"]},
        {"extra": 1},
    ],
    ids=str,
)
def test_bodies_that_do_not_fit_are_not_read(change):
    body = encode(GOOD)
    assert decode(Outer, body) == GOOD
    with pytest.raises(TamperedError, match=next(iter(change))):
        decode(Outer, {**body, **change})


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Outer)])
def test_only_fields_with_a_default_may_be_absent(name):
    body = encode(GOOD)
    del body[name]
    if name == "tags":
        assert decode(Outer, body).tags == frozenset()
    else:
        with pytest.raises(TamperedError):
            decode(Outer, body)


def test_what_is_no_frozen_value_is_refused():
    for value in (5, {"a": 1}, Organisation):
        with pytest.raises(StateError):
            encode(value)

    @dataclass
    class Odd:
        x: bytes

    with pytest.raises(StateError):
        encode(Odd(b""))
    for body in (None, [], "x", 5):
        with pytest.raises(TamperedError):
            decode(Organisation, body)


def test_every_record_kind_has_its_own_name():
    assert len({kind.KIND for kind in RECORDS}) == len(RECORDS)
    assert all(issubclass(kind, Record) for kind in RECORDS)


def test_time_text_sorts_as_time_and_is_of_one_width():
    early, late = datetime(999, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert instant(early) < instant(late)
    assert len(instant(early)) == len(instant(late)) == 27
    with pytest.raises(StateError):
        instant(datetime(2025, 1, 1))
    with pytest.raises(TamperedError):
        parse("{")
