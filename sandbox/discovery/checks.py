"""Whether a written value can be what its shape says: True surely, None possibly, False no.

The check digits are the kernel's; here the separators people write are taken away first and
what a structure alone can tell is added. Called through the table of `shapes`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from sandbox.kernel import identifiers as numbers

Check = Callable[[str], "bool | None"]


def certain(text: str) -> bool | None:
    """Return True: the shape leaves no doubt."""
    return bool(text)


def possible(text: str) -> bool | None:
    """Return None: the shape has no check, words around must tell."""
    return None if text else False


def bare(text: str) -> str:
    """Return the value without the separators people write."""
    return re.sub(r"[\s\-()+.·]", "", text)


def either(accepts: Callable[[str], bool]) -> Check:
    """Return a check that is True or False as `accepts` says of the bare value."""
    return lambda text: accepts(bare(text))


def resident(text: str) -> bool | None:
    """18 places are sure by their check digit, 15 have none."""
    number = bare(text)
    if not numbers.is_resident_id(number):
        return False
    return True if len(number) == 18 else None


def foreigner(text: str) -> bool | None:
    """Sure if the card's own check digit and date fit."""
    number = bare(text)
    if not numbers.is_foreigner_id(number):
        return False
    return True if numbers.is_foreigner_id_checked(number) else None


def uscc(text: str) -> bool | None:
    """Sure with a right organisation code inside; possible with letters."""
    if numbers.is_uscc(text):
        return True
    return None if numbers.is_uscc(text, inner=False) and re.search("[A-Z]", text[8:17]) else False


def org_code(text: str) -> bool | None:
    """One in eleven passes by chance, so never sure."""
    return None if numbers.is_org_code(text) else False


def plate(text: str) -> bool | None:
    """At least two digits after the letter."""
    tail = re.sub(r"[\s·.\-]", "", text)[2:]
    return sum(char.isdigit() for char in tail) >= 2


def vin(text: str) -> bool | None:
    """Sure by place 9; imported vehicles may have none."""
    if not (re.search(r"\d", text) and re.search("[A-Z]", text)):
        return False
    return True if numbers.is_vin(text) else None


def ip(text: str) -> bool | None:
    """Short ones could be versions."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.version == 6:
        return True if len(text) > 6 else None
    return None if text.startswith("0.") or len(text) < 9 else True


def joined(text: str) -> bool | None:
    """Sure if written with a hyphen, a blank or brackets after the area code."""
    return True if re.search(r"[)\- ]", text) else None


def coordinates(text: str) -> bool | None:
    """Both numbers within China's bounds."""
    first, second = (float(part) for part in re.findall(r"\d+\.\d+", text)[:2])
    longitude, latitude = (first, second) if first > second else (second, first)
    return 73 <= longitude <= 136 and 3 <= latitude <= 54
