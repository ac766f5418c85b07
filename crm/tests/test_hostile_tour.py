"""Somebody of one team who writes the numbers of another team's rows into every form of theirs."""

from dataclasses import dataclass

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory, TeamFactory
from crm.platform.tests.filled import forms_of
from customers.models import (
    Attendance,
    Customer,
    CustomField,
    Handover,
    MassAction,
    Notice,
    Recurrence,
    SavedView,
    Standing,
    Tag,
    Task,
)
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    AccountPlanFactory,
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    RecurrenceFactory,
    TaskFactory,
)
from customers.tests.record_factories import (
    ClubEventFactory,
    ClubLevelFactory,
    CompetitorFactory,
    HelpRequestFactory,
    OpportunityFactory,
    PromiseFactory,
)

pytestmark = pytest.mark.django_db
# In every name and text of the other team's rows, which no page may say to Emma.
SECRET = "Quillon"
WORDS = "Words of hers"


@dataclass
class Side:
    """A customer of one team with all that forms can name of it."""

    owner: User
    customer: Customer
    rows: dict[str, int]

    def __getitem__(self, name: str) -> int:
        return self.rows[name]


def side(team_name: str, words: str) -> Side:
    owner = AccountManagerFactory(team=TeamFactory(name=team_name))
    customer = CustomerFactory(account_manager=owner, name=f"{words} Ltd", number=f"{words}-1")
    contact = ContactFactory(customer=customer, name=f"{words} Ann")
    plan = AccountPlanFactory(customer=customer, strengths=words)
    refresh_derived([customer.pk])
    rows = {
        "customer": customer.pk,
        "contact": contact.pk,
        "left": ContactFactory(customer=customer, name=f"{words} Gone", left_on="2026-01-05").pk,
        "user": AccountManagerFactory(team=owner.team).pk,  # a colleague
        "task": TaskFactory(customer=customer, title=words).pk,
        "recurrence": RecurrenceFactory(customer=customer, title=words).pk,
        "interaction": InteractionFactory(customer=customer, subject=words).pk,
        "plan": plan.pk,
        "promise": PromiseFactory(customer=customer, what=words).pk,
        "opportunity": OpportunityFactory(customer=customer, need=words).pk,
        "help": HelpRequestFactory(customer=customer, what=words).pk,
        "view": SavedView.objects.create(user=owner, name=words, team=owner.team).pk,
    }
    return Side(owner, customer, rows)


@pytest.fixture
def emma():
    return side("Hers", "Emma")


@pytest.fixture
def theirs():
    return side("Theirs", SECRET)


@pytest.fixture
def client(emma) -> Client:
    client = Client()
    client.force_login(emma.owner)
    return client


def counted() -> dict[str, int]:
    """How many rows there are of everything but what every request writes."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.managed and model._meta.app_label not in ("sessions", "admin")
    }


def filled(client: Client, url: str) -> dict[str, list[str]]:
    """What a person would send: the form as it opens, with words where words must stand."""
    form = next(form for form in forms_of(client.get(url).text) if form.action in ("", url))
    values = dict(form.values)
    for name in ("subject", "title", "what", "need", "name", "why", "reason", "findings"):
        if values.get(name) == [""]:
            values[name] = [WORDS]
    for name in ("due_on", "next_due_on"):
        if values.get(name) == [""]:
            values[name] = ["2027-01-05"]
    return values


# Address, whose row stands in it, the field, which of the other side's rows is written into it, and
# what else the form needs to be good.
FIELDS = [
    ("customers:interaction_create", "customer", "contact", "contact", {"next_due_on": ""}),
    ("customers:interaction_create", "customer", "contacts", "contact", {"next_due_on": ""}),
    ("customers:interaction_create", "customer", "colleagues", "user", {"next_due_on": ""}),
    ("customers:interaction_create", "customer", "next_assignee", "user", {"next_step": WORDS}),
    ("customers:interaction_edit", "interaction", "contact", "contact", {}),
    ("customers:interaction_edit", "interaction", "contacts", "contact", {}),
    ("customers:interaction_edit", "interaction", "colleagues", "user", {}),
    ("customers:task_create", "customer", "assignee", "user", {}),
    ("customers:task_edit", "task", "assignee", "user", {"due_on": "2027-01-05"}),
    ("customers:recurrence_create", "customer", "assignee", "user", {}),
    ("customers:recurrence_edit", "recurrence", "assignee", "user", {}),
    ("customers:plan_action_create", "plan", "assignee", "user", {}),
    ("customers:contact_successor", "left", "successor", "contact", {}),
    ("customers:edit", "customer", "parent_number", "number", {}),
    ("customers:create", None, "parent_number", "number", {}),
    ("customers:create", None, "account_manager", "user", {}),
    ("customers:view_save", None, "team", "team", {}),
]
# Kind, field, whose row, and what else the form needs.
RECORDS = [
    ("promise", "contact", "contact", {}),
    ("promise", "owner", "user", {}),
    ("opportunity", "people", "contact", {}),
    ("opportunity", "owner", "user", {}),
    ("benefit", "agreed_by", "contact", {"amount": "10"}),
    ("idea", "contact", "contact", {}),
    ("referral", "contact", "contact", {"name": WORDS}),
    ("referral", "number", "number", {}),
    ("team", "user", "user", {}),
    ("help", "asked", "user", {}),
]


def own(emma: Side, theirs: Side, name: str) -> tuple[str, str]:
    """The value of this side, which is good, and that of the other."""
    if name == "number":
        return ["", theirs.customer.number]
    if name == "team":
        return [emma.owner.team_id, theirs.owner.team_id]
    return [emma[name], theirs[name]]


def refuse(client: Client, url: str, field: str, values: tuple, more: dict) -> None:
    """With the own row the form is good; with the other's nothing is stored and nothing told."""
    mine, other = values
    sent = {**filled(client, url), **more}
    before = counted()
    answer = client.post(url, {**sent, field: other})
    assert answer.status_code == 200, f"{url} {field}"
    assert answer.context["form"].errors.get(field), f"{url} {field}"
    said = answer.text.replace(str(other), "") if field.endswith("number") else answer.text
    assert SECRET not in said, f"{url} {field}"
    assert counted() == before
    answer = client.post(url, {**sent, field: mine})
    assert answer.status_code == 302, f"{url} {field}: {answer.context['form'].errors}"


