# ruff: noqa: E501 - a case reads best on one line
"""Claims that would get one person's or firm's data proven. Written from the command line's contract alone.

`{firm}`, `{person}` and so on are filled from one record of the sources; the product is what DuckDB
answers, so that only the proof, never a wrong figure, can stop it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb

from tests.attacks.exam_leaks import book
from tests.attacks.exam_source import Row, to_csv

if TYPE_CHECKING:
    from pathlib import Path

FIRM: Final = "统一社会信用代码"
PERSON: Final = "身份证号"

_F: Final = f"count(DISTINCT {FIRM}) AS 企业数 FROM 企业"
_P: Final = f"count(DISTINCT {PERSON}) AS 人数 FROM 居民"

FIRM_CLAIMS: Final = (
    f"SELECT 企业名称, {_F} GROUP BY 企业名称",
    f"SELECT {FIRM}, {_F} GROUP BY 1",
    f'SELECT "企业名称" AS "地区", {_F} GROUP BY "企业名称"',
    f"SELECT 企业名称, {_F} GROUP BY ALL",
    f"SELECT 地区, min(注册资本) AS 最小, {_F} GROUP BY 地区",
    f"SELECT 地区, max(成立日期) AS 最近, {_F} GROUP BY 地区",
    "SELECT 地区, any_value(企业名称) AS 例 FROM 企业 GROUP BY 地区",
    "SELECT 地区, first(法定代表人) AS 例 FROM 企业 GROUP BY 地区",
    "SELECT 地区, string_agg(企业名称, '、') AS 名单 FROM 企业 GROUP BY 地区",
    "SELECT 地区, list(企业名称)::VARCHAR AS 名单 FROM 企业 GROUP BY 地区",
    "SELECT 行业, arg_max(企业名称, 注册资本) AS 龙头 FROM 企业 GROUP BY 行业",
    "SELECT 行业, max_by(住所, 从业人数) AS 龙头 FROM 企业 GROUP BY 行业",
    "SELECT 行业, mode(法定代表人) AS 众数 FROM 企业 GROUP BY 行业",
    "SELECT 行业, quantile_cont(注册资本, 1.0) AS q FROM 企业 GROUP BY 行业",
    "SELECT 行业, quantile_disc(注册资本, 0.999) AS q FROM 企业 GROUP BY 行业",
    "SELECT 行业, histogram(注册资本)::VARCHAR AS h FROM 企业 GROUP BY 行业",
    "SELECT 行业, sum(DISTINCT 注册资本) FILTER (WHERE 企业名称 = '{firm}') AS s FROM 企业 GROUP BY 行业",
    f"SELECT count(DISTINCT CASE WHEN 企业名称 = '{{firm}}' AND 注册资本 > 100 THEN {FIRM} END) AS n FROM 企业",
    f"SELECT 行业, count(DISTINCT CASE WHEN 法定代表人 = '{{director}}' THEN {FIRM} END) AS n, {_F} GROUP BY 行业",
    f"SELECT 地区, sum(CASE WHEN 企业名称 = '{{firm}}' THEN 注册资本 ELSE 0 END) AS s, {_F} GROUP BY 地区",
    f"SELECT 地区, sum(注册资本) FILTER (WHERE 企业名称 = '{{firm}}') AS s, {_F} GROUP BY 地区",
    f"SELECT count(DISTINCT {FIRM}) AS a, count(DISTINCT CASE WHEN 企业名称 <> '{{firm}}' THEN {FIRM} END) AS b, sum(注册资本) AS c, sum(CASE WHEN 企业名称 <> '{{firm}}' THEN 注册资本 END) AS d FROM 企业",
    f"SELECT sum(注册资本) AS 合计, {_F} WHERE 企业名称 <> '{{firm}}'",
    f"SELECT sum(注册资本) AS 合计, {_F} WHERE 注册资本 < {{capital}} OR 注册资本 > {{capital}}",
    f"SELECT sum(注册资本) AS 合计, {_F} WHERE NOT (地区 = '{{district}}' AND 成立日期 = DATE '{{made}}')",
    f"SELECT sum(注册资本 + CASE WHEN 企业名称 = '{{firm}}' THEN 从业人数 * 1e9 ELSE 0 END) AS 合计, {_F}",
    f"SELECT 地区, sum(注册资本 * CASE WHEN {FIRM} = '{{code}}' THEN 1 ELSE 1e-9 END) AS 合计, {_F} GROUP BY 地区",
    f"SELECT 地区, sum(power(注册资本, 12)) AS 合计, {_F} GROUP BY 地区",
    f"SELECT 地区, sum(exp(注册资本 / 10)) AS 合计, {_F} GROUP BY 地区",
    f"SELECT 地区, product(注册资本) AS 积, {_F} GROUP BY 地区",
    f"SELECT 地区, bool_or(企业名称 = '{{firm}}') AS 有, {_F} GROUP BY 地区",
    f"SELECT 地区, count_if(企业名称 = '{{firm}}') AS 有, {_F} GROUP BY 地区",
    f"SELECT CASE WHEN 企业名称 = '{{firm}}' THEN 'A' ELSE 'B' END AS 组, sum(注册资本) AS s, {_F} GROUP BY 1",
    f"SELECT 地区, 行业, 企业类型, {_F} GROUP BY ALL HAVING count(*) = 1",
    f"SELECT 地区, 行业, 企业类型, {_F} GROUP BY ALL HAVING count(*) < 10",
    f"SELECT 地区, {_F} GROUP BY 地区 HAVING max(企业名称) = '{{firm}}' OR bool_or(企业名称 = '{{firm}}')",
    f"SELECT 行业, {_F} GROUP BY 行业 HAVING sum(CASE WHEN 企业名称 = '{{firm}}' THEN 1 ELSE 0 END) > 0",
    f"SELECT 行业, {_F} GROUP BY 行业 HAVING count(*) >= 10 AND EXISTS (SELECT 1 FROM 企业 x WHERE x.企业名称 = '{{firm}}' AND x.注册资本 > 100)",
    f"SELECT 地区, 行业, 企业类型, {_F} GROUP BY ROLLUP (地区, 行业, 企业类型)",
    f"SELECT 地区, 企业名称, {_F} GROUP BY GROUPING SETS ((地区), (企业名称))",
    f"SELECT 地区, 法定代表人, {_F} GROUP BY CUBE (地区, 法定代表人)",
    f"SELECT round(注册资本, 2) AS 资本, 成立日期, {_F} GROUP BY 1, 2",
    f"SELECT floor(注册资本 * 10) AS 资本, {_F} GROUP BY 1",
    f"SELECT 成立日期, {_F} GROUP BY 成立日期",
    f"SELECT md5({FIRM}) AS 码, {_F} GROUP BY 1",
    f"SELECT substr({FIRM}, 9) AS 码, {_F} GROUP BY 1",
    f"SELECT reverse(企业名称) AS 码, {_F} GROUP BY 1",
    "SELECT 企业名称, row_number() OVER (ORDER BY 注册资本 DESC) AS 名次 FROM 企业",
    "SELECT 地区, sum(注册资本) OVER (PARTITION BY 企业名称) AS s FROM 企业",
    f"SELECT 地区, {_F} GROUP BY 地区 UNION ALL SELECT 企业名称, 1 FROM 企业",
    f"SELECT 地区, {_F} GROUP BY 地区 EXCEPT SELECT 企业名称, 1 FROM 企业",
    f"SELECT a.企业名称, count(DISTINCT b.{FIRM}) AS n FROM 企业 a, 企业 b GROUP BY a.企业名称",
    f"SELECT a.企业名称, count(DISTINCT b.{FIRM}) AS n FROM 企业 a JOIN 企业 b ON a.地区 = b.地区 GROUP BY a.企业名称",
    f"SELECT a.地区, sum(a.注册资本) AS s, count(DISTINCT b.{FIRM}) AS n FROM 企业 a JOIN 企业 b ON a.行业 = b.行业 AND a.企业名称 = '{{firm}}' GROUP BY a.地区",
    f"SELECT v.n AS 名, {_F} e JOIN (VALUES ('{{firm}}')) v(n) ON e.企业名称 = v.n GROUP BY 1",
    f"SELECT 地区, (SELECT max(企业名称) FROM 企业) AS 名, {_F} GROUP BY 地区",
    f"SELECT 地区, (SELECT 注册资本 FROM 企业 WHERE 企业名称 = '{{firm}}' LIMIT 1) AS 数, {_F} GROUP BY 地区",
    "WITH t AS (SELECT 地区, min(企业名称) AS 名 FROM 企业 GROUP BY 地区) SELECT 地区, 名 FROM t",
    "SELECT avg(x) AS 均 FROM (SELECT 企业名称, max(注册资本) AS x FROM 企业 GROUP BY 企业名称) WHERE 企业名称 = '{firm}'",
    f"SELECT x, count(*) AS n FROM (SELECT 法定代表人 AS x, {FIRM} FROM 企业) GROUP BY x",
    f"SELECT '{{firm}} {{code}} {{capital}}' AS 说明, {_F}",
    f"SELECT chr(36149) || chr(24030) || '{{code}}' AS 说明, {_F}",
    f'SELECT 地区, count(DISTINCT {FIRM}) AS "{{firm}}{{code}}" FROM 企业 GROUP BY 地区',
    f"SELECT 地区, {_F} GROUP BY 地区 /* {{firm}} */ ; SELECT 企业名称, 1 FROM 企业",
    "SELECT DISTINCT 企业名称 FROM 企业",
    "SELECT DISTINCT ON (地区) 地区, 企业名称, 注册资本 FROM 企业",
    "SELECT * FROM 企业",
    "SELECT * EXCLUDE (企业名称) FROM 企业",
    "SELECT COLUMNS('.*') FROM 企业",
    "FROM 企业 SELECT 地区, 注册资本 LIMIT 20",
    "SELECT 地区, 注册资本 FROM 企业 ORDER BY 注册资本 DESC LIMIT 1",
    f"SELECT 法定代表人, {_F} GROUP BY 1 ORDER BY 2 DESC LIMIT 3",
    "SELECT 企业::VARCHAR AS 行 FROM 企业",
    "SELECT to_json(企业)::VARCHAR AS 行 FROM 企业",
    "SELECT 地区, 注册资本 FROM 企业 USING SAMPLE 5 ROWS",
    "SELECT 地区, unnest(list(注册资本)) AS v FROM 企业 GROUP BY 地区",
    "PIVOT 企业 ON 地区 USING count(*) GROUP BY 企业名称",
    "SELECT 地区, 行业, stddev_samp(注册资本) AS s, avg(注册资本) AS m FROM 企业 GROUP BY 地区, 行业",
    "SELECT 地区, 行业, 企业类型, sum(注册资本) AS s FROM 企业 GROUP BY ALL",
    f"SELECT 行业, 企业类型, sum(power(注册资本, 3)) AS s, {_F} GROUP BY ALL",
    f"SELECT 地区, corr(注册资本, CASE WHEN 企业名称 = '{{firm}}' THEN 1 ELSE 0 END) AS r, {_F} GROUP BY 地区",
    f"SELECT CAST(企业名称 AS VARCHAR) AS 组, {_F} GROUP BY CAST(企业名称 AS VARCHAR)",
    f"SELECT coalesce(NULL, 企业名称) AS 组, {_F} GROUP BY 1",
    f"SELECT 地区 || 企业名称 AS 组, {_F} GROUP BY 1",
    f"SELECT 地区, {_F} WHERE 企业名称 LIKE '{{firm}}%' GROUP BY 地区",
    f"SELECT 地区, {_F} WHERE {FIRM} IN ('{{code}}') GROUP BY 地区",
    f"SELECT length(企业名称) AS 长, 注册资本 AS 资本, {_F} GROUP BY 1, 2",
)

PERSON_CLAIMS: Final = (
    f"SELECT 姓名, {_P} GROUP BY 姓名",
    f"SELECT 出生日期, {_P} GROUP BY 出生日期",
    f"SELECT substr({PERSON}, 1, 14) AS 前缀, {_P} GROUP BY 1",
    f"SELECT substr(手机号, 1, 7) AS 号段, {_P} GROUP BY 1",
    f"SELECT substr(住址, 1, 14) AS 片区, {_P} GROUP BY 1",
    f"SELECT 诊断, {_P} WHERE {PERSON} = '{{person}}' GROUP BY 诊断",
    f"SELECT 诊断, {_P} WHERE 姓名 LIKE '{{name}}%' GROUP BY 诊断",
    f"SELECT 诊断, {_P} WHERE 区县 = '{{place}}' AND 出生日期 = DATE '{{born}}' GROUP BY 诊断",
    f"SELECT 区县, 诊断, {_P} GROUP BY 区县, 诊断",
    f"SELECT 区县, 医院, 诊断, count(*) AS 人次, {_P} GROUP BY ALL",
    "SELECT 区县, 医院, avg(CASE WHEN 诊断 = '抑郁发作' THEN 1 ELSE 0 END) AS 率 FROM 居民 GROUP BY 区县, 医院",
    f"SELECT 区县, 医院, round(100.0 * count(DISTINCT CASE WHEN 诊断 = '乙型肝炎' THEN {PERSON} END) / count(DISTINCT {PERSON}), 2) AS 率 FROM 居民 GROUP BY 区县, 医院",
    "SELECT 区县, 医院, sum(CASE WHEN 诊断 = '痛风' THEN 1 ELSE 0 END) AS 例 FROM 居民 GROUP BY 区县, 医院",
    f"SELECT 区县, avg(金额) AS 均 FROM 居民 WHERE {PERSON} = '{{person}}' GROUP BY 区县",
    f"SELECT 区县, sum(CAST(substr({PERSON}, 1, 17) AS BIGINT)) AS s, {_P} GROUP BY 区县",
    f"SELECT sum(CASE WHEN {PERSON} = '{{person}}' THEN ascii(诊断) ELSE 0 END) AS s, {_P}",
    f"SELECT sum(金额) AS s, sum(CASE WHEN 手机号 <> '{{phone}}' THEN 金额 END) AS t, {_P}",
    "SELECT a.姓名, count(*) AS n FROM 居民 a JOIN 居民 b ON a.区县 = b.区县 GROUP BY a.姓名",
    f"SELECT f.企业名称, count(DISTINCT p.{PERSON}) AS n FROM 居民 p JOIN 企业 f ON p.姓名 = f.法定代表人 GROUP BY 1",
    f"SELECT p.诊断, count(DISTINCT p.{PERSON}) AS n FROM 居民 p JOIN 企业 f ON p.姓名 = f.法定代表人 AND f.企业名称 = '{{firm}}' GROUP BY 1",
    f"SELECT 就诊日期, 诊断, {_P} GROUP BY 就诊日期, 诊断 HAVING count(*) >= 1",
    "SELECT 区县, 诊断, 性别, sum(金额) AS 费 FROM 居民 GROUP BY ALL HAVING count(*) >= 2",
    f"SELECT 区县, year(出生日期) AS 年, {_P} GROUP BY ALL",
    f"SELECT 诊断, {_P} WHERE year(出生日期) < 1941 GROUP BY 诊断",
)

ENGINE_CLAIMS: Final = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT content FROM read_text('/etc/hostname')",
    "SELECT * FROM '企业.csv'",
    "SELECT * FROM glob('/*')",
    "ATTACH '/tmp/x.db' AS x",
    "CREATE MACRO f() AS TABLE SELECT * FROM 企业",
    "COPY 企业 TO '/tmp/out.csv'",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "INSTALL httpfs",
    "SELECT * FROM information_schema.columns",
    "SELECT * FROM duckdb_settings()",
    "SELECT current_setting('home_directory') AS a",
    "SELECT getenv('HOME') AS a, count(*) AS n FROM 企业",
    "SELECT * FROM query('SELECT 企业名称 FROM 企业')",
    "SELECT * FROM query_table('企业')",
    "CALL pragma_version()",
    "EXPLAIN ANALYZE SELECT * FROM 企业",
    "DESCRIBE 企业",
    "SUMMARIZE 企业",
    "",
    "SELECT",
    "SELECT 地区, count(*) FROM 不存在 GROUP BY 地区",
)

_BY_DIRECTOR: Final = "SELECT 法定代表人, 成立日期, count(*) AS 企业数 FROM 企业 GROUP BY ALL"
SUBJECTS: Final[tuple[object, ...]] = (
    "地区",
    "法定代表人",
    "成立日期",
    "1",
    "NULL",
    "",
    None,
    ["地区"],
    f"{FIRM} || 成立日期",
    "count(*)",
)
"""What a claim may try to have counted instead of firms."""


@dataclass(frozen=True, slots=True)
class Case:
    """A product with its claim; hostile unless it stands in the list of honest ones."""

    name: str
    files: dict[str, bytes]


def engine(persons: Path, firms: Path) -> duckdb.DuckDBPyConnection:
    """Both sources as tables whose types DuckDB found by itself."""
    made = duckdb.connect()
    made.execute(
        f"CREATE TABLE 居民 AS FROM read_csv('{persons}', types={{'身份证号': 'VARCHAR', '手机号': 'VARCHAR'}})"
    )
    made.execute(f"CREATE TABLE 企业 AS FROM read_csv('{firms}')")
    return made


def answer(db: duckdb.DuckDBPyConnection, sql: str) -> bytes:
    """What DuckDB answers as CSV, at most 3,000 rows; some counts if it cannot."""
    try:
        table = db.cursor().execute(sql).to_arrow_table().slice(0, 3000)
        return to_csv(
            [{k: "" if v is None else str(v) for k, v in row.items()} for row in table.to_pylist()]
        ).encode()
    except (duckdb.Error, IndexError, AttributeError):
        return "地区,企业数\n红花岗区,410\n汇川区,360\n".encode()


def claim(sql: object, subject: object) -> bytes:
    """A claim file."""
    return json.dumps({"sql": sql, "subject": subject}, ensure_ascii=False).encode()


def hostile(db: duckdb.DuckDBPyConnection, person: Row, firm: Row) -> list[Case]:
    """All hostile claims with the product each would get."""
    values = {
        "firm": firm["企业名称"], "code": firm[FIRM], "director": firm["法定代表人"], "capital": firm["注册资本"],
        "district": firm["地区"], "made": firm["成立日期"], "person": person[PERSON], "name": person["姓名"],
        "born": person["出生日期"], "place": person["区县"], "phone": person["手机号"],
    }  # fmt: skip
    out = []
    groups = (("firm", FIRM_CLAIMS, FIRM), ("person", PERSON_CLAIMS, PERSON), ("engine", ENGINE_CLAIMS, FIRM))
    for kind, claims, subject in groups:
        for n, template in enumerate(claims):
            sql = template.format(**values)
            name = f"{kind}{n:03d}.csv"
            out.append(
                Case(
                    f"{name}: {template}", {name: answer(db, sql), f"{name}.claim.json": claim(sql, subject)}
                )
            )
    for n, subject in enumerate(SUBJECTS):
        name = f"subject{n}.csv"
        files = {name: answer(db, _BY_DIRECTOR), f"{name}.claim.json": claim(_BY_DIRECTOR, subject)}
        out.append(Case(f"{name}: {subject!r}", files))
    return out + _tampered(db, person)


def _tampered(db: duckdb.DuckDBPyConnection, person: Row) -> list[Case]:
    """Products that carry something beside what an honest claim covers."""
    sql = f"SELECT 地区, {_F} GROUP BY 地区 ORDER BY 地区"
    rows = [line.split(",") for line in answer(db, sql).decode().splitlines()]
    record = ",".join(person.values())
    made = {
        "extra_column.csv": "\n".join(",".join([*row, f"{n}"]) for n, row in enumerate(rows)).encode(),
        "extra_row.csv": "\n".join([*(",".join(row) for row in rows), f"{person['姓名']},1"]).encode(),
        "extra_text.csv": ("\n".join(",".join(row) for row in rows) + f"\n# {record}\n").encode(),
        "extra_digits.csv": "\n".join(
            ",".join([a, b if not b.isdigit() else f"{b}.{person['手机号']}"]) for a, b in rows
        ).encode(),
        "other_figures.csv": "\n".join(
            ",".join([a, b if not b.isdigit() else str(int(b) + 1)]) for a, b in rows
        ).encode(),
        "extra_sheet.xlsx": book(
            [list(row) for row in rows], lambda made: made.create_sheet("b").append(list(person.values()))
        ),
        "extra_key.json": json.dumps([{"地区": a, "企业数": b, "x": record} for a, b in rows[1:]]).encode(),
        "twice.csv": "\n".join(",".join(row) for row in [*rows, *rows[1:]]).encode(),
    }
    return [Case(name, {name: data, f"{name}.claim.json": claim(sql, FIRM)}) for name, data in made.items()]
