"""Bodies that no form of ours sends, at every address that takes one: refused, never an error."""

from collections.abc import Iterator
from itertools import islice

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from crm.platform.tests.filled import SentForm, forms_of
from crm.tests.access import ROLES
from crm.tests.access_table import PAGES

pytestmark = pytest.mark.django_db
# Each address gets every body and question in the long run, and by turns a part of them.
PARTS = [8, pytest.param(1, marks=pytest.mark.soak)]
# What addresses without a page of their own read from a body.
UNSHOWN = ("next", "state", "kind", "action", "answer", "customer", "query", "all", "watch")
UNSHOWN += ("page", "note", "reason", "version", "submission", "language", "task", "day")
# By the type of an input, as one and as another: not to be stored, not to be counted, of no
# calendar.
NUL, HUGE, MARKUP = "a\x00b", "9" * 30, "\u202e<script>alert(1)</script>²"
ONE = {"date": "9999-12-31", "datetime-local": "9999-12-31T23:59", "number": "1e400"}
OTHER = {"date": "0001-01-01", "datetime-local": "0001-01-01T00:00", "number": "-0.000001"}
THIRD = {"date": "2026-02-30", "datetime-local": "١٢", "number": "NaN", "time": "99:99"}
# A number that could be somebody's, and is nobody's.
NOBODYS = "999999999"
RAW = {
    "no boundary": ("multipart/form-data", b"--x"),
    "json": ("application/json", b'{"name": "\\ud800", "action": NaN}'),
    "no utf-8": ("application/x-www-form-urlencoded", b"name=%ff%fe&customer=%ed%a0%bd&next=%ff"),
}
# What pages read from their address.
ASKED = "page state whose show sort score query next kind view q people lang from before contacts"
ASKED += " year what to tier task tab response ref plan part on level language history for customer"
ASKED += " copy contact by after action owner team region industry tag stage signal risk month min"
ASKED += " max last segment key role attitude consent left day date until since id pk all"
# Pages of the library that signs people in: a few bodies will do.
OF_LIBRARY = ("account_", "mfa_")


def bodies(name: str, form: SentForm) -> Iterator[tuple[str, object]]:
    """Data for a multipart body, or (content type, bytes)."""
    fields = dict.fromkeys([*form.values, *form.choices, *form.files, *UNSHOWN])
    yield "nul everywhere", dict.fromkeys(fields, NUL)
    yield from RAW.items()
    if name.startswith(OF_LIBRARY):
        return
    for label, by_type, value in (
        ("late", ONE, NUL),
        ("early", OTHER, MARKUP),
        ("no number", THIRD, "-7"),
        ("huge", {}, HUGE),
    ):
        typed = {one: by_type.get(form.kinds.get(one), value) for one in fields}
        yield f"{label} in what is typed", {**typed, **kept(form)}
    yield "nobody's choices", {**form.values, **dict.fromkeys(form.choices, NOBODYS)}
    yield "huge hidden marks", {**form.values, **dict.fromkeys(form.hidden, HUGE)}
    yield "as if it were a list", {f"{one}[0]": "1" for one in fields}
    yield "as it stands, to nowhere", {**form.values, "next": "nowhere"}
    yield "everything twice", {one: [*form.values.get(one, ["x"]), "2"] for one in fields}
    yield "files for words", {one: SimpleUploadedFile("a.txt", b"a") for one in fields}
    if form.files:
        yield "words for files", {**form.values, **dict.fromkeys(form.files, "word")}


def kept(form: SentForm) -> dict[str, list[str]]:
    """What nobody types: choices and hidden marks."""
    return {
        name: values
        for name, values in form.values.items()
        if name in form.choices or name in form.hidden
    }


def ask(client: Client, url: str, body) -> int:
    """The status; all that was done is undone, and what the end would check is checked before."""
    with transaction.atomic():
        if isinstance(body, tuple):
            answer = client.generic("POST", url, body[1], content_type=body[0])
        else:
            answer = client.post(url, body)
        if answer.streaming:
            answer.getvalue()
        if answer.status_code < 400 and not connection.needs_rollback:
            connection.check_constraints()
        transaction.set_rollback(True)
    return answer.status_code


def form_at(client: Client, url: str) -> SentForm:
    """The form of this address on its page, which others may stand beside."""
    page = client.get(url)
    is_page = page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    found = forms_of(page.text) if is_page else []
    return next((form for form in found if form.action in ("", url)), SentForm(url))


def taking(role: str) -> list[str]:
    """The addresses whose bodies this role's requests get as far as."""
    return [
        name for name, access in PAGES.items() if access.of("POST", role) in ("200", "302", "400")
    ]


@pytest.mark.parametrize("parts", PARTS)
def test_no_body_is_an_error_for_who_may_send_one(world, parts):
    """Each address as its customer's account manager, or else as an administrator."""
    asked = dict.fromkeys(taking("administrator"), "administrator")
    asked |= dict.fromkeys(taking("owner"), "owner")
    errors, count = [], 0
    for place, (name, role) in enumerate(asked.items()):
        client, url = world.client(role), world.url(name)
        for label, body in islice(bodies(name, form_at(client, url)), place % parts, None, parts):
            count += 1
            if (status := ask(client, url, body)) >= 500:
                errors.append(f"{status} from {name} of {role} for {label}")
    assert not errors
    assert count > 1_000 / parts


@pytest.mark.parametrize("parts", PARTS)
def test_no_question_is_an_error(world, parts):
    """Each page with nonsense behind its question mark: shown, refused or not there."""
    errors = []
    questions = ("nul", NUL), ("huge", HUGE), ("twice", ["1", "9999-12-31²"]), ("minus", "-1")
    questions += ("no number", "NaN"), ("first day", "0001-01-01")
    for place, (name, access) in enumerate(PAGES.items()):
        role = "owner" if access.of("GET", "owner") == "200" else "administrator"
        client, url = world.client(role), world.url(name)
        for label, value in questions[place % parts :: parts]:
            with transaction.atomic():
                answer = client.get(url, dict.fromkeys(ASKED.split(), value))
                if answer.streaming:
                    answer.getvalue()
                transaction.set_rollback(True)
            if answer.status_code >= 500 and name not in ("healthz", "readyz"):
                errors.append(f"{answer.status_code} from {name} of {role} for {label}")
    assert not errors


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_no_body_opens_what_is_closed(world, role):
    """Who is refused with an empty body is refused with any."""
    client, wrong = world.client(role), []
    for name, access in PAGES.items():
        expected = access.of("POST", role)
        if expected not in ("403", "404", "405"):
            continue
        for body in (dict.fromkeys(UNSHOWN, "9" * 30), RAW["no boundary"]):
            # A body that can't be read is refused before anybody looks who sends it.
            status = ask(client, world.url(name), body)
            if str(status) not in (expected, "400"):
                wrong.append(f"{status} instead of {expected} from {name}")
    assert not wrong
