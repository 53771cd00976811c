"""Which numbers can be real: check digits and structure of the identifiers used in China.

Pure functions over text that is already bare (no label, no spaces: see `compact`). They decide
whether a number is well formed, never whether it was issued. Called by discovery, by masking's
oracles, by the egress gate and inside a seat. Context, shapes in running text and hit rates
belong to `sandbox/discovery`.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EARLIEST_BIRTH_YEAR, LATEST_BIRTH_YEAR = 1890, 2049  # no clock here: wide enough for every living person
PROVINCES = _words(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71"
)
RESIDENCE_PERMIT_REGIONS = frozenset({"810000", "820000", "830000"})  # Hong Kong, Macao, Taiwan
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# GB 32100-2015 and its later registers: registering department, then kind of organisation.
USCC_REGISTERS = _words(
    "11 12 13 19 21 29 31 32 33 34 35 36 37 39 41 49 51 52 53 54 55 59 61 62 69 71 72 79 81 89 91 92 93 "
    "A1 A9 G1 N1 N2 N3 N9 Y1 Y9"
)
# ISO 3166-1 alpha-3, as passports and permits print it.
ALPHA3 = _words(
    "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATG AUS AUT AZE BDI BEL BEN BFA BGD BGR BHR BHS BIH "
    "BLR BLZ BMU BOL BRA BRB BRN BTN BWA CAF CAN CHE CHL CIV CMR COD COG COK COL COM CPV CRI CUB CUW "
    "CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESP EST ETH FIN FJI FRA FRO FSM GAB GBR GEO GHA "
    "GIN GMB GNB GNQ GRC GRD GRL GTM GUM GUY HND HRV HTI HUN IDN IND IRL IRN IRQ ISL ISR ITA JAM JOR "
    "JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAR MCO MDA MDG "
    "MDV MEX MHL MKD MLI MLT MMR MNE MNG MOZ MRT MUS MWI MYS NAM NER NGA NIC NLD NOR NPL NRU NZL OMN "
    "PAK PAN PER PHL PLW PNG POL PRI PRK PRT PRY PSE QAT ROU RUS RWA SAU SDN SEN SGP SLB SLE SLV SMR "
    "SOM SRB SSD STP SUR SVK SVN SWE SWZ SYC SYR TCD TGO THA TJK TKM TLS TON TTO TUN TUR TUV TZA UGA "
    "UKR URY USA UZB VAT VCT VEN VNM VUT WSM YEM ZAF ZMB ZWE "
)
# ISO/IEC 7812 issuers seen in China: UnionPay, the networks, and older domestic ranges.
_BANK_BIN = re.compile(
    r"(?:62|60|65|68|69|4|5[0-8]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|3[04-8]|94|955[89]|98)\d*", re.ASCII
)
_IMEI_REPORTING_BODIES = _words("01 10 30 33 35 44 45 49 50 51 52 53 54 86 91 97 98 99")
_MOBILE = re.compile(r"(?:\+?86|0086)?1[3-9]\d{9}", re.ASCII)
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{8}")
_JOINTS = re.compile(r"[\s\-_.·•‐-―−/\\,，]+")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))


class Sex(StrEnum):
    """Read from the parity of a resident ID's sequence number."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class ResidentId:
    """What a well-formed resident ID or residence permit says of its holder."""

    region: str  # six digits, GB/T 2260, of the place of first registration
    birth: date
    sex: Sex


def compact(text: str) -> str:
    """Return `text` in NFKC without separators and invisible characters, in upper case."""
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    return _JOINTS.sub("", visible).upper()


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _date(year: int, month: int, day: int) -> date | None:
    if not EARLIEST_BIRTH_YEAR <= year <= LATEST_BIRTH_YEAR or not 1 <= month <= 12:
        return None
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def is_region(code: str) -> bool:
    """Return whether six digits can be a county of GB/T 2260, today's or an abolished one."""
    if not _digits(code, 6):
        return False
    return code[:2] in PROVINCES and (int(code[2:4]) <= 70 or code[2:4] == "90")


