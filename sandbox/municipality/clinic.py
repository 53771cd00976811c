"""What people fall ill with, what it costs and where they go: the dependence behind the visits.

Diagnoses carry real ICD-10 codes, weights by age and sex, a median bill and the level of
hospital; hospitals are invented, one set for each county. Called by the generator of visits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sandbox.municipality.places import COUNTIES

AGE_BANDS = np.array([6, 18, 45, 65])
"""Upper bounds of the bands: infants, school age, young, middle, old."""


class Level(IntEnum):
    """Level of a hospital: township, county, city."""

    TOWNSHIP = 0
    COUNTY = 1
    CITY = 2


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis: ICD-10 code, name, weight in each age band, bill, chronic or not, sex if only one."""

    code: str
    name: str
    weights: tuple[float, float, float, float, float]
    bill: float
    spread: float = 0.5
    level: float = 0.6
    chronic: bool = False
    sex: str = ""


DIAGNOSES = (
    Diagnosis("J06.900", "急性上呼吸道感染", (40, 30, 14, 9, 7), 138, level=0.2),
    Diagnosis("J20.900", "急性支气管炎", (22, 10, 4, 5, 7), 320, level=0.4),
    Diagnosis("J18.900", "肺炎", (14, 4, 2, 3, 8), 3400, level=1.0),
    Diagnosis("A09.900", "感染性腹泻", (12, 5, 3, 2, 2), 260, level=0.3),
    Diagnosis("B08.401", "手足口病", (8, 1, 0, 0, 0), 410, level=0.8),
    Diagnosis("K02.900", "龋齿", (4, 14, 5, 4, 2), 240, level=0.7),
    Diagnosis("H52.100", "近视", (1, 14, 4, 1, 0.2), 180, level=1.0),
    Diagnosis("S52.500", "桡骨下端骨折", (1, 6, 2, 2, 4), 8200, level=1.2),
    Diagnosis("K35.900", "急性阑尾炎", (1, 4, 4, 2, 1), 8900, level=1.1),
    Diagnosis("K29.500", "慢性胃炎", (0, 1, 12, 14, 9), 420, chronic=True),
    Diagnosis("M51.202", "腰椎间盘突出", (0, 0, 8, 14, 9), 1900, 0.8, 0.9, chronic=True),
    Diagnosis("N76.000", "急性阴道炎", (0, 0.4, 9, 3, 1), 230, sex="女"),
    Diagnosis("O80.900", "单胎顺产", (0, 0, 6, 0, 0), 5200, 0.25, 1.1, sex="女"),
    Diagnosis("O82.900", "剖宫产分娩", (0, 0, 4, 0, 0), 8800, 0.25, 1.4, sex="女"),
    Diagnosis("D25.900", "子宫平滑肌瘤", (0, 0, 2, 5, 0.6), 11500, level=1.5, sex="女"),
    Diagnosis("N40.x00", "前列腺增生", (0, 0, 0, 5, 14), 2600, 0.8, 1.0, chronic=True, sex="男"),
    Diagnosis("I10.x00", "原发性高血压", (0, 0, 4, 22, 34), 210, level=0.4, chronic=True),
    Diagnosis("E11.900", "2型糖尿病", (0, 0.1, 2, 13, 18), 460, 0.7, 0.6, chronic=True),
    Diagnosis("I25.101", "冠状动脉粥样硬化性心脏病", (0, 0, 0.5, 7, 16), 5200, 0.9, 1.3, chronic=True),
    Diagnosis("J44.900", "慢性阻塞性肺疾病", (0, 0, 0.5, 6, 17), 4300, 0.7, 0.8, chronic=True),
    Diagnosis("I63.900", "脑梗死", (0, 0, 0.4, 5, 13), 12800, 0.6, 1.4, chronic=True),
    Diagnosis("M17.900", "膝关节骨性关节炎", (0, 0, 1, 7, 11), 760, 0.9, 0.8, chronic=True),
    Diagnosis("H25.900", "老年性白内障", (0, 0, 0, 2, 9), 5600, 0.3, 1.3),
    Diagnosis("F32.900", "抑郁发作", (0, 1, 3, 2, 1), 620, 0.6, 1.7, chronic=True),
    Diagnosis("F20.900", "精神分裂症", (0, 0.1, 0.9, 0.7, 0.3), 4100, 0.6, 1.7, chronic=True),
    Diagnosis("B18.101", "慢性乙型病毒性肝炎", (0, 0.3, 4, 4, 2), 980, 0.6, 1.2, chronic=True),
    Diagnosis("A15.000", "肺结核", (0, 0.6, 1.2, 1.6, 1.8), 3300, 0.5, 1.3, chronic=True),
    Diagnosis("N18.900", "慢性肾脏病", (0, 0.1, 0.9, 2.4, 3.4), 6900, 0.8, 1.5, chronic=True),
    Diagnosis("C34.900", "支气管或肺恶性肿瘤", (0, 0, 0.2, 1.8, 3.2), 21500, 0.8, 1.9, chronic=True),
    Diagnosis("C50.900", "乳腺恶性肿瘤", (0, 0, 0.6, 1.8, 0.9), 18800, 0.7, 1.9, chronic=True, sex="女"),
    Diagnosis("B24.x01", "艾滋病病毒感染", (0, 0, 0.25, 0.2, 0.15), 1500, 0.5, 2.0, chronic=True),
    Diagnosis("G71.000", "肌营养不良", (0.02, 0.05, 0.02, 0, 0), 3900, 0.5, 2.0, chronic=True),
)

