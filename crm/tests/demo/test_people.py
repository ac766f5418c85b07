"""The demo company's contacts and talks: full enough that coverage has something to say."""

import datetime as dt

import pytest

from crm.accounts.models import User
from crm.demo import company, people
from crm.platform import uploads
from customers import coverage
from customers.models import Attachment, Contact, Customer, Interaction

TODAY = dt.date(2026, 7, 15)
FEW = 240


@pytest.fixture(scope="module")
def made():
    return company.build(company.SEED, TODAY, FEW)


def test_details_are_the_same_for_a_seed_and_lie_in_the_past(made):
    rows = made.contacts
    found = people.details(1, rows, TODAY)
    assert found.equals(people.details(1, rows, TODAY))
    assert set(found["attitude"]) == set(people.ATTITUDES)
    asked = found["consent"] != ""
    assert (found["consent_on"].notna() == asked).all()
    assert max(found.loc[asked, "consent_on"]) < TODAY
    gone = people.departed(1, rows, TODAY)
    assert set(rows.loc[gone.index, "role"]) <= {"decision_maker"}


def test_what_is_heard_fits_what_the_talk_was_about():
    flags = people.heard(1, ["Presses price of Gloves"] * 50 + ["手套压价", "Account opened"])
    assert {flag for row in flags[:50] for flag in row} == {"price", "compares"}
    assert flags[-1] == []


@pytest.mark.django_db
def test_contacts_talks_and_files_come_in_and_coverage_has_something_to_say(demo_company):
    assert Contact.objects.filter(attitude="opponent", consent="given").exists()
    heard = Interaction.objects.exclude(heard=[])
    assert heard.filter(heard__contains=["price"]).exists()
    named = heard.filter(heard__contains=["competitor"])
    assert named.exists()
    assert not named.filter(competitor=None).exists()
    assert Interaction.contacts.through.objects.exists()
    assert Interaction.colleagues.through.objects.exists()
    kinds = set(Attachment.objects.values_list("content_type", flat=True))
    assert kinds == {"text/plain", "text/csv", "application/pdf", "image/png"}
    assert all((uploads.folder() / file.stored_name).exists() for file in Attachment.objects.all())
    helen = User.objects.get(username="helen.zhao")
    risks = {
        code
        for customer in Customer.objects.all()
        for code, _words in coverage.of(customer, helen).risks
    }
    assert {"only_contact", "single_thread", "opponent_decides", "roles_open"} <= risks
