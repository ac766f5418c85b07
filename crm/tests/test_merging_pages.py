"""The list of possible doubles, the question, the result; old addresses; who may what."""

import pytest
from django.urls import reverse
from django.utils import timezone

from crm import merging
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform.tests.browsing import sent
from crm.platform.tests.filled import forms_of
from crm.tests.test_merging import merge
from customers.models import Customer, DuplicatePair, Merge
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    TransactionFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/customers/doubles/"


@pytest.fixture
def pair(amy):
    kept = CustomerFactory(account_manager=amy, number="K1", name="Acorn Ltd", region="Kent")
    gone = CustomerFactory(account_manager=amy, number="K2", name="Acorn Limited", region="Wales")
    refresh_derived([kept.pk, gone.pk])
    return kept, gone


def twins(first, second, **values) -> DuplicatePair:
    values = {"score": 60, "reasons": ["name"]} | values
    return DuplicatePair.objects.create(first=first, second=second, **values)


def typed(response) -> dict:
    """What the form of the question holds before anybody chose."""
    form = next(form for form in forms_of(response.text) if "seen" in form.values)
    return form.values


def question(pair) -> str:
    return reverse("merge_customers", args=[customer.pk for customer in pair])


# -- the list


def test_it_shows_pairs_of_which_one_sees_both_the_likeliest_first(client, amy, pair):
    other = CustomerFactory(account_manager=amy)
    hidden = CustomerFactory()
    likely, unlikely = twins(*pair, score=90), twins(pair[0], other, score=40, reasons=["phone"])
    twins(pair[0], hidden, score=99)
    client.force_login(amy)
    shown = [pair["row"] for pair in client.get(LIST).context["pairs"]]
    assert shown == [likely, unlikely]
    shown = [pair["row"] for pair in client.get(f"{LIST}?reason=phone").context["pairs"]]
    assert shown == [unlikely]


def test_what_is_made_up_in_the_address_filters_nothing(client, amy, pair):
    twins(*pair)
    client.force_login(amy)
    for query in ("reason=none", "state=x", "page=%00", "whose=1", "page=abc"):
        assert len(client.get(f"{LIST}?{query}").context["pairs"]) == 1


def test_pages_go_forward_and_back(client, amy):
    customers = CustomerFactory.create_batch(27, account_manager=amy)
    for other in customers[1:]:
        twins(customers[0], other)
    client.force_login(amy)
    first = client.get(LIST).context
    second = client.get(LIST + first["older_url"]).context
    assert (len(first["pairs"]), len(second["pairs"])) == (25, 1)
    back = client.get(LIST + second["newer_url"]).context
    assert [pair["row"] for pair in back["pairs"]] == [pair["row"] for pair in first["pairs"]]


def test_two_that_are_two_leave_the_list_and_come_back(client, amy, pair):
    row = twins(*pair)
    client.force_login(amy)
    page = client.post(reverse("double_dismiss", args=[row.pk]), follow=True)
    assert page.context["pairs"] == []
    assert reverse("double_restore", args=[row.pk]) in page.text
    row.refresh_from_db()
    assert row.dismissed_by == amy
    dismissed = client.get(f"{LIST}?state=dismissed")
    assert [pair["row"] for pair in dismissed.context["pairs"]] == [row]
    client.post(reverse("double_restore", args=[row.pk]))
    assert len(client.get(LIST).context["pairs"]) == 1


def test_the_list_asks_five_questions_however_long(client, amy, django_assert_max_num_queries):
    customers = CustomerFactory.create_batch(20, account_manager=amy)
    for other in customers[1:]:
        twins(customers[0], other)
    client.force_login(amy)
    client.get(LIST)
    with django_assert_max_num_queries(5):
        client.get(LIST)


def test_the_hub_says_how_many_wait(client, pair):
    twins(*pair)
    client.force_login(ManagerFactory())
    pages = [
        page
        for column in client.get(reverse("settings_hub")).context["columns"]
        for section in column
        for page in section["pages"]
    ]
    assert next(page for page in pages if page.name == "doubles").waiting == 1


# -- who may


def test_service_staff_neither_see_nor_do_it(client, pair):
    row = twins(*pair)
    client.force_login(ServiceFactory())
    assert client.get(LIST).status_code == 403
    assert client.get(question(pair)).status_code == 403
    assert client.post(question(pair)).status_code == 403
    assert client.post(reverse("double_dismiss", args=[row.pk])).status_code == 403


def test_an_account_manager_merges_customers_of_the_team_and_no_others(client, amy, pair):
    mate, stranger = AccountManagerFactory(team=amy.team), AccountManagerFactory()
    theirs = CustomerFactory(account_manager=stranger)
    for person, both, status in (
        (stranger, pair, 404),
        (amy, (pair[0], theirs), 404),
        (amy, (theirs, pair[0]), 404),
        (mate, pair, 200),
    ):
        client.force_login(person)
        assert client.get(question(both)).status_code == status
        if status == 404:
            assert client.post(question(both)).status_code == 404
    assert Customer.objects.count() == 3


def test_one_cannot_be_merged_with_itself(client, amy, pair):
    client.force_login(amy)
    assert client.get(question((pair[0], pair[0]))).status_code == 404


def test_who_did_it_and_managers_undo_it(client, amy, pair):
    done = merge(*pair, amy)
    url = reverse("merge_undo", args=[done.pk])
    mate = AccountManagerFactory(team=amy.team)
    for person, status in (
        (AccountManagerFactory(), 404),
        (ServiceFactory(), 403),
        (mate, 403),
        (ManagerFactory(), 302),
    ):
        client.force_login(person)
        assert client.post(url).status_code == status
    assert Customer.objects.count() == 2


# -- the question and the deed


