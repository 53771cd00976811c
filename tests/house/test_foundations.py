"""Nothing decides without an article or a policy; a planted rule that rests on nothing is found."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.permits import RULES
from sandbox.kernel.rules import CREDENTIAL
from tests.house import foundations


def test_everything_rests_on_something():
    assert foundations.unfounded() == []


def test_a_step_and_a_rule_without_article_are_found():
    bare = replace(STEPS[0], article="")
    assert list(foundations.of_steps([*STEPS, bare])) == [f"step {bare.name} names no article"]
    planted = {"a:b": (replace(CREDENTIAL, article="内部规定"),), "c:d": ()}
    assert len(list(foundations.of_permits({**RULES, **planted}))) == 2


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        ('code = "x"\narticle = "第八条"\ntext = "t"', 0),
        ('code = "x"\narticle = "风险阈值"\ninstrument = "GB/T 1"\ntext = "t"', 0),
        ('code = "x"\narticle = "风险阈值"\ntext = "t"', 1),
        ('code = "x"\ninstrument = "GB/T 1"\ntext = "t"', 1),
        ('code = "x"\ntext = " "', 2),
    ],
)
def test_a_row_without_article_or_policy_is_found(tmp_path, row, faults):
    (tmp_path / "planted.toml").write_text(f"[[rule]]\n{row}\n", encoding="utf-8")
    found = list(foundations.of_files(tmp_path))
    assert len(found) == faults
    assert all(one.startswith("planted.toml: x") for one in found)


def test_a_rule_that_no_code_reads_is_found(tmp_path, monkeypatch):
    assert list(foundations.of_unread()) == []
    (tmp_path / "reader.py").write_text('regime.deadline("provider-review")\nregime.floor("landing")\n')
    found = set(foundations.of_unread(tmp_path))
    assert "rule review-extension is read by nothing" in found
    assert not {"rule provider-review is read by nothing", "rule landing-floor is read by nothing"} & found
    monkeypatch.setitem(foundations.WAITING, "landing", "later")
    assert "rule landing is read and still said to wait" in set(foundations.of_unread())


def test_the_worker_ends_access_within_the_time_that_every_measure_asks():
    """第十七条: minutes after the end of a term; the worker's round of terms is that often."""
    from sandbox.regulation.loader import regimes
    from sandbox.serving import worker

    tasks = {one.name: one for one in worker.tasks(Mock())}
    assert all(tasks["clocks"].seconds <= one.rule("access-end").number * 60 for one in regimes())


def test_the_page_keeps_law_and_setting_apart():
    text = foundations.page()
    assert "| `provider-review` | 15 working-days | 第八条 | law 规定 |" in text
    assert "| `supplement-notices` | 1 times | 第七条 | **setting 本平台设置** |" in text
