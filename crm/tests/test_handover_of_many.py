"""Two hundred customers pass to another team in one go, through the pages: who sees what then."""

import datetime as dt
import uuid
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from complaints.models import Case
from complaints.tests.factories import CaseFactory
from crm.accounts.models import User
from crm.accounts.tests.factories import AccountManagerFactory, TeamFactory
from crm.tests.access_table import PAGES
from customers.models import (
    CareDue,
    CareRule,
    Customer,
    Handover,
    Interaction,
    Notice,
    Opportunity,
    Promise,
    Standing,
    Watch,
)
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    AccountPlanFactory,
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    PlanObjectiveFactory,
    RecurrenceFactory,
    TaskFactory,
    ready_care_rules,
)
from lifecycle.portfolio import CELLS
from lifecycle.tests.factories import AssessmentFactory, NominationFactory

pytestmark = pytest.mark.django_db
MANY = 200
# In every name and text of what passes on, and nowhere else.
MARK, TYPED = "Quillon", "quill"  # a page says again what one searched for
FULL = 12  # so many have everything hanging on them
NOW, TODAY = timezone.now(), timezone.localdate()
# Lists narrowed or widened by their address, beside each as it opens.
ASKED = (
    ("customers:list", "owner=all"),
    ("customers:list", "owner=all&sort=-value"),
    ("customers:list", f"q={TYPED}&owner=all"),
    ("search", f"q={TYPED}"),
    ("search_suggest", f"q={TYPED}"),
    ("customers:tasks", "whose=team"),
    ("customers:calendar", "view=week"),
    ("customers:calendar", "whose=team"),
    ("customers:contact_list", f"q={TYPED}"),
    ("customers:contact_list", "owner=all"),
    ("customers:care_dues", "whose=team"),
    ("customers:plans", "show=all"),
    ("customers:promises", "whose=team"),
    ("customers:promises", "show=all"),
    ("customers:opportunities", "show=all"),
    ("complaints:queue", "tab=all"),
    ("complaints:queue", "tab=customers"),
    ("complaints:log", f"what={TYPED}"),
    ("value:portfolio", "view=growth"),
    ("handovers", "whose=given"),
)
# The account of one's own and the state of the machine tell of no customer.
ASIDE = ("account_", "mfa_", "healthz", "readyz")


@pytest.fixture
def gina():
    return AccountManagerFactory(team=TeamFactory(), name="Gina", is_team_lead=True)


@pytest.fixture
def tom():
    return AccountManagerFactory(team=TeamFactory(), name="Tom")


@pytest.fixture
def given(gina) -> list[Customer]:
    """All with a task and a contact; a dozen with all that can hang on a customer."""
    ready_care_rules()
    made = [
        CustomerFactory(account_manager=gina, name=f"{MARK} {number} 有限公司")
        for number in range(MANY)
    ]
    for customer in made:
        TaskFactory(customer=customer, title=f"{MARK} call", due_on=TODAY)
        ContactFactory(customer=customer, name=f"{MARK} Ann", email="ann@quillon.example")
    for customer in made[:FULL]:
        hang_everything_on(customer, gina)
    refresh_derived([customer.pk for customer in made])
    Standing.objects.update(tier="A", lifetime_value=1_000, value_at_risk=500)
    return made


def hang_everything_on(customer: Customer, owner: User) -> None:
    words = f"{MARK} words"
    Promise.objects.create(customer=customer, what=words, owner=owner, due_on=TODAY)
    Opportunity.objects.create(customer=customer, need=words, owner=owner)
    RecurrenceFactory(customer=customer, title=words, first_on=TODAY)
    plan = AccountPlanFactory(customer=customer, strengths=words, review_on=TODAY)
    PlanObjectiveFactory(plan=plan, what=words)
    InteractionFactory(customer=customer, kind="visit", subject=words)
    CaseFactory(customer=customer, owner=owner, title=words)
    AssessmentFactory(customer=customer, up=4.5, across=4.5, total=4.5)
    NominationFactory(customer=customer)
    Watch.objects.create(user=owner, customer=customer)
    Notice.objects.create(
        user=owner, customer=customer, kind="mention", text=words, cause=f"x:{customer.pk}", at=NOW
    )
    CareDue.objects.create(
        customer=customer, rule=CareRule.objects.first(), starts_on=TODAY, due_on=TODAY
    )


def hand_over(by: Client, to: Client, customers: list[Customer], taker: User) -> Handover:
    """Chosen in the list, offered by the form, accepted by the button."""
    chosen = [("customer", customer.pk) for customer in customers]
    address = reverse("handover_create")
    page = by.get(f"{address}?{urlencode(chosen)}")
    assert page.context["count"] == len(customers)
    sent = {"customer": [pk for _name, pk in chosen], "taker": taker.pk, "note": "Be kind."}
    offered = by.post(address, {**sent, "submission": uuid.uuid4()})
    assert offered.status_code == 302
    handover = Handover.objects.get()
    accepted = to.post(
        reverse("handover_answer", args=[handover.pk]), {"answer": "yes"}, follow=True
    )
    assert "200" in accepted.text
    handover.refresh_from_db()
    assert handover.state == "accepted"
    return handover


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def plain_pages() -> list[str]:
    """Every page that an account manager may open and that is of no one row, and its narrowings."""
    found = []
    for name, access in PAGES.items():
        is_asked = access.of("GET", "owner") == "200" and not name.startswith(ASIDE)
        try:
            found += [reverse(name)] if is_asked else []
        except NoReverseMatch:
            continue  # of one row
    found += [reverse("value:portfolio_cell", args=[cell.up, cell.across]) for cell in CELLS]
    return [*found, *(f"{reverse(name)}?{query}" for name, query in ASKED)]


