"""What is heard from the eight sources: writing it down, its plan, touchpoints, the overview."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform.models import Installation
from customers.models import Touchpoint
from customers.tests.factories import ContactFactory, CustomerFactory
from satisfaction.analytics import Moments
from satisfaction.models import CollectionPlan, Feedback, Response, Source, TouchpointFigure
from satisfaction.services import feedback as services
from satisfaction.services import gauging, heard, results
from satisfaction.tests.factories import ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db
NEW = reverse("satisfaction:feedback_create")
LIST = reverse("satisfaction:feedback")
DAY = dt.date(2026, 1, 5)


def today() -> dt.date:
    return Installation.get().today()


def said(by, **fields) -> Feedback:
    values = {"source": "talk", "said_on": today(), "words": "Too slow", **fields}
    return Feedback.objects.create(recorded_by=by, **values)


def test_it_is_written_down_from_the_card_and_a_double_click_makes_one(signed_in, amy):
    contact = ContactFactory(customer=CustomerFactory(account_manager=amy))
    card = signed_in.get(reverse("card", args=[contact.customer_id])).text
    assert f"{NEW}?customer={contact.customer_id}" in card
    touchpoint = Touchpoint.objects.get(code="hotline")
    sent = {
        **{"customer": contact.customer_id, "contact": contact.pk, "source": "talk"},
        **{"said_on": "2026-01-05", "words": "Nobody answers", "tone": "bad"},
        **{"dimension": "responsiveness", "touchpoint": touchpoint.pk},
    }
    for _ in range(2):
        page = signed_in.post(NEW, sent)
    assert page.url == reverse("card", args=[contact.customer_id])
    one = Feedback.objects.get()
    assert (one.customer, one.contact, one.touchpoint) == (contact.customer, contact, touchpoint)
    assert (one.dimension, one.tone, one.recorded_by) == ("responsiveness", "bad", amy)


def test_research_names_its_agency_and_no_day_lies_ahead(signed_in):
    sent = {"source": "research", "said_on": "2026-01-05", "words": "Third of six", "tone": "mixed"}
    assert "Name the agency" in signed_in.post(NEW, sent).text
    ahead = today() + dt.timedelta(days=2)
    page = signed_in.post(NEW, sent | {"origin": "Marlow", "said_on": ahead})
    assert "This day has not come yet." in page.text
    signed_in.post(NEW, sent | {"origin": "Marlow"})
    assert Feedback.objects.get().origin == "Marlow"


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "complaints"},
        {"source": "surveys"},
        {"source": "research", "origin": ""},
        {"words": ""},
    ],
)
def test_the_database_refuses_what_the_form_refuses(amy, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        said(amy, **fields)


def test_each_sees_that_of_their_customers_and_of_the_market(client, amy):
    mine = said(amy, customer=CustomerFactory(account_manager=amy), words="Of mine")
    market = said(amy, words="Of the market")
    theirs = said(amy, customer=CustomerFactory(account_manager=AccountManagerFactory()))
    assert set(Feedback.objects.visible_to(amy)) == {mine, market}
    for everybody in (ManagerFactory(), ServiceFactory()):
        assert set(Feedback.objects.visible_to(everybody)) == {mine, market, theirs}


def test_who_wrote_it_edits_it_and_others_do_not(client, amy):
    one = said(amy, words="Of the market")
    address = reverse("satisfaction:feedback_edit", args=[one.pk])
    client.force_login(AccountManagerFactory())
    assert client.get(address).status_code == 403
    assert address not in client.get(LIST).text
    client.force_login(amy)
    assert address in client.get(LIST).text


def test_the_list_is_filtered_by_everything(signed_in, amy):
    said(amy, words="Late again", tone="bad", dimension="reliability", said_on=DAY)
    said(amy, words="Kind people", tone="good", source="media")
    for query, words in (
        ("tone=bad", "Late again"),
        ("dimension=reliability", "Late again"),
        ("until=2026-01-31", "Late again"),
        ("source=media", "Kind people"),
        ("q=kind", "Kind people"),
        ("since=2026-02-01", "Kind people"),
    ):
        rows = signed_in.get(f"{LIST}?{query}").context["rows"]
        assert [row.words for row in rows] == [words], query
    assert len(signed_in.get(f"{LIST}?touchpoint=x&since=never").context["rows"]) == 2


class TestPlan:
    def test_a_source_is_overdue_when_it_was_last_heard_longer_ago_than_planned(self):
        monthly = CollectionPlan(source="media", frequency="monthly", version=1)
        assert services.days_overdue(monthly, DAY, DAY + dt.timedelta(days=31)) == 0
        assert services.days_overdue(monthly, DAY, DAY + dt.timedelta(days=40)) == 9
        assert services.days_overdue(monthly, None, DAY) == 31
        once = CollectionPlan(source="media", frequency="once", version=1)
        unplanned = CollectionPlan(source="media")
        assert services.days_overdue(once, None, DAY) is None
        assert services.days_overdue(unplanned, None, DAY) is None

    def test_each_source_is_last_heard_where_it_lives(self, amy):
        at = timezone.now() - dt.timedelta(days=3)
        CaseFactory(received_at=at)
        ResponseFactory(started_at=at, finished_at=at)
        said(amy, source="groups", said_on=DAY)
        found = services.last_heard()
        assert found == {
            Source.COMPLAINTS: at.date(),
            Source.SURVEYS: at.date(),
            Source.GROUPS: DAY,
        }

    def test_managers_write_it_and_all_read_what_is_late(self, client, amy):
        boss = ManagerFactory(name="Boss")
        client.force_login(boss)
        address = reverse("satisfaction:plan_edit", args=["media"])
        sent = {"in_charge": boss.pk, "frequency": "monthly", "analysed": "Clippings"}
        assert client.post(address, sent | {"version": 0}).status_code == 302
        assert CollectionPlan.objects.get().version == 1
        # Somebody else who had it open from before it was written sees both.
        assert client.post(address, sent | {"version": 0, "analysed": "No"}).status_code == 409
        client.force_login(amy)
        page = client.get(reverse("satisfaction:plan")).text
        assert "Clippings" in page
        assert "31 days late" in page
        assert client.get(reverse("satisfaction:plan_edit", args=["nothing"])).status_code == 403


class TestTouchpoints:
    def test_managers_name_them_in_both_languages_with_owner_and_standard(self, client):
        boss = ManagerFactory()
        client.force_login(boss)
        sent = {"name_en": "Website", "name_zh-hans": "网站", "owner": boss.pk, "position": 9}
        client.post(
            reverse("satisfaction:touchpoint_create"), sent | {"standard": "Loads in a second"}
        )
        made = Touchpoint.objects.get(standard="Loads in a second")
        assert made.names == {"en": "Website", "zh-hans": "网站"}
        page = client.get(reverse("satisfaction:touchpoints")).text
        assert "Website" in page
        address = reverse("satisfaction:touchpoint_edit", args=[made.pk])
        client.post(address, sent | {"version": made.version})
        made.refresh_from_db()
        assert not made.is_active
        assert "Out of use" in client.get(reverse("satisfaction:touchpoints")).text

    def test_satisfaction_counts_each_customer_once_and_costs_by_how_low_they_are(self):
        """One customer's two contacts gave 5 and 3 (100 and 50), another's 1 (0)."""
        wave = WaveFactory(is_open=True)
        question = wave.version.questions.get(code="reliability")
        question.touchpoint = Touchpoint.objects.get(code="delivery")
        question.save()
        customer = CustomerFactory()
        for whom, score in ((customer, 5), (customer, 3), (CustomerFactory(), 1)):
            ResponseFactory(
                invitation__wave=wave, invitation__customer=whom, answers={"reliability": score}
            )
        sums = gauging.by_touchpoint(Response.objects.all(), [wave])
        assert sums == {(wave.pk, question.touchpoint_id): Moments(2, 75.0, 75.0**2)}
        question.measure = "time"  # a cost: high is bad
        question.weight = 0
        question.save()
        ((_key, cost),) = gauging.by_touchpoint(Response.objects.all(), [wave]).items()
        assert (cost.n, cost.total) == (2, 125.0)

    def test_what_is_prepared_is_what_is_counted(self):
        wave = WaveFactory(is_open=True)
        point = Touchpoint.objects.get(code="delivery")
        wave.version.questions.filter(code="reliability").update(touchpoint=point)
        ResponseFactory(invitation__wave=wave, answers={"reliability": 4})
        results.refresh(wave)
        row = TouchpointFigure.objects.get()
        assert (row.wave, row.touchpoint, row.customers, row.total) == (wave, point, 1, 75.0)
        boss = ManagerFactory()
        assert heard.touchpoint_sums(boss, [wave]) == {point.pk: Moments(1, 75.0, 5625.0)}
        wave.is_anonymous = True  # no group under five is shown
        assert heard.touchpoint_sums(boss, [wave]) == {}


class TestOverview:
    def test_it_counts_all_sources_by_month_measure_and_touchpoint(self, client, amy):
        point = Touchpoint.objects.get(code="delivery")
        said(amy, tone="bad", dimension="reliability", touchpoint=point)
        said(amy, tone="good", dimension="reliability", source="media")
        said(amy, said_on=today() - dt.timedelta(days=400))
        CaseFactory(touchpoint=point, received_at=timezone.now())
        ResponseFactory(answers={"overall": 4})
        found = heard.heard(ManagerFactory(), today())
        assert len(found.months) == 12
        assert found.months[-1] == today().replace(day=1)
        totals = {source: sum(months.values()) for source, months in found.by_source.items()}
        assert totals == {
            **dict.fromkeys(Source.values, 0),
            **{"talk": 1, "media": 1, "complaints": 1, "surveys": 1},
        }
        line = found.by_measure["reliability"]
        assert (line.heard, line.bad) == (2, 1)
        at = found.by_touchpoint[point.pk]
        assert (at.heard, at.bad, at.complaints) == (1, 1, 1)

    def test_months_go_back_over_the_year(self):
        months = heard.months_until(dt.date(2026, 3, 31))
        assert (months[0], months[-1]) == (dt.date(2025, 4, 1), dt.date(2026, 3, 1))

    def test_it_costs_few_queries(self, client, amy, django_assert_max_num_queries):
        for day in range(8):
            said(amy, said_on=today() - dt.timedelta(days=day))
        client.force_login(ManagerFactory())
        for name, most in (("heard", 24), ("feedback", 7), ("touchpoints", 14), ("plan", 14)):
            client.get(reverse(f"satisfaction:{name}"))
            with django_assert_max_num_queries(most):
                client.get(reverse(f"satisfaction:{name}"))
