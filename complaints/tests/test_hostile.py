"""What nobody means but somebody sends: each is answered beside its field, none breaks a page."""

import datetime as dt
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from complaints.forms.actions import FORMS
from complaints.models import Case, Category, RootCause
from complaints.services.desk import SETTLE
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do, listed
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

HUGE, NUL = "x" * 20_001, "a\0b"
# Turned writing, an emoji of three, half of a pair: people paste the first two, programs the last.
ODD = "\u202eexe.pdf 👩‍🏭\u200b"
DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "1e9")
TIMES = ("0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T25:61", "\0")
AMOUNTS = ("-1", "10000000000000", "NaN", "Infinity", "1e400", "0.001", "٣٤٥x")
# Here a number is a word like any other.
WORDS = {"CharField", "ProductField"}
# Anything but nothing is a tick.
HARMLESS = {"mail", "is_safety"}
# State in which each action is possible, and what it takes beside what every case has.
WHERE = {
    Action.ACKNOWLEDGE: State.NEW,
    Action.ASSESS: State.ACKNOWLEDGED,
    Action.SEND_BACK: State.PROPOSED,
    Action.RESOLVE: State.PROPOSED,
    Action.GO_ON: State.WAITING_CUSTOMER,
    Action.CLOSE: State.RESOLVED,
    Action.REOPEN: State.RESOLVED,
    Action.UNMERGE: State.MERGED,
}


def usual(case) -> dict:
    """Values that every form takes."""
    return {
        "expected_seq": case.last_seq,
        "told": "We look into it.",
        "reason": "The customer said so.",
        "recourse": "The ombudsman.",
        "waiting_for": "A picture",
        "until": (timezone.localtime() + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
        "severity": "major",
        "category": listed(Category, "product").pk,
        "root_cause": listed(RootCause, "material").pk,
        "remedy": "repair",
        "remedy_cost": "12",
        "title": "A leak",
        "owner": case.owner_id or "",
        "corrective_what": "Tighten the seal",
        "corrective_due_on": (timezone.localdate() + dt.timedelta(days=9)).isoformat(),
    }


def nasty(field) -> list[str]:
    name = type(field).__name__
    tried = {"DateField": DAYS, "DateTimeField": TIMES, "DecimalField": AMOUNTS}.get(name)
    if tried:
        return [*tried]
    return [NUL, HUGE] if name in WORDS else [NUL, HUGE, "999999999999999999999", "-1"]


@contextmanager
def undone():
    """What is done within leaves no trace."""
    saved = transaction.savepoint()
    yield
    transaction.savepoint_rollback(saved)


def open_form(page):
    (form,) = (form for form in page.context["forms"] if form.is_open)
    return form


def case_for(action: str, boss) -> Case:
    """A case on which the action is the boss's to do."""
    owner = ServiceFactory() if action == Action.APPROVE else boss
    case = CaseFactory(by=boss, owner=owner, state=WHERE.get(action, State.INVESTIGATING))
    if action == Action.APPROVE:
        do(case, Action.PROPOSE, by=owner, values={"remedy_cost": 600})
    do(case, Action.LINK, by=boss, data={"linked": CaseFactory(customer=case.customer, by=boss).pk})
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("action", [Action.ASK_CUSTOMER, SETTLE, Action.CHANGE])
def test_nonsense_in_all_fields_is_answered_beside_each(client, action):
    boss = ManagerFactory()
    case = case_for(action, boss)
    client.force_login(boss)
    asked = client.get(reverse("complaints:case", args=[case.pk]), {"do": action})
    typed = {name: nasty(field)[-1] for name, field in open_form(asked).fields.items()}
    sent = client.post(reverse("complaints:act", args=[case.pk, action]), typed)
    assert open_form(sent).errors.keys() == typed.keys() - HARMLESS
    assert case.events.count() == case.last_seq


@pytest.mark.soak
@pytest.mark.parametrize("action", list(FORMS))
def test_no_form_of_a_case_breaks_by_what_is_typed(client, action):
    boss = ManagerFactory()
    case = case_for(action, boss)
    client.force_login(boss)
    page = reverse("complaints:case", args=[case.pk])
    assert str(open_form(client.get(page, {"do": action})).action) == action
    address = reverse("complaints:act", args=[case.pk, action])
    wrong = []
    for name, field in open_form(client.get(page, {"do": action})).fields.items():
        for value in nasty(field):
            with undone():
                sent = client.post(address, usual(case) | {name: value})
                if sent.status_code == 302:
                    assert client.get(page).status_code == 200
                    wrong += [] if name in HARMLESS else [(name, value[:20])]
                elif name not in open_form(sent).errors:
                    wrong.append((name, value[:20], dict(open_form(sent).errors)))
    assert wrong == []
    odd = dict.fromkeys(("told", "reason", "title", "waiting_for", "corrective_what"), ODD)
    assert client.post(address, usual(case) | odd).status_code in {200, 302}
    assert client.get(page).status_code == 200


@pytest.mark.soak
def test_no_log_form_breaks_by_what_is_typed(client):
    boss, customer = ManagerFactory(), CustomerFactory()
    client.force_login(boss)
    address = reverse("complaints:log")
    form = client.get(address, {"customer": customer.pk}).context["form"]
    good = {name: form[name].value() or "" for name in form.fields if name != "attachments"}
    good |= {"customer": customer.pk, "description": "A leak", "caller_name": "Ann"}
    good["received_at"] = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    wrong = []
    for name in good.keys() & form.fields.keys():
        for value in nasty(form.fields[name]):
            with undone():
                sent = client.post(address, good | {name: value})
                if sent.status_code == 302:
                    wrong += [] if name in HARMLESS else [(name, value[:20])]
                elif name not in sent.context["form"].errors:
                    wrong.append((name, value[:20], dict(sent.context["form"].errors)))
    assert wrong == []
