"""Addresses that people typed lead nowhere into our own network."""

import socket
import time

import pytest

from crm.platform import outgoing
from crm.platform.outgoing import Unreachable, is_public, post, target_of
from crm.platform.tests.receiver import listening

PRIVATE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
    *("100.64.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    *("2001:0:7f00:1::", "64:ff9b:1::a00:1", "2001:db8::1", "198.18.0.1"),
]


@pytest.fixture
def receiver():
    with listening() as found:
        yield found


@pytest.fixture
def inside(settings):
    """As in an intranet."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True


def code_of(call, *args) -> str:
    with pytest.raises(Unreachable) as refused:
        call(*args)
    return refused.value.code


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_public(address):
    assert not is_public(address)
    host = f"[{address}]" if ":" in address else address
    assert code_of(target_of, f"https://{host}/hook") in {"private", "address"}


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("http://erp.example.com/", "ftp://erp.example.com/", "erp.example.com", "", "https://"),
        *("https://erp.example.com:0/", "https://erp.example.com:99999/", "https://[::1/"),
        *("https://ann:pw@erp.example.com/", "https://erp.example.com/#x", "https://例子.com/"),
        *("https://erp.example.com/a b", "https://erp.example.com/\r\nX: y", "https://a\x00b/"),
        "//erp.example.com/",
    ],
)
def test_what_is_no_safe_web_address_is_not_taken(address):
    assert code_of(target_of, address) == "address"


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "db.internal", "printer.local"])
def test_names_of_our_own_network_are_not_taken(host):
    assert code_of(target_of, f"https://{host}/") == "private"


def leads_to(monkeypatch, *places: str) -> list[str]:
    """Every name leads to these addresses; returns the names that were looked up."""
    asked = []

    def look_up(host, port, **kwargs):
        asked.append(host)
        return [
            (
                socket.AF_INET6 if ":" in at else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (at, port),
            )
            for at in places
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("place", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254"])
def test_a_name_that_leads_inside_is_not_called(monkeypatch, receiver, place):
    port = receiver.address.rpartition(":")[2]
    leads_to(monkeypatch, "8.8.8.8", place)  # one good place does not make the other good
    assert code_of(post, f"https://erp.example.com:{port}/", b"{}", {}) == "private"
    assert receiver.came == []


def test_a_name_is_looked_up_once_and_the_connection_goes_where_it_led(monkeypatch):
    """Who answers otherwise the second time is not asked a second time."""
    asked = leads_to(monkeypatch, "8.8.8.8")
    went = []

    def connect(self, place):
        went.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert code_of(post, "https://erp.example.com/hook", b"{}", {}) == "refused"
    assert asked == ["erp.example.com"]
    assert went == [("8.8.8.8", 443)]


def test_the_host_is_named_as_it_was_typed_wherever_it_leads(monkeypatch, receiver, inside):
    leads_to(monkeypatch, "127.0.0.1")
    port = receiver.address.rpartition(":")[2]
    assert post(f"http://erp.example.com:{port}/hook?x=1", b"{}", {"X-Mine": "1"}) == 200
    ((headers, body),) = receiver.came
    assert (headers["Host"], headers["X-Mine"], body) == (f"erp.example.com:{port}", "1", b"{}")


def test_redirects_are_answers_and_not_followed(receiver, inside):
    receiver.status = 302
    assert post(receiver.address + "/hook", b"{}", {}) == 302
    assert len(receiver.came) == 1


def test_who_takes_too_long_is_left(monkeypatch, receiver, inside):
    monkeypatch.setattr(outgoing, "SECONDS", 0.3)
    receiver.seconds = 1
    began = time.monotonic()
    assert code_of(post, receiver.address, b"{}", {}) == "timeout"
    assert time.monotonic() - began < 0.9


@pytest.mark.parametrize("answer", [b"", b"hello\r\n", b"HTTP/1.1 999 \r\n", b"x" * 5_000])
def test_what_is_no_answer_is_none(receiver, inside, answer):
    receiver.answer = answer
    assert code_of(post, receiver.address, b"{}", {}) in {"answer", "refused"}


def test_a_long_answer_is_not_read(receiver, inside):
    receiver.answer = b"HTTP/1.1 204 No Content\r\n" + b"x" * 3_000_000
    assert post(receiver.address, b"{}", {}) == 204


def test_where_nobody_listens_or_speaks_no_tls_that_is_said(receiver, inside):
    assert code_of(post, receiver.address.replace("http", "https"), b"{}", {}) == "tls"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        assert code_of(post, f"http://127.0.0.1:{port}/", b"{}", {}) == "refused"


def test_a_name_that_nobody_has_is_said_to_be_none(monkeypatch, inside):
    def look_up(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert code_of(post, "https://nobody.example.com/", b"{}", {}) == "not_found"