def resident_id_check_digit(first17: str) -> str:
    """Return place 18 of a resident ID (GB 11643-1999; ISO 7064 MOD 11-2): a digit or "X".

    Raises ValueError unless given 17 ASCII digits.
    """
    if not _digits(first17, 17):
        raise ValueError("17 digits are needed")
    total = sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def parse_resident_id(text: str) -> ResidentId | None:
    """Return region, birth date and sex of an 18- or 15-place resident ID, or None.

    Residence permits of people from Hong Kong, Macao and Taiwan count; the card of 2023
    for foreigners does not. The old 15 places (born 1900-1999) have no check digit.
    """
    number = text.upper()
    if len(number) == 18:
        if not _digits(number[:17], 17) or resident_id_check_digit(number[:17]) != number[17]:
            return None
        year, rest = int(number[6:10]), number[10:17]
    elif _digits(number, 15):
        year, rest = 1900 + int(number[6:8]), number[8:15]
    else:
        return None
    region = number[:6]
    birth = _date(year, int(rest[:2]), int(rest[2:4]))
    permit = len(number) == 18 and region in RESIDENCE_PERMIT_REGIONS
    if birth is None or not (permit or is_region(region)):
        return None
    return ResidentId(region, birth, Sex.MALE if int(rest[6]) % 2 else Sex.FEMALE)


def is_resident_id(text: str) -> bool:
    """Return whether `text` is a well-formed resident ID (18 or 15 places) or residence permit."""
    return parse_resident_id(text) is not None


def full_resident_id(text: str) -> str | None:
    """Return the 18 places of a well-formed resident ID, the old 15 completed; None for any other text.

    One person has one number: whoever tells people apart by it compares this form.
    """
    number = text.strip().upper()
    if not is_resident_id(number):
        return None
    if len(number) == 18:
        return number
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + resident_id_check_digit(first17)


def is_residence_permit(text: str) -> bool:
    """Return whether `text` is a residence permit of Hong Kong, Macao or Taiwan residents (2018)."""
    return text[:6] in RESIDENCE_PERMIT_REGIONS and is_resident_id(text)


def birth_date_of(resident_id: str) -> date | None:
    """Return the birth date that a well-formed resident ID carries, or None."""
    parsed = parse_resident_id(resident_id)
    return parsed.birth if parsed else None


def region_of(resident_id: str) -> str | None:
    """Return the six-digit region that a well-formed resident ID carries, or None."""
    parsed = parse_resident_id(resident_id)
    return parsed.region if parsed else None


def sex_of(resident_id: str) -> Sex | None:
    """Return the sex that a well-formed resident ID carries, or None."""
    parsed = parse_resident_id(resident_id)
    return parsed.sex if parsed else None


def icao_check_digit(text: str) -> str:
    """Return the ICAO 9303 check digit (weights 7, 3, 1) of capital letters and digits."""
    weights = (7, 3, 1)
    return str(sum(int(char, 36) * weights[place % 3] for place, char in enumerate(text)) % 10)


def is_foreigner_id(text: str) -> bool:
    """Return whether `text` is a permanent residence card number of 2017 or of 2023.

    2017: a country of ISO 3166 and 12 digits; its check digit is asked by `is_foreigner_id_checked`.
    2023: 18 places that begin with 9, MOD 11-2. A code that `is_uscc` accepts is none.
    """
    number = text.upper()
    if len(number) == 15:
        return number[:3] in ALPHA3 and _digits(number[3:], 12)
    if len(number) != 18 or number[0] != "9" or not _digits(number[:17], 17):
        return False
    return resident_id_check_digit(number[:17]) == number[17] and not is_uscc(number)


def is_foreigner_id_checked(text: str) -> bool:
    """Return whether a permanent residence card number also carries a real date and check digit.

    2017: province at 4-5, yymmdd at 8-13, ICAO check digit last; 2023: province at 2-3, yyyymmdd at 7-14.
    """
    number = text.upper()
    if not is_foreigner_id(number):
        return False
    if len(number) == 15:
        dated = _date(1900 + int(number[7:9]), int(number[9:11]), int(number[11:13])) or _date(
            2000 + int(number[7:9]), int(number[9:11]), int(number[11:13])
        )
        return dated is not None and icao_check_digit(number[:14]) == number[14]
    born = _date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return number[1:3] in PROVINCES and born is not None


