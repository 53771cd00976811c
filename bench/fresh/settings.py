"""Settings and traces: configuration, deployment files, dumps of databases and logs of services."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

import yaml

from bench.fresh.core import b64, chunked, dense, lines_of, plain, technique, undense
from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    payload,
    unpayload,
)


@technique("persons", NAME, TEL, DIST)
def image_labels(rows, _rng) -> Files:
    """A recipe of a container image with labels."""
    out = ["FROM python:3.11-slim"]
    out += [f'LABEL cn.zy.maintainer.{i}="{r[NAME]} <{r[TEL]}@{r[DIST]}>"' for i, r in enumerate(rows)]
    return plain("dockerfile", "\n".join([*out, "COPY . /app", 'CMD ["python", "-m", "app"]', ""]))


def image_labels_back(files) -> Values:
    return re.findall(r'="(.+?) <(\d+)@(\d+)>"', files[0].decode())


@technique("firms", USCC, FIRM, CAP)
def terraform_locals(rows, _rng) -> Files:
    """The locals of an infrastructure module."""
    body = "\n".join(f'    "{r[USCC]}" = {{ alias = "{r[FIRM]}", quota = {r[CAP]} }}' for r in rows)
    return plain("tf", f"locals {{\n  tenants = {{\n{body}\n  }}\n}}\n")


def terraform_locals_back(files) -> Values:
    return re.findall(r'"(\w{18})" = \{ alias = "(.+?)", quota = (\S+) \}', files[0].decode())


@technique("persons", NAME, ID, TEL)
def secrets_of_a_cluster(rows, _rng) -> Files:
    """A manifest of a cluster's secret, every value in Base64."""
    data = {f"key{i:02d}": b64(f"{r[NAME]}:{r[ID]}:{r[TEL]}".encode()) for i, r in enumerate(rows)}
    tree = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "rpt"}, "type": "Opaque", "data": data}
    return plain("yaml", yaml.safe_dump(tree, sort_keys=False))


def secrets_of_a_cluster_back(files) -> Values:
    return [tuple(base64.b64decode(v).decode().split(":")) for v in yaml.safe_load(files[0])["data"].values()]


@technique("persons", NAME, BIRTH, TEL)
def host_inventory(rows, _rng) -> Files:
    """An inventory of machines, the variables of each a person."""
    out = ["[nodes]"]
    out += [f"node{r[TEL]} ansible_user={quote(r[NAME])} since={r[BIRTH].replace('-', '')}" for r in rows]
    return plain("ini", "\n".join(out) + "\n\n[nodes:vars]\nansible_port=22\n")


def host_inventory_back(files) -> Values:
    found = re.findall(r"node(\d+) ansible_user=(\S+) since=(\d{4})(\d\d)(\d\d)", files[0].decode())
    return [(unquote(n), f"{y}-{m}-{d}", t) for t, n, y, m, d in found]


@technique("firms", USCC, BOSS, FOUND)
def directory_interchange(rows, _rng) -> Files:
    """Entries of a directory in LDIF, names in Base64 as it asks for."""
    out = []
    for r in rows:
        out += [f"dn: uid={r[USCC]},ou=org,dc=zy", "objectClass: person", f"cn:: {b64(r[BOSS].encode())}"]
        out += [f"createTimestamp: {r[FOUND].replace('-', '')}000000Z", ""]
    return plain("ldif", "\n".join(out))


def directory_interchange_back(files) -> Values:
    found = re.findall(r"uid=(\w+),.*\n.*\ncn:: (\S+)\n.*: (\d{4})(\d\d)(\d\d)0", files[0].decode())
    return [(u, base64.b64decode(n).decode(), f"{y}-{m}-{d}") for u, n, y, m, d in found]


@technique("persons", NAME, ID, AMT)
def exposition_of_metrics(rows, _rng) -> Files:
    """A page of metrics: a gauge with labels for every person."""
    head = "# HELP job_cost_yuan Cost of a job\n# TYPE job_cost_yuan gauge\n"
    return plain(
        "prom",
        head + "\n".join(f'job_cost_yuan{{job="{r[NAME]}",run="{r[ID]}"}} {r[AMT]}' for r in rows) + "\n",
    )


def exposition_of_metrics_back(files) -> Values:
    return re.findall(r'job="(.+?)",run="(.+?)"\} (\S+)', files[0].decode())


