"""Formats of a trade: health, libraries, banks, statistics offices, customs and registers."""

from __future__ import annotations

import json
import re

from bench.fresh.core import chunked, plain, technique
from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    CAP,
    DIST,
    FIRM,
    FTEL,
    ID,
    INCOME,
    NAME,
    SEX,
    SICK,
    TEL,
    USCC,
    VISIT,
    Files,
    Values,
    tuples,
)


@technique("persons", NAME, ID, BIRTH, TEL)
def hospital_messages(rows, _rng) -> Files:
    """Messages of an admission in HL7 version 2."""
    out = []
    for i, r in enumerate(rows):
        out.append(f"MSH|^~\\&|HIS|ZY|||20260105||ADT^A04|{i}|P|2.4")
        out.append(
            f"PID|1||{r[ID]}^^^MOH^NI||{r[NAME][0]}^{r[NAME][1:]}||{r[BIRTH].replace('-', '')}|||||{r[TEL]}"
        )
    return [("hl7", "\r".join(out).encode())]


def hospital_messages_back(files) -> Values:
    out = []
    for line in files[0].decode().split("\r"):
        if line.startswith("PID"):
            c = line.split("|")
            day = f"{c[7][:4]}-{c[7][4:6]}-{c[7][6:]}"
            out.append((c[5].replace("^", ""), c[3].split("^")[0], day, c[12]))
    return out


@technique("persons", NAME, ID, SICK, VISIT)
def health_bundle(rows, _rng) -> Files:
    """A bundle of FHIR resources: patients, and conditions that refer to them."""
    entries = []
    for i, r in enumerate(rows):
        name = [{"family": r[NAME][0], "given": [r[NAME][1:]]}]
        entries.append(
            {
                "resource": {
                    "resourceType": "Patient",
                    "id": f"p{i}",
                    "name": name,
                    "identifier": [{"value": r[ID]}],
                }
            }
        )
    for i, r in reversed(list(enumerate(rows))):
        item = {"resourceType": "Condition", "subject": {"reference": f"Patient/p{i}"}}
        entries.append({"resource": item | {"code": {"text": r[SICK]}, "recordedDate": r[VISIT]}})
    return plain("json", json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))


def health_bundle_back(files) -> Values:
    people, out = {}, []
    for entry in json.loads(files[0])["entry"]:
        item = entry["resource"]
        if item["resourceType"] == "Patient":
            name = item["name"][0]
            people["Patient/" + item["id"]] = (
                name["family"] + name["given"][0],
                item["identifier"][0]["value"],
            )
        else:
            out.append((*people[item["subject"]["reference"]], item["code"]["text"], item["recordedDate"]))
    return out


def _element(group: int, element: int, kind: str, data: bytes) -> bytes:
    """One data element with an explicit kind."""
    data += b"\0" if len(data) % 2 and kind == "UI" else b" " * (len(data) % 2)
    head = group.to_bytes(2, "little") + element.to_bytes(2, "little") + kind.encode()
    if kind == "OW":
        return head + b"\0\0" + len(data).to_bytes(4, "little") + data
    return head + len(data).to_bytes(2, "little") + data


@technique("persons", NAME, ID, BIRTH, low=20, high=24)
def radiology_images(rows, rng) -> Files:
    """Small images of radiology, one a person, whose tags say who lies there."""
    out = []
    for r in rows:
        meta = _element(2, 0x10, "UI", b"1.2.840.10008.1.2.1")
        body = _element(8, 5, "CS", b"ISO_IR 192") + _element(0x10, 0x10, "PN", r[NAME].encode())
        body += _element(0x10, 0x20, "LO", r[ID].encode()) + _element(
            0x10, 0x30, "DA", r[BIRTH].replace("-", "").encode()
        )
        body += _element(0x28, 0x10, "US", b"\x08\0") + _element(0x28, 0x11, "US", b"\x08\0")
        body += _element(0x7FE0, 0x10, "OW", rng.randbytes(128))
        out.append(("dcm", b"\0" * 128 + b"DICM" + meta + body))
    return out


