"""The IMAP server of the tests, encrypted from the first byte as on port 993: it only knows how to
begin in plain words."""

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from complaints.tests.imap_server import Server


@contextmanager
def in_front_of(server: Server) -> Iterator[int]:
    """The port of a door before the server, with the server's own certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server.certificate, server.certificate.with_suffix(".key"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        work = threading.Thread(target=_let_in, args=(door, context, server), daemon=True)
        work.start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)
        work.join(timeout=10)


def _let_in(door: socket.socket, context: ssl.SSLContext, server: Server) -> None:
    """One after the other, until the door is shut; who does not trust it goes away."""
    while True:
        try:
            caller, _address = door.accept()
        except OSError:
            return
        try:
            with caller, context.wrap_socket(caller, server_side=True) as outside:
                _carry(outside, server)
        except OSError:
            continue


def _carry(outside: ssl.SSLSocket, server: Server) -> None:
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    greeting = plain.recv(4096)
    plain.sendall(b"door STARTTLS\r\n")
    assert b"door OK" in plain.recv(4096)
    trusted = ssl.create_default_context(cafile=str(server.certificate))
    with plain, trusted.wrap_socket(plain, server_hostname="localhost") as inside:
        outside.sendall(greeting)
        other = {outside: inside, inside: outside}
        while True:
            ready = [one for one in other if one.pending()]
            for one in ready or select.select([*other], [], [], 10)[0]:
                one.settimeout(0)
                try:
                    data = one.recv(1 << 16)
                except ssl.SSLWantReadError:
                    continue  # a ticket of TLS, and no words
                if not data:
                    return
                other[one].settimeout(10)
                other[one].sendall(data)
