"""Regimes: what ships is whole and cites articles that exist; anything else does not load."""

import re
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.grades import Grade
from sandbox.kernel.records import OrganisationRole
from sandbox.regulation.loader import article_number, load, regime, regimes
from sandbox.regulation.regime import Basis, Purpose, Regime, Rule, RuleKind

ZUNYI, NATIONAL = regime("zunyi-2022"), regime("national-2025")
TEXT = resources.files("sandbox.regulation").joinpath("zunyi-2022.toml").read_text("utf-8")
MEASURE = Path(__file__).parents[3] / "shared" / "reference" / "zunyi-measure-2022.txt"


def test_the_measure_lapsed_after_two_years() -> None:
    assert not ZUNYI.in_force(date(2022, 12, 11))
    assert ZUNYI.in_force(date(2022, 12, 12))
    assert ZUNYI.in_force(date(2024, 12, 11))
    assert not ZUNYI.in_force(date(2024, 12, 12))
    assert ZUNYI.lapsed_on == date(2024, 12, 12)


def test_its_successor_is_known_and_in_force_later() -> None:
    assert regime(ZUNYI.successor) is NATIONAL
    assert NATIONAL.in_force(date(2026, 11, 25))
    assert [one.id for one in regimes()] == ["zunyi-2022", "national-2025"]
    assert not any(one.in_force(date(2025, 1, 15)) for one in regimes())


def test_the_numbers_of_the_measure() -> None:
    assert ZUNYI.deadline("provider-review") == 15
    assert ZUNYI.deadline("review-extension") == 15
    assert ZUNYI.rule("provider-review").article == "第八条"
    assert ZUNYI.rule("provider-review").basis is Basis.LAW
    assert ZUNYI.rule("review-extensions").number == 1
    assert ZUNYI.rule("access-log").number == 6
    assert ZUNYI.rule("provision-record").number == 3
    assert ZUNYI.rule("decision").kind is RuleKind.RETENTION_AFTER_TERM


@pytest.mark.parametrize("one", regimes(), ids=lambda one: one.id)
def test_every_regime_answers_the_same_questions(one: Regime) -> None:
    assert {rule.code for rule in ZUNYI.rules} <= {rule.code for rule in one.rules}
    assert one.floor("landing-legal") == 3
    assert one.floor("landing") == 5
    assert one.floor("public") == 20
    for role in OrganisationRole:
        assert one.role_name(role.value)
    for grade in Grade:
        limits = one.thresholds(grade)
        assert limits.smallest == (20 if grade is Grade.L4 else 10)
        assert (limits.largest_share, limits.two_largest_share, limits.p_percent) == (0.5, 0.9, 0.1)
        assert one.thresholds(grade, Purpose.PUBLIC).smallest == 20


def test_the_regimes_differ_on_the_operator_as_a_maker() -> None:
    assert ZUNYI.duty("operator-may-develop")
    assert not NATIONAL.duty("operator-may-develop")
    assert NATIONAL.rule("operator-may-develop").article == "第六条"
    assert NATIONAL.rule("agreement-term").basis is Basis.LAW


def test_the_longest_term_holds_five_years_with_their_leap_days() -> None:
    assert (date(2030, 12, 31) - date(2026, 1, 1)).days <= ZUNYI.longest_term_days
    assert (date(2031, 2, 1) - date(2026, 1, 1)).days > ZUNYI.longest_term_days


@pytest.mark.skipif(not MEASURE.exists(), reason="the text of the measure is not at hand")
def test_every_article_is_one_of_the_measure() -> None:
    articles = set(re.findall(r"^(第[一二三四五六七八九十]+条)", MEASURE.read_text("utf-8"), re.MULTILINE))
    assert len(articles) == 22
    own = {rule.article for rule in ZUNYI.rules if rule.instrument == ZUNYI.title}
    assert own | {limit.article for limit in ZUNYI.limits} <= articles


