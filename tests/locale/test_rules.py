"""Every rule and regime that the product ships has a name in few words, and no name is left over."""

from sandbox.locale.rules import MANY, ONE, REGIMES, RULES, measure, regime_name
from sandbox.locale.translate import render
from sandbox.regulation.loader import regimes


def test_every_rule_of_every_regime_has_a_name_in_both_languages():
    every = regimes()
    assert {one.id for one in every} == set(REGIMES)
    assert {rule.code for one in every for rule in one.rules} == set(RULES)
    for one in every:
        assert render(REGIMES[one.id], "zh") == one.title
    assert all(render(one, "en").isascii() for one in (*RULES.values(), *REGIMES.values()))


def test_a_regime_that_a_city_adds_is_called_by_its_title():
    assert render(regime_name("zunyi-2027", "遵义市新办法"), "en") == "遵义市新办法"


def test_every_unit_of_a_rule_is_told_for_one_and_for_many():
    units = {rule.unit for regime in regimes() for rule in regime.rules if rule.unit}
    assert units <= set(ONE) == set(MANY)
    assert render(measure(1, "years"), "en") == "1 year"
    assert render(measure(3, "years"), "en") == "3 years"
    assert render(measure(1096, "days"), "zh") == "1,096 天"
