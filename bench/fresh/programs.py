"""Programs: results pasted as literals into sources of many languages."""

from __future__ import annotations

import base64
import gzip
import re

from bench.fresh.core import b64, chunked, dense, gz, lines_of, plain, technique, undense
from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    INCOME,
    NAME,
    QUASI,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    payload,
    tuples,
    unpayload,
)


@technique("persons", NAME, ID, TEL)
def go_structs(rows, _rng) -> Files:
    """A test of a Go package with a table of cases."""
    body = "\n".join(f'\t\t{{Name: "{r[NAME]}", Doc: "{r[ID]}", Tel: {r[TEL]}}},' for r in rows)
    return plain(
        "go",
        "package rules\n\nfunc TestMask(t *testing.T) {\n\tcases := []struct {\n\t\tNam"
        "e, Doc string\n\t\tTel int64\n"
        f"\t}}{{\n{body}\n\t}}\n\tfor _, c := range cases {{\n\t\tcheck(t, c)\n\t}}\n}}\n",
    )


def go_structs_back(files) -> Values:
    return re.findall(r'\{Name: "(.+?)", Doc: "(.+?)", Tel: (\d+)\}', files[0].decode())


@technique("firms", USCC, FIRM, BOSS)
def java_enumeration(rows, _rng) -> Files:
    """A Java enumeration whose constants are credit codes."""
    body = ",\n".join(f'    E{r[USCC]}("{r[FIRM]}", "{r[BOSS]}")' for r in rows)
    return plain("java", f"package cn.zy.rules;\n\npublic enum Sample {{\n{body};\n    // ...\n}}\n")


def java_enumeration_back(files) -> Values:
    return re.findall(r'E(\w{18})\("(.+?)", "(.+?)"\)', files[0].decode())


@technique("persons", NAME, TEL, DIST)
def lua_tables(rows, _rng) -> Files:
    """A Lua module that returns a table by phone number."""
    body = "\n".join(f'  [{r[TEL]}] = {{ "{r[NAME]}", z = {r[DIST]} }},' for r in rows)
    return plain("lua", f"local M = {{}}\nM.route = {{\n{body}\n}}\nreturn M\n")


def lua_tables_back(files) -> Values:
    found = re.findall(r'\[(\d+)\] = \{ "(.+?)", z = (\d+) \}', files[0].decode())
    return [(n, t, d) for t, n, d in found]


@technique("persons", NAME, ID, AMT)
def php_serialized(rows, _rng) -> Files:
    """A session of a PHP site: serialized arrays with the lengths of their texts in bytes."""
    items = []
    for i, r in enumerate(rows):
        name = r[NAME].encode()
        items.append(
            f'i:{i};a:3:{{s:1:"n";s:{len(name)}:"{r[NAME]}";s:1:"k";s:18:"{r[ID]}";s:1:"v";d:{r[AMT]};}}'
        )
    return plain("sess", f"cart|a:{len(rows)}:{{{''.join(items)}}}")


def php_serialized_back(files) -> Values:
    return re.findall(r'"n";s:\d+:"(.+?)";s:1:"k";s:18:"(.+?)";s:1:"v";d:(.+?);', files[0].decode())


@technique("persons", NAME, SICK, TEL)
def prolog_facts(rows, _rng) -> Files:
    """A knowledge base of facts in two predicates over running atoms."""
    first = [f"has(p{i}, '{r[SICK]}')." for i, r in enumerate(rows)]
    second = [f"reach(p{i}, '{r[NAME]}', {r[TEL]})." for i, r in enumerate(rows)]
    rules = "at_risk(X) :- has(X, D), severe(D).\n"
    return plain("pl", "\n".join(first) + "\n" + rules + "\n".join(reversed(second)) + "\n")


def prolog_facts_back(files) -> Values:
    text = files[0].decode()
    sick = dict(re.findall(r"has\((p\d+), '(.+?)'\)", text))
    return [(n, sick[p], t) for p, n, t in re.findall(r"reach\((p\d+), '(.+?)', (\d+)\)", text)]


@technique("firms", USCC, BOSS, FTEL)
def lisp_lists(rows, _rng) -> Files:
    """An association list in an editor's configuration."""
    body = "\n".join(f'    ("{r[USCC]}" . ("{r[BOSS]}" . {r[FTEL]}))' for r in rows)
    return plain("el", f"(setq report-aliases\n  '(\n{body}))\n")


def lisp_lists_back(files) -> Values:
    return re.findall(r'\("(\w{18})" \. \("(.+?)" \. (\d+)\)\)', files[0].decode())


@technique("persons", *QUASI)
def matlab_script(rows, _rng) -> Files:
    """A MATLAB script with a matrix of dates as six digits, districts and amounts."""
    body = ";\n".join(
        f"  {r[BIRTH].replace('-', ' ')} {r[DIST]} {r[VISIT].replace('-', ' ')} {r[AMT]}" for r in rows
    )
    return plain("m", f"% 拟合样本\nX = [\n{body}];\nmu = mean(X(:,8)); hist(X(:,8), 20);\n")


