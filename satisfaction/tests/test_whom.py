"""Whom a wave asks beyond one address a customer: roles, everybody, staff, other channels."""

import datetime as dt
import random

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.models import Installation, OutboxMessage
from customers.models import Customer
from customers.tests.factories import ContactFactory
from satisfaction.models import Instrument, InstrumentVersion, OptOut, Skip, Wave
from satisfaction.services import instruments, waves
from satisfaction.services.choosing import choose
from satisfaction.services.repeating import next_days, plan_next
from satisfaction.tests.factories import InvitationFactory, WaveFactory, ready_version
from satisfaction.tests.test_choosing import asked, customer, skipped

pytestmark = pytest.mark.django_db


def staff_wave(**fields) -> Wave:
    instrument, _made = Instrument.objects.get_or_create(
        code="our-people", defaults={"names": {"en": "Our people"}, "audience": "staff"}
    )
    version, _made = InstrumentVersion.objects.get_or_create(instrument=instrument)
    return WaveFactory(**{"version": version, "is_anonymous": True} | fields)


def addresses(wave: Wave) -> set[str]:
    waves.open_wave(wave=wave, by=None)
    return set(wave.invitations.values_list("email", flat=True))


def test_roles_choose_the_contact_and_a_customer_without_one_is_skipped():
    acorn, birch = customer(), customer("Birch Ltd", email="office@birch.example")
    ContactFactory(customer=acorn, role="decision_maker", email="boss@acorn.example")
    ContactFactory(customer=acorn, role="buyer", email="buyer@acorn.example")
    ContactFactory(customer=birch, role="user", email="user@birch.example")
    wave = WaveFactory(selection={"roles": ["buyer", "sponsor"]})
    assert asked(wave) == {"Acorn Ltd"}
    assert skipped(wave) == {"no_role": ["Birch Ltd"]}
    assert addresses(wave) == {"buyer@acorn.example"}
    assert Skip.objects.get(wave=wave).customer == birch


def test_who_serves_the_customer_now_is_kept_with_the_invitation():
    acorn, birch = customer(), customer("Birch Ltd", email="office@birch.example")
    service = ServiceFactory()
    Customer.objects.filter(pk=acorn.pk).update(service_representative=service)
    wave = WaveFactory()
    waves.open_wave(wave=wave, by=None)
    Customer.objects.update(service_representative=None)
    agents = dict(wave.invitations.values_list("customer", "agent"))
    assert agents == {acorn.pk: service.pk, birch.pk: None}


def test_everybody_of_a_customer_is_asked_where_the_plan_says_so():
    acorn, birch = customer(), customer("Birch Ltd", email="")
    for name in ("ann", "ben", "cy"):
        ContactFactory(customer=acorn, email=f"{name}@acorn.example", role="user")
    ContactFactory(customer=acorn, email="Ann@acorn.example", role="buyer")  # the same person
    ContactFactory(customer=acorn, email="refuses@acorn.example", consent="refused")
    OptOut.objects.create(email="cy@acorn.example")
    wave = WaveFactory(selection={"all_contacts": True})
    assert [(one.reason, one.number) for one in choose(wave).skipped] == [("no_email", 1)]
    assert {address.lower() for address in addresses(wave)} == {
        "ann@acorn.example",
        "ben@acorn.example",
        "office@acorn.example",
    }
    assert Skip.objects.get(wave=wave).customer == birch


def test_a_sample_is_of_customers_however_many_of_each_are_asked():
    for number in range(12):
        made = customer(f"Customer {number}", email="")
        for person in range(3):
            ContactFactory(customer=made, email=f"p{person}@c{number}.example")
    wave = WaveFactory(selection={"all_contacts": True}, sample_size=4)
    assert choose(wave).asked == 12
    assert len(asked(wave)) == 4


def test_a_sample_hangs_on_the_seed_alone_and_not_on_the_order_of_rows_or_on_who_else_fits():
    made = [customer(f"Customer {n}", email=f"a@c{n}.example") for n in range(30)]
    wave = WaveFactory(sample_size=6, seed=5)
    first = asked(wave)
    order = random.Random(1).sample(made, len(made))
    for one in order:  # rows are rewritten, and so lie elsewhere
        one.standing.save()
    assert asked(wave) == first
    outsider = next(one for one in made if one.name not in first)
    outsider.standing.is_active = False
    outsider.standing.save()
    assert asked(wave) == first