def test_rules_from_elsewhere_name_their_instrument() -> None:
    for one in regimes():
        foreign = [rule for rule in one.rules if rule.instrument != one.title]
        assert {"access-log", "provision-record", "impact-assessment"} <= {rule.code for rule in foreign}
        assert all(rule.basis is not Basis.PROPOSAL for rule in foreign)


def test_what_is_asked_and_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match="no-such"):
        ZUNYI.rule("no-such")
    with pytest.raises(NotFoundError, match="不是以工作日计的期限"):
        ZUNYI.deadline("effect-feedback")
    with pytest.raises(NotFoundError, match="不是以工作日计的期限"):
        ZUNYI.deadline("landing-floor")
    with pytest.raises(NotFoundError, match="moon-2030"):
        regime("moon-2030")
    with pytest.raises(ValueError, match="not a number"):
        _ = ZUNYI.rule("operator").number


def test_a_file_loads_to_the_same_regime_and_its_digest_follows_the_text() -> None:
    assert load(TEXT, name="copy") == ZUNYI
    assert load(TEXT + "\n", name="copy").digest != ZUNYI.digest


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('article = "第八条"\n', "", "缺少 article"),
        ('article = "第八条"', 'article = ""', "article 应为文字"),
        ('article = "第八条"', 'article = "第二十三条"', "不在本文件中"),
        ('article = "第八条"', 'article = "第十十条"', "不在本文件中"),
        ('article = "第八条"', 'article = "八"', "不在本文件中"),
        ('code = "landing"', 'code = "landing"\ncolour = "red"', "不认识的 colour"),
        ('code = "landing"', 'code = "provider-review"', "重复：provider-review"),
        ('basis = "law"', 'basis = "rumour"', "basis 不能是 rumour"),
        ('kind = "deadline"', 'kind = "wish"', "wish"),
        ('unit = "working-days"', 'unit = "moons"', "与类别不符"),
        ("value = 15", "value = 0", "不小于 1"),
        ("value = 15", "value = 1.5", "类型不对"),
        ("value = 15", "value = true", "类型不对"),
        ("grades = [4]", "grades = [3]", "恰有一组阈值"),
        ("grades = [4]", "grades = [5]", "超出范围"),
        ("smallest = 10", "smallest = 1", "超出范围"),
        ("p_percent = 0.1", "p_percent = 0.1\nextra = 1", "不认识的 extra"),
        ('purpose = "public"', 'purpose = "gossip"', "gossip"),
        ("effective_from = 2022-12-12", 'effective_from = "2022-12-12"', "应为日期"),
        ("effective_from = 2022-12-12", "effective_from = 2025-12-12", "早于施行日期"),
        ("[regime]", "[regime]\nmood = 1", "不认识的 mood"),
        ('successor = "national-2025"', "successor = 1", "successor 应为文字"),
        ("articles = 22", 'articles = "22"', "articles 应为整数"),
        ("[[threshold]]", "[threshold]", "不是有效的 TOML|应为表的列表"),
        ("[regime]", "[regime", "不是有效的 TOML"),
    ],
)
def test_a_faulty_file_is_refused_by_name(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=problem) as caught:
        load(TEXT.replace(old, new, 1), name="faulty.toml")
    assert "faulty.toml" in str(caught.value)


def test_a_rule_made_by_hand_needs_its_article_too() -> None:
    with pytest.raises(InputError, match="缺少代码、条款"):
        Rule("x", RuleKind.COUNT, 1, "times", " ", "某办法", Basis.LAW, "句子")


@pytest.mark.parametrize(
    ("article", "number"),
    [
        ("第一条", 1),
        ("第十条", 10),
        ("第十九条", 19),
        ("第二十条", 20),
        ("第二十二条", 22),
        ("第零条", 0),
        ("第二二条", 0),
    ],
)
def test_article_numbers(article: str, number: int) -> None:
    assert article_number(article) == number