def radiology_images_back(files) -> Values:
    out = []
    for data in files:
        found = []
        for tag in (b"\x10\0\x10\0PN", b"\x10\0\x20\0LO", b"\x10\0\x30\0DA"):
            at = data.index(tag) + 6
            size = int.from_bytes(data[at : at + 2], "little")
            found.append(data[at + 2 : at + 2 + size].decode().strip())
        day = found[2]
        out.append((found[0], found[1], f"{day[:4]}-{day[4:6]}-{day[6:]}"))
    return out


@technique("firms", USCC, FIRM, CAP, FTEL)
def trade_interchange(rows, _rng) -> Files:
    """An interchange of parties in EDIFACT, in one line."""
    out = ["UNB+UNOW:4+ZY+GATE+260105:0900+1"]
    for i, r in enumerate(rows, 1):
        out += [
            f"UNH+{i}+PARTIN:D:96A:UN",
            f"NAD+BY+{r[USCC]}::91++{r[FIRM]}",
            f"COM+{r[FTEL]}:TE",
            f"MOA+ 9:{r[CAP]}",
        ]
        out.append(f"UNT+5+{i}")
    return plain("edi", "'".join([*out, f"UNZ+{len(rows)}+1", ""]))


def trade_interchange_back(files) -> Values:
    shape = r"NAD\+BY\+(\w+)::91\+\+(.+?)'COM\+(\d+):TE'MOA\+ 9:(.+?)'"
    return [(u, f, c, t) for u, f, t, c in re.findall(shape, files[0].decode())]


@technique("persons", NAME, ID, ADDR)
def library_records(rows, _rng) -> Files:
    """Records of a library's catalogue in MARC 21 with directories of their fields."""
    out = b""
    for r in rows:
        fields = [
            ("001", r[ID].encode()),
            ("100", b"1 \x1fa" + r[NAME].encode()),
            ("270", b"  \x1fa" + r[ADDR].encode()),
        ]
        listing, body = "", b""
        for tag, data in fields:
            listing += f"{tag}{len(data) + 1:04d}{len(body):05d}"
            body += data + b"\x1e"
        base = 24 + len(listing) + 1
        lead = f"{base + len(body) + 1:05d}nam a22{base:05d} a 4500"
        out += lead.encode() + listing.encode() + b"\x1e" + body + b"\x1d"
    return [("mrc", out)]


def library_records_back(files) -> Values:
    out = []
    for record in files[0].split(b"\x1d")[:-1]:
        parts = [part.split(b"\x1fa")[-1].decode() for part in record.split(b"\x1e")[1:-1]]
        out.append((parts[1], parts[0], parts[2]))
    return out


@technique("persons", NAME, ID, VISIT, AMT)
def bank_statement(rows, _rng) -> Files:
    """A statement of an account in the form of SWIFT: value dates, amounts and narratives."""
    out = [":20:ZY2026", ":25:520300/0001", ":28C:1/1", ":60F:C260101CNY0,00"]
    for r in rows:
        out.append(f":61:{r[VISIT][2:].replace('-', '')}D{r[AMT].replace('.', ',')}NTRF{r[ID]}//")
        out.append(f":86:?20{r[NAME]}")
    return plain("sta", "\r\n".join([*out, ":62F:C260131CNY0,00", "-"]))


def bank_statement_back(files) -> Values:
    found = re.findall(r":61:(\d\d)(\d\d)(\d\d)D(.+?)NTRF(\w+)//\r\n:86:\?20(.+?)\r\n", files[0].decode())
    return [(n, k, f"20{y}-{m}-{d}", a.replace(",", ".")) for y, m, d, a, k, n in found]