@technique("persons", ID, HOSP, VISIT, AMT)
def time_series_lines(rows, _rng) -> Files:
    """Points of a time series in line protocol, the visit its nanoseconds."""
    out = []
    for r in rows:
        stamp = int(datetime.fromisoformat(r[VISIT]).replace(tzinfo=UTC).timestamp())
        out.append(f"fee,site={r[HOSP]},series={r[ID]} value={r[AMT]} {stamp}000000000")
    return plain("lp", "\n".join(out))


def time_series_lines_back(files) -> Values:
    found = re.findall(r"site=(.+?),series=(.+?) value=(\S+) (\d+)0{9}", files[0].decode())
    return [(k, h, datetime.fromtimestamp(int(s), UTC).date().isoformat(), v) for h, k, v, s in found]


@technique("persons", NAME, ID, TEL)
def application_log(rows, rng) -> Files:
    """A log of a service in which warnings repeat the arguments of calls, two lines a person."""
    out, clock = [], datetime(2026, 1, 5, 9, tzinfo=UTC)
    for r in rows:
        for text in (
            f"WARN  [pool-{{}}] MaskService - id check failed arg0={r[ID]} arg1={r[NAME]}",
            f"INFO  [pool-{{}}] SmsClient - retry to=+86{r[TEL]} code=429",
        ):
            clock += timedelta(seconds=rng.randint(0, 40), milliseconds=rng.randint(1, 999))
            out.append(
                f"{clock:%Y-%m-%d %H:%M:%S},{clock.microsecond // 1000:03d} " + text.format(rng.randint(1, 8))
            )
    return plain("log", "\n".join(out))


def application_log_back(files) -> Values:
    text = files[0].decode()
    phones = re.findall(r"to=\+86(\d+)", text)
    return [(n, k, t) for (k, n), t in zip(re.findall(r"arg0=(\w+) arg1=(\S+)", text), phones, strict=True)]


@technique("firms", USCC, FIRM, FTEL)
def recorded_requests(rows, _rng) -> Files:
    """A browser's recording of requests, answers in Base64."""
    entries = []
    for r in rows:
        body = b64(json.dumps({"name": r[FIRM], "tel": r[FTEL]}).encode())
        request = {"method": "GET", "url": f"https://rpt.zy.cn/e/{r[USCC]}?v=1"}
        answer = {
            "status": 200,
            "content": {"mimeType": "application/json", "encoding": "base64", "text": body},
        }
        entries.append({"request": request, "response": answer, "time": 12})
    return plain("har", json.dumps({"log": {"version": "1.2", "entries": entries}}))


def recorded_requests_back(files) -> Values:
    out = []
    for entry in json.loads(files[0])["log"]["entries"]:
        body = json.loads(base64.b64decode(entry["response"]["content"]["text"]))
        out.append((re.findall(r"/e/(\w+)\?", entry["request"]["url"])[0], body["name"], body["tel"]))
    return out


@technique("persons", NAME, TEL, ADDR)
def interface_examples(rows, _rng) -> Files:
    """The description of an interface, its examples people."""
    items = {
        f"样例{i}": {"value": {"xm": r[NAME], "sj": r[TEL], "zz": r[ADDR]}} for i, r in enumerate(rows, 1)
    }
    tree = {"openapi": "3.1.0", "info": {"title": "上报", "version": "1"}}
    content = {"application/json": {"schema": {"type": "object"}, "examples": items}}
    tree["paths"] = {"/report": {"post": {"requestBody": {"content": content}}}}
    return plain("json", json.dumps(tree, ensure_ascii=False, indent=2))


def interface_examples_back(files) -> Values:
    body = json.loads(files[0])["paths"]["/report"]["post"]["requestBody"]["content"]["application/json"]
    return [tuple(item["value"].values()) for item in body["examples"].values()]


@technique("firms", USCC, FTEL)
def locked_dependencies(rows, rng) -> Files:
    """A lock file of packages whose integrity hashes are records and filling."""
    packages = {}
    for i, part in enumerate(chunked(dense(rows, USCC, FTEL), 60)):
        data = len(part).to_bytes(1, "big") + part
        data += hashlib.sha512(b"%d" % rng.randint(0, 9**9)).digest()[: 64 - len(data)]
        packages[f"node_modules/pkg-{i}"] = {
            "version": f"1.{i}.0",
            "integrity": "sha512-" + b64(data.ljust(64, b"\0")),
        }
    return plain("json", json.dumps({"name": "rpt", "lockfileVersion": 3, "packages": packages}, indent=2))


