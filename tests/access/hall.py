"""A town hall at hand: bodies, people, an environment and classified datasets, laid down in a moment.

The clock stands until it is moved. Records are written straight through the opener, by the platform, so
that a test begins where applications begin; everything after that goes through the use cases.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sandbox.access import application as applications
from sandbox.access import review
from sandbox.access.desk import AccessDesk
from sandbox.access.form import application_of
from sandbox.kernel.actors import SYSTEM, Actor, Proof, Role
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.dataset_records import Column, Dataset
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import (
    Account,
    Environment,
    Grant,
    OperatingAgreement,
    Organisation,
    OrganisationRole,
    Record,
)
from sandbox.municipality.numbers import uscc
from sandbox.people.directory import CHINA, Directory
from sandbox.regulation.loader import regimes
from sandbox.store import home as store_home
from sandbox.store.changes import Change, Link
from sandbox.store.log import StoreSettings
from sandbox.store.opener import Store
from sandbox.vault.keys import Vault
from tests import database

MONDAY = date(2026, 3, 2)
REGIME, LAPSED = "national-2025", "zunyi-2022"
BODIES = {
    "authority": ("遵义市大数据局", "11", "机关", OrganisationRole.AUTHORITY),
    "market": ("遵义市市场监督管理局", "11", "机关", OrganisationRole.PROVIDER),
    "welfare": ("遵义市民政局", "11", "机关", OrganisationRole.PROVIDER),
    "health": ("遵义市卫生健康局", "11", "机关", OrganisationRole.PROVIDER),
    "operator": ("遵义数据运营有限公司", "91", "企业", OrganisationRole.OPERATOR),
    "firm": ("黔数云图科技有限公司", "91", "企业", OrganisationRole.DEVELOPER),
    "rival": ("湄江智谷数据服务有限公司", "91", "企业", OrganisationRole.DEVELOPER),
    "bureau": ("遵义市统计局", "11", "机关", OrganisationRole.DEVELOPER),
}
PEOPLE = {
    "chen": ("authority", Role.AUTHORITY_OFFICER),
    "luo": ("authority", Role.AUTHORITY_OFFICER),
    "wu": ("authority", Role.AUTHORITY_OFFICER),
    "yang": ("market", Role.PROVIDER_REVIEWER),
    "zhao": ("market", Role.STEWARD),
    "mu": ("welfare", Role.PROVIDER_REVIEWER),
    "tang": ("health", Role.PROVIDER_REVIEWER),
    "zhang": ("operator", Role.OPERATOR),
    "lin": ("firm", Role.DEVELOPER),
    "xu": ("firm", Role.DEVELOPER),
    "song": ("rival", Role.DEVELOPER),
    "qian": ("bureau", Role.DEVELOPER),
}
DATASETS = {
    "firms": ("market", Grade.L3, "department", ""),
    "relief": ("welfare", Grade.L4, "department", "health"),
    "clinics": ("health", Grade.L4, "department", "health"),
    "legal-persons": ("market", Grade.L2, "base", ""),
}
COLUMNS = ("行政区划", "行业", "成立日期")


@dataclass
class Hall:
    """The desk, its clock, and what was laid down by key."""

    desk: AccessDesk
    folder: Path
    days: list[date]
    ids: dict[str, str] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.desk.directory.store

    @property
    def today(self) -> date:
        return self.days[-1]

    def go_to(self, day: date) -> None:
        """Move the clock to noon of a day, never back."""
        assert day >= self.days[-1]
        self.days.append(day)

    def pass_days(self, count: int) -> None:
        self.go_to(self.today + timedelta(days=count))

    def document(self, **changes: Any) -> dict[str, Any]:
        """Return an application as a developer writes it."""
        return {
            "environment": "520300",
            "regime": REGIME,
            "scenario": "分区统计",
            "scope": "本单位",
            "security_controls": "专席",
            "term_from": self.today.isoformat(),
            "term_to": (self.today + timedelta(days=300)).isoformat(),
            "requests": [{"dataset": "firms", "columns": list(COLUMNS[:2]), "justification": "分组"}],
        } | changes

    def written(self, who: str = "lin", **changes: Any) -> Application:
        """Return the application that a document describes."""
        return application_of(self.desk, self.actors[who], self.document(**changes))

    def submit(self, who: str = "lin", **changes: Any) -> Application:
        return applications.submit(self.desk, self.actors[who], self.written(who, **changes))

    def pushed(self, *datasets: str, **changes: Any) -> tuple[Item, ...]:
        """Return the items of an application on these datasets, submitted, accepted and pushed today."""
        asked = [
            {"dataset": one, "columns": list(COLUMNS[:2]), "justification": "分组"}
            for one in datasets or ("firms",)
        ]
        made = self.submit(**({"requests": asked} | changes))
        lapsed = bool(made.regime_override)
        applications.accept(self.desk, self.actors["chen"], made.id, findings="好", confirm_override=lapsed)
        return review.push(self.desk, self.actors["chen"], made.id)

    def item(self, identifier: str) -> Item:
        return self.store.load(Item, identifier).record


LONG_AGO = date(2020, 1, 6)
"""When the hall was furnished: before any day that a test asks for."""


def hall(folder: Path, *, today: date = MONDAY) -> Hall:
    """Return the hall on that day, copied into an empty folder."""
    template, ids, actors = _furnished()
    shutil.copytree(template, folder, dirs_exist_ok=True)
    database.part(folder / database.RECORDS)
    made = _opened(folder, today, store_home.open_home)
    made.ids, made.actors = dict(ids), dict(actors)
    return made


@cache
def _furnished() -> tuple[Path, dict[str, str], dict[str, Actor]]:
    folder = Path(tempfile.mkdtemp(prefix="hall-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = _opened(folder, LONG_AGO, store_home.create)
    _bodies(made)
    _people(made)
    _data(made)
    made.store.engine.dispose()
    return folder, made.ids, made.actors


def _opened(folder: Path, today: date, opened: Callable[..., Store]) -> Hall:
    days, counter = [today], count()
    clock = lambda: datetime.combine(days[-1], time(12), CHINA).astimezone(UTC)  # noqa: E731
    entropy = lambda size: next(counter).to_bytes(size, "big")  # noqa: E731
    engine = database.engine(folder / database.RECORDS)
    store = opened(engine, clock=clock, entropy=entropy, settings=StoreSettings(origin="hall"))
    vault = Vault(bytes(32), folder / "keys")
    if not vault.exists("people"):
        vault.create("people")
    known = {one.id: one for one in regimes()}
    directory = Directory(
        store,
        vault.open("people"),
        clock,
        entropy,
        sectors=frozenset({"health"}),
        deputy_days=60,
        regimes=known,
    )
    return Hall(AccessDesk(directory, known, "520300", vault, folder / "attachments"), folder, days)


def _put(made: Hall, key: str, verb: str, record: Record, *links: Link) -> str:
    creation = step(f"{record.KIND}:{verb}")
    kept = made.store.write(SYSTEM, Change(creation, record, links=links))[0].record
    made.ids[key] = kept.id
    return str(kept.id)


def _bodies(made: Hall) -> None:
    for number, (key, (name, register, kind, role)) in enumerate(BODIES.items()):
        code = uscc(register, "520300", f"0071853{number}")
        body = Organisation(
            state="registered", name=name, uscc=code, kind=kind, roles=(role,), region="520300"
        )
        _put(made, key, "register", body)


def _people(made: Hall) -> None:
    for name, (body, role) in PEOPLE.items():
        add_person(made, name, body, role)


def add_person(made: Hall, name: str, body: str, *roles: Role, person: str = "") -> Actor:
    """Add a person with roles in force; `person` names the natural person if it is another's account."""
    account = Account(
        state="invited",
        organisation=made.ids[body],
        name=name,
        display_name=name,
        person=person or f"p-{name}",
    )
    identifier = _put(made, name, "invite", account)
    enrolled = replace(account, id=identifier, state="active")
    made.store.write(SYSTEM, Change(step("account:enrol"), enrolled, expected=1))
    for role in roles:
        grant = Grant(
            state="in-force",
            organisation=made.ids[body],
            account=identifier,
            role=role,
            proposed_by="system",
            founding=True,
        )
        _put(made, f"grant-{name}", "found", grant, Link("account", identifier))
    made.actors[name] = Actor(
        identifier, account.person, account.organisation, frozenset(roles), proof=Proof.TOKEN
    )
    return made.actors[name]


