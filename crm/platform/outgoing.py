"""Calls to addresses that people typed: nothing inside our own network is reached by them.

The host is looked up once, each of its addresses is judged, and the connection goes to the address
that was judged: a name that leads elsewhere a moment later leads nowhere. No redirect is followed,
no proxy is asked, and of the answer only its first line is read.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SECONDS = 5.0  # for all of it, but for looking the host up
LONGEST_LINE = 1_000
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)[ \r]")
# Printable, so that nothing in it can end a line; other characters are written as %XX and xn--.
WRITTEN = re.compile(r"https?://[!-~]+")
# Addresses of version 6 that stand for addresses of version 4, which may be private.
TRANSLATED = [
    ipaddress.ip_network(net)
    for net in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
]
LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal")


class Unreachable(Exception):  # noqa: N818 -- an outcome, no fault of ours
    """It was not called, or did not answer; `code` says why (`WebHookDelivery.Failure`)."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Target:
    """An address taken apart."""

    is_safe: bool  # https
    host: str
    port: int
    path: str


def target_of(address: str) -> Target:
    """The address taken apart; Unreachable where it is none that may be called."""
    parts = _split(address)
    is_safe = parts.scheme == "https"
    if not (is_safe or settings.WEBHOOKS_ALLOW_PRIVATE):
        raise Unreachable("address")
    host = parts.hostname
    if not settings.WEBHOOKS_ALLOW_PRIVATE and not _may_be_public(host):
        raise Unreachable("private")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_safe, host, parts.port or (443 if is_safe else 80), path)


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        known = WRITTEN.fullmatch(address) and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.username is not None or parts.fragment:
        raise Unreachable("address")
    return parts


def _may_be_public(host: str) -> bool:
    """As far as it can be told without looking it up."""
    if host == LOCAL_NAMES[0] or host.endswith(LOCAL_NAMES[1:]):
        return False
    try:
        return is_public(host)
    except ValueError:
        return True  # a name


def is_public(text: str) -> bool:
    """Whether the address of a machine is one of the public network; ValueError if it is none."""
    address = ipaddress.ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6 and any(address in net for net in TRANSLATED):
        return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    local = address.is_loopback or address.is_link_local or getattr(address, "is_site_local", False)
    return address.is_global and not (special or local)


def post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST the body; the status of the answer, whatever it is. Unreachable where there is none."""
    target = target_of(address)
    places = _look_up(target)
    until = time.monotonic() + SECONDS
    try:
        with _connected(target, places, until) as connected:
            _send(connected, target, body, headers)
            return _status(connected, until)
    except ssl.SSLError as error:
        # Also where its time is up: that is a TimeoutError of its own.
        raise Unreachable("tls") from error
    except TimeoutError as error:
        raise Unreachable("timeout") from error
    except http.client.HTTPException as error:
        raise Unreachable("address") from error
    except OSError as error:
        raise Unreachable("refused") from error


def _look_up(target: Target) -> list[tuple]:
    """Where the host is: (family, socket address) of each place. All of them have to be public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("not_found") from error
    places = [(family, place) for family, _type, _protocol, _name, place in found]
    if not settings.WEBHOOKS_ALLOW_PRIVATE and not all(is_public(at[0]) for _, at in places):
        raise Unreachable("private")
    return places


def _connected(target: Target, places: list[tuple], until: float) -> socket.socket:
    """A connection to the first place that takes one."""
    refusal: OSError = ConnectionRefusedError()
    for family, place in places:
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(_left(until))
            plain.connect(place)
            if not target.is_safe:
                return plain
            plain.settimeout(_left(until))
            return _tls().wrap_socket(plain, server_hostname=target.host)
        except OSError as error:
            plain.close()
            refusal = error
            if isinstance(error, TimeoutError | ssl.SSLError):
                break
    raise refusal


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(
    connected: socket.socket, target: Target, body: bytes, headers: Mapping[str, str]
) -> None:
    """The request over a connection that is there already."""
    if target.is_safe:
        request = http.client.HTTPSConnection(target.host, target.port, context=_tls())
    else:
        request = http.client.HTTPConnection(target.host, target.port)
    request.sock = connected
    request.request("POST", target.path, body, {**headers, "Connection": "close"})


def _status(connected: socket.socket, until: float) -> int:
    """The number in the first line of the answer, of which nothing else is read."""
    line = b""
    while b"\n" not in line and len(line) < LONGEST_LINE:
        connected.settimeout(_left(until))
        part = connected.recv(LONGEST_LINE)
        if not part:
            break
        line += part
    found = STATUS_LINE.match(line)
    if found is None:
        raise Unreachable("answer")
    return int(found[1])
