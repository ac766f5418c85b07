"""Key accounts: ranked, nominated with a reason, confirmed each year or dropped."""

import datetime as dt

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from customers.models import Standing
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import Assessment, Criterion, Nomination
from lifecycle.services.nominations import NominationOverError, confirm, drop, nominate
from lifecycle.tests.factories import AssessmentFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 5)


@pytest.fixture
def helen():
    return ManagerFactory(name="Helen")


@pytest.fixture
def customer():
    customer = CustomerFactory()
    refresh_derived([customer.pk])
    return customer


def is_key(customer) -> bool:
    customer.refresh_from_db()
    standing = Standing.objects.get(pk=customer.pk)
    assert standing.is_key_account == customer.is_key_account
    return customer.is_key_account


def test_a_nomination_makes_a_key_account_once(helen, customer):
    first, is_new = nominate(customer=customer, by=helen, reason="Grows", on=DAY)
    assert is_new
    assert first.review_on == dt.date(2027, 1, 5)
    again, is_new = nominate(customer=customer, by=helen, reason="Grows", on=DAY)
    assert (again, is_new) == (first, False)
    assert is_key(customer)


def test_confirming_moves_the_date_by_a_year_once(helen, customer):
    nomination, _ = nominate(customer=customer, by=helen, reason="Grows", on=DAY)
    later = dt.date(2027, 1, 4)
    assert list(Nomination.objects.visible_to(helen).overdue(later)) == []
    assert list(Nomination.objects.overdue(nomination.review_on)) == [nomination]
    for _click in range(2):
        confirm(nomination=nomination, by=helen, findings="Good year", on=nomination.review_on)
    nomination.refresh_from_db()
    assert nomination.review_on == dt.date(2028, 1, 5)
    assert nomination.reviews.count() == 1


def test_dropping_needs_a_reason_and_ends_it(client, helen, customer):
    nomination, _ = nominate(customer=customer, by=helen, reason="Grows", on=DAY)
    client.force_login(helen)
    url = reverse("value:nomination_end", args=[nomination.pk])
    assert client.post(url, {"end_reason": ""}).status_code == 200
    assert is_key(customer)
    client.post(url, {"end_reason": "Sold to a group"})
    assert not is_key(customer)
    nomination.refresh_from_db()
    assert nomination.end_reason == "Sold to a group"
    with pytest.raises(NominationOverError):
        confirm(nomination=nomination, by=helen, findings="", on=DAY)
    with pytest.raises(NominationOverError):
        drop(nomination=nomination, reason="Again", on=DAY)
    assert client.post(url, {"end_reason": "Again"}).status_code == 404


def test_candidates_are_ranked_by_total_those_who_are_key_accounts_aside(client, helen):
    def candidate(tier: str, total: float, **fields):
        customer = CustomerFactory(**fields)
        StandingFactory(customer=customer, tier=tier)
        AssessmentFactory(customer=customer, total=total)
        return customer.pk

    best, second = candidate("C", 4.5), candidate("B", 2.0)
    candidate("C", 2.0)  # neither of tier B nor well scored
    tier_a, nominated = candidate("A", 3.0), candidate("B", 4.0, is_key_account=True)
    client.force_login(helen)
    url = reverse("value:candidates")
    assert [one.customer_id for one in client.get(url).context["sheets"]] == [best, second]
    everybody = [one.customer_id for one in client.get(url + "?show=all").context["sheets"]]
    assert everybody == [best, nominated, tier_a, second]


def test_the_best_who_were_never_assessed_are_named(client, helen):
    customer = CustomerFactory()
    StandingFactory(customer=customer, tier="A")
    client.force_login(helen)
    (found,) = client.get(reverse("value:candidates")).context["unassessed"]
    assert found.pk == customer.pk


def test_account_managers_rank_but_don_t_nominate(client, customer):
    client.force_login(customer.account_manager)
    assert client.get(reverse("value:candidates")).status_code == 200
    assert client.get(reverse("value:nominate", args=[customer.pk])).status_code == 403


class TestScorecard:
    def opened(self, client, url: str) -> dict:
        form = client.get(url).context["form"]
        shown = {field.name: field.value() for field in form}
        return {
            name: value for name, value in shown.items() if value is not None and value is not False
        }

    def test_two_who_edit_a_question_both_keep_their_words(self, client, helen):
        one = Criterion.objects.get(code="fit-win-win")
        client.force_login(helen)
        url = reverse("value:criterion_edit", args=[one.pk])
        mine, theirs = self.opened(client, url), self.opened(client, url)
        assert client.post(url, theirs | {"weight": "7"}).status_code == 302
        answer = client.post(url, mine | {"low_en": "Only they gain"})
        assert answer.status_code == 409
        again = {field.name: field.value() for field in answer.context["form"]}
        assert client.post(url, again).status_code == 302
        one.refresh_from_db()
        assert (one.weight, one.means_lowest) == (7, "Only they gain")

    def test_the_effect_is_shown_and_nothing_saved(self, client, helen):
        one = Criterion.objects.get(code="fit-win-win")
        client.force_login(helen)
        url = reverse("value:criterion_edit", args=[one.pk])
        page = client.post(url, self.opened(client, url) | {"weight": "9", "look": "1"})
        assert "0 of 0 assessed customers" in page.content.decode()
        one.refresh_from_db()
        assert one.weight == 2

    def test_a_question_is_added_once_and_retired(self, client, helen):
        client.force_login(helen)
        url = reverse("value:criterion_create")
        data = self.opened(client, url) | {"part": "fit", "weight": "2", "name_en": "Pays on time"}
        for _click in range(2):
            assert client.post(url, data).status_code == 302
        one = Criterion.objects.get(names__en="Pays on time")
        edit = reverse("value:criterion_edit", args=[one.pk])
        client.post(edit, self.opened(client, edit) | {"is_active": ""})
        assert one not in Criterion.objects.asked()

    def test_a_question_without_words_is_refused(self, client, helen):
        client.force_login(helen)
        answer = client.post(reverse("value:criterion_create"), {"part": "fit", "weight": "2"})
        assert answer.status_code == 200
        assert not Assessment.objects.exists()

    def test_account_managers_read_it(self, client):
        client.force_login(AccountManagerFactory())
        assert client.get(reverse("value:scorecard")).status_code == 200
        assert client.get(reverse("value:criterion_create")).status_code == 403
