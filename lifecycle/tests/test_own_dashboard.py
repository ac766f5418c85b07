"""The dashboard that each manager arranges and gets by mail: own order, same figures, one mail."""

import datetime as dt
import json
import threading
from decimal import Decimal

import pytest
from django.core import mail as mails
from django.db import connection
from django.urls import reverse

from complaints.models import Category
from complaints.services import figuring
from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from crm.platform import outbox
from crm.platform.models import Installation, OutboxMessage
from crm.platform.tests.filled import forms_of
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.dashboard import layout, mail
from lifecycle.dashboard.layout import Place
from lifecycle.dashboard.pictures import drawn
from lifecycle.dashboard.reads import Reads
from lifecycle.models import BaseCell, Dashboard, EquityPoint, StageChange, TierChange
from lifecycle.services import dashboards
from lifecycle.services.base import record_base
from satisfaction.models import Wave
from satisfaction.services.results import refresh
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
# Eight in the morning of a Monday in London, where nobody says otherwise.
MONDAY = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
PAGE, ARRANGE = "value:dashboard", "value:dashboard_arrange"
# Where each picture stands with more around it, and under which name.
SAME_AS = {
    "equity": ("value:equity", "trend"),
    "curve": ("value:equity", "curve"),
    "at_risk": ("value:churn", "trend"),
    "risk": ("value:churn", "risk"),
    "tier_risk": ("value:churn", "at_risk"),
    "pareto": ("value:tiers", "pareto"),
    "migration": ("value:tiers", "migration"),
    "tier_revenue": ("value:tiers", "trend"),
    "stage_value": ("value:stages", "value"),
    "flow": ("value:stages", "flow"),
    "stages": ("value:stages", "trend"),
    "complaints": ("complaints:dashboard", "received"),
    "categories": ("complaints:dashboard", "categories"),
    "index": ("satisfaction:dashboard", "index_trend"),
    "nps": ("satisfaction:dashboard", "nps_trend"),
    "dimensions": ("satisfaction:dashboard", "dimensions"),
}


@pytest.fixture
def company():
    """Two customers of two tiers and stages, who moved, complained and answered two waves."""
    for worth, tier, stage in (("800.00", "A", "stability"), ("200.00", "B", "decline")):
        customer = CustomerFactory(account_manager=AccountManagerFactory())
        StandingFactory(
            customer=customer,
            tier=tier,
            stage=stage,
            risk=0.65,
            lifetime_value=Decimal(worth),
            value_at_risk=Decimal(worth) / 2,
            revenue_12m=Decimal(worth),
        )
        TierChange.objects.create(customer=customer, on=TODAY, before="C", after=tier, basis=1)
        StageChange.objects.create(customer=customer, on=TODAY, before="formation", after=stage)
        CaseFactory(customer=customer, category=Category.objects.first())
        for month, score in ((1, 75), (3, 25)):
            opens = dt.date(2026, month, 5)
            wave, _new = Wave.objects.filter(opens_on=opens).first(), None
            wave = wave or WaveFactory(
                state=Wave.State.CLOSED, opens_on=opens, closes_on=opens + dt.timedelta(days=20)
            )
            ResponseFactory(
                invitation=InvitationFactory(wave=wave, customer=customer),
                index=float(score),
                overall=float(score),
                recommend=9,
            )
    record_base(dt.date(2026, 10, 31))
    record_base(TODAY)
    EquityPoint.objects.create(customers_share=0.5, equity_share=0.8)
    EquityPoint.objects.create(customers_share=1, equity_share=1)


@pytest.fixture
def helen():
    return ManagerFactory(name="Helen")


def pick(user, *keys: str) -> None:
    rows = [{"key": key, "wide": False} for key in keys]
    Dashboard.objects.update_or_create(user=user, defaults={"pictures": rows})


def shown(client) -> list[tuple[str, bool]]:
    pictures = client.get(reverse(PAGE)).context["pictures"]
    return [(picture["key"], picture["wide"]) for picture in pictures]


def plain(chart: dict) -> str:
    return json.dumps(chart, default=str, sort_keys=True)


