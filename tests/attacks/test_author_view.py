"""An author who fishes in what he is told: no count, row, source or evidence of a finding comes back to him.

The judgement is given values that occur nowhere else; whatever door the author looks through, none of
them stands behind it, while the reviewer's pages show them (and that is the control of this attack).
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sandbox.cli.main import main
from sandbox.egress import judgements, telling
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Notice
from sandbox.kernel.review_records import Submission
from tests.web.conftest import people, shared, site, told
from tests.web.test_oversight import DEVELOPER, run

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["people", "shared", "site", "told"]

REVIEWER, REFUSED = "zhou.minxing", "submission-000002"
COUNT, ROWS, EVIDENCE = 424_242, "rows 777123-888321", "在户籍库第七分区"
BETRAYED = ("424242", "424,242", "777123", "888321", "第七分区", "777121")


@pytest.fixture
def marked(monkeypatch):
    """Give every judgement that is read the values that betray themselves."""
    load = judgements.load

    def loaded(desk, digest):
        found = load(desk, digest)

        def spoiled(one):
            return replace(one, records=COUNT, where=ROWS, evidence=say("在户籍库第七分区"))

        files = tuple(replace(one, findings=tuple(map(spoiled, one.findings))) for one in found.files)
        return replace(found, files=files, set_findings=tuple(map(spoiled, found.set_findings)))

    monkeypatch.setattr(judgements, "load", loaded)


def clean(text):
    return not [one for one in BETRAYED if one in text]


def test_pages_and_interface_tell_the_author_rule_article_and_remedy_alone(site, marked):
    async def walk():
        author, reviewer = await site.visitor(DEVELOPER), await site.visitor(REVIEWER)
        place = f"/console/submissions/{REFUSED}"
        seen = (await reviewer.get(place)).text
        assert "424,242" in seen
        assert "第七分区" in seen
        page = (await author.get(place)).text
        assert "G07" in page or "第十" in page
        assert clean(page)
        for path in (
            f"{place}/sheet",
            f"{place}/files/0",
            "/console/submissions",
            "/console/notices",
            "/console/",
        ):
            answer = await author.get(path)
            assert clean(answer.text), path
        assert (await author.get(f"{place}/files/0")).status_code == 403
        program = site.client(Authorization=f"Bearer {site.people[DEVELOPER]['token']}")
        answer = await program.get(f"/api/submissions/{REFUSED}")
        assert answer.status_code == 200
        assert clean(answer.text)
        for file in answer.json()["files"]:
            for one in file["findings"]:
                assert set(one) == {"kind", "rule", "article", "message", "remedy"}
        for path in ("/api/submissions", "/api/notices", f"/api/examinations?record={REFUSED}"):
            assert clean((await program.get(path)).text), path

    run(walk())


def test_terminal_seat_and_notices_tell_no_more(site, marked, monkeypatch, capfd):
    store = site.platform.store
    submission = store.load(Submission, REFUSED).record
    view = json.dumps(telling.author_view(site.platform.gate, submission), default=str, ensure_ascii=False)
    assert clean(view)
    monkeypatch.setenv("SANDBOX_HOME", str(site.platform.layout.root))
    monkeypatch.setenv("SANDBOX_TOKEN", site.people[DEVELOPER]["token"])
    for more in ([], ["--json"]):
        for words in (
            ["egress", "show", REFUSED],
            ["egress", "list"],
            ["seat", "results", submission.seat],
            ["notice", "list"],
        ):
            main([*words, *more])
            out, err = capfd.readouterr()
            assert clean(out + err), words
    real = judgements.load(site.platform.gate, submission.judgement)
    assert real.files[0].findings


def test_what_was_really_found_stands_in_no_notice_of_the_author(site):
    """The real judgement: its places and evidence are in none of the notices that were written."""
    gate, store = site.platform.gate, site.platform.store
    submission = store.load(Submission, REFUSED).record
    found = [one for file in judgements.load(gate, submission.judgement).files for one in file.findings]
    secrets = {str(one.evidence) for one in found if one.evidence} | {
        one.where for one in found if " " in one.where
    }
    assert secrets
    told_to_author = [one.record for one in store.find(Notice) if one.record.account == submission.author]
    assert told_to_author
    for notice in told_to_author:
        assert not [one for one in secrets if one in str(notice)]