def _data(made: Hall) -> None:
    signed = OperatingAgreement(
        state="drafted",
        organisation=made.ids["operator"],
        authority=made.ids["authority"],
        environment_code="520300",
        scope="全市",
        term_from=MONDAY - timedelta(days=900),
        term_to=MONDAY + timedelta(days=2000),
    )
    agreement = _put(made, "operating", "draft", signed)
    active = replace(signed, id=agreement, state="active")
    made.store.write(SYSTEM, Change(step("operating-agreement:sign"), active, expected=1))
    place = Environment(
        state="established",
        organisation=made.ids["operator"],
        code="520300",
        name="市",
        region="520300",
        agreement=agreement,
    )
    _put(made, "environment", "establish", place)
    for code, (body, grade, library, sector) in DATASETS.items():
        dataset = Dataset(
            state="registered",
            organisation=made.ids[body],
            environment=made.ids["environment"],
            code=code,
            title=code,
            grading=Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, grade),
            library=library,
            special_regime=sector,
        )
        _put(made, code, "register", dataset)
        _classify(made, code)


def _classify(made: Hall, code: str) -> None:
    stored = made.store.load(Dataset, made.ids[code])
    columns = tuple(Column(name=one) for one in COLUMNS)
    changed = replace(stored.record, state="classified", columns=columns)
    made.store.write(SYSTEM, Change(step("dataset:classify"), changed, expected=stored.version))