class TestLayout:
    def test_it_comes_with_six_pictures(self):
        assert layout.places(None) == list(layout.DEFAULT)
        assert len(layout.DEFAULT) == 6

    def test_an_emptied_one_stays_empty(self):
        assert layout.places([]) == []

    def test_what_nobody_can_read_is_passed_over_and_each_picture_is_there_once(self):
        stored = [{"key": "nps", "wide": True}, {"key": "nps"}, {"key": "gone"}, 7, {"key": [1]}]
        assert layout.places(stored) == [Place("nps", True)]
        assert layout.places("nonsense") == []

    @pytest.mark.parametrize(
        ("key", "action", "after"),
        [
            ("b", "up", "bac"),
            ("b", "down", "acb"),
            ("a", "up", "abc"),
            ("c", "down", "abc"),
            ("b", "hide", "ac"),
            ("x", "up", "abc"),
            ("b", "turn", "abc"),
            ("d", "show", "abcd"),
            ("b", "show", "abc"),
            ("x", "show", "abc"),
        ],
    )
    def test_a_step_moves_one_picture_and_no_other(self, key, action, after):
        names = dict(zip("abcd", ("equity", "risk", "nps", "flow"), strict=True))
        before = [Place(names[letter]) for letter in "abc"]
        found = layout.acted(before, names.get(key, "nothing"), action)
        assert found == [Place(names[letter]) for letter in after]

    def test_a_picture_takes_half_or_all_of_the_width(self):
        wide = layout.acted([Place("nps")], "nps", "full")
        assert wide == [Place("nps", True)]
        assert layout.acted(wide, "nps", "half") == [Place("nps")]

    def test_it_holds_eight(self):
        keys = layout.Picture.values
        eight = [Place(key) for key in keys[:8]]
        assert layout.acted(eight, keys[8], "show") == eight
        assert len(layout.places([{"key": key} for key in keys])) == layout.MOST


def test_each_picture_is_that_of_its_page(client, company, helen):
    """Though all of them together are summed from a few questions."""
    client.force_login(helen)
    pages = {name: client.get(reverse(name)).context for name, _part in SAME_AS.values()}
    assert set(SAME_AS) == set(layout.Picture.values)
    for keys in (list(SAME_AS)[:8], list(SAME_AS)[8:]):
        pick(helen, *keys)
        for picture in client.get(reverse(PAGE)).context["pictures"]:
            name, part = SAME_AS[picture["key"]]
            assert picture["chart"], picture["key"]
            assert plain(picture["chart"]) == plain(pages[name][part]), picture["key"]
            assert picture["url"] == reverse(name)


def test_a_curve_of_many_points_keeps_its_ends_and_its_course(company, helen):
    for place in range(200):
        EquityPoint.objects.create(customers_share=place / 2000, equity_share=place / 250)
    (picture,) = drawn(Reads(helen), [Place("curve")])
    points = picture["chart"]["data"]["points"]
    assert 40 <= len(points) <= 60
    assert (points[0], points[-1]) == ([0, 0], [1, 1])
    assert points == sorted(points)


def test_the_dearest_dashboard_asks_fifteen_questions(
    client, company, helen, django_assert_max_num_queries
):
    keys = ("equity", "risk", "pareto", "curve", "migration", "flow", "categories", "index")
    pick(helen, *keys)
    for wave in Wave.objects.all():
        refresh(wave)  # as workers do
    figuring.prepare()
    client.force_login(helen)
    client.get(reverse(PAGE))
    with django_assert_max_num_queries(15):
        client.get(reverse(PAGE))


def test_before_the_first_night_and_the_first_answer_it_says_that_there_is_nothing(client, helen):
    client.force_login(helen)
    for keys in (layout.Picture.values[:8], layout.Picture.values[8:]):
        pick(helen, *keys)
        answer = client.get(reverse(PAGE))
        assert [picture["chart"] for picture in answer.context["pictures"]] == [None] * 8
        assert answer.text.count("Nothing to draw yet") == 8


def press(client, action: str, key: str = "") -> None:
    """The button of the page, as a browser without scripts sends its form."""
    forms = forms_of(client.get(reverse(ARRANGE)).text)
    ours = next(form for form in forms if form.values.get("picture", [""]) == [key])
    answer = client.post(reverse(ARRANGE), {**ours.values, "action": action})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse(ARRANGE))


def test_a_manager_picks_orders_and_sizes_by_buttons_and_nobody_elses_changes(client, helen):
    client.force_login(helen)
    press(client, "up", "at_risk")
    press(client, "full", "equity")
    press(client, "hide", "stage_value")
    press(client, "show", "nps")
    keys = ["at_risk", "equity", "migration", "complaints", "index", "nps"]
    assert shown(client) == [(key, key == "equity") for key in keys]
    client.force_login(ManagerFactory())
    assert [key for key, _wide in shown(client)] == [place.key for place in layout.DEFAULT]
    client.force_login(helen)
    press(client, "reset")
    assert shown(client) == [(place.key, False) for place in layout.DEFAULT]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "up"},
        {"action": "up", "picture": "gone"},
        {"action": "turn", "picture": "equity"},
        {"action": "show", "picture": "equity\x00"},
        {"picture": "equity"},
    ],
)
def test_a_body_that_no_button_sends_changes_nothing(client, helen, body):
    client.force_login(helen)
    assert client.post(reverse(ARRANGE), body).status_code == 302
    assert not Dashboard.objects.exists()