def test_who_refused_to_be_contacted_is_passed_over():
    acorn = customer(email="")
    ContactFactory(customer=acorn, email="boss@acorn.example", consent="refused")
    assert skipped() == {"opted_out": ["Acorn Ltd"]}


def test_surveys_after_a_complaint_neither_count_as_asked_nor_come_into_the_way():
    acorn = customer()
    InvitationFactory(customer=acorn, wave__occasion="complaint")
    assert asked() == {"Acorn Ltd"}
    InvitationFactory(customer=acorn)
    assert skipped() == {"asked": ["Acorn Ltd"]}


def test_who_waits_for_paper_or_a_call_counts_as_asked_while_that_wave_is_open():
    acorn = customer()
    paper = WaveFactory(is_open=True, channel="print")
    InvitationFactory(customer=acorn, wave=paper, state="planned", sent_at=None)
    assert skipped() == {"asked": ["Acorn Ltd"]}
    Wave.objects.filter(pk=paper.pk).update(state="closed")
    assert asked() == {"Acorn Ltd"}


def test_an_address_that_bounced_was_not_asked_and_is_not_tried_again():
    acorn = customer()
    InvitationFactory(customer=acorn, email="Office@acorn.example", state="bounced")
    assert skipped() == {"no_email": ["Acorn Ltd"]}
    ContactFactory(customer=acorn, email="new@acorn.example")
    assert skipped() == {}


def test_paper_needs_no_address_and_an_interview_a_phone():
    acorn, birch = customer(email="", phone=""), customer("Birch Ltd", email="", phone="")
    ContactFactory(customer=birch, email="", phone="", mobile="+44 7700 900001")
    paper = WaveFactory(channel="print")
    assert asked(paper) == {"Acorn Ltd", "Birch Ltd"}
    calls = WaveFactory(channel="interview")
    assert asked(calls) == {"Birch Ltd"}
    assert skipped(calls) == {"no_phone": ["Acorn Ltd"]}
    assert waves.open_wave(wave=calls, by=None) == waves.Sent(asked=1, skipped=1)
    invitation = calls.invitations.get()
    assert (invitation.state, invitation.sent_at) == ("planned", None)
    assert not OutboxMessage.objects.exists()
    assert Skip.objects.get(wave=calls).customer == acorn


def test_a_public_link_and_what_happens_to_customers_choose_nobody():
    customer()
    for fields in ({"channel": "public"}, {"occasion": "complaint"}):
        wave = WaveFactory(**fields)
        assert choose(wave).asked == 0
        assert waves.open_wave(wave=wave, by=None) == waves.Sent(asked=0, skipped=0)
        wave.refresh_from_db()
        assert (wave.state, wave.invitations.count()) == ("open", 0)


def test_surveys_of_staff_ask_active_users_by_team_and_role_and_no_customer():
    customer()
    north = TeamFactory()
    amy = AccountManagerFactory(name="Amy", team=north, email="amy@ours.example")
    AccountManagerFactory(name="Bob", email="bob@ours.example")
    ServiceFactory(name="Sue", team=north, email="sue@ours.example")
    AccountManagerFactory(name="Gone", team=north, is_active=False)
    wave = staff_wave(selection={"teams": [north.pk], "staff_roles": ["account_manager"]})
    assert asked(wave) == {"Amy"}
    assert waves.open_wave(wave=wave, by=None).asked == 1
    invitation = wave.invitations.get()
    assert (invitation.user, invitation.customer, invitation.team) == (amy, None, north)
    mail = OutboxMessage.objects.get()
    assert mail.recipient == "amy@ours.example"
    assert "Amy" in mail.body
    assert "they are anonymous" in mail.body
    again = staff_wave(selection={"teams": [north.pk]})
    assert asked(again) == {"Sue"}
    assert skipped(again) == {"asked": ["Amy"]}


