"""A home's own regimes: a new measure, or other settings under one that shipped; never another law."""

from __future__ import annotations

from importlib import resources

import pytest

from sandbox.kernel.errors import InputError
from sandbox.regulation.loader import regimes, with_own

ZUNYI = resources.files("sandbox.regulation").joinpath("zunyi-2022.toml").read_text("utf-8")
PRELIMINARY = 'code = "preliminary-review"\nkind = "deadline"\nvalue = 5\n'
SETTING = f'{PRELIMINARY}unit = "working-days"\narticle = "第八条"\nbasis = "proposal"\n'
STANDARD = 'code = "landing-legal-floor"\nkind = "floor"\nvalue = 3\n'
LEAD = 'code = "reminder-lead"\nkind = "deadline"\nvalue = 3\nunit = "working-days"\n'
REVIEW = 'code = "provider-review"\nkind = "deadline"\nvalue = 15\n'
WHOLE = f'{REVIEW}unit = "working-days"\narticle = "第八条"\nbasis = "law"\n'


def test_without_a_folder_there_is_what_shipped(tmp_path) -> None:
    assert with_own(tmp_path / "none") == regimes()
    assert with_own(tmp_path) == regimes()


def test_a_new_measure_stands_beside_the_others(tmp_path) -> None:
    text = ZUNYI.replace('id = "zunyi-2022"', 'id = "zunyi-2027"').replace("2022-12-12", "2027-01-01")
    text = text.replace("valid_to = 2024-12-11", "valid_to = 2031-12-31").replace(
        REVIEW, REVIEW.replace("15", "10")
    )
    (tmp_path / "new.toml").write_text(text, encoding="utf-8")
    found = {one.id: one for one in with_own(tmp_path)}
    assert list(found) == ["zunyi-2022", "national-2025", "zunyi-2027"]
    assert found["zunyi-2027"].deadline("provider-review") == 10
    assert found["zunyi-2022"].deadline("provider-review") == 15


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('code = "reminder-lead"', 'code = "lead"', "reminder-lead"),
        ('code = "provider-review"', 'code = "review"', "provider-review"),
        ('code = "landing-floor"', 'code = "floor"', "landing-floor"),
        (LEAD, LEAD.replace("deadline", "count").replace("working-days", "times"), "reminder-lead"),
        (LEAD, LEAD.replace("working-days", "days"), "reminder-lead"),
    ],
)
def test_a_measure_that_leaves_a_question_open_is_refused_at_once(tmp_path, old, new, words) -> None:
    """It would otherwise stop the nightly round, or a review, on the day on which it is asked."""
    text = ZUNYI.replace('id = "zunyi-2022"', 'id = "zunyi-2027"')
    assert old in text
    (tmp_path / "new.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=words) as error:
        with_own(tmp_path)
    assert "new.toml" in str(error.value)


def test_a_setting_may_be_changed_and_the_file_is_another(tmp_path) -> None:
    (tmp_path / "own.toml").write_text(
        ZUNYI.replace(PRELIMINARY, PRELIMINARY.replace("5", "3")), encoding="utf-8"
    )
    found = {one.id: one for one in with_own(tmp_path)}["zunyi-2022"]
    shipped = {one.id: one for one in regimes()}["zunyi-2022"]
    assert found.deadline("preliminary-review") == 3
    assert found.digest != shipped.digest


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (REVIEW, REVIEW.replace("15", "20"), "provider-review"),
        (WHOLE, WHOLE.replace("working-days", "days"), "provider-review"),
        (WHOLE, WHOLE.replace("第八条", "第九条"), "provider-review"),
        (WHOLE, WHOLE.replace('basis = "law"', 'basis = "proposal"'), "provider-review"),
        (SETTING, SETTING.replace('basis = "proposal"', 'basis = "law"'), "preliminary-review"),
        (STANDARD, STANDARD.replace("3", "2"), "landing-legal-floor"),
        ("valid_to = 2024-12-11", "valid_to = 2034-12-11", "valid_to"),
        ('article = "第八条"', 'article = ""', "article"),
        ("[regime]", "[regime", "TOML"),
    ],
)
def test_what_is_law_stays_and_what_is_broken_is_named(tmp_path, old, new, words) -> None:
    assert old in ZUNYI
    assert new != old
    (tmp_path / "own.toml").write_text(ZUNYI.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=words) as error:
        with_own(tmp_path)
    assert "own.toml" in str(error.value)


def test_a_file_that_is_no_text(tmp_path) -> None:
    (tmp_path / "own.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="读不了"):
        with_own(tmp_path)


def test_every_rule_says_whether_it_is_law_or_our_setting() -> None:
    for regime in regimes():
        by_code = {one.code: one for one in regime.rules}
        assert {
            by_code[one].basis.value for one in ("review-extensions", "supplement-notices", "deputy-term")
        } == {"proposal"}
    zunyi = {one.code: one for one in regimes()[0].rules}
    assert {
        zunyi[one].basis.value for one in ("provider-review", "review-extension", "sector-consultation")
    } == {"law"}
