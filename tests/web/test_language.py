"""English is complete: each of the console's sentences has it with the same values; none is left over."""

from string import Formatter

from babel.messages.pofile import read_po

from tests.web.sentences import ROOT, sentences


def names(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_each_sentence_has_english_with_the_same_values():
    with (ROOT / "en.po").open("rb") as stream:
        english = {str(one.id): str(one.string) for one in read_po(stream) if one.id}
    said = {one for one in sentences() if names(one) != {one.strip("{}")}}
    missing = sorted(one for one in said if not english.get(one))
    assert not missing
    assert not [one for one in said if names(one) != names(english[one])]
    assert not set(english) - said