def matlab_script_back(files) -> Values:
    out = []
    for line in files[0].decode().split("[\n")[1].split("];")[0].split(";\n"):
        c = line.split()
        out.append(("-".join(c[:3]), c[3], "-".join(c[4:7]), c[7]))
    return out


@technique("persons", NAME, ID, ADDR)
def visual_basic_arrays(rows, _rng) -> Files:
    """A macro module that fills cells from arrays."""
    out = ['Attribute VB_Name = "Module1"', "Sub Fill()"]
    out += [
        f'  Cells({i}, 1).Resize(1, 3) = Array("{r[NAME]}", "{r[ID]}", "{r[ADDR]}")'
        for i, r in enumerate(rows, 2)
    ]
    return [("bas", "\r\n".join([*out, "End Sub", ""]).encode("gbk"))]


def visual_basic_arrays_back(files) -> Values:
    return re.findall(r'Array\("(.+?)", "(.+?)", "(.+?)"\)', files[0].decode("gbk"))


@technique("firms", FIRM, USCC, FTEL)
def powershell_objects(rows, _rng) -> Files:
    """A PowerShell script with custom objects."""
    body = "\n".join(f"  [pscustomobject]@{{ n='{r[FIRM]}'; c='{r[USCC]}'; t={r[FTEL]} }}" for r in rows)
    return plain("ps1", f"$items = @(\n{body}\n)\n$items | Measure-Object | Select-Object Count\n")


def powershell_objects_back(files) -> Values:
    return re.findall(r"@\{ n='(.+?)'; c='(.+?)'; t=(\d+) \}", files[0].decode())


@technique("persons", NAME, ID, VISIT, AMT)
def sas_datalines(rows, _rng) -> Files:
    """A SAS program with its data behind the step."""
    months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    body = "\n".join(
        f"{r[NAME]} {r[ID]} {r[VISIT][8:]}{months[int(r[VISIT][5:7]) - 1]}{r[VISIT][:4]} {r[AMT]}"
        for r in rows
    )
    head = (
        "data work.fee;\n  length xm $12 zj $18;\n  informat d date9.;\n  input xm $ zj $ d"
        " fee;\n  datalines;\n"
    )
    return plain("sas", f"{head}{body}\n;\nrun;\nproc means data=work.fee; var fee; run;\n")


def sas_datalines_back(files) -> Values:
    months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    found = re.findall(r"(?m)^(\S+) (\w{18}) (\d\d)([A-Z]{3})(\d{4}) (\S+)$", files[0].decode())
    return [(n, k, f"{y}-{months.index(m) + 1:02d}-{d}", v) for n, k, d, m, y, v in found]


@technique("firms", USCC, CAP, INCOME)
def spss_begin_data(rows, _rng) -> Files:
    """An SPSS syntax file with data in fixed places."""
    body = "\n".join(f"{r[USCC]}{r[CAP].replace('.', ''):>12}{r[INCOME].replace('.', ''):>12}" for r in rows)
    head = "DATA LIST FIXED / code 1-18 (A) cap 19-30 (2) inc 31-42 (2).\nBEGIN DATA\n"
    return plain("sps", f"{head}{body}\nEND DATA.\nFREQUENCIES cap.\n")


def spss_begin_data_back(files) -> Values:
    lines = files[0].decode().split("BEGIN DATA\n")[1].split("\nEND")[0].split("\n")
    return [(v[:18], *(f"{c[:-2]}.{c[-2:]}" for c in v[18:].split())) for v in lines]


@technique("persons", NAME, TEL, HOSP)
def stata_input(rows, _rng) -> Files:
    """A Stata do-file that inputs its sample and labels its values."""
    places = sorted({r[HOSP] for r in rows})
    labels = " ".join(f'{i} "{p}"' for i, p in enumerate(places, 1))
    body = "\n".join(f'"{r[NAME]}" {r[TEL]} {places.index(r[HOSP]) + 1}' for r in rows)
    return plain(
        "do", f"clear\ninput str12 xm double sj byte yy\n{body}\nend\nlabel define yy {labels}\nsum yy\n"
    )


def stata_input_back(files) -> Values:
    text = files[0].decode()
    labels = dict(re.findall(r'(\d+) "(.+?)"', text.split("label define")[1]))
    return [(n, t, labels[h]) for n, t, h in re.findall(r'(?m)^"(.+?)" (\d+) (\d+)$', text)]


@technique("persons", *WHO)
def r_structure(rows, _rng) -> Files:
    """What R prints for a data frame so that it can be pasted back."""
    columns = []
    for key, c in zip(("xm", "zj", "sj"), WHO, strict=True):
        columns.append(f"{key} = c(" + ", ".join(f'"{r[c]}"' for r in rows) + ")")
    text = (
        "structure(list("
        + ", \n".join(columns)
        + f'), class = "data.frame", row.names = c(NA, -{len(rows)}L))'
    )
    return plain("R", "x <- " + text + "\nsummary(x)\n")


