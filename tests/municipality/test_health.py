"""The invented visits: IDs agree with birth and sex, and the dependence of real settlements holds."""

from collections import Counter, defaultdict
from statistics import median

import pytest

from sandbox.kernel.identifiers import Sex, is_resident_id, parse_resident_id
from sandbox.municipality.extract import Extract, Flaw
from sandbox.municipality.health import COMMENTS, visits
from sandbox.municipality.names import PEOPLES
from sandbox.municipality.places import BY_CODE


@pytest.fixture(scope="module")
def health() -> Extract:
    return visits(11, count=30_000, persons=10_000)


@pytest.fixture(scope="module")
def clean(health: Extract) -> list[dict[str, str]]:
    flawed = {cell.row for cell in health.flaws}
    return [row for number, row in enumerate(health.table.to_pylist()) if number not in flawed]


def test_the_same_seed_gives_the_same_visits() -> None:
    first, second = (visits(5, count=600, persons=200) for _ in range(2))
    assert first.table.equals(second.table)
    assert first.flaws == second.flaws
    assert first.table.column_names == list(COMMENTS)


def test_fewer_visits_than_persons_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one visit"):
        visits(1, count=10, persons=20)


def test_ids_are_valid_and_agree_with_birth_date_and_sex(clean: list[dict[str, str]]) -> None:
    for row in clean:
        person = parse_resident_id(row["居民身份证号"])
        assert person is not None
        assert person.birth.isoformat() == row["出生日期"] <= row["就诊日期"]
        assert (person.sex is Sex.MALE) == (row["性别"] == "男")
    local = sum(row["居民身份证号"][:6] in BY_CODE for row in clean)
    assert 0.9 < local / len(clean) < 0.99


def test_one_id_is_one_person(clean: list[dict[str, str]]) -> None:
    persons = defaultdict(set)
    for row in clean:
        persons[row["居民身份证号"]].add(
            (row["姓名"], row["出生日期"], row["民族"], row["住址"], row["手机号"])
        )
    assert all(len(seen) == 1 for seen in persons.values())


def test_wrong_ids_are_wrong(health: Extract) -> None:
    numbers = health.table["居民身份证号"].to_pylist()
    wrong = [cell.row for cell in health.flaws if cell.flaw is Flaw.WRONG_CHECK_DIGIT]
    assert len(wrong) >= 3
    assert not any(is_resident_id(numbers[row]) for row in wrong)


def test_all_peoples_and_names_with_a_dot_appear(clean: list[dict[str, str]]) -> None:
    assert {row["民族"] for row in clean} == set(PEOPLES)
    assert any("·" in row["姓名"] for row in clean)
    minority = {code: [] for code in ("道真仡佬族苗族自治县", "红花岗区")}
    for row in clean:
        for county, found in minority.items():
            if county in row["住址"]:
                found.append(row["民族"] != "汉族")
    shares = {county: sum(found) / len(found) for county, found in minority.items()}
    assert shares["道真仡佬族苗族自治县"] > 0.6 > 0.15 > shares["红花岗区"]


def test_age_decides_diagnosis_and_sex_excludes_some(clean: list[dict[str, str]]) -> None:
    ages = defaultdict(list)
    sexes = defaultdict(set)
    for row in clean:
        ages[row["诊断名称"]].append(int(row["就诊日期"][:4]) - int(row["出生日期"][:4]))
        sexes[row["诊断名称"]].add(row["性别"])
    assert median(ages["手足口病"]) < 6 < 50 < median(ages["脑梗死"])
    assert sexes["剖宫产分娩"] == {"女"}
    assert sexes["前列腺增生"] == {"男"}


def test_diagnosis_decides_bill_and_hospital_and_county_the_hospital(clean: list[dict[str, str]]) -> None:
    bills, city = defaultdict(list), defaultdict(list)
    home = Counter()
    for row in clean:
        bills[row["诊断名称"]].append(float(row["医疗总费用"]))
        city[row["诊断名称"]].append(row["医疗机构"].startswith("遵义市"))
        if "湄潭县" in row["住址"] and not row["医疗机构"].startswith("遵义市"):
            home[row["医疗机构"].startswith("湄潭县")] += 1
        assert 0 <= float(row["医保支付"]) <= float(row["医疗总费用"])
    assert median(bills["支气管或肺恶性肿瘤"]) > 50 * median(bills["急性上呼吸道感染"])
    share = {name: sum(found) / len(found) for name, found in city.items()}
    assert share["支气管或肺恶性肿瘤"] > 0.6 > 0.1 > share["急性上呼吸道感染"]
    assert home[True] > 8 * home[False]


def test_the_chronically_ill_come_again_and_households_share_an_address(clean: list[dict[str, str]]) -> None:
    again = Counter(row["居民身份证号"] for row in clean)
    assert max(again.values()) > 15
    same = Counter(
        (row["居民身份证号"], row["诊断名称"]) for row in clean if row["诊断名称"] == "原发性高血压"
    )
    assert sum(count >= 3 for count in same.values()) > 100
    homes = defaultdict(set)
    for row in clean:
        homes[row["住址"]].add(row["居民身份证号"])
    assert 2 < sum(map(len, homes.values())) / len(homes) < 4
