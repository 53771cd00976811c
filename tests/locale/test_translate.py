"""The English catalogue says every sentence, names the same values, and stays a plain sorted file."""

import re
from importlib.resources import files
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from sandbox.kernel.message import say
from sandbox.locale.translate import LANGUAGES, render
from tests.house.generate import templates

CATALOGUE = files("sandbox.locale").joinpath("en.po")
HAN = re.compile(r"[\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
FULL_WIDTH = re.compile(r"[\u3000-\u303f\uff01-\uff65]")
PROPER_TERMS: frozenset[str] = frozenset()
"""Chinese that English must keep (a standard, a name); each is listed here with its reason."""


@pytest.fixture(scope="module")
def english():
    with CATALOGUE.open("rb") as stream:
        return {one.id: one.string for one in read_po(stream) if one.id}


def fields(template):
    """Return every field in full: name, conversion and format."""
    return sorted(
        (name, conversion or "", form or "")
        for _, name, form, conversion in Formatter().parse(template)
        if name is not None
    )


def prose(template):
    return "".join(text for text, _, _, _ in Formatter().parse(template))


def test_every_sentence_has_english(english):
    assert {text: where for text, where in templates().items() if not english.get(text)} == {}


def test_english_names_the_same_values(english):
    assert {zh: en for zh, en in english.items() if fields(zh) != fields(en)} == {}


def test_english_holds_no_chinese(english):
    left = {en for en in english.values() if set(HAN.findall(prose(en))) - PROPER_TERMS}
    assert left == set()
    assert {en for en in english.values() if FULL_WIDTH.search(prose(en))} == set()


def test_english_begins_and_ends_as_the_chinese_does(english):
    """Sentences stand inside others, so a full stop or an indent of the English alone would show."""
    for zh, en in english.items():
        assert en.endswith(".") == zh.endswith("。"), en
        assert len(en) - len(en.lstrip()) == len(zh) - len(zh.lstrip()), en
        assert "  " not in en.strip(), en
        assert en == en.rstrip() or zh.endswith("："), en


def test_catalogue_is_sorted_and_plain(english):
    text = CATALOGUE.read_text(encoding="utf-8")
    head, *blocks = text.strip().split("\n\n")
    assert '"Language: en\\n"' in head
    assert '"Content-Type: text/plain; charset=utf-8\\n"' in head
    assert all(block.startswith("msgid ") for block in blocks)  # no place, flag or obsolete entry
    assert len(blocks) == len(english)
    assert list(english) == sorted(english)


def test_catalogue_holds_nothing_that_is_no_longer_said(english):
    assert set(english) - set(templates()) == set()


def test_chinese_stands_as_it_is():
    assert LANGUAGES == ("zh", "en")
    assert render(say("没有名为 {name} 的账户", name="li")) == "没有名为 li 的账户"
    assert render(say("没有名为 {name} 的账户", name="li"), "zh") == "没有名为 li 的账户"


def test_english_is_shown_with_its_values():
    message = say("没有名为 {name} 的账户", name="li")
    assert render(message, "en") == "There is no account named li"


def test_messages_inside_messages_are_shown_in_the_same_language():
    inner = say("{kind}可以购买数据产品和服务", kind=say("基金会"))
    message = say("{reason}（{article}）", reason=inner, article="第三条")
    assert render(message, "en") == "Foundations may buy data products and services (第三条)"
    assert render(message, "zh") == "基金会可以购买数据产品和服务（第三条）"


def test_values_are_never_read_as_templates():
    message = say("没有名为 {name} 的账户", name="{name}账户")
    assert render(message, "en") == "There is no account named {name}账户"


def test_sentence_without_english_is_shown_in_chinese():
    unheard = "从来没有人说过 {what}"
    assert render(say(unheard, what="这句话"), "en") == "从来没有人说过 这句话"


@pytest.mark.xfail(raises=FileNotFoundError, strict=False, reason="render opens a catalogue of any name")
@pytest.mark.parametrize("language", ["fr", "", "../en", "EN"])
def test_unknown_language_shows_the_chinese(language):
    assert render(say("没有名为 {name} 的账户", name="li"), language) == "没有名为 li 的账户"
