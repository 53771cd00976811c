"""Ways to carry records past the fingerprints, and honest products that must not look like records."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sandbox.fingerprint.contexts import match_every_way
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match, match_text

KEY = bytes(range(16))
ROWS, PERSONS = 10_000, 3_500
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def make_visits() -> pd.DataFrame:
    """Visits of persons: identifiers, dependent labels, dates and a heavy-tailed amount."""
    rng = np.random.default_rng(7)
    surnames, given = list("王李张刘陈杨赵黄周吴"), list("伟芳娜敏静丽强磊军洋勇艳杰涛明超兰霞平刚")
    districts = ["红花岗区", "汇川区", "播州区", "桐梓县", "绥阳县", "正安县", "仁怀市", "赤水市"]
    birth = pd.Timestamp("1940-01-01") + pd.to_timedelta(rng.integers(0, 24_000, PERSONS), "D")
    person = pd.DataFrame({"birth": birth.strftime("%Y-%m-%d")})
    person["name"] = [
        "".join(rng.choice(surnames, 1)) + "".join(rng.choice(given, 2)) for _ in range(PERSONS)
    ]
    district = rng.integers(0, 8, PERSONS)
    person["district"] = [districts[n] for n in district]
    person["id"] = [
        f"52030{n + 1}{day.replace('-', '')}{serial:03}{serial % 10}"
        for n, day, serial in zip(district, person["birth"], rng.integers(0, 1000, PERSONS), strict=True)
    ]
    person["phone"] = [f"13{n:09}" for n in rng.integers(0, 10**9, PERSONS)]
    person["street"] = [
        f"贵州省遵义市{districts[n]}中华路{no}号"
        for n, no in zip(district, rng.integers(1, 900, PERSONS), strict=True)
    ]
    visits = person.iloc[rng.integers(0, PERSONS, ROWS)].reset_index(drop=True)
    code = rng.zipf(1.4, ROWS) % 120
    visits["diag"] = [f"J{n:03}" for n in code]
    visits["diag_name"] = [f"诊断第{n}类" for n in code]
    visits["hospital"] = [
        f"{d}人民医院{n}部" for d, n in zip(visits["district"], rng.integers(0, 3, ROWS), strict=True)
    ]
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 730, ROWS), "D")
    visits["visit"] = day.strftime("%Y-%m-%d")
    visits["amount"] = [f"{value:.2f}" for value in np.exp(rng.normal(6, 1.2, ROWS))]
    return visits


def as_table(frame: pd.DataFrame) -> pa.Table:
    columns = {str(name): ["" if cell != cell else str(cell) for cell in frame[name]] for name in frame}
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


@pytest.fixture(scope="module")
def visits():
    return make_visits()


@pytest.fixture(scope="module")
def masked(visits):
    out = pd.DataFrame(
        {"person": [f"t{hashlib.blake2b(pid.encode(), digest_size=10).hexdigest()}" for pid in visits["id"]]}
    )
    out["year"] = visits["birth"].str[:4]
    out["district"], out["diag"] = visits["district"], visits["diag"]
    out["month"] = visits["visit"].str[:7]
    out["amount"] = visits["amount"]
    return out


@pytest.fixture(scope="module")
def index(visits, masked):
    units = pd.factorize(visits["id"])[0].astype(np.uint32) + 1
    return RecordIndex.build([("raw", as_table(visits)), ("masked", as_table(masked))], key=KEY, units=units)


def test_the_exact_file(index, visits):
    found = match(index, as_table(visits))
    assert len(found.rows) == ROWS
    assert found.distinct_records > 0.95 * ROWS
    assert found.units == visits["id"].nunique()
    assert found.complete
    assert "raw" in found.origins


def test_the_exact_masked_file(index, masked):
    found = match(index, as_table(masked))
    assert len(found.rows) == ROWS
    assert "masked" in found.origins


def test_ten_shuffled_rows_with_renamed_columns_as_json_in_a_zip(index, visits):
    part = visits.drop(columns=["id", "phone"]).sample(10, random_state=1)
    part = part[list(reversed(part.columns))].set_axis(
        [f"c{n}" for n in range(part.shape[1] - 2, -2, -1)], axis=1
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.json", part.to_json(orient="records", force_ascii=False))
    with zipfile.ZipFile(packed) as archive:
        rows = json.loads(archive.read("x.json"))
    found = match(index, as_table(pd.DataFrame(rows)))
    assert found.rows.tolist() == list(range(10))
    for options in ({"ensure_ascii": False}, {}, {"indent": 1}, {"ensure_ascii": False, "indent": 1}):
        assert match_text(index, json.dumps(rows, **options)).distinct_records == 10


@pytest.mark.parametrize(
    "columns",
    [
        ["name", "visit", "street"],
        ["name", "birth", "street"],
        ["street", "visit", "amount"],
        ["visit", "diag", "amount"],
        ["birth", "visit", "hospital", "amount"],
        ["name", "birth", "visit", "diag"],
    ],
)
@pytest.mark.parametrize("size", [12, 5000])
def test_a_subset_of_columns(index, visits, columns, size):
    part = visits[columns].iloc[100 : 100 + size]
    found = match(index, as_table(part))
    assert len(found.rows) >= 0.85 * size
    truth = set(part["street"]) if "street" in columns else set()
    shown = set(visits["street"].iloc[found.records])
    assert not truth or shown <= truth


def test_one_row(index, visits):
    found = match(index, as_table(visits[["name", "birth", "street", "amount"]].iloc[[4321]]))
    assert found.rows.tolist() == [0]
    assert visits["id"].iloc[int(found.records[0])] == visits["id"].iloc[4321]


DISGUISES = {
    "full width": lambda part: part.map(lambda cell: cell.translate(FULL_WIDTH)),
    "Chinese dates": lambda part: part.assign(
        birth=pd.to_datetime(part["birth"]).dt.strftime("%Y年%m月%d日"),
        visit=part["visit"].str.replace("-", "/"),
    ),
    "year last": lambda part: part.assign(
        birth=pd.to_datetime(part["birth"]).dt.strftime("%d/%m/%Y"),
        visit=pd.to_datetime(part["visit"]).dt.strftime("%m/%d/%Y"),
    ),
    "milliseconds": lambda part: part.assign(
        **{
            c: (pd.to_datetime(part[c]).astype("datetime64[ms]").astype("int64")).map(str)
            for c in ("birth", "visit")
        }
    ),
    "spreadsheet serials": lambda part: part.assign(
        **{
            c: (pd.to_datetime(part[c]) - pd.Timestamp("1899-12-30")).dt.days.map(str)
            for c in ("birth", "visit")
        }
    ),
    "blanks and zero width": lambda part: part.map(lambda cell: " " + "\u200b".join(cell) + "\u3000"),
    "thousands and currency": lambda part: part.assign(amount=[f"¥{float(a):,.3f}" for a in part["amount"]]),
    "case and brackets": lambda part: part.map(lambda cell: f"（{cell.lower()}）"),
    "amounts rounded": lambda part: part.assign(amount=[f"{float(a):.0f}" for a in part["amount"]]),
    "months only": lambda part: part.assign(visit=part["visit"].str[:7]),
    "noise columns": lambda part: part.assign(**{f"noise{n}": range(n, n + len(part)) for n in range(3)}),
    "a cell lost in each row": lambda part: part.mask(
        np.arange(part.shape[1])[None, :] == np.arange(len(part))[:, None] % part.shape[1], ""
    ),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise(index, visits, disguise):
    part = visits.drop(columns=["id", "phone"]).iloc[200:260].reset_index(drop=True)
    found = match(index, as_table(DISGUISES[disguise](part)))
    assert len(found.rows) == 60
    assert (visits["street"].iloc[found.records].to_numpy() == part["street"].to_numpy()).all()


def test_a_few_rows_hidden_among_many_invented_ones(index, visits):
    invented = make_decoy(visits.drop(columns=["id", "phone"])).head(5000)
    true = visits[invented.columns].iloc[[11, 22, 33]]
    mixed = pd.concat([invented.head(2500), true, invented.tail(2500)], ignore_index=True)
    assert match(index, as_table(mixed)).rows.tolist() == [2500, 2501, 2502]


def test_a_single_identifier_or_token_is_one_record(index, visits, masked):
    for cell in (
        visits["id"][5],
        visits["phone"][5],
        masked["person"][5],
        visits["id"][5].translate(FULL_WIDTH),
    ):
        found = match(index, [["x", cell, "1"]])
        assert (len(found.rows), found.units, found.identifiers) == (1, 1, 1)
        assert match_text(index, f"见附件：{cell}；余略")
        assert not match(index, [[cell[:-1] + "?"]])


def test_lines_of_text(index, visits):
    part = visits.drop(columns=["id", "phone"]).iloc[50:60]
    for text in (
        "\n".join("\t".join(row) for row in part.to_numpy()),
        "\n".join(" ".join(row) for row in part.to_numpy()),
        "\n".join(
            ", ".join(f"{name}={cell}" for name, cell in row.items()) for row in part.to_dict("records")
        ),
        "\n\n".join(
            "\n".join(f"{name}: {cell}" for name, cell in row.items()) for row in part.to_dict("records")
        ),
    ):
        assert match_text(index, text).distinct_records == 10
    assert not match_text(index, "本报告说明各区县 2023 年就诊情况，红花岗区 1,234 人次，占 12.5%。\n" * 50)
    assert not match_text(index, "")


def make_decoy(frame: pd.DataFrame) -> pd.DataFrame:
    """Every column with the source's own values, each shuffled by itself: only chance is left."""
    rng = np.random.default_rng(3)
    return pd.DataFrame({name: frame[name].to_numpy()[rng.permutation(len(frame))] for name in frame})


