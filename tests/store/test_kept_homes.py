"""Small homes of every earlier format, kept as SQL: each opens, proves itself and goes on."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.errors import ConflictError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Account, Organisation
from sandbox.store.changes import Change
from sandbox.store.db import open_engine
from sandbox.store.home import FORMAT, open_home, read_meta
from sandbox.store.log import StoreSettings
from sandbox.store.verify import verify
from sandbox.vault.signer import PublicKey
from tests.store.homes.make import FIRM

HOMES = Path(__file__).parent / "homes"


def test_there_is_one_for_every_format():
    assert sorted(path.stem for path in HOMES.glob("*.sql")) == [f"format-{n}" for n in range(1, FORMAT + 1)]


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_it_opens_proves_itself_and_goes_on(number, tmp_path):
    path = tmp_path / "home.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((HOMES / f"format-{number}.sql").read_text(encoding="utf-8"))
    key = PublicKey.parse((HOMES / f"verifier-{number}.txt").read_text())
    store = open_home(
        open_engine(path),
        clock=lambda: datetime.now(UTC),
        entropy=os.urandom,
        settings=StoreSettings(origin="ignored"),
    )
    assert read_meta(store.engine)["format"] == str(FORMAT)
    assert verify(store, key=key, witness=HOMES / "witness").whole
    with pytest.raises(ConflictError):  # names taken under the earlier format stay taken
        store.write(
            SYSTEM,
            Change(step("organisation:register"), FIRM, names=(f"uscc:{FIRM.uscc}",)),
        )
    firm = store.find(Organisation)[0]
    assert firm.record.name == "遵义某公司"
    assert store.links(store.find(Account)[0].id) == (("of", firm.id),)
    store.write(
        SYSTEM,
        Change(
            step("organisation:register"),
            Organisation(
                state="registered",
                name="又一家",
                uscc="y",
                kind="企业",
                roles=firm.record.roles,
                region="520300",
            ),
        ),
    )
    assert verify(store, key=key, witness=HOMES / "witness").whole
