"""Makes the kept home of the program's present format, once, when that format first ships.

    python -m tests.kept_homes.make

Never run again for a format that has one: what is kept is what that program wrote. All
its people, codes and keys are invented for this purpose and open nothing else.
"""

import json
import sys
import tarfile
import tempfile
from pathlib import Path

from sandbox.app import open_platform
from sandbox.founding import found
from sandbox.kernel.actors import Role
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.records import Account, Organisation, OrganisationRole
from sandbox.people import accounts, grants, organisations
from sandbox.store.home import FORMAT
from tests.people.homes import DEPARTMENT_USCC, PASSWORD, Clock, Town, founding, identity


def live(folder: Path, clock: Clock) -> dict[str, object]:
    """Found a production home under `folder`, let people act in it, and return what they know."""
    given = founding(folder / "home", folder / "keys", witnesses=(folder / "witness",))
    platform, codes = found(folder / "home", given, clock=clock)
    platform.close()
    town = Town(open_platform(folder / "home", clock=clock), clock)
    for code, name in zip(codes, ("chen", "luo"), strict=True):
        town.enrol(code, name)
    department = Organisation(
        state="registered",
        name="某市卫健委",
        uscc=DEPARTMENT_USCC,
        kind="机关",
        roles=(OrganisationRole.PROVIDER,),
        region="520300",
    )
    organisations.register(town.directory, town.actor("chen"), department)
    leader = town.join("chen", "某市卫健委", "liu", 11)
    grants.appoint(town.directory, town.actor("chen"), leader)
    waiting = town.role("liu", "liu", Role.STEWARD)
    try:
        grants.countersign(town.directory, town.actor("liu"), waiting.id)
    except RefusedError as error:
        town.platform.note_refusal(error)
    grants.countersign(town.directory, town.actor("luo"), waiting.id)
    accounts.invite(
        town.directory,
        town.actor("liu"),
        organisation=town.actor("liu").organisation,
        name="invited",
        display_name="未启用",
        identity=identity(12),
    )
    town.platform.vault.create("agreement-test")
    clock.move(minutes=5)
    town.platform.close()
    store = town.platform.store
    return {
        "at": clock().isoformat(),
        "facts": len(store.facts()),
        "accounts": {one.record.name: one.record.state for one in store.find(Account)},
        "password": PASSWORD,
        "totp_secret": town.totp["chen"],
        "token": town.tokens["chen"],
        "roles": sorted(role.value for role in town.actor("chen").roles),
        "derived": town.platform.vault.open("agreement-test").derive("masking/person").hex(),
    }


def main() -> int:
    """Write the archive; refuse to replace one."""
    target = Path(__file__).parent / f"format-{FORMAT}.tar.gz"
    if target.exists():
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        note = live(folder, Clock())
        (folder / "kept.json").write_text(json.dumps(note, ensure_ascii=False, indent=1), encoding="utf-8")
        settings = folder / "home" / "home.toml"
        settings.write_text(settings.read_text("utf-8").replace(name, "/kept"), encoding="utf-8")
        with tarfile.open(target, "w:gz") as archive:
            for part in ("home", "keys", "witness", "kept.json"):
                archive.add(folder / part, arcname=part)
    return 0


if __name__ == "__main__":
    sys.exit(main())
