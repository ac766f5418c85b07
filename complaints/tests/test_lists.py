"""Categories and root causes: managers keep them, cases keep what they had."""

from uuid import uuid4

import pytest
from django.utils import timezone

from complaints.forms.learning import LookForm
from complaints.models import Case, Category, RootCause
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.audit import Action as Audited
from crm.accounts.models import AuditEntry
from crm.accounts.services import Refused
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory

pytestmark = pytest.mark.django_db
URL = "/complaints/lists/"


@pytest.fixture
def manager(client):
    manager = ManagerFactory(name="Mia")
    client.force_login(manager)
    return manager


def edit(client, kind, entry, **values):
    url = f"{URL}{kind}/{entry.pk}/"
    opened = client.get(url).context["form"].initial
    names = {f"name_{code}": name for code, name in entry.names.items()}
    data = {"version": opened["version"], "seen": opened["seen"], "position": entry.position}
    return client.post(url, {**names, **data, "is_active": "on", **values})


def test_a_new_category_is_offered_when_a_case_is_logged(client, manager):
    group = Category.objects.filter(parent=None, is_active=True).first()
    data = {"name_en": "Wrong colour", "parent": group.pk, "position": 3}
    for _click in range(2):  # a double click makes one
        assert client.post(f"{URL}categories/new/", data).url == URL
    made = Category.objects.get(names__en="Wrong colour")
    assert (made.parent, made.is_active) == (group, True)
    assert "Wrong colour" in client.get("/complaints/log/").text
    assert AuditEntry.objects.filter(actor=manager, action=Audited.SETTINGS_CHANGED).exists()


def test_what_is_out_of_use_stays_on_its_cases_and_is_offered_no_more(client, manager):
    category = Category.objects.create(code="colour", names={"en": "Wrong colour"})
    case = CaseFactory(category=category)
    assert "Wrong colour" in client.get("/complaints/log/").text
    assert edit(client, "categories", category, is_active="").url == URL
    category.refresh_from_db()
    assert not category.is_active
    assert "Wrong colour" not in client.get("/complaints/log/").text
    assert "Wrong colour" in client.get(f"/complaints/{case.pk}/").text


def test_a_group_can_stand_in_no_group(client, manager):
    group, other, below = Category.objects.all()[:3]
    assert edit(client, "categories", below, parent=group.pk).url == URL
    refused = edit(client, "categories", group, parent=other.pk)
    assert refused.status_code == 200
    assert refused.context["form"].errors["parent"]
    assert not Category.objects.filter(parent__parent__isnull=False).exists()


def test_categories_stand_in_their_tree_wherever_one_is_chosen(client, manager):
    group = Category.objects.get(code="delivery")
    Category.objects.create(code="late", names={"en": "Late"}, parent=group, position=1)
    case = CaseFactory(state=State.ACKNOWLEDGED)
    named = ["Delivery and installation", "Delivery and installation › Late"]
    named.append("Order handling and invoice")
    for url in ("/complaints/log/", f"/complaints/{case.pk}/", "/complaints/"):
        page = client.get(url).text
        places = [page.index(f">{name}<") for name in named]
        assert places == sorted(places), url


def test_requests_have_categories_of_their_own(client, manager):
    question = Category.objects.get(code="request-question")
    complaint, request = CaseFactory(), CaseFactory(kind="request", category=question)
    for case, is_offered in ((complaint, False), (request, True)):
        client.force_login(case.logged_by)
        do(case, Action.ACKNOWLEDGE, by=case.logged_by)
        page = client.get(f"/complaints/{case.pk}/").text
        assert ("Service request › Question" in page) is is_offered
    values = {"category": question, "owner": complaint.logged_by}
    with pytest.raises(Refused, match="not for cases of this kind"):
        do(complaint, Action.ASSESS, by=complaint.logged_by, values=values)
    do(request, Action.ASSESS, by=request.logged_by)
    refused = client.post("/complaints/log/", logged(category=question.pk))
    assert "category" in refused.context["form"].errors
    client.post("/complaints/log/", logged(category=question.pk, kind="request"))
    assert Case.objects.filter(category=question).count() == 2
    learnt = [str(name) for _key, name in LookForm({}).fields["category"].choices]
    assert "Product" in learnt
    assert not [name for name in learnt if "Question" in name]


def logged(**values) -> dict:
    """What somebody unknown says on the phone."""
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    who = {"caller_name": "Ann", "description": "Which type fits?", "received_at": now}
    kept = {"submission": uuid4(), "channel": "phone", "severity": "minor", "kind": "complaint"}
    return who | kept | values


def test_a_root_cause_is_renamed(client, manager):
    cause = RootCause.objects.first()
    assert edit(client, "causes", cause, name_en="Human slip").url == URL
    assert RootCause.objects.get(pk=cause.pk).names["en"] == "Human slip"
    assert "Human slip" in client.get(URL).text


def test_a_name_is_needed(client, manager):
    refused = client.post(f"{URL}causes/new/", {"position": 1})
    assert refused.status_code == 200
    assert refused.context["form"].errors
    assert client.get(f"{URL}ghosts/new/").status_code == 404


def test_others_read_the_lists(client):
    client.force_login(ServiceFactory())
    assert client.get(URL).status_code == 200
    assert "New category" not in client.get(URL).text
    assert client.get(f"{URL}causes/new/").status_code == 403
