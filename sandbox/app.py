"""The root: builds every adapter once, from settings, and holds them as one value.

Nothing else reads settings or knows where a home keeps its things. Also makes a new home,
and writes what happens around every use: refused attempts, checkpoints. Decides nothing.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine

from sandbox.access.desk import AccessDesk
from sandbox.egress import assessment, overlays, review
from sandbox.egress.desk import GateDesk
from sandbox.egress.frozen import FrozenStore
from sandbox.egress.process import GateLimits, keep_spares
from sandbox.ingest.desk import IngestDesk
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.errors import RefusedError, StateError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.records import Home, RefusedAttempt
from sandbox.kernel.review_records import Submission
from sandbox.oversight import incident, notices, retention
from sandbox.oversight.desk import Channels, MailServer, OversightDesk
from sandbox.oversight.templates import ANNOUNCED
from sandbox.people import accounts
from sandbox.people.directory import Directory
from sandbox.people.secrets import COSTS, PasswordCost
from sandbox.pool.snapshot import Pool
from sandbox.regulation.loader import Regime, regimes, with_own
from sandbox.regulation.sectors import sectors
from sandbox.seats.isolation import Limits
from sandbox.seats.seat import OutputBounds, SeatDesk
from sandbox.seats.spares import Spares
from sandbox.settings import FILE_NAME, Settings, load
from sandbox.store import checkpoints, outbox
from sandbox.store import home as store_home
from sandbox.store.changes import Change
from sandbox.store.db import open_engine
from sandbox.store.log import StoreSettings
from sandbox.store.opener import Store
from sandbox.vault.digests import HashName
from sandbox.vault.keys import Vault, read_kek
from sandbox.vault.seeds import read_seed
from sandbox.vault.signer import PublicKey, Signer
from sandbox.vault.signers import Signs, Sm2Signer

DATABASE = "records.db"
FONT = (
    Path(__file__).resolve().parents[1]
    / "node_modules/@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf"
)
"""The font of prints that comes with the console's pages."""
PEOPLE_KEY = "people"
KEK_FILE, SEED_FILE = "kek", "checkpoint-key"
"""The names of the two key files in a folder of keys."""
_AT_ONCE = 1000  # effects done at one settling


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a home keeps its things; absolute, since its paths are handed to other processes."""

    root: Path

    def __post_init__(self) -> None:
        """Make the root absolute."""
        object.__setattr__(self, "root", self.root.absolute())

    @property
    def database(self) -> Path:
        """The SQLite file, unless settings name another database."""
        return self.root / DATABASE

    @property
    def keys(self) -> Path:
        """Wrapped data keys."""
        return self.root / "keys"

    @property
    def quarantine(self) -> Path:
        """Sealed deliveries."""
        return self.root / "quarantine"

    @property
    def pool(self) -> Path:
        """Masked snapshots."""
        return self.root / "pool"

    @property
    def sidecars(self) -> Path:
        """What only the gate knows of snapshots, sealed."""
        return self.root / "gate" / "sidecars"

    @property
    def judgements(self) -> Path:
        """The gate's judgements with their evidence, sealed."""
        return self.root / "gate" / "judgements"

    @property
    def samples(self) -> Path:
        """Planted samples of the reviewers' quality, sealed; never among what may leave."""
        return self.root / "gate" / "samples"

    @property
    def frozen(self) -> Path:
        """Submitted and rewritten files by digest."""
        return self.root / "frozen"

    @property
    def evidence(self) -> Path:
        """What was frozen for incidents, by digest."""
        return self.root / "gate" / "evidence"

    @property
    def attachments(self) -> Path:
        """Papers of applications by digest, sealed."""
        return self.root / "attachments"

    @property
    def regimes(self) -> Path:
        """The home's own regimes, as TOML; need not be there."""
        return self.root / "regimes"

    @property
    def seats(self) -> Path:
        """Folders of seats."""
        return self.root / "seats"

    @property
    def witness(self) -> Path:
        """The witness folder when settings name none."""
        return self.root / "witness"


