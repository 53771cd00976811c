"""A demo home after the small story, with something waiting on every desk; told once for all tests."""

import json
import shutil
from datetime import timedelta

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access.form import application_of
from sandbox.app import open_platform
from sandbox.catalog.entries import by_code
from sandbox.demo.story import tell_story
from sandbox.egress import intake, tracing
from sandbox.ingest import batch
from sandbox.kernel.actors import Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.records import Account, Environment
from sandbox.kernel.seat_records import Seat
from sandbox.municipality.deliveries import SMALL, Size, deliver
from sandbox.people import grants
from sandbox.seats import seat as seats
from tests import database, forked_gate, once

DEVELOPER, STEWARD, OFFICER = "lin.xiaoyu", "zhao.qinghe", "tian.yufang"


def lived_in_home():
    """Return the folder of the home; nobody may write into it."""
    return once.made("lived-in", _live) / "home"


def _live(folder):
    with forked_gate.forked():  # that of the journeys is told with every judgement in isolation
        _tell(folder)


def _tell(folder):
    home = folder / "home"
    tell_story(home, lambda event: None, size=SMALL)
    platform = open_platform(home)
    people = json.loads((home / "demo-accounts.json").read_text())["accounts"]

    def actor(name):
        return platform.by_token(people[name]["token"])

    _submit_again(platform, actor(DEVELOPER))
    _deliver_again(platform, actor(STEWARD), folder)
    _ask_again(platform, actor("xu.zhizhong"))
    _propose(platform, actor(OFFICER))
    _agree_again(platform, actor("zhang.kai"), actor("xu.zhizhong"), actor(DEVELOPER))
    tracing.trace(platform.gate, actor("zhou.minxing"), name="别处的.csv", data=b"a,b\n1,2\n")
    platform.close()


UNSIGNED = "service-agreement-000006"
"""The agreement whose user, the second developer, has still to sign the undertaking."""
AGAIN = "县域商业活力指数"


def copied(target):
    """Return a copy of the home that may be written to."""
    source = lived_in_home()
    shutil.copytree(source, target, symlinks=True)
    settings = target / "home.toml"
    settings.write_text(settings.read_text().replace(str(source), str(target)))
    database.part_home(target)
    return target


def _submit_again(platform, developer):
    """Run the first notebook once more, so that a product waits for its votes."""
    seat = next(one.record for one in platform.store.find(Seat, state="open"))
    seats.run(
        platform.seats, developer, seat.id, ["python", "-m", "sandbox_seat.run", "01-开始.ipynb"], seconds=120
    )
    for one in intake.collect(platform.gate, seat.id, refused=platform.note_refusal).submissions:
        intake.judge(platform.gate, one.id)


def _deliver_again(platform, steward, folder):
    """Deliver next month's firms, so that a delivery waits for its steward."""
    place = folder / "extracts"
    place.mkdir()
    made = deliver(place, seed=77, size=Size(firms=300, visits=900, persons=300))["companies"]
    dataset = by_code(platform.directory, "dataset-000001").record
    batch.receive(platform.ingest, steward, dataset.code, made.path, declared_rows=made.note.declared_rows)


def _ask_again(platform, applicant):
    dataset = by_code(platform.directory, "dataset-000001").record
    today = platform.directory.today()
    document = {
        "environment": platform.store.load(Environment, dataset.environment).record.code,
        "regime": "zunyi-2022",
        "regime_override": "延续性研究，依据原办法立项",
        "scenario": AGAIN,
        "scope": "按县区和行业汇总，供内部研究",
        "security_controls": "专人专席，不下载，产品经出域审查",
        "term_from": today.isoformat(),
        "term_to": (today + timedelta(days=180)).isoformat(),
        "requests": [
            {
                "dataset": dataset.id,
                "columns": [one.name for one in dataset.columns if one.technique != "drop"][:4],
                "justification": "分组统计所需",
            }
        ],
    }
    applications.submit(platform.access, applicant, application_of(platform.access, applicant, document))


def _agree_again(platform, operator, user, developer):
    """Agree once more on what was approved, with a seat for somebody who has not signed the undertaking."""
    asked = platform.store.load(Application, "application-000001").record
    items = platform.store.find(Item, state="approved", linked=("application", asked.id))
    drafted = agreements.draft(
        platform.access,
        operator,
        ServiceAgreement(
            state="drafted",
            organisation=asked.organisation,
            operator=operator.organisation,
            environment=asked.environment,
            application=asked.id,
            items=tuple(one.id for one in items),
            scenario="市场主体活力复核",
            term_from=asked.term_from,
            term_to=asked.term_to,
            users=(user.account,),
            seats=1,
            key_id="",
        ),
    )
    agreements.accept(platform.access, developer, drafted.id)
    made = agreements.sign(platform.access, operator, drafted.id)
    seats.provision(platform.seats, operator, agreement=made.id, user="xu.zhizhong", name="review-desk")
    platform.settle()


def _propose(platform, officer):
    account = next(one.id for one in platform.store.find(Account) if one.record.name == STEWARD)
    grants.propose(platform.directory, officer, account=account, role=Role.PROVIDER_REVIEWER)