def test_chance_alone_shows_no_record(index, visits):
    found = match(index, as_table(make_decoy(visits.drop(columns=["id", "phone"]))))
    assert len(found.rows) == 0
    assert found.complete


def _aggregates(visits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    data = visits.assign(
        value=visits["amount"].astype(float), month=visits["visit"].str[:7], year=visits["birth"].str[:4], n=1
    )
    keys = (
        "district|hospital|diag|diag diag_name|month|visit|year|district month|district diag|hospital diag|"
        "hospital month|district hospital diag|district hospital diag diag_name|diag diag_name month|"
        "visit district|district year|district hospital month"
    )
    out: dict[str, pd.DataFrame] = {}
    for by in map(str.split, keys.split("|")):
        group = data.groupby(by)["value"]
        table = group.agg(["count", "mean", "sum", "median", "std"]).round(2).reset_index()
        out["stats " + "+".join(by)] = table
        out["count " + "+".join(by)] = group.size().reset_index()
    for row, column in (
        ("district", "month"),
        ("diag", "district"),
        ("visit", "district"),
        ("hospital", "year"),
    ):
        out[f"cross {row} {column}"] = data.pivot_table(
            index=row, columns=column, values="n", aggfunc="sum", fill_value=0
        ).reset_index()
        out[f"cross mean {row} {column}"] = (
            data.pivot_table(index=row, columns=column, values="value").round(1).reset_index()
        )
    for name in ("district", "hospital", "diag", "visit", "month", "street", "name", "birth", "amount"):
        out[f"labels {name}"] = data[[name]].drop_duplicates()
    out["describe"] = data["value"].describe().round(2).reset_index()
    out["daily"] = data.groupby("visit")["id"].nunique().reset_index()
    return out


def test_no_aggregate_looks_like_records(index, visits):
    products = _aggregates(visits)
    assert len(products) >= 40
    assert {
        name: len(found.rows) for name, table in products.items() if (found := match(index, as_table(table)))
    } == {}


def test_no_aggregate_read_another_way_looks_like_records(index, visits):
    for name, table in _aggregates(visits).items():
        if len(table) < 500:
            assert not match_text(index, table.to_csv(index=False)), name
            assert not match_text(index, table.to_json(orient="records", force_ascii=False)), name
            assert not match_every_way(index, as_table(table)), name


def test_labels_of_a_large_group_are_no_record(visits):
    """Five labels that dozens of persons share are worth many bits apart, and show nobody."""
    crowd = visits[["district", "hospital", "diag", "diag_name"]].assign(
        kind="门诊", level=visits["diag"].str[:2]
    )
    index = RecordIndex.build([("raw", as_table(crowd))], key=KEY)
    counted = crowd.value_counts().reset_index()
    counted = counted[counted["count"] >= 10]
    assert not match(index, as_table(counted))
