"""What each type is worth: level, identifier class, proposed technique, and whether it may be shown.

One table, apart from detection and versioned by `GRADING`, because standards regrade while shapes
stay. Levels 1-4 are the grades of general data (GB/T 43697-2024); classes follow GB/T 42460-2023
annexes A and B. A steward may propose otherwise, never this table by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sandbox.kernel.entities import EntityType, IdentifierClass

GRADING = "2026.1"


@dataclass(frozen=True, slots=True)
class Treatment:
    """The default treatment of a type; `option` is the technique's parameter, if it has one."""

    level: int
    technique: str
    identifier: IdentifierClass
    sensitive: bool = True
    option: str = ""


_DIRECT, _QUASI = IdentifierClass.DIRECT, IdentifierClass.QUASI
_SENSITIVE, _OTHER = IdentifierClass.SENSITIVE, IdentifierClass.OTHER
_TOKEN = Treatment(3, "token", _DIRECT)
_FIRM = Treatment(2, "token", _DIRECT, sensitive=False)  # no person, yet tokenised

TREATMENTS: Mapping[EntityType, Treatment] = MappingProxyType(
    {
        EntityType.PERSON: _TOKEN,
        EntityType.ADDRESS: Treatment(3, "region", _QUASI, option="district"),
        EntityType.ORGANIZATION: _FIRM,
        EntityType.BIRTH_DATE: Treatment(3, "date_trunc", _QUASI, option="year"),
        EntityType.CN_RESIDENT_ID: _TOKEN,
        EntityType.CN_FOREIGNER_ID: _TOKEN,
        EntityType.CN_USCC: _FIRM,
        EntityType.CN_ORG_CODE: _FIRM,
        EntityType.CN_MOBILE: _TOKEN,
        EntityType.CN_LANDLINE: _TOKEN,
        EntityType.BANK_CARD: _TOKEN,
        EntityType.CN_PASSPORT: _TOKEN,
        EntityType.CN_TRAVEL_PERMIT: _TOKEN,
        EntityType.CN_MILITARY_ID: _TOKEN,
        EntityType.CN_PLATE: _TOKEN,
        EntityType.VIN: _TOKEN,
        EntityType.CN_DRIVING_FILE_NO: _TOKEN,
        EntityType.EMAIL_ADDRESS: _TOKEN,
        EntityType.IP_ADDRESS: _TOKEN,
        EntityType.MAC_ADDRESS: _TOKEN,
        EntityType.IMEI: _TOKEN,
        EntityType.QQ: _TOKEN,
        EntityType.WECHAT: _TOKEN,
        EntityType.CN_SOCIAL_SECURITY_CARD: _TOKEN,
        EntityType.MEDICAL_RECORD: Treatment(4, "token", _DIRECT),
        EntityType.CN_REAL_ESTATE: _TOKEN,
        EntityType.COORDINATES: Treatment(3, "drop", _QUASI),
        EntityType.MONEY: Treatment(2, "band", _SENSITIVE, sensitive=False),
        EntityType.HEALTH: Treatment(4, "drop", _SENSITIVE),  # a steward may keep it, with a reason
        EntityType.RELIGION: Treatment(4, "drop", _SENSITIVE),
        EntityType.ETHNICITY: Treatment(3, "drop", _SENSITIVE),
        EntityType.BIOMETRIC: Treatment(4, "drop", _DIRECT),
        EntityType.ACCOUNT_SECRET: Treatment(4, "drop", _DIRECT),
    }
)
FREE_TEXT = Treatment(3, "drop", _SENSITIVE)  # text in which persons or identifiers turn up
HOUSEHOLD = Treatment(3, "token", _DIRECT)  # a household number identifies its members
RECORD = Treatment(2, "token", _DIRECT, sensitive=False)  # leads back to the record at its source
EVENT_DATE = Treatment(2, "date_trunc", _QUASI, sensitive=False, option="month")
QUASI = Treatment(2, "keep", _QUASI, sensitive=False)  # sex, age, region, occupation of a subject
PLAIN = Treatment(1, "keep", _OTHER, sensitive=False)