def pages_of(customer: Customer) -> dict[str, list]:
    """Every address of this customer and of what hangs on it."""
    task, contact = customer.tasks.first(), customer.contacts.first()
    talk = customer.interactions.exclude(kind="note").get()
    plan, promise = customer.account_plans.get(), customer.promises.get()
    of_customer = (
        *("card", "group", "value:figures", "value:assess", "value:fit", "contact_erase"),
        *(name for name in PAGES if name.startswith("customers:")),
    )
    args = {
        "customers:task_edit": [task.pk],
        "customers:contact_edit": [contact.pk],
        "contact_erase": [contact.pk],
        "customers:interaction": [talk.pk],
        "customers:interaction_edit": [talk.pk],
        "customers:plan_edit": [plan.pk],
        "customers:plan_action_create": [plan.pk],
        "customers:plan_review_create": [plan.pk],
        "customers:objective_create": [plan.pk],
        "customers:objective_edit": [plan.objectives.get().pk],
        "customers:recurrence_edit": [customer.recurrences.get().pk],
        "customers:records": [customer.pk, "promise"],
        "customers:record_create": [customer.pk, "promise"],
        "customers:record_edit": ["promise", promise.pk],
        "customers:record_settle": ["promise", promise.pk],
        "complaints:case": [customer.cases.get().pk],
    }
    bare = ("dealings", "contacts", "history", "care", "plan", "edit", "organisation")
    more = ("buying_profile", "interaction_create", "task_create", "contact_create")
    again = ("recurrence_create", "plan_create")
    for name in (*bare, *more, *again):
        args[f"customers:{name}"] = [customer.pk]
    for name in ("card", "group", "value:figures", "value:assess", "value:fit"):
        args[name] = [customer.pk]
    assert set(args) <= {*of_customer, "complaints:case"}
    return args


def test_the_old_owner_of_another_team_finds_no_trace_and_the_new_one_everything(gina, tom, given):
    hers, his = signed_in(gina), signed_in(tom)
    before = [url for url in plain_pages() if MARK in hers.get(url).text]
    handover = hand_over(hers, his, given, tom)
    whole = pages_of(given[0])

    # Nothing of it is left to her: neither a row, nor a page, nor a word to search by.
    for url in plain_pages():
        answer = hers.get(url)
        assert answer.status_code == 200, url
        assert MARK not in answer.text, url
    for name, args in whole.items():
        assert hers.get(reverse(name, args=args)).status_code == 404, name
    assert hers.get(reverse("card", args=[given[-1].pk])).status_code == 404

    # He sees the same on his own pages, opens every one of them, and reads what was written of it.
    missed = {url for url in before if MARK not in his.get(url).text}
    assert not {url for url in missed if "notices" not in url and "whose=" not in url}
    for name, args in whole.items():
        # What she said remains hers to correct.
        expected = 403 if name == "customers:interaction_edit" else 200
        assert his.get(reverse(name, args=args)).status_code == expected, name
    page = his.get(reverse("handover", args=[handover.pk]))
    assert f"{MARK} 0 " in page.text
    notes = Interaction.objects.filter(customer__in=given, kind="note")
    assert notes.count() == MANY
    assert "Gina" in notes.first().subject
    assert "Tom" in notes.first().subject
    assert notes.first().subject in his.get(reverse("card", args=[given[0].pk])).text
    assert set(Case.objects.values_list("owner", flat=True)) == {tom.pk}


def test_her_calendar_by_its_secret_address_forgets_them_too(gina, tom, given):
    hers, his = signed_in(gina), signed_in(tom)
    feeds = {}
    for who, client in (("gina", hers), ("tom", his)):
        page = client.post(reverse("customers:calendar_address"))
        feeds[who] = page.context["address"].partition("/customers/")[2]
    read = Client()
    assert MARK in read.get(f"/customers/{feeds['gina']}").content.decode()
    hand_over(hers, his, given, tom)
    assert MARK not in read.get(f"/customers/{feeds['gina']}").content.decode()
    assert MARK in read.get(f"/customers/{feeds['tom']}").content.decode()


def test_what_happens_later_is_not_told_to_who_watched_them_before(gina, tom, given):
    hers, his = signed_in(gina), signed_in(tom)
    hand_over(hers, his, given, tom)
    heard = Notice.objects.filter(user=gina).count()
    sent = {
        "kind": "call",
        "direction": "out",
        "at": (timezone.localtime() - dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "subject": f"{MARK} speaks of @{gina.username}",
        "notes": f"@{gina.username} knew them.",
        "next_assignee": tom.pk,
    }
    address = reverse("customers:interaction_create", args=[given[0].pk])
    assert his.post(address, sent).status_code == 302
    assert Notice.objects.filter(user=gina).count() == heard
