"""Which type a column is, from its content first and its name second.

`ALONE` says from which share on the content decides whatever the name says; `FITS` which content a
name needs before it is believed. Between them lies everything the answer rests on; it carries no
treatment and reads no file. Called by `columns`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.discovery.content import DATE, NUMBER, WORD_SAMPLE, Content
from sandbox.discovery.grading import TREATMENTS
from sandbox.discovery.heading_words import Role
from sandbox.discovery.headings import Hint
from sandbox.discovery.names import HAN, is_dotted_name, surname_of
from sandbox.kernel.entities import EntityType as T


@dataclass(frozen=True, slots=True)
class Alone:
    """From which share of distinct values on the content speaks for itself; `sure` counts checked ones "
    "only."""

    distinct: float
    sure: bool = False


# Checked numbers: true columns stand near 0.98, the worst look-alike near 0.09.
ALONE: Mapping[T, Alone] = {
    T.CN_USCC: Alone(0.5),
    T.CN_RESIDENT_ID: Alone(0.5),
    T.CN_FOREIGNER_ID: Alone(0.5),
    T.CN_MOBILE: Alone(0.8),
    T.CN_LANDLINE: Alone(0.6, sure=True),
    T.BANK_CARD: Alone(0.6, sure=True),
    T.IMEI: Alone(0.8, sure=True),
    T.CN_ORG_CODE: Alone(0.7),
    T.VIN: Alone(0.5, sure=True),
    T.EMAIL_ADDRESS: Alone(0.5),
    T.IP_ADDRESS: Alone(0.6),
    T.MAC_ADDRESS: Alone(0.6, sure=True),
    T.CN_PLATE: Alone(0.5),
    T.CN_MILITARY_ID: Alone(0.5),
    T.CN_REAL_ESTATE: Alone(0.5),
    T.COORDINATES: Alone(0.7),
    T.BIOMETRIC: Alone(0.5),
    T.ACCOUNT_SECRET: Alone(0.5),
    T.ETHNICITY: Alone(0.8),
    T.RELIGION: Alone(0.8),
    T.MONEY: Alone(0.6),
    T.ORGANIZATION: Alone(0.6),
    T.ADDRESS: Alone(0.6),
    T.PERSON: Alone(0.7),
    T.HEALTH: Alone(0.6),
}
# Types that words alone suggest: a name that means something else keeps them out.
WORDY = frozenset(
    {T.PERSON, T.ORGANIZATION, T.ADDRESS, T.HEALTH, T.MONEY, T.RELIGION, T.CN_ORG_CODE, T.CN_MOBILE}
)
AGREED = 0.3  # the share from which a type is believed that name and content both say