class Platform:
    """One opened home."""

    def __init__(
        self,
        layout: Layout,
        settings: Settings,
        store: Store,
        *,
        clock: Callable[[], datetime],
        entropy: Callable[[int], bytes],
    ) -> None:
        self.layout, self.settings, self.store = layout, settings, store
        self.clock, self.entropy = clock, entropy

    @cached_property
    def vault(self) -> Vault:
        """The data keys, opened with the key-encryption key."""
        path = self.settings.kek_file
        if path is None:
            raise StateError(say("没有设置主密钥文件（kek_file）：请在 home.toml 或环境变量里指明"))
        return Vault(
            read_kek(path), self.layout.keys, hash_name=HashName(self.settings.hash), entropy=self.entropy
        )

    @cached_property
    def signer(self) -> Signer:
        """The key that signs checkpoints and receipts."""
        path = self.settings.checkpoint_key_file
        if path is None:
            raise StateError(say("没有设置检查点签名私钥（checkpoint_key_file）"))
        return Signer(read_seed(path), name=self.settings.name)

    @cached_property
    def directory(self) -> Directory:
        """People and organisations; never with a key made on the way: it would split every person in two."""
        if not self.vault.exists(PEOPLE_KEY):
            raise StateError(say("主目录里缺少数据密钥：请用密钥备份恢复（sandbox restore --keys）"))
        key = self.vault.open(PEOPLE_KEY)
        packs = frozenset(pack.code for pack in sectors())
        cost = password_cost(self.settings)
        regime = self.regimes.get(self.settings.regime)
        return Directory(
            self.store,
            key,
            self.clock,
            self.entropy,
            cost=cost,
            sectors=packs,
            deputy_days=regime.rule("deputy-term").number if regime is not None else 0,
            regimes=self.regimes,
        )

    @cached_property
    def pool(self) -> Pool:
        """Masked snapshots."""
        return Pool(self.layout.pool)

    @cached_property
    def regimes(self) -> Mapping[str, Regime]:
        """The regimes shipped and the home's own, by id."""
        return {one.id: one for one in with_own(self.layout.regimes)}

    @cached_property
    def access(self) -> AccessDesk:
        """Applications, reviews, agreements."""
        layout, region = self.layout, self.settings.region
        return AccessDesk(
            self.directory,
            self.regimes,
            region,
            self.vault,
            layout.attachments,
            seals=self.seals,
            font=self.settings.print_font or (FONT if FONT.is_file() else None),
        )

    @cached_property
    def seals(self) -> tuple[Signs, ...]:
        """The keys that seal agreements: the platform's own, and SM2 where one is set."""
        path = self.settings.sm2_key_file
        if path is None:
            return (self.signer,)
        return self.signer, Sm2Signer(
            read_seed(path),
            random=lambda bits: int.from_bytes(self.entropy((bits + 7) // 8)) % (1 << bits),
            name=self.settings.name,
        )

    @cached_property
    def ingest(self) -> IngestDesk:
        """Deliveries and landings."""
        return IngestDesk(
            directory=self.directory,
            vault=self.vault,
            pool=self.pool,
            quarantine=self.layout.quarantine,
            sidecars=self.layout.sidecars,
            class_floor=self.settings.class_floor,
        )

    @cached_property
    def seats(self) -> SeatDesk:
        """Seats and their isolation."""
        settings = self.settings
        limits = Limits(
            memory_bytes=settings.seat_memory,
            processes=settings.seat_processes,
            home_bytes=settings.seat_home_bytes,
        )
        bounds = OutputBounds(
            run_bytes=settings.seat_output_bytes,
            day_bytes=settings.seat_output_day_bytes,
            seconds=settings.seat_run_seconds,
        )
        return SeatDesk(
            self.directory,
            self.pool,
            self.layout.seats,
            settings.demo,
            limits,
            bounds,
            copy=overlays.maker(self.gate),
        )

    @cached_property
    def gate(self) -> GateDesk:
        """Submissions, reviews, releases."""
        return GateDesk(
            directory=self.directory,
            pool=self.pool,
            vault=self.vault,
            signer=self.signer,
            regimes=self.access.regimes,
            seats_root=self.layout.seats,
            sidecars=self.layout.sidecars,
            judgements=self.layout.judgements,
            frozen=FrozenStore(self.layout.frozen),
            limits=GateLimits(
                memory_bytes=self.settings.gate_memory, total_seconds=self.settings.gate_seconds
            ),
            home_name=self.settings.name,
            demo=self.settings.demo,
            calendar=self.access.calendar,
            samples=self.layout.samples,
            seals=self.seals,
        )

    @cached_property
    def oversight(self) -> OversightDesk:
        """Duties, accounts of use, notices, incidents, retention."""
        return OversightDesk(
            directory=self.directory,
            regimes=self.access.regimes,
            regime=self.settings.regime,
            evidence=FrozenStore(self.layout.evidence),
            home_name=self.settings.name,
            demo=self.settings.demo,
            channels=_channels(self.settings),
        )

    @property
    def public_key(self) -> PublicKey:
        """The key that checkpoints and receipts are verified with."""
        return PublicKey(name=self.signer.name, public=self.signer.public)

    @property
    def witnesses(self) -> tuple[Path, ...]:
        """Where checkpoints are copied."""
        return self.settings.witnesses or (self.layout.witness,)

    def sign_in(self, name: str, *, password: str, code: str) -> Actor:
        """Return the person with that password and code."""
        return accounts.sign_in(self.directory, name, password=password, code=code)

    def by_token(self, token: str) -> Actor:
        """Return the person whose token it is."""
        return accounts.by_token(self.directory, token)

    def note_refusal(self, error: RefusedError) -> None:
        """Put a refused attempt on record; a refusal outside the records has nothing to note."""
        attempt = error.attempt
        if attempt is None:
            return
        refusals = error.decision.refusals
        record = RefusedAttempt(
            state="recorded",
            organisation=attempt.organisation,
            account=attempt.account,
            attempted=attempt.step,
            subject=attempt.subject,
            rules=tuple(one.code for one in refusals),
            reasons=tuple(f"{one.message}（{one.article}）" for one in refusals),
        )
        self.store.write(SYSTEM, Change(step("refused-attempt:record"), record))

    def settle(self) -> None:
        """Do what written facts have left to be done outside the database; each at least once.

        A release is witnessed at once; votes that were all in when something stopped are settled;
        an agreement that has ended loses its masking key, and with it the way from its tokens
        back to anybody. Notices come into inboxes here; what goes by mail or webhook is the worker's.
        """
        handlers: dict[str, Callable[[outbox.Pending], object]] = {
            "release.issued": lambda _: self.checkpoint(),
            "agreement.ended": lambda effect: self._shred(str(effect.payload["key"])),
            incident.STOPPED: lambda _: self.checkpoint(),
            **{kind: partial(told, self.oversight) for kind, told in notices.HANDLERS.items()},
        }
        outbox.drain(self.store, handlers, kinds=handlers, limit=_AT_ONCE)
        for stored in self.store.find(Submission, state="in-review"):
            review.settle(self.gate, stored.record.id)
        assessment.exempt_earlier(self.gate)

    def _shred(self, key_id: str) -> None:
        if self.vault.exists(key_id):
            self.vault.destroy(key_id)

    def checkpoint(self) -> None:
        """Sign the log as it stands and lay copies down with every witness."""
        checkpoints.checkpoint(self.store, self.signer, self.witnesses)

    def spare_gates(self, *, at_once: bool) -> None:
        """Keep processes of the gate started ahead, for who lives on: from now, or from the first job on."""
        count = self.settings.gate_spares
        if count:
            keep_spares(Spares(count), self.gate.limits if at_once else None)

    def close(self) -> None:
        """Do what is left to be done, write the checkpoint that is due, let go of the database."""
        try:
            self.settle()
            checkpoints.checkpoint_if_due(
                self.store, self.signer, self.witnesses, now=self.clock(), max_age=timedelta(0)
            )
        finally:
            self.store.engine.dispose()


def now() -> datetime:
    """Return the time; the one clock of the platform."""
    return datetime.now(UTC)  # noqa: TID251  the root is where the clock comes in


def open_platform(
    home: Path,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Platform:
    """Return the platform of an existing home; `StateError` with what to do if it cannot be opened."""
    settings = settings_of(home)
    layout = Layout(home)
    engine = open_engine(settings.database_url or layout.database)
    formats = (settings.format, stored_format(engine))
    check_format(min(formats), max(formats))
    store = store_home.open_home(engine, clock=clock, entropy=entropy, settings=store_settings(settings))
    platform = Platform(layout, settings, store, clock=clock, entropy=entropy)
    _check_keys(platform)
    _check_demo(platform)
    return platform


def settings_of(home: Path) -> Settings:
    """Return the settings of a home; `StateError` if it is none or a setting cannot be used."""
    if not (home / FILE_NAME).is_file():
        raise StateError(say("{path} 不是主目录：请先执行 sandbox init 或 sandbox demo", path=str(home)))
    try:
        settings = load(home)
    except ValidationError as error:
        names = "、".join(sorted({str(part) for one in error.errors() for part in one["loc"][:1]}))
        raise StateError(
            say("设置 {names} 的值不能用：请核对 home.toml 和 SANDBOX_ 开头的环境变量", names=names)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StateError(say("{path} 读不懂：请按 TOML 的写法改正", path=str(home / FILE_NAME))) from error
    password_cost(settings)
    return settings


def password_cost(settings: Settings) -> PasswordCost:
    """Return the argon2 cost; `StateError` for a cheap one in a home that is no demonstration."""
    name = settings.password_cost or ("owasp" if settings.demo else "rfc9106")
    if name != "rfc9106" and not settings.demo:
        raise StateError(say("生产环境的口令散列代价不得降低：请删去设置 password_cost"))
    return COSTS[name]


def stored_format(engine: Engine) -> int:
    """Return the format that the database says it has; `StateError` if that cannot be read."""
    text = store_home.read_meta(engine)["format"]
    if not text.isdecimal():
        raise StateError(say("数据库的格式版本读不懂：请从备份中恢复"))
    return int(text)


def check_format(earliest: int, latest: int) -> None:
    """Raise `StateError` for a home of an earlier or later format, with what to do."""
    if latest > store_home.FORMAT:
        raise StateError(
            say(
                "主目录是第 {found} 版格式，本程序只认到第 {known} 版：请升级程序后再打开",
                found=latest,
                known=store_home.FORMAT,
            )
        )
    if earliest < store_home.FORMAT:
        raise StateError(
            say(
                "主目录还是第 {found} 版格式，本程序用第 {known} 版：请先备份，再执行 sandbox upgrade",
                found=earliest,
                known=store_home.FORMAT,
            )
        )


def _check_keys(platform: Platform) -> None:
    """Read both keys now: without them no step could be finished, nor its checkpoint signed."""
    _ = platform.vault, platform.signer


def _check_demo(platform: Platform) -> None:
    """Refuse a home whose settings claim another nature than it was founded with."""
    for stored in platform.store.find(Home):
        if stored.record.demo != platform.settings.demo:
            raise StateError(say("demo 设置与建立主目录时不一致：演示与生产不能互换，请改回"))


def store_settings(settings: Settings) -> StoreSettings:
    """Return what the store needs to know of the settings."""
    known = regimes()
    return StoreSettings(
        origin=settings.name,
        hash=HashName(settings.hash),
        keep_by_default=retention.keep_decisions(known),
        keep=retention.keep(known),
        announced=ANNOUNCED,
    )


def _channels(settings: Settings) -> Channels:
    """Return where notices may go besides the console."""
    server = MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        security=settings.mail_security,
        sender=settings.mail_sender,
        user=settings.mail_user,
        password=settings.mail_password.get_secret_value(),
        authorities=str(settings.mail_authorities or ""),
    )
    plain = settings.notices_plain and settings.demo
    return Channels(server, settings.webhook_hosts, plain=plain, console=settings.console_address)
