"""Makes the kept database of the program's present format, once, when that format first ships.

    python -m tests.store.homes.make

Never run again for a format that has one: what is kept is what that program wrote. Its
signing key is made for the occasion and kept nowhere.
"""

import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Account, Organisation, OrganisationRole
from sandbox.store.changes import Change, Effect, Link
from sandbox.store.checkpoints import checkpoint
from sandbox.store.db import open_engine
from sandbox.store.home import FORMAT, create
from sandbox.store.log import StoreSettings
from sandbox.vault.signer import Signer

HOMES = Path(__file__).parent
ORIGIN = f"kept-{FORMAT}.example"
FIRM = Organisation(
    state="registered",
    name="遵义某公司",
    uscc="91520300MA0000000X",
    kind="企业",
    roles=(OrganisationRole.DEVELOPER,),
    region="520300",
)


def main() -> int:
    """Write the database as SQL, its witness and its verifier; refuse to replace one."""
    target = HOMES / f"format-{FORMAT}.sql"
    if target.exists():
        return 1
    signer, moments = Signer(os.urandom(32), name=ORIGIN), iter(range(1, 99))
    began = datetime(2025, 3, 1, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "home.sqlite"
        store = create(
            open_engine(path),
            clock=lambda: began + timedelta(seconds=next(moments)),
            entropy=os.urandom,
            settings=StoreSettings(origin=ORIGIN),
        )
        change = Change(
            step("organisation:register"), FIRM, note={"why": "第三条"}, names=(f"uscc:{FIRM.uscc}",)
        )
        (firm,) = store.write(SYSTEM, change)
        person = Account(state="invited", organisation=firm.id, name="wang", display_name="王", person="p")
        invited = Change(
            step("account:invite"),
            person,
            links=(Link("of", firm.id),),
            secrets={"code": b"hash"},
            names=("login:wang",),
        )
        store.write(SYSTEM, invited, outbox=(Effect("welcome"),))
        checkpoint(store, signer, witnesses=(HOMES / "witness",))
        suspended = replace(firm.record, state="suspended")
        store.write(SYSTEM, Change(step("organisation:suspend"), suspended, expected=1))
        checkpoint(store, signer, witnesses=(HOMES / "witness",))
        store.engine.dispose()
        with closing(sqlite3.connect(path)) as connection:
            target.write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")
    (HOMES / f"verifier-{FORMAT}.txt").write_text(f"{signer.verifier}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