@pytest.mark.parametrize(("name", "whose", "field", "other", "more"), FIELDS)
def test_a_row_of_another_team_is_no_choice_of_a_form(
    client, emma, theirs, name, whose, field, other, more
):
    url = reverse(name, args=[emma[whose]] if whose else [])
    refuse(client, url, field, own(emma, theirs, other), more)


@pytest.mark.parametrize(("kind", "field", "other", "more"), RECORDS)
def test_a_row_of_another_team_is_no_choice_of_a_record(
    client, emma, theirs, kind, field, other, more
):
    url = reverse("customers:record_create", args=[emma["customer"], kind])
    refuse(client, url, field, own(emma, theirs, other), more)


def test_an_address_that_names_rows_of_another_team_opens_the_form_without_them(
    client, emma, theirs
):
    pages = (
        ("customers:interaction_create", [emma["customer"]], f"task={theirs['task']}"),
        ("customers:interaction_create", [emma["customer"]], f"contact={theirs['contact']}"),
        ("customers:plan", [emma["customer"]], f"plan={theirs['plan']}"),
        ("handover_create", [], f"customer={emma['customer']}&customer={theirs['customer']}"),
        ("customers:list", [], f"view={theirs['view']}&owner=all"),
        ("customers:calendar", [], f"whose={theirs['user']}"),
        ("customers:tasks", [], f"whose={theirs['user']}"),
        ("customers:list", [], f"owner={theirs['user']}"),
    )
    for name, args, query in pages:
        answer = client.get(f"{reverse(name, args=args)}?{query}")
        assert answer.status_code == 200, query
        assert SECRET not in answer.text, query
    for query in (f"customer={theirs['customer']}", f"contact={theirs['contact']}"):
        answer = client.get(f"{reverse('complaints:log')}?{query}")
        assert SECRET not in answer.text, query


def test_a_task_of_another_team_is_not_done_by_an_interaction_of_ones_own(client, emma, theirs):
    url = reverse("customers:interaction_create", args=[emma["customer"]])
    sent = {**filled(client, url), "next_due_on": ""}
    assert client.post(f"{url}?task={theirs['task']}", sent).status_code == 302
    assert Task.objects.get(pk=theirs["task"]).is_open


def test_every_address_of_another_teams_rows_is_missing_for_a_post_too(client, theirs):
    rows = {
        "customers:watch": "customer",
        "customers:task_close": "task",
        "customers:recurrence_end": "recurrence",
        "customers:interaction_attach": "interaction",
        "customers:plan_close": "plan",
        "customers:plan_attach": "plan",
        "customers:objective_create": "plan",
        "customers:view_edit": "view",
        "customers:view_delete": "view",
        "contact_erase": "contact",
        "value:assess": "customer",
        "value:fit": "customer",
    }
    before = counted()
    for name, whose in rows.items():
        answer = client.post(reverse(name, args=[theirs[whose]]), {"state": "done", "watch": "on"})
        assert answer.status_code == 404, name
    for action in ("edit", "remove", "settle"):
        for kind in ("promise", "opportunity", "help"):
            url = reverse(f"customers:record_{action}", args=[kind, theirs[kind]])
            assert client.post(url, {"state": "kept"}).status_code == 404, url
    assert counted() == before


