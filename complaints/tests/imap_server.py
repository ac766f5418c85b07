"""A real IMAP server for tests: pymap, in memory, with a certificate of its own."""

import datetime as dt
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from imapclient import IMAPClient

USER, PASSWORD = "service", "a-secret-of-the-tests"
START = "from pymap.main import main; main()"


@dataclass
class Server:
    """Where it listens, and what a person would see in the mailbox."""

    port: int
    certificate: Path

    def client(self) -> IMAPClient:
        client = IMAPClient("localhost", self.port, ssl=False, timeout=10)
        client.starttls(ssl.create_default_context(cafile=str(self.certificate)))
        client.login(USER, PASSWORD)
        return client

    def put(self, *mails: bytes) -> None:
        with self.client() as client:
            for mail in mails:
                client.append("INBOX", mail)

    def unseen(self) -> int:
        return len(self._search("UNSEEN"))

    def flagged(self) -> int:
        return len(self._search("FLAGGED"))

    def count(self, folder: str = "INBOX") -> int:
        return len(self._search("ALL", folder))

    def _search(self, what: str, folder: str = "INBOX") -> list[int]:
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            return client.search(what)

    def make_folder(self, name: str) -> None:
        with self.client() as client:
            if not client.folder_exists(name):
                client.create_folder(name)

    def empty(self) -> None:
        with self.client() as client:
            client.select_folder("INBOX")
            if uids := client.search("ALL"):
                client.delete_messages(uids)
                client.expunge()


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    certificate, key = _certificate(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", START, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--cert", str(certificate), "--key", str(key)]
    command += ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield Server(port, certificate)
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen) -> None:
    for _try in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"the IMAP server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the IMAP server did not start")


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "imap.pem", folder / "imap.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