def org_code_check_digit(first8: str) -> str:
    """Return place 9 of an organisation code (GB 11714-1997, mod 11): a digit or "X".

    Raises ValueError unless given 8 ASCII digits or capital letters.
    """
    if re.fullmatch(r"[0-9A-Z]{8}", first8) is None:
        raise ValueError("8 digits or capital letters are needed")
    total = sum(int(char, 36) * weight for char, weight in zip(first8, _ORG_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def is_org_code(text: str) -> bool:
    """Return whether `text` is an organisation code, `XXXXXXXX-C` or without its hyphen."""
    code = text.upper()
    bare = code[:8] + code[9:] if len(code) == 10 and code[8] == "-" else code
    if re.fullmatch(r"[0-9A-Z]{8}[0-9X]", bare) is None:
        return False
    return org_code_check_digit(bare[:8]) == bare[8]


def uscc_check_digit(first17: str) -> str:
    """Return place 18 of a unified social credit code (GB 32100-2015, mod 31).

    Raises ValueError unless given 17 places of the standard's 31 characters.
    """
    places = [USCC_ALPHABET.find(char) for char in first17]
    if len(places) != 17 or min(places) < 0:
        raise ValueError("17 places of the 31 characters are needed")
    total = sum(value * weight for value, weight in zip(places, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def is_uscc(text: str, *, inner: bool = True) -> bool:
    """Return whether `text` is a unified social credit code: register, region and check digit.

    With `inner` (the default) the organisation code within must check as well, which keeps
    digit-only serial numbers out; without it early and hand-made codes pass too.
    """
    code = text.upper()
    if len(code) != 18 or code[:2] not in USCC_REGISTERS or any(char not in USCC_ALPHABET for char in code):
        return False
    region = code[2:8]
    if not _digits(region, 6) or not (region == "100000" or is_region(region)):
        return False
    if uscc_check_digit(code[:17]) != code[17]:
        return False
    return not inner or org_code_check_digit(code[8:16]) == code[16]


def luhn_check_digit(digits: str) -> str:
    """Return the digit that makes `digits` pass `luhn` (ISO/IEC 7812-1)."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def luhn(text: str) -> bool:
    """Return whether ASCII digits, at least two, end in their Luhn check digit."""
    return _digits(text, max(len(text), 2)) and luhn_check_digit(text[:-1]) == text[-1]


def is_bank_card(text: str) -> bool:
    """Return whether 13-19 digits pass Luhn and begin with an issuer number seen in China."""
    return 13 <= len(text) <= 19 and luhn(text) and _BANK_BIN.fullmatch(text) is not None


def is_mobile(text: str) -> bool:
    """Return whether `text` is a mainland mobile number, with or without 86 before it."""
    return _MOBILE.fullmatch(text) is not None


def vin_check_digit(vin: str) -> str:
    """Return place 9 that the other 16 places of a VIN ask for (GB 16735-2019): a digit or "X".

    Raises ValueError unless given 17 places without I, O and Q; place 9 itself is not read.
    """
    if _VIN.fullmatch(vin[:8] + "0" + vin[9:]) is None:
        raise ValueError("17 places without I, O, Q are needed")
    total = sum(
        (int(char) if char.isdigit() else _VIN_VALUES[char]) * weight
        for char, weight in zip(vin, _VIN_WEIGHTS, strict=True)
        if weight
    )
    return "0123456789X"[total % 11]


def is_vin(text: str) -> bool:
    """Return whether `text` is a vehicle identification number with a right place 9."""
    vin = text.upper()
    return _VIN.fullmatch(vin) is not None and vin_check_digit(vin) == vin[8]


def is_imei(text: str) -> bool:
    """Return whether 15 digits pass Luhn and begin with an IMEI reporting body (3GPP TS 23.003)."""
    return _digits(text, 15) and text[:2] in _IMEI_REPORTING_BODIES and luhn(text)