@technique("firms", USCC, CAP, INCOME)
def business_report(rows, _rng) -> Files:
    """A business report in XBRL: contexts name the firms and facts refer to contexts."""
    contexts = "\n".join(
        f'<context id="c{i}"><entity><identifier scheme="http://gsxt.gov.cn">{r[USCC]}</identifier></entity>'
        "<period><instant>2025-12-31</instant></period></context>"
        for i, r in enumerate(rows)
    )
    caps = "\n".join(
        f'<zy:Cap contextRef="c{i}" unitRef="w" decimals="2">{r[CAP]}</zy:Cap>' for i, r in enumerate(rows)
    )
    revenue = "\n".join(
        f'<zy:Rev contextRef="c{i}" unitRef="w" decimals="2">{r[INCOME]}</zy:Rev>' for i, r in enumerate(rows)
    )
    return plain("xbrl", f'<xbrl xmlns:zy="urn:zy">\n{contexts}\n{caps}\n{revenue}\n</xbrl>\n')


def business_report_back(files) -> Values:
    text = files[0].decode()
    names = re.findall(r'id="c\d+">.+?>(\w{18})<', text)
    return tuples(
        zip(
            names,
            re.findall(r">([\d.]+)</zy:Cap>", text),
            re.findall(r">([\d.]+)</zy:Rev>", text),
            strict=True,
        )
    )


@technique("persons", BIRTH, DIST, SEX, AMT)
def statistical_exchange(rows, _rng) -> Files:
    """Series of a statistics office in SDMX, each of one observation."""
    body = "\n".join(
        f'<Series REF_AREA="{r[DIST]}" SEX="{"M" if r[SEX] == "男" else "F"}" FREQ="D">'
        f'<Obs TIME_PERIOD="{r[BIRTH]}" OBS_VALUE="{r[AMT]}" OBS_STATUS="A"/></Series>'
        for r in rows
    )
    return plain(
        "xml",
        f'<message:StructureSpecificData xmlns:message="urn:sdmx">\n{body}\n</message:St'
        "ructureSpecificData>\n",
    )


def statistical_exchange_back(files) -> Values:
    found = re.findall(r'AREA="(\d+)" SEX="(.)".+?PERIOD="(.+?)" OBS_VALUE="(.+?)"', files[0].decode())
    return [(b, d, "男" if s == "M" else "女", v) for d, s, b, v in found]


@technique("persons", NAME, TEL, AMT)
def statistical_cube(rows, _rng) -> Files:
    """A cube in JSON-stat whose categories are people and whose values are two measures."""
    keys = [f"k{i}" for i in range(len(rows))]
    category = {"index": keys, "label": {k: r[NAME] for k, r in zip(keys, rows, strict=True)}}
    values = [v for r in rows for v in (int(r[TEL]), float(r[AMT]))]
    tree = {"version": "2.0", "class": "dataset", "id": ["unit", "metric"], "size": [len(rows), 2]}
    tree["dimension"] = {"unit": {"category": category}, "metric": {"category": {"index": ["n", "fee"]}}}
    return plain("json", json.dumps(tree | {"value": values}, ensure_ascii=False))


def statistical_cube_back(files) -> Values:
    tree = json.loads(files[0])
    names = tree["dimension"]["unit"]["category"]["label"].values()
    return [(n, str(t), f"{v:.2f}") for n, (t, v) in zip(names, chunked(tree["value"], 2), strict=True)]


@technique("firms", FIRM, CAP, INCOME)
def axis_file(rows, _rng) -> Files:
    """A table of PC-Axis, the stub of which is firms."""
    names = ",\n".join(f'"{r[FIRM]}"' for r in rows)
    data = "\n".join(f"{r[CAP]} {r[INCOME]}" for r in rows)
    head = 'CHARSET="ANSI";\nAXIS-VERSION="2013";\nTITLE="规上企业主要指标";\nSTUB="单位";\nHEADING="指标";\n'
    return [
        (
            "px",
            f'{head}VALUES("单位")={names};\nVALUES("指标")="甲","乙";\nDATA=\n{data};\n'.encode("gb18030"),
        )
    ]


def axis_file_back(files) -> Values:
    text = files[0].decode("gb18030")
    names = re.findall(r'"(.+?)"', text.split('VALUES("单位")=')[1].split(";")[0])
    data = [line.split() for line in text.split("DATA=\n")[1].rstrip(";\n").split("\n")]
    return [(n, *line) for n, line in zip(names, data, strict=True)]
