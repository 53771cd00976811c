"""Doubles of the other side, on this machine only: a mail server and a webhook receiver.

Written for these tests because no mail server is among the packages: they take what they are
sent, keep it, and fail as often as told. `smtplib` and `http.client` on our side are the real ones.
"""

from __future__ import annotations

import asyncio
import http.server
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder):
    """Write a key and a certificate for localhost; return both in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = folder / "localhost.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@dataclass
class UnsafeMailServer:
    """Speaks as much SMTP as `smtplib` needs; TLS at once or by STARTTLS when given a certificate."""

    pem: object = None
    implicit: bool = False
    fail: int = 0
    port: int = 0
    received: list = field(default_factory=list)
    envelopes: list = field(default_factory=list)
    encrypted: list = field(default_factory=list)

    def context(self):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.pem)
        return made

    async def talk(self, reader, writer):
        say = lambda line: writer.write(line.encode() + b"\r\n")  # noqa: E731
        tls, sender, to = self.implicit, "", []
        say("220 double ready")
        while line := (await reader.readline()).decode().strip():
            word = line.split(" ")[0].upper()
            if word == "EHLO":
                say("250-double")
                say("250-8BITMIME" if tls or not self.pem else "250-STARTTLS")
                say("250 SMTPUTF8")
            elif word == "STARTTLS":
                say("220 go")
                await writer.drain()
                await writer.start_tls(self.context())
                tls = True
            elif word == "MAIL":
                sender, to = line, []
                say("451 try later" if self.fail > 0 else "250 ok")
                self.fail -= 1 if self.fail > 0 else 0
            elif word == "RCPT":
                to.append(line)
                say("250 ok")
            elif word == "DATA":
                say("354 go")
                data = await reader.readuntil(b"\r\n.\r\n")
                self.received.append(message_from_bytes(data[:-5], policy=policy.default))
                self.envelopes.append((sender, to))
                self.encrypted.append(tls)
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                break
            else:
                say("250 ok")
            await writer.drain()
        writer.close()

    @contextmanager
    def running(self):
        """Serve in a thread until left."""
        loop, ready = asyncio.new_event_loop(), threading.Event()

        def serve():
            asyncio.set_event_loop(loop)
            context = self.context() if self.implicit else None
            server = loop.run_until_complete(asyncio.start_server(self.talk, "localhost", 0, ssl=context))
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            loop.run_forever()
            server.close()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        ready.wait(5)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)


@dataclass
class UnsafeReceiver:
    """A webhook's receiver that answers as told, then well."""

    answers: list = field(default_factory=list)
    received: list = field(default_factory=list)
    port: int = 0

    @contextmanager
    def running(self):
        """Serve in a thread until left."""
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                double.received.append((self.path, dict(self.headers), body))
                status = double.answers.pop(0) if double.answers else 204
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", f"http://127.0.0.1:{double.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