class TestMail:
    @pytest.fixture
    def wanted(self, company, helen):
        dashboards.mail(user=helen, on=True)
        return helen

    def test_it_says_findings_and_figures_in_words_and_in_tables(self, wanted):
        pick(wanted, "tier_risk", "complaints")
        assert mail.mail_due(MONDAY) == 1
        outbox.send_due()
        (sent,) = mails.outbox
        assert sent.to == [wanted.email]
        assert sent.subject == "Your dashboard of 23 November 2026"
        assert "Dear Helen," in sent.body
        assert "Tier A holds 80 % of the value at risk" in sent.body
        assert "A | 400\nB | 100\nC | 0\n" in sent.body
        assert "http://localhost:8000/value/churn/" in sent.body
        assert "http://localhost:8000/value/dashboard/arrange/#mail" in sent.body
        (tables,) = sent.alternatives
        assert tables.mimetype == "text/html"
        assert '<th scope="row" align="left">A</th><td align="right">400</td>' in tables.content
        assert "<img" not in tables.content
        kept = OutboxMessage.objects.get()
        assert (kept.body, kept.html) == ("", "")  # nothing stays of what was sent

    def test_figures_that_are_old_are_said_to_be(self, wanted):
        mail.mail_due(MONDAY)
        assert "Figures of 20 November 2026 – older than a day" in OutboxMessage.objects.get().body

    def test_what_people_named_is_no_markup(self, wanted):
        Category.objects.update(names={"en": "<b>Late & broken</b>"})
        pick(wanted, "categories")
        mail.mail_due(MONDAY)
        told = OutboxMessage.objects.get()
        assert "&lt;b&gt;Late &amp; broken&lt;/b&gt;" in told.html
        assert "<b>Late & broken</b>" in told.body

    def test_it_comes_in_the_managers_language(self, wanted):
        wanted.language = "zh-hans"
        wanted.save()
        mail.mail_due(MONDAY)
        told = OutboxMessage.objects.get()
        assert "客户资产" in told.body
        assert '<html lang="zh-hans">' in told.html
        assert "Customer equity" not in told.body + told.html

    @pytest.mark.parametrize(
        ("zone", "now", "comes"),
        [
            ("Europe/London", dt.datetime(2026, 11, 23, 6, 59, tzinfo=dt.UTC), 0),
            ("Europe/London", dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), 1),
            ("Europe/London", dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC), 0),
            ("Europe/London", dt.datetime(2026, 11, 24, 7, 0, tzinfo=dt.UTC), 0),
            ("Europe/London", dt.datetime(2026, 6, 15, 6, 0, tzinfo=dt.UTC), 1),  # summer time
            ("Asia/Shanghai", dt.datetime(2026, 11, 22, 23, 0, tzinfo=dt.UTC), 1),
            ("America/New_York", dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), 0),
        ],
    )
    def test_it_comes_on_monday_mornings_by_the_clock_of_the_installation(
        self, wanted, zone, now, comes
    ):
        Installation.objects.update_or_create(pk=1, defaults={"time_zone": zone})
        Installation.forget()
        assert mail.mail_due(now) == comes

    def test_it_comes_once_a_monday_and_again_a_week_later(self, wanted):
        found = [mail.mail_due(MONDAY + dt.timedelta(hours=hours)) for hours in (0, 1, 7 * 24)]
        assert found == [1, 0, 1]
        causes = set(OutboxMessage.objects.values_list("cause", flat=True))
        days = ("2026-11-23", "2026-11-30")
        assert causes == {f"dashboard:{wanted.pk}:{day}" for day in days}

    def test_it_comes_to_managers_who_want_it_and_to_nobody_else(self, company, wanted):
        ManagerFactory()  # never asked for it
        for other in (ManagerFactory(is_active=False), AccountManagerFactory()):
            dashboards.mail(user=other, on=True)
        assert mail.mail_due(MONDAY) == 1
        dashboards.mail(user=wanted, on=False)
        assert mail.mail_due(MONDAY + dt.timedelta(days=7)) == 0

    def test_without_anything_to_tell_none_comes(self, helen):
        dashboards.mail(user=helen, on=True)
        assert mail.mail_due(MONDAY) == 0
        assert not OutboxMessage.objects.exists()

    def test_buttons_turn_it_on_and_off(self, client, helen):
        client.force_login(helen)
        assert not Dashboard.objects.filter(is_mailed=True).exists()
        press(client, "mail")
        assert Dashboard.objects.get().is_mailed
        assert "By mail on Mondays" in client.get(reverse(PAGE)).text
        press(client, "no_mail")
        assert not Dashboard.objects.get().is_mailed


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_the_dashboard_once():
    dashboards.mail(user=ManagerFactory(), on=True)
    CaseFactory()
    together, counts = threading.Barrier(2), []

    def work():
        together.wait()
        counts.append(mail.mail_due(MONDAY))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 1]
    assert OutboxMessage.objects.count() == 1
    assert not BaseCell.objects.exists()
