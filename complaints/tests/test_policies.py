"""The page of the deadlines."""

import pytest
from django.urls import reverse

from complaints.models import Clock, Policy
from complaints.tests.factories import CaseFactory
from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory

pytestmark = pytest.mark.django_db
URL = reverse("complaints:policies")


@pytest.fixture
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


def filled(client) -> dict:
    """The table as the page shows it, as it would be posted."""
    context = client.get(URL).context
    table = context["table"]
    data = {"opened": context["opened"]}
    for form in (table.management_form, *table):
        data |= {form.add_prefix(name): form[name].value() for name in form.fields}
    return data


def test_hours_are_shown_and_taken_in_quarters(client, manager):
    data = filled(client)
    assert (data["form-0-acknowledge"], data["form-0-resolution"]) == ("2", "4")
    answer = client.post(URL, data | {"form-0-acknowledge": "1.5"})
    assert answer.status_code == 302
    assert Policy.objects.first().acknowledge == 90
    entry = AuditEntry.objects.get(subject="policies")
    assert entry.actor == manager
    assert list(entry.details.values()) == [{"acknowledge": ["120", "90"]}]


def test_minutes_that_make_no_round_hours_can_be_saved_again(client, manager):
    row = Policy.objects.first()
    for minutes in (20, 50, 61):
        Policy.objects.filter(pk=row.pk).update(acknowledge=minutes)
        data = filled(client)
        assert client.post(URL, data | {"form-1-acknowledge": "1.75"}).status_code == 302
        row.refresh_from_db()
        assert row.acknowledge == minutes


def test_no_row_is_added_by_a_request_that_is_made_up(client, manager):
    data = filled(client)
    rows = Policy.objects.count()
    added = {f"form-{rows}-{name}": "1" for name in ("acknowledge", "first_response", "resolution")}
    assert client.post(URL, data | added | {"form-TOTAL_FORMS": rows + 1}).status_code < 500
    assert Policy.objects.count() == rows


def test_nothing_changed_leaves_no_trace(client, manager):
    assert client.post(URL, filled(client)).status_code == 302
    assert not AuditEntry.objects.filter(subject="policies").exists()


def test_bad_hours_are_told_beside_the_field(client, manager):
    data = filled(client)
    for changes, place in (
        ({"form-0-acknowledge": "0"}, "acknowledge"),
        ({"form-0-acknowledge": "soon"}, "acknowledge"),
        ({"form-0-first_response": "9", "form-0-resolution": "8"}, "first_response"),
    ):
        answer = client.post(URL, data | changes)
        assert answer.status_code == 200
        assert place in answer.context["table"].forms[0].errors
    assert Policy.objects.first().acknowledge == 120


def test_new_cases_follow_and_open_ones_keep_their_deadline(client, manager):
    before = CaseFactory(severity="critical")
    data = filled(client)
    row = Policy.objects.get(tier=before.tier, severity="critical").position - 1
    client.post(URL, data | {f"form-{row}-resolution": "12"})
    after = CaseFactory(severity="critical")
    targets = [Clock.objects.get(case=case, kind="resolution").target for case in (before, after)]
    assert targets == [480, 720]


def test_the_second_of_two_managers_is_told_and_loses_nothing(client, manager):
    data = filled(client)
    Policy.objects.filter(position=1).update(acknowledge=60)
    answer = client.post(URL, data | {"form-1-acknowledge": "3"})
    assert answer.status_code == 409
    assert answer.context["newer"]
    assert answer.context["table"].forms[1]["acknowledge"].value() == "3"
    assert Policy.objects.get(position=2).acknowledge == 120
    again = data | {"form-1-acknowledge": "3", "opened": answer.context["opened"]}
    assert client.post(URL, again).status_code == 302
    assert Policy.objects.get(position=2).acknowledge == 180


def test_others_read_and_may_not_change(client):
    client.force_login(ServiceFactory())
    page = client.get(URL)
    assert page.status_code == 200
    assert '<input type="number"' not in page.content.decode()
    assert client.post(URL, {}).status_code == 403