def test_it_shows_both_what_differs_and_what_moves(client, amy, pair):
    kept, gone = pair
    TransactionFactory.create_batch(2, customer=gone)
    for customer in pair:
        ContactFactory(customer=customer, name="Zoë Young")
    client.force_login(amy)
    page = client.get(question(pair))
    labels = [one.label for section in page.context["sections"] for one in section["choices"]]
    assert {"Number", "Name", "Region"} <= set(labels)
    assert "Phone" not in labels
    counts = {count.label: count.rows for count in page.context["sides"][1]["counts"]}
    assert counts == {"Transactions": 2, "Contacts": 1}
    assert [[one.name for one in group] for group in page.context["people"]] == [["Zoë Young"] * 2]
    assert question((gone, kept)) in page.text
    assert len(page.content) < 40_000


def test_the_form_as_it_stands_merges_and_leads_to_the_result(client, amy, pair):
    client.force_login(amy)
    form = typed(client.get(question(pair)))
    page = client.post(question(pair), form | {"customer-region": "gone"}, follow=True)
    assert page.context["merge"].gone_number == "K2"
    assert Customer.objects.get().region == "Wales"
    again = client.post(question(pair), form)  # the second of two clicks
    assert again.status_code == 302
    assert Merge.objects.count() == 1


def test_a_change_meanwhile_is_shown_before_anything_is_merged(client, amy, pair):
    client.force_login(amy)
    form = typed(client.get(question(pair)))
    Customer.objects.filter(pk=pair[1].pk).update(region="Surrey", version=2)
    page = client.post(question(pair), form)
    assert page.status_code == 409
    assert "Surrey" in page.text
    assert Customer.objects.count() == 2
    assert client.post(question(pair), typed(page)).status_code == 302


def test_what_stands_against_it_is_said_before_one_tries(client, amy, pair):
    Customer.objects.filter(pk=pair[1].pk).update(parent=pair[0])
    client.force_login(amy)
    page = client.get(question(pair))
    assert "stands above" in page.text
    assert client.post(question(pair), typed(page)).status_code == 409


def test_the_other_customer_is_found_by_number(client, amy, pair):
    kept, gone = pair
    client.force_login(amy)
    url = reverse("merge_with", args=[kept.pk])
    assert client.get(f"{url}?number=k2").url == question(pair)
    for number in ("K1", "none", "%00"):
        assert client.get(f"{url}?number={number}").context["form"].errors
    twins(*pair)
    assert [row["other"] for row in client.get(url).context["pairs"]] == [gone]


def test_the_result_says_why_it_cannot_be_undone(client, amy, pair):
    done = merge(*pair, amy)
    CustomerFactory(number="k2", name="Newcomer", account_manager=amy)
    client.force_login(amy)
    page = client.get(reverse("merge", args=[done.pk]))
    assert "Newcomer" in page.text
    assert "Undo the merge" not in page.text
    page = client.post(reverse("merge_undo", args=[done.pk]), follow=True)
    assert "Newcomer" in page.text


# -- old addresses, card, history


def test_old_addresses_lead_to_the_kept_one_for_those_who_see_it(client, amy, pair):
    kept, gone = pair
    done = merge(kept, gone, amy)
    client.force_login(amy)
    for page in ("", "timeline/", "history/"):
        response = client.get(f"/customers/{gone.pk}/{page}?page=2")
        assert response.url == f"/customers/{kept.pk}/{page}?page=2"
    assert client.post(f"/customers/{gone.pk}/watch/", {"watch": "on"}).status_code == 404
    client.force_login(AccountManagerFactory())
    assert client.get(f"/customers/{gone.pk}/").status_code == 404
    client.logout()
    assert "login" in client.get(f"/customers/{gone.pk}/").url
    merging.undo(by=amy, pk=done.pk)
    client.force_login(amy)
    assert client.get(f"/customers/{gone.pk}/").status_code == 200


def test_who_saves_something_in_that_moment_is_led_to_the_kept_one(client, amy, pair, monkeypatch):
    kept, gone = pair
    client.force_login(amy)
    url = f"/customers/{gone.pk}/edit/"
    form = sent(client.get(url))

    def merged_first(**values):
        merge(kept, gone, amy)
        return Customer.objects.get(pk=gone.pk)

    monkeypatch.setattr("customers.views.customers.edit_customer", merged_first)
    response = client.post(url, form, follow=True)
    assert response.redirect_chain == [(f"/customers/{kept.pk}/", 302)]
    assert "merged" in response.text


def test_card_timeline_and_history_tell_of_both(client, amy, pair):
    kept, gone = pair
    InteractionFactory(customer=gone, subject="Told us about the fair")
    Customer.objects.filter(pk=gone.pk).update(region="Surrey")
    merge(kept, gone, amy)
    client.force_login(amy)
    timeline = client.get(f"/customers/{kept.pk}/timeline/").text
    assert "Told us about the fair" in timeline
    assert "Merged with Acorn Limited (K2)" in timeline
    history = client.get(f"/customers/{kept.pk}/history/").text
    assert "Surrey" in history
    assert "merged into another one" in history


def test_the_card_names_whom_it_may_be_the_same_as(client, amy, pair):
    row = twins(*pair)
    client.force_login(amy)
    for customer, other in (pair, pair[::-1]):
        page = client.get(f"/customers/{customer.pk}/")
        assert f"May be the same customer as {other.name}" in page.text
    client.force_login(ServiceFactory())
    assert "May be the same" not in client.get(f"/customers/{pair[0].pk}/").text
    DuplicatePair.objects.filter(pk=row.pk).update(dismissed_at=timezone.now())
    client.force_login(amy)
    assert "May be the same" not in client.get(f"/customers/{pair[0].pk}/").text
