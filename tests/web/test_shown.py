"""Where the gate found something is said as people say it."""

import pytest

from sandbox.web.language import text
from sandbox.web.shown import place


@pytest.mark.parametrize(
    ("where", "chinese", "english"),
    [
        ("rows 2-201", "第 2–201 行", "rows 2–201"),
        ("rows 2, 5-9 …", "第 2、5–9 … 行", "rows 2、5–9 …"),
        ("Sheet1 row 3", "Sheet1 第 3 行", "Sheet1 rows 3"),
        ("name", "文件名或标题", "file name or title"),
        ("joined", "各文件合在一起", "all files together"),
    ],
)
def test_places_are_said_in_both_languages(where, chinese, english):
    assert text(place(where), "zh") == chinese
    assert text(place(where), "en") == english


@pytest.mark.parametrize("where", ["", "rows", "arrows 3", "a.zip!b/c.json", "<script>rows 2</script>"])
def test_what_has_no_words_stays_as_it_is(where):
    assert place(where) == where