def _fitting(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


def _named(text: str) -> bool:
    if re.fullmatch(rf"[{HAN}*某Xx]{{2,4}}|[{HAN}]{{1,3}}(?:先生|女士)", text):
        return surname_of(text) != "" or "*" in text
    return is_dotted_name(text) or re.fullmatch(r"[A-Za-z]+(?:[ .,'\-]+[A-Za-z]+){1,4}", text) is not None


_ANY_NUMBER = r"[0-9A-Za-z*\-]{%s}"
FITS: Mapping[T, Callable[[str], bool]] = {
    T.PERSON: _named,
    T.ADDRESS: _fitting(r"(?=.*[\u4e00-\u9fff]).{3,200}"),
    T.ORGANIZATION: _fitting(r"(?=.*[\u4e00-\u9fffA-Za-z])(?!\d+$).{2,100}"),
    T.BIRTH_DATE: lambda text: DATE.fullmatch(text) is not None,
    T.CN_RESIDENT_ID: _fitting(r"[0-9*]{14,17}[0-9Xx*]|[A-Z]{1,3}[0-9]{7,12}|[0-9*]{6,}[0-9Xx*]{4}"),
    T.CN_FOREIGNER_ID: _fitting(r"[A-Z]{3}\d{12}|9\d{16}[0-9Xx]"),
    T.CN_USCC: _fitting(r"[0-9A-Za-z]{15,20}"),
    T.CN_ORG_CODE: _fitting(r"[0-9A-Za-z]{8}-?[0-9A-Za-z]"),
    T.CN_MOBILE: _fitting(r"(?:\+?86-?)?1\d{10}|1\d{2}\*{4,8}\d{0,4}|[0-9\-+() *]{7,20}"),
    T.CN_LANDLINE: _fitting(r"[0-9\-+()转 ]{7,24}"),
    T.BANK_CARD: _fitting(r"[0-9 \-*]{8,28}"),
    T.CN_PASSPORT: _fitting(r"[A-Za-z]{1,2}[0-9]{6,9}|1[45]\d{7}"),
    T.CN_TRAVEL_PERMIT: _fitting(r"[A-Za-z]{0,2}[0-9]{7,11}(?:\([A-Z0-9]\))?"),
    T.CN_MILITARY_ID: _fitting(r".{0,4}第?\d{5,9}号?"),
    T.CN_PLATE: _fitting(r"[\u4e00-\u9fff][A-Za-z][·\- ]?[0-9A-Za-z\u4e00-\u9fff]{4,6}"),
    T.VIN: _fitting(r"[0-9A-Za-z]{17}|[0-9A-Za-z]{6,8}"),
    T.CN_DRIVING_FILE_NO: _fitting(r"\d{12}"),
    T.EMAIL_ADDRESS: _fitting(r"\S+@\S+"),
    T.IP_ADDRESS: _fitting(r"[0-9A-Fa-f.:]{7,45}(?::\d+|/\d+)?"),
    T.MAC_ADDRESS: _fitting(r"[0-9A-Fa-f:.\-]{12,17}"),
    T.IMEI: _fitting(r"\d{14,16}"),
    T.QQ: _fitting(r"[1-9]\d{4,11}"),
    T.WECHAT: _fitting(r"[A-Za-z][A-Za-z0-9_\-]{5,19}|1[3-9]\d{9}|[1-9]\d{4,11}"),
    T.CN_SOCIAL_SECURITY_CARD: _fitting(r"[A-Za-z0-9]{8,20}"),
    T.MEDICAL_RECORD: _fitting(r"[A-Za-z0-9_\-/]{4,32}"),
    T.CN_REAL_ESTATE: _fitting(r".*\d{4,}.*"),
    T.COORDINATES: _fitting(r"[EN东北]?-?\d{1,3}\.\d{3,}.*|\d{1,3}°.*"),
    T.MONEY: lambda text: NUMBER.fullmatch(text) is not None or re.search(r"\d.*[元万亿]", text) is not None,
    T.HEALTH: _fitting(r"(?!\d+(?:\.\d+)?$)(?=.*[\u4e00-\u9fffA-Za-z]).{1,300}"),
    T.RELIGION: _fitting(r"[\u4e00-\u9fff]{2,12}|\d{1,3}"),
    T.ETHNICITY: _fitting(r"[\u4e00-\u9fff]{1,8}|\d{1,2}|[A-Z]{2}"),
    T.BIOMETRIC: _fitting(r"(?s:.{4,})"),
    T.ACCOUNT_SECRET: _fitting(r"(?s:\S.{3,})"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The type of a column, the share of cells that are of it, and who said so."""

    type: T | None
    rate: float
    by_content: bool = False
    by_name: bool = False


NOTHING = Verdict(None, 0.0)


def is_diverse(content: Content, kind: T) -> bool:
    """Return False for running numbers like mobiles, versions like addresses, closed lists like names."""
    if kind is T.CN_MOBILE:
        heads = {re.sub(r"\D", "", text)[-11:-8] for text in content.sample[:2000]}
        return len(heads) >= min(4, max(1, content.distinct // 3))
    if kind is T.IP_ADDRESS:
        numbers = [max(map(int, re.findall(r"\d+", text)), default=0) for text in content.sample[:2000]]
        return sum(number >= 30 for number in numbers) >= 0.5 * len(numbers)
    if kind in {T.PERSON, T.ORGANIZATION}:
        return content.distinct >= 5 and content.distinct >= min(30, content.cells / 20)
    if kind is T.HEALTH:
        return content.distinct >= 3
    return True


def _alone(content: Content, hint: Hint | None, *, telling: bool) -> list[tuple[float, T]]:
    """Return the types the content proves by itself, the surest first."""
    agreed = hint.type if hint else None
    proven = []
    for kind, alone in ALONE.items():
        share = content.share(kind)
        amount = share.sure if alone.sure else share.distinct
        denied = kind in WORDY and hint is not None and hint.role is not None and not hint.weak
        if denied and kind is not T.CN_MOBILE:
            continue
        strict = kind in WORDY and telling and hint is None
        if amount >= alone.distinct + (0.1 if strict else 0.0) and (
            kind is agreed or is_diverse(content, kind)
        ):
            careful = (
                0.3 if TREATMENTS[kind].sensitive else 0.0
            )  # of two in one column, the one that needs care
            proven.append((amount * (1.0 + share.sure) + careful + (0.5 if kind is agreed else 0.0), kind))
    return sorted(proven, reverse=True)


def _fit(content: Content, kind: T) -> float:
    texts = content.sample[:: max(1, len(content.sample) // WORD_SAMPLE)]
    if not texts:
        return 0.0
    return sum(FITS[kind](text) for text in texts) / len(texts)


def _is_birth(content: Content) -> bool:
    """Return whether dates without a telling name spread as births do: over decades, none of late only."""
    if content.dates < 0.9 or len(content.years) < 50:
        return False
    years = sorted(content.years)
    low, middle, high = (years[int(len(years) * part)] for part in (0.1, 0.5, 0.9))
    return high - low >= 30 and 1940 <= middle <= 2005 and years[-1] - years[0] >= 50


def _by_name(content: Content, hint: Hint) -> Verdict:
    kind = hint.type
    if kind is None:
        return NOTHING
    share, fit = content.share(kind), _fit(content, kind)
    rate = max(share.rows, share.distinct)
    if rate >= AGREED:
        return Verdict(kind, share.rows, by_content=True, by_name=True)
    if hint.weak and kind not in {T.HEALTH, T.BIRTH_DATE, T.CN_RESIDENT_ID, T.QQ, T.WECHAT, T.MONEY}:
        return NOTHING
    if hint.weak and kind is T.HEALTH:
        return Verdict(kind, share.rows, by_content=True, by_name=True) if rate >= 0.2 else NOTHING
    return Verdict(kind, fit, by_name=True) if fit >= 0.5 else NOTHING


def judge(content: Content, hint: Hint | None, *, telling: bool) -> Verdict:
    """Return what a column is: proven content, else a name that its content bears out, else nothing.

    An empty column is what its name says, at rate 0.
    """
    if not content.cells:
        kind = hint.type if hint and not hint.weak else None
        return Verdict(kind, 0.0, by_name=kind is not None)
    proven = _alone(content, hint, telling=telling)
    named = _by_name(content, hint) if hint else NOTHING
    if proven:
        kind = proven[0][1]
        if named.type is None or kind is named.type or kind not in WORDY or named.rate < 0.9:
            return Verdict(
                kind,
                content.share(kind).rows,
                by_content=True,
                by_name=hint is not None and hint.type is kind,
            )
    if named.type is not None:
        return named
    if hint is None and not telling:
        passport = content.share(T.CN_PASSPORT)
        if passport.distinct >= 0.9:
            return Verdict(T.CN_PASSPORT, passport.rows, by_content=True)
        if _is_birth(content):
            return Verdict(T.BIRTH_DATE, content.dates, by_content=True)
    return NOTHING


def is_date(content: Content, hint: Hint | None) -> bool:
    """Return whether the column holds dates of events."""
    return content.dates >= 0.8 or (hint is not None and hint.role is Role.DATE and content.dates >= 0.3)
