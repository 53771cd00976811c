"""Records in programs, scripts, patches and credentials."""

import base64
import json
import re
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bench.exam.codes import lines
from bench.exam.core import Rows, carries, core, found, fragments, grid, payload, roles, technique
from bench.exam.documents import FIVE, pieces


@technique("sql", decoder=found(r"^  \('(.+?)', '(.+?)', '(.+?)', '(.+?)', '(.+?)'\)"))
def sql_inserts(rows: Rows, _: Random) -> bytes:
    """Values of an insert."""
    values = ",\n".join("  ('" + "', '".join(line) + "')" for line in grid(rows, core(rows[0])))
    return f"INSERT INTO dim_code VALUES\n{values};".encode()


@technique("sql", decoder=found(r"WHEN '(.+?)' THEN (\S+)$", "id", "money"))
def sql_case(rows: Rows, _: Random) -> bytes:
    """Branches of a CASE."""
    body = "\n".join(f"  WHEN '{a}' THEN {b}" for a, b in pieces(rows, "id", "money"))
    return f"SELECT CASE k\n{body}\n  ELSE 0 END FROM t;".encode()


@technique("py", decoder=found(r'^    "(.+?)": \("(.+?)", "(.+?)"\),$', "id", "name", "phone"))
def python_dictionary(rows: Rows, _: Random) -> bytes:
    """A dictionary in a program."""
    body = "\n".join(f'    "{b}": ("{a}", "{c}"),' for a, b, c in pieces(rows, "name", "id", "phone"))
    return f"WEIGHTS = {{\n{body}\n}}\n".encode()


@technique("py", decoder=found(f"^    # {FIVE}$"))
def python_comments(rows: Rows, _: Random) -> bytes:
    """Comments in a program."""
    body = "\n".join(f"    # {line}\n    step({place})" for place, line in enumerate(lines(rows)))
    return f"def main():\n{body}\n".encode()


@technique("py", decoder=found(r'^    assert f\("(.+?)"\) == (\S+)$', "id", "money"))
def unit_tests(rows: Rows, _: Random) -> bytes:
    """Expectations of a test."""
    return "\n".join(
        ["def test():", *(f'    assert f("{a}") == {b}' for a, b in pieces(rows, "id", "money"))]
    ).encode()


@technique(
    "py",
    decoder=lambda data, columns: fragments(
        [one.split("_") for one in re.findall(r"^def f_(\w+)", data.decode(), re.M)],
        [roles(columns).name, roles(columns).id],
    ),
)
def function_names(rows: Rows, _: Random) -> bytes:
    """Names of functions."""
    return "\n".join(f"def f_{a}_{b}(x):\n    return x\n" for a, b in pieces(rows, "name", "id")).encode()


@technique("txt", decoder=lambda data, columns: fragments(
    [(one,) for one in data.decode()[4:-2].split("|")], [roles(columns).id]))  # fmt: skip
def regular_expression(rows: Rows, _: Random) -> bytes:
    """The alternatives of a regular expression."""
    return ("^(?:" + "|".join(one for (one,) in pieces(rows, "id")) + ")$").encode()


@technique("h", decoder=carries(lambda data: bytes(int(one, 16) for one in re.findall(rb"0x(..)", data))))
def c_array(rows: Rows, _: Random) -> bytes:
    """Bytes of an array in C."""
    values = ", ".join(f"0x{byte:02x}" for byte in payload(rows))
    return f"static const unsigned char lut[] = {{{values}}};".encode()


@technique("js", decoder=carries(lambda data: bytes(
    int(one) - 3 for one in re.findall(r"\d+", data.decode().partition("[")[2]))))  # fmt: skip
def javascript_char_codes(rows: Rows, _: Random) -> bytes:
    """Codes that the program lowers by three."""
    codes = ",".join(str(byte + 3) for byte in payload(rows))
    return f"const k = [{codes}]; show(k.map(lower));".encode()


@technique("sh", decoder=carries(lambda data: data.partition(b"<<'EOF'\n")[2].partition(b"\nEOF")[0]))
def here_document(rows: Rows, _: Random) -> bytes:
    """A here-document in a shell script."""
    return b"#!/bin/sh\ncat > /dev/null <<'EOF'\n" + payload(rows) + b"\nEOF\n"


@technique("env", decoder=found(r'^KEY_\d+="(.+?) (.+?) (.+?)"$', "name", "id", "phone"))
def environment_variables(rows: Rows, _: Random) -> bytes:
    """Variables of an environment."""
    return "\n".join(
        f'KEY_{place}="{" ".join(line)}"' for place, line in enumerate(pieces(rows, "name", "id", "phone"))
    ).encode()


@technique("patch", decoder=found(f"^-{FIVE}$"))
def patch_removals(rows: Rows, _: Random) -> bytes:
    """Lines that a patch takes away."""
    body = "\n".join(f"-{line}" for line in lines(rows))
    return f"--- a/t.csv\n+++ b/t.csv\n@@ -1,{len(rows)} +0,0 @@\n{body}\n".encode()


@technique(
    "zone", decoder=carries(lambda data: base64.b64decode(b"".join(re.findall(rb'TXT "(.+?)"', data))))
)
def name_server_records(rows: Rows, _: Random) -> bytes:
    """Text records of a zone."""
    text = base64.b64encode(payload(rows)).decode()
    parts = [text[place : place + 200] for place in range(0, len(text), 200)]
    return "\n".join(f'v{place} IN TXT "{part}"' for place, part in enumerate(parts)).encode()


def _claims(token: bytes) -> str:
    return base64.urlsafe_b64decode(token.split(b".")[1] + b"==").decode()


@technique("txt", decoder=lambda data, _: [json.loads(_claims(line)) for line in data.splitlines()])
def web_tokens(rows: Rows, random: Random) -> bytes:
    """Claims of signed tokens."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
    bodies = [base64.urlsafe_b64encode(json.dumps(dict(row)).encode()).rstrip(b"=") for row in rows]
    return b"\n".join(head + b"." + body + b"." + random.randbytes(16).hex().encode() for body in bodies)


def _subject(certificate: bytes) -> str:
    name = x509.load_pem_x509_certificate(certificate).subject
    return str(name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


@technique(
    "pem",
    decoder=carries(
        lambda data: "\n".join(
            _subject(part + b"-----END CERTIFICATE-----\n")
            for part in data.split(b"-----END CERTIFICATE-----\n")[:-1]
        )
    ),
    limit=80,
)
def certificates(rows: Rows, random: Random) -> bytes:
    """Subjects of certificates."""
    from datetime import UTC, datetime

    key, out = Ed25519PrivateKey.from_private_bytes(random.randbytes(32)), b""
    for place, (a, b, c) in enumerate(pieces(rows, "id", "phone", "money"), 1):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"*,{a},{b},*,{c}")])
        maker = x509.CertificateBuilder(subject, subject, key.public_key(), place)
        start = maker.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        out += (
            start.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC)).sign(key, None).public_bytes(Encoding.PEM)
        )
    return out