def test_a_selection_leaves_out_what_one_does_not_see_and_says_how_many(client, emma, theirs):
    tag = Tag.objects.create(name="Chosen")
    chosen = {"customer": [emma["customer"], theirs["customer"]], "kind": "tag", "tag": tag.pk}
    page = client.post(reverse("customers:mass"), {**chosen, "step": "count"})
    assert page.context["preview"].unseen == 1
    assert SECRET not in page.text
    submission = page.context["submission"]
    client.post(reverse("customers:mass"), {**chosen, "step": "do", "submission": submission})
    assert list(Customer.objects.filter(tags=tag)) == [emma.customer]
    assert MassAction.objects.get().values["left"]["unseen"] == 1


def test_tasks_for_many_go_to_nobody_who_does_not_see_the_customer(client, emma, theirs):
    sent = {"customer": emma["customer"], "kind": "task", "step": "count", "title": WORDS}
    sent |= {"due_on": "2027-01-05", "assignee": theirs["user"]}
    answer = client.post(reverse("customers:mass"), sent)
    assert answer.context["form"].errors["assignee"]
    assert SECRET not in answer.text


def test_a_handover_takes_along_only_what_one_sees(client, emma, theirs):
    mate = AccountManagerFactory(team=emma.owner.team)
    url = reverse("handover_create")
    both = [emma["customer"], theirs["customer"]]
    page = client.get(url, {"customer": both})
    sent = {
        "customer": both,
        "taker": mate.pk,
        "submission": page.context["form"]["submission"].value(),
    }
    answer = client.post(url, sent, follow=True)
    assert SECRET not in answer.text
    moved = Handover.objects.get().items.values_list("customer", flat=True)
    assert list(moved) == [emma["customer"]]
    answer = client.post(url, {**sent, "customer": theirs["customer"]})
    assert answer.status_code == 404
    assert Handover.objects.count() == 1


def test_a_mailing_reaches_nobody_of_another_team_whatever_its_filter_says(client, emma, theirs):
    for one in (emma, theirs):
        contact = one.customer.contacts.get(pk=one["contact"])
        contact.email, contact.consent = f"{one['user']}@quillon.example", "given"
        contact.save()
    words = {"name": "News", "subject_en": "News", "body_en": "News"}
    for criteria in ("owner=all", f"owner={theirs['user']}", "owner=all&q=quill"):
        url = reverse("customers:mailing_create")
        answer = client.post(url, {**words, "criteria": criteria}, follow=True)
        assert SECRET not in answer.text, criteria
    Standing.objects.filter(pk=theirs["customer"]).update(tier="A")
    answer = client.get(reverse("customers:mailings"))
    assert SECRET not in answer.text


def test_nobody_of_another_team_hears_of_it_by_being_mentioned(client, emma, theirs):
    mate = AccountManagerFactory(team=emma.owner.team)
    url = reverse("customers:interaction_create", args=[emma["customer"]])
    notes = f"@{theirs.owner.username} and @{mate.username} know."
    sent = {**filled(client, url), "notes": notes, "next_due_on": ""}
    assert client.post(url, sent).status_code == 302
    assert [notice.user for notice in Notice.objects.filter(kind="mention")] == [mate]


def test_attendance_of_another_teams_people_is_not_written(client, emma, theirs):
    event = ClubEventFactory()
    rows = [
        Attendance.objects.create(
            event=event, customer=one.customer, contact_id=one["contact"], state="invited"
        )
        for one in (emma, theirs)
    ]
    url = reverse("customers:club_attendance", args=[event.pk])
    assert SECRET not in client.get(url).text
    for mark in ("came", "off"):
        client.post(url, {"mark": mark, "who": [row.pk for row in rows]})
    assert Attendance.objects.filter(pk=rows[1].pk, state="invited").exists()
    assert not Attendance.objects.filter(pk=rows[0].pk).exists()


def test_choices_of_lists_are_those_of_the_list(client, emma):
    """A level of another club, a competitor out of use, a choice that a field does not have."""
    level, other = ClubLevelFactory(), ClubLevelFactory()
    url = reverse("customers:record_create", args=[emma["customer"], "membership"])
    sent = {**filled(client, url), "club": level.club_id}
    answer = client.post(url, {**sent, "level": other.pk})
    assert answer.context["form"].errors["level"]
    gone = CompetitorFactory(is_active=False)
    url = reverse("customers:record_create", args=[emma["customer"], "competitor"])
    answer = client.post(url, {**filled(client, url), "competitor": gone.pk})
    assert answer.context["form"].errors["competitor"]
    field = CustomField.objects.create(names={"en": "Size"}, kind="choice", choices="Small\nLarge")
    url = reverse("customers:organisation", args=[emma["customer"]])
    sent = filled(client, url)
    (name,) = [name for name in sent if str(field.pk) in name]
    answer = client.post(url, {**sent, name: "Huge"})
    assert answer.status_code == 200
    assert answer.context["form"].errors[name]


def test_somebody_who_has_gone_is_given_nothing_new(client, emma):
    gone = ServiceFactory(is_active=False)
    url = reverse("customers:task_create", args=[emma["customer"]])
    answer = client.post(url, {**filled(client, url), "assignee": gone.pk})
    assert answer.context["form"].errors["assignee"]
    assert not Recurrence.objects.filter(assignee=gone).exists()
