"""Log a case: found, typed, sent once."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from complaints.models import Case, Category
from complaints.states import State
from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import ServiceFactory
from crm.platform.tests.remembered import forget_remembered
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    ProductFactory,
    StandingFactory,
)

pytestmark = pytest.mark.django_db

URL = "/complaints/log/"


@pytest.fixture
def sam():
    return ServiceFactory(name="Sam")


@pytest.fixture
def acorn(amy):
    customer = CustomerFactory(name="Acorn Ltd", account_manager=amy, phone="020 7946 0958")
    StandingFactory(customer=customer, tier="A", value_band="high", lifetime_value=4321)
    return customer


def typed(**changes):
    """What a browser sends."""
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {
        "submission": str(uuid.uuid4()),
        "kind": "complaint",
        "channel": "phone",
        "received_at": now,
        "description": "Two pallets arrived wet. The cartons have burst.",
        "severity": "major",
        **changes,
    }


def test_a_case_of_a_known_customer_is_logged(client, sam, acorn):
    anna = ContactFactory(customer=acorn, name="Anna")
    product = ProductFactory(code="AB12")
    client.force_login(sam)
    answer = client.post(
        URL,
        typed(
            customer=acorn.pk,
            contact=anna.pk,
            category=Category.objects.get(code="product").pk,
            product="ab12",
            order_reference="INV 7",
            remedy_sought="refund",
            owner=sam.pk,
        ),
        follow=True,
    )
    case = Case.objects.get()
    assert answer.redirect_chain == [(f"/complaints/{case.pk}/", 302)]
    assert "is logged." in answer.text
    assert (case.customer, case.contact, case.product) == (acorn, anna, product)
    assert (case.owner, case.logged_by, case.tier, case.state) == (sam, sam, "A", State.NEW)
    assert case.title == "Two pallets arrived wet"


def test_log_and_acknowledge_does_both(client, sam, acorn):
    client.force_login(sam)
    client.post(URL, typed(customer=acorn.pk, acknowledge="1"))
    assert Case.objects.get().state == State.ACKNOWLEDGED


def test_an_account_manager_who_acknowledges_is_in_charge(client, sam, amy, acorn):
    client.force_login(amy)
    answer = client.post(URL, typed(customer=acorn.pk, owner=sam.pk, acknowledge="1"))
    assert "owner" in answer.context["form"].errors
    assert not Case.objects.exists()
    client.post(URL, typed(customer=acorn.pk, owner="", acknowledge="1"))
    case = Case.objects.get()
    assert (case.owner, case.state) == (amy, State.ACKNOWLEDGED)


def test_sent_twice_a_form_makes_one_case(client, sam, acorn):
    client.force_login(sam)
    form = typed(customer=acorn.pk, acknowledge="1")
    first, second = client.post(URL, form), client.post(URL, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Case.objects.get().last_seq == 2


def test_somebody_unknown_is_logged_by_name(client, sam):
    client.force_login(sam)
    client.post(URL, typed(caller_name="Mrs Noname", caller_phone="0123"))
    assert Case.objects.get().caller_name == "Mrs Noname"


def test_an_account_manager_logs_for_own_customers_only(client, amy, acorn):
    client.force_login(amy)
    answer = client.post(URL, typed(caller_name="Mrs Noname"))
    assert "Find the customer first" in answer.text
    strange = CustomerFactory()
    assert client.post(URL, typed(customer=strange.pk)).status_code == 404
    assert client.get(URL, {"customer": strange.pk}).status_code == 404
    assert not Case.objects.exists()
    client.post(URL, typed(customer=acorn.pk))
    assert Case.objects.get().customer == acorn


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"description": ""}, "Write down what happened."),
        ({"product": "NOPE"}, "No product has this code."),
        ({"caller_name": ""}, "Find the customer above, or write who it was."),
        ({"received_at": "2999-01-01T10:00"}, "This time has not come yet."),
        ({"caller_email": "nobody"}, "Enter a valid email address."),
        ({"received_at": "1999-01-01T10:00"}, "This is too long ago."),
        ({"kind": ""}, "This field is required."),
    ],
)
def test_an_error_stands_beside_its_field_and_what_was_typed_stays(client, sam, changes, words):
    client.force_login(sam)
    sent = typed(caller_name="Mrs Noname", order_reference="INV 4711") | changes
    page = client.post(URL, sent)
    assert page.status_code == 200
    assert words in page.text
    assert "INV 4711" in page.text
    assert sent["submission"] in page.text
    assert not Case.objects.exists()


def test_contacts_of_another_customer_can_not_be_chosen(client, sam, acorn):
    stranger = ContactFactory()
    client.force_login(sam)
    page = client.post(URL, typed(customer=acorn.pk, contact=stranger.pk))
    assert page.status_code == 200
    assert not Case.objects.exists()


def test_the_form_opens_on_now_with_service_in_charge(client, sam, amy):
    client.force_login(sam)
    form = client.get(URL).context["form"]
    assert abs(form.initial["received_at"] - timezone.now()) < dt.timedelta(minutes=1)
    assert form.initial["owner"] == sam.pk
    client.force_login(amy)
    assert "owner" not in client.get(URL).context["form"].initial


def test_a_chosen_customer_shows_who_it_is_and_what_is_open(client, sam, amy, acorn):
    CaseFactory(customer=acorn, title="Wet pallets")
    CaseFactory(customer=acorn, title="Long over", state=State.WITHDRAWN)
    anna = ContactFactory(customer=acorn, name="Anna")
    ContactFactory(customer=acorn, name="Gone Gus", left_on=dt.date(2024, 1, 1))
    client.force_login(sam)
    page = client.get(URL, {"customer": acorn.pk, "contact": anna.pk}).text
    assert "Wet pallets" in page
    assert "Long over" not in page
    assert f'value="{anna.pk}" selected' in page
    assert "Gone Gus" not in page
    assert "4,321" not in page
    assert "High" in page
    client.force_login(amy)
    assert "4,321" in client.get(URL, {"customer": acorn.pk}).text


def test_without_script_the_search_leads_to_the_form(client, sam, acorn):
    refresh_derived([acorn.pk])
    client.force_login(sam)
    found = client.get("/search/", {"q": "acorn", "for": "case"})
    assert f'href="{URL}?customer={acorn.pk}"' in found.text
    by_number = client.get("/search/", {"q": acorn.number, "for": "case"})
    assert by_number.headers["Location"] == f"{URL}?customer={acorn.pk}"


def test_a_phone_number_finds_customer_and_contact(client, sam, acorn):
    anna = ContactFactory(customer=acorn, name="Anna", mobile="+44 7700 900123")
    refresh_derived([acorn.pk])
    client.force_login(sam)
    (hit,) = client.get("/search/suggest/", {"q": "07700 900123"}).json()["results"]
    assert (hit["id"], hit["contact"]) == (acorn.pk, anna.pk)
    (hit,) = client.get("/search/suggest/", {"q": "02079460958"}).json()["results"]
    assert (hit["id"], hit["contact"]) == (acorn.pk, None)


def test_an_answer_to_a_survey_is_logged_once(client, sam, acorn):
    client.force_login(sam)
    address = f"{URL}?customer={acorn.pk}&channel=survey&what=Slow&response=17"
    form = client.get(address).context["form"]
    assert form.initial["description"] == "Slow"
    client.post(URL, typed(customer=acorn.pk, submission=str(form.initial["submission"])))
    case = Case.objects.get()
    assert client.get(address).headers["Location"] == f"/complaints/{case.pk}/"


def test_files_come_along(client, sam, acorn, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(sam)
    form = typed(customer=acorn.pk)
    for _ in range(2):
        files = [SimpleUploadedFile(f"note{n}.txt", b"It leaks.") for n in range(2)]
        client.post(URL, form | {"attachments": files})
    assert Case.objects.get().attachments.count() == 2
    refused = SimpleUploadedFile("virus.exe", b"MZ\x90\x00" + bytes(60))
    page = client.post(URL, typed(customer=acorn.pk, attachments=refused))
    assert "virus.exe" in page.text
    assert "Choose the files again" in page.text


@pytest.mark.parametrize("query", ["customer=x", "customer=99999999999999999999", "response=x"])
def test_addresses_made_up_break_nothing(client, sam, query):
    client.force_login(sam)
    assert client.get(f"{URL}?{query}&contact=x&kind=x&channel=x").status_code in {200, 404}


def test_the_form_asks_fifteen_questions_at_most(client, sam, acorn, django_assert_max_num_queries):
    for _ in range(8):
        CaseFactory(customer=acorn)
        ContactFactory(customer=acorn)
    client.force_login(sam)
    client.get("/customers/tasks/")
    forget_remembered()
    with django_assert_max_num_queries(15):
        client.get(URL, {"customer": acorn.pk})