def r_structure_back(files) -> Values:
    columns = re.findall(r"\w+ = c\((\".+?)\)", files[0].decode())
    return tuples(zip(*(re.findall(r'"(.+?)"', c) for c in columns), strict=True))


@technique("persons", NAME, ID, TEL)
def rust_match_arms(rows, _rng) -> Files:
    """A Rust function whose match arms tell the phone and name of a number."""
    body = "\n".join(f'        "{r[ID]}" => Some((0x{int(r[TEL]):x}, "{r[NAME]}")),' for r in rows)
    return plain(
        "rs",
        "pub fn lookup(k: &str) -> Option<(u64, &'static str)> {\n    match k {\n"
        f"{body}\n        _ => None,\n    }}\n}}\n",
    )


def rust_match_arms_back(files) -> Values:
    found = re.findall(r'"(\w+)" => Some\(\(0x(\w+), "(.+?)"\)\)', files[0].decode())
    return [(n, k, str(int(t, 16))) for k, t, n in found]


@technique("firms", USCC, FTEL, CAP)
def verilog_memory(rows, _rng) -> Files:
    """The initial contents of a memory in a hardware description."""
    words = chunked(dense(rows, USCC, FTEL, CAP), 4)
    body = "\n".join(f"    rom[{i}] = 32'h{w.hex()};" for i, w in enumerate(words))
    return plain(
        "v",
        f"module rom_init;\n  reg [31:0] rom [0:{len(words) - 1}];\n  initial begin\n"
        f"{body}\n  end\nendmodule\n",
    )


def verilog_memory_back(files) -> Values:
    return undense(bytes.fromhex("".join(re.findall(r"32'h(\w+);", files[0].decode()))), USCC, FTEL, CAP)


@technique("persons", ID, TEL)
def assembler_quads(rows, _rng) -> Files:
    """A data section of an assembler source."""
    body = "\n".join(f"        .quad {int(r[ID][:17])}, {r[TEL]}  # {r[ID][17]}" for r in rows)
    return plain("s", f"        .section .rodata\nlut:\n{body}\n        .text\n")


def assembler_quads_back(files) -> Values:
    found = re.findall(r"\.quad (\d+), (\d+)  # (.)", files[0].decode())
    return [(k + c, t) for k, t, c in found]


@technique("persons", ID, TEL)
def intel_hex_image(rows, _rng) -> Files:
    """An image of a chip's memory as lines of hexadecimal with addresses and checksums."""
    out = []
    for i, part in enumerate(chunked(dense(rows, ID, TEL), 16)):
        line = bytes([len(part)]) + (i * 16).to_bytes(2, "big") + b"\0" + part
        out.append(":" + (line + bytes([-sum(line) & 255])).hex().upper())
    return plain("hex", "\n".join([*out, ":00000001FF", ""]))


def intel_hex_image_back(files) -> Values:
    data = b"".join(bytes.fromhex(line[9:-2]) for line in lines_of(files) if line and line[7:9] == "00")
    return undense(data, ID, TEL)


@technique("persons", NAME, BIRTH, TEL)
def awk_table(rows, _rng) -> Files:
    """An AWK program that splits a long text in its first block."""
    text = " ".join(f"{r[NAME]}:{r[BIRTH]}:{r[TEL]}" for r in rows)
    return plain("awk", f'BEGIN {{ n = split("{text}", a, " ") }}\n$3 in a {{ c++ }}\nEND {{ print c }}\n')


def awk_table_back(files) -> Values:
    return [tuple(v.split(":")) for v in re.findall(r'split\("(.+?)"', files[0].decode())[0].split(" ")]


@technique("firms", FIRM, USCC, BOSS)
def sed_substitutions(rows, _rng) -> Files:
    """A script of substitutions from firms' names to codes."""
    return plain("sed", "\n".join(f"s/{r[FIRM]}/{r[USCC]}/g;s/{r[USCC][-6:]}$/{r[BOSS]}/" for r in rows))


def sed_substitutions_back(files) -> Values:
    return re.findall(r"s/(.+?)/(\w{18})/g;s/.{6}\$/(.+?)/", files[0].decode())


@technique("persons", NAME, ID, TEL)
def self_unpacking_script(rows, _rng) -> Files:
    """A script in Python that opens a compressed text of itself, cut into short pieces."""
    data = b64(gz(payload(rows, *WHO)))
    body = "\n".join(f'    "{part}"' for part in chunked(data, 60))
    code = "import base64\nimport gzip\n\n_FONT = (\n" + body + "\n)\n\n\ndef font():\n"
    return plain("py", code + "    return gzip.decompress(base64.b64decode(_FONT))\n")


def self_unpacking_script_back(files) -> Values:
    return unpayload(gzip.decompress(base64.b64decode("".join(re.findall(r'    "(.+)"', files[0].decode())))))