def test_staff_who_want_no_more_are_written_down_as_skipped():
    sue = ServiceFactory(email="Sue@ours.example")
    ServiceFactory(email="tim@ours.example")
    OptOut.objects.create(email="sue@ours.example")
    wave = staff_wave(selection={"staff_roles": ["service"]})
    waves.open_wave(wave=wave, by=None)
    skip = Skip.objects.get(wave=wave)
    assert (skip.user, skip.customer, skip.reason) == (sue, None, "opted_out")


def test_what_breaks_off_in_the_middle_of_sending_leaves_nothing(monkeypatch):
    customer()
    wave = WaveFactory()

    def killed(**_mails):
        raise KeyboardInterrupt

    monkeypatch.setattr(waves, "mail_links", killed)
    with pytest.raises(KeyboardInterrupt):
        waves.open_wave(wave=wave, by=None)
    monkeypatch.undo()
    wave.refresh_from_db()
    assert (wave.state, wave.invitations.count(), wave.skips.count()) == ("planned", 0, 0)
    assert waves.open_wave(wave=wave, by=None).asked == 1


def test_the_next_plan_is_a_copy_a_period_later_and_is_made_once():
    manager, today = ManagerFactory(), Installation.get().today()
    wave = WaveFactory(
        name="Spring",
        frequency="quarterly",
        department="Service",
        selection={"tiers": ["A"]},
        opens_on=today,
        verifier=manager,
        state="closed",
        seed=4,
    )
    following = plan_next(wave=wave, by=manager)
    assert following.state == "planned"
    assert following.name == f"Spring {following.opens_on:%Y-%m}"
    assert following.closes_on - following.opens_on == wave.closes_on - wave.opens_on
    assert (following.department, following.selection) == ("Service", {"tiers": ["A"]})
    assert (following.version, following.verifier) == (ready_version(), manager)
    assert plan_next(wave=wave, by=ManagerFactory()) == following
    third = plan_next(wave=following, by=manager)
    assert third.name == f"Spring {third.opens_on:%Y-%m}"
    with pytest.raises(waves.Refused):
        plan_next(wave=WaveFactory(frequency="once"), by=manager)


def test_no_next_run_is_planned_with_a_questionnaire_out_of_use():
    """Out of use it may be emptied, and a link to it would lead to no question at all."""
    manager = ManagerFactory()
    copy = instruments.copy_instrument(by=manager, version=ready_version())
    wave = WaveFactory(version=copy.current, frequency="quarterly", state="closed")
    instruments.set_in_use(by=manager, pk=copy.pk, is_active=False)
    with pytest.raises(waves.Refused, match="out of use"):
        plan_next(wave=wave, by=manager)
    instruments.set_in_use(by=manager, pk=copy.pk, is_active=True)
    assert plan_next(wave=wave, by=manager).version == copy.current


@pytest.mark.parametrize(
    ("frequency", "today", "opens"),
    [
        ("monthly", dt.date(2026, 2, 1), dt.date(2026, 2, 28)),  # from the 31st
        ("quarterly", dt.date(2026, 2, 1), dt.date(2026, 4, 30)),
        ("half_year", dt.date(2026, 2, 1), dt.date(2026, 7, 31)),
        ("yearly", dt.date(2026, 2, 1), dt.date(2027, 1, 31)),
        # Runs that were left out are not made up for.
        ("quarterly", dt.date(2027, 1, 1), dt.date(2027, 1, 31)),
    ],
)
def test_the_next_period_is_the_first_that_is_not_over(frequency, today, opens):
    start = dt.date(2026, 1, 31)
    wave = Wave(frequency=frequency, opens_on=start, closes_on=start + dt.timedelta(days=10))
    assert next_days(wave, today) == (opens, opens + dt.timedelta(days=10))


def test_a_mail_sent_long_ago_does_not_hold_up_and_one_a_day_within_the_pause_does():
    acorn = customer(standing={"tier": "A"})
    pause = dt.timedelta(days=Installation.get().survey_pause_days)
    hour = dt.timedelta(hours=1)
    invitation = InvitationFactory(customer=acorn, sent_at=timezone.now() - pause + hour)
    assert skipped(WaveFactory(selection={"tiers": ["A"]})) == {"asked": ["Acorn Ltd"]}
    invitation.sent_at -= 2 * hour
    invitation.save()
    assert asked(WaveFactory(selection={"tiers": ["A"]})) == {"Acorn Ltd"}