_CITY_HOSPITALS = ("遵义市播雅总医院", "遵义市湘江医院", "遵义市娄山中西医结合医院", "遵义市安宁医院")
_COUNTY_HOSPITALS = ("惠民医院", "康济中医院")
_SHORT = {"道真仡佬族苗族自治县": "道真县", "务川仡佬族苗族自治县": "务川县"}

HOSPITALS = _CITY_HOSPITALS + tuple(
    f"{_SHORT.get(county.name, county.name)}{name}"
    for county in COUNTIES
    for name in (*_COUNTY_HOSPITALS, *(f"{town}卫生服务站" for town in county.towns[:4]))
)
_PER_COUNTY = len(_COUNTY_HOSPITALS) + 4


def draw_diagnoses(
    rng: np.random.Generator, *, ages: np.ndarray, male: np.ndarray, chronic: bool | None = None
) -> np.ndarray:
    """Return positions in `DIAGNOSES` by age in years and sex; `chronic` keeps only that sort."""
    weights = np.array([diagnosis.weights for diagnosis in DIAGNOSES]).T
    if chronic is not None:
        weights = weights * np.array([diagnosis.chronic is chronic for diagnosis in DIAGNOSES])
    bands = np.searchsorted(AGE_BANDS, ages, side="right")
    found = np.zeros(len(ages), dtype=np.int64)
    parts = rng.random(len(ages))
    for band in range(len(AGE_BANDS) + 1):
        for man in (True, False):
            those = np.flatnonzero((bands == band) & (male == man))
            other = "女" if man else "男"
            mine = weights[band] * np.array([diagnosis.sex != other for diagnosis in DIAGNOSES])
            if mine.sum() == 0:
                mine = np.eye(len(DIAGNOSES))[0]
            found[those] = np.searchsorted(np.cumsum(mine) / mine.sum(), parts[those], side="right")
    return found


def draw_hospitals(
    rng: np.random.Generator, *, diagnoses: np.ndarray, counties: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions in `HOSPITALS` and the levels: grave illness goes to the city, colds stay near."""
    count = len(diagnoses)
    wish = np.array([diagnosis.level for diagnosis in DIAGNOSES])[diagnoses] + rng.normal(0, 0.45, size=count)
    levels = np.clip(np.round(wish), 0, 2).astype(np.int64)
    near = np.flatnonzero(rng.random(count) < 0.04)
    home = counties.copy()
    home[near] = rng.integers(len(COUNTIES), size=len(near))
    start = len(_CITY_HOSPITALS) + home * _PER_COUNTY
    county = start + (rng.random(count) < 0.35)
    township = start + len(_COUNTY_HOSPITALS) + rng.integers(4, size=count)
    city = rng.choice(3, size=count, p=(0.55, 0.3, 0.15))
    mental = np.array([diagnosis.code.startswith("F") for diagnosis in DIAGNOSES])[diagnoses]
    city = np.where(mental, 3, city)
    return np.choose(levels, (township, county, city)), levels


def draw_bills(
    rng: np.random.Generator, *, diagnoses: np.ndarray, levels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the whole bill and the part the insurance pays, in yuan with two decimals."""
    median = np.array([diagnosis.bill for diagnosis in DIAGNOSES])[diagnoses]
    spread = np.array([diagnosis.spread for diagnosis in DIAGNOSES])[diagnoses]
    dearer = np.array([0.7, 1.0, 1.6])[levels]
    bills = np.round(median * dearer * np.exp(rng.normal(0, 1, size=len(median)) * spread), 2)
    share = np.array([0.85, 0.7, 0.55])[levels] + rng.normal(0, 0.06, size=len(median))
    share = np.where(bills < 120, 0, np.clip(share, 0.2, 0.95))
    return bills, np.round(bills * share, 2)
