"""Production's two ways to be reached, tried: with an own certificate, and behind a front that ends TLS."""

from __future__ import annotations

import ipaddress
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.serving import supervisor
from tests.serving.conftest import can_serve
from tests.serving.kernel import execute, start_kernel
from tests.serving.started import Started, free_port, make_home, platform, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate of 127.0.0.1 signed by itself, and its key."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return chain, secret


@pytest.fixture
def home(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    if can_serve():
        pytest.skip(can_serve())
    return tmp_path / "home", make_home(tmp_path / "home")


def test_with_an_own_certificate_everything_goes_by_tls(
    home: tuple[Path, dict[str, str]], certificate: tuple[Path, Path]
) -> None:
    options = ("--tls-certificate", str(certificate[0]), "--tls-key", str(certificate[1]))
    with platform(*home, *options, public="https://127.0.0.1:{port}", trust=certificate[0]) as started:
        _walks(started)
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{started.port}/hub/login", timeout=5)


def test_behind_a_front_that_ends_tls(
    home: tuple[Path, dict[str, str]], certificate: tuple[Path, Path]
) -> None:
    front = free_port()
    public = f"https://127.0.0.1:{front}"
    with platform(*home, "--origin", public, public="") as started:
        command = [str(supervisor.node()), str(supervisor.PROXY), "--port", str(front), "--ip", "127.0.0.1"]
        command += ["--api-port", str(free_port()), "--ssl-cert", str(certificate[0])]
        command += ["--ssl-key", str(certificate[1]), "--default-target", f"http://127.0.0.1:{started.port}"]
        with subprocess.Popen(command, env={"CONFIGPROXY_AUTH_TOKEN": "front"}) as running:
            try:
                started.public, started.trust = public, certificate[0]
                until(lambda: started.parts().get("hub"))
                _walks(started)
                beside = httpx.get(
                    f"http://127.0.0.1:{started.port}/console/", headers={"Host": "evil.example"}
                )
                assert beside.status_code >= 400
            finally:
                running.terminate()


def _walks(started: Started) -> None:
    """Sign in, look at the console, open the seat, run a cell; every cookie goes by TLS alone."""
    client, prefix = started.open_seat(), started.prefix()
    assert client.get("/console/").status_code == 200
    assert client.cookies.jar
    assert not [one.name for one in client.cookies.jar if not one.secure and one.name != "_xsrf"]
    kernel = start_kernel(client, prefix)
    assert "42" in execute(client, prefix, kernel, "6 * 7", trust=str(started.trust))[0].text