def locked_dependencies_back(files) -> Values:
    out = b""
    for item in json.loads(files[0])["packages"].values():
        data = base64.b64decode(item["integrity"][7:])
        out += data[1 : 1 + data[0]]
    return undense(out, USCC, FTEL)


@technique("persons", NAME, ID, TEL)
def authorized_keys(rows, _rng) -> Files:
    """Public keys of logins: the blob of each is a text and its comment a name."""
    out = []
    for r in rows:
        text = f"{r[ID]}/{r[TEL]}".encode()
        blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + text.ljust(32, b"\0")
        out.append(f"ssh-ed25519 {b64(blob)} {quote(r[NAME])}@seat")
    return plain("pub", "\n".join(out) + "\n")


def authorized_keys_back(files) -> Values:
    out = []
    for line in lines_of(files)[:-1]:
        _, blob, comment = line.split(" ")
        number, phone = base64.b64decode(blob)[19:].rstrip(b"\0").decode().split("/")
        out.append((unquote(comment.split("@")[0]), number, phone))
    return out


@technique("persons", NAME, ID, VISIT)
def fast_import_stream(rows, _rng) -> Files:
    """The stream of a repository's history: authors, mail addresses and times of empty commits."""
    out = []
    for i, r in enumerate(rows, 1):
        stamp = int(datetime.fromisoformat(r[VISIT]).replace(tzinfo=UTC).timestamp())
        who = f"{r[NAME]} <{r[ID].lower()}@zy.cn> {stamp} +0000"
        out.append(f"commit refs/heads/main\nmark :{i}\nauthor {who}\ncommitter {who}\ndata 3\nfix\n")
    return plain("stream", "\n".join(out))


def fast_import_stream_back(files) -> Values:
    found = re.findall(r"(?m)^author (.+?) <(\w+)@.+?> (\d+)", files[0].decode())
    return [(n, k.upper(), datetime.fromtimestamp(int(s), UTC).date().isoformat()) for n, k, s in found]


@technique("persons", NAME, ID, TEL)
def failing_test_report(rows, _rng) -> Files:
    """A report of a test run: names of cases and messages of failures."""
    body = "\n".join(
        f'<testcase classname="masking" name="case[{r[ID]}]" time="0.01"><failure message="expected ***, '
        f'got {r[NAME]}">assert mask({r[TEL]}) != {r[TEL]}</failure></testcase>'
        for r in rows
    )
    return plain(
        "xml", f'<?xml version="1.0"?>\n<testsuite name="t" tests="{len(rows)}">\n{body}\n</testsuite>\n'
    )


def failing_test_report_back(files) -> Values:
    found = re.findall(r'case\[(\w+)\]".+?got (.+?)">assert mask\((\d+)\)', files[0].decode())
    return [(n, k, t) for k, n, t in found]


@technique("firms", USCC, FIRM, BOSS)
def coloured_terminal(rows, rng) -> Files:
    """A recording of a terminal, in events with times, a few characters an event."""
    text = "".join(f"\x1b[3{i % 7 + 1}m{r[USCC]}\x1b[0m {r[FIRM]} {r[BOSS]}\r\n" for i, r in enumerate(rows))
    clock, events = 0.0, [json.dumps({"version": 2, "width": 80, "height": 24})]
    while text:
        size, clock = rng.randint(1, 9), clock + rng.random()
        events.append(json.dumps([round(clock, 4), "o", text[:size]]))
        text = text[size:]
    return plain("cast", "\n".join(events))


def coloured_terminal_back(files) -> Values:
    text = "".join(json.loads(line)[2] for line in lines_of(files)[1:])
    return [tuple(line.split(" ")) for line in re.sub(r"\x1b\[\d+m", "", text).split("\r\n") if line]


@technique("persons", NAME, ID, TEL)
def cookies_file(rows, _rng) -> Files:
    """A jar of cookies with the text of the records cut over its values."""
    parts = chunked(b64(payload(rows, *WHO)), 48)
    out = [f".zy.cn\tTRUE\t/\tFALSE\t1798700000\tsid{i:03d}\t{quote(p)}" for i, p in enumerate(parts)]
    return plain("txt", "# Netscape HTTP Cookie File\n" + "\n".join(out) + "\n")


def cookies_file_back(files) -> Values:
    text = "".join(unquote(line.split("\t")[6]) for line in lines_of(files)[1:-1])
    return unpayload(base64.b64decode(text))
