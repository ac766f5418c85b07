"""Whom a wave asks, and who is skipped for which reason."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, TeamFactory
from crm.platform.models import Installation
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory
from satisfaction.models import OptOut
from satisfaction.services.choosing import choose
from satisfaction.services.waves import open_wave
from satisfaction.tests.factories import InvitationFactory, WaveFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


def customer(name="Acorn Ltd", email="office@acorn.example", standing=None, **fields):
    made = CustomerFactory(name=name, email=email, **fields)
    StandingFactory(customer=made, **(standing or {}))
    return made


def asked(wave=None, **selection) -> set[str]:
    """The names of those who would be asked."""
    wave = wave or WaveFactory(selection=selection)
    return {named.name for named in choose(wave).names}


def skipped(wave=None) -> dict[str, list[str]]:
    choice = choose(wave or WaveFactory())
    return {one.reason.value: [named.name for named in one.names] for one in choice.skipped}


def address(wave, of) -> tuple[str, str]:
    """Where the invitation of a customer goes, and in which language."""
    open_wave(wave=wave, by=None)
    invitation = wave.invitations.get(customer=of)
    return invitation.email, invitation.language


@pytest.mark.parametrize(
    ("rule", "fitting", "other"),
    [
        ("tiers", {"tier": "A"}, {"tier": "B"}),
        ("stages", {"stage": "decline"}, {"stage": "formation"}),
        ("regions", {"region": "Wales"}, {"region": "Kent"}),
    ],
)
def test_the_plan_names_tiers_stages_and_regions(rule, fitting, other):
    customer("Fits", email="a@fits.example", standing=fitting)
    customer("Other", email="a@other.example", standing=other)
    assert asked(**{rule: list(fitting.values())}) == {"Fits"}
    assert asked(**{rule: []}) == {"Fits", "Other"}


def test_the_plan_names_teams():
    team = TeamFactory()
    customer("Fits", email="a@fits.example", account_manager=AccountManagerFactory(team=team))
    customer("Other", email="a@other.example")
    assert asked(teams=[team.pk]) == {"Fits"}


def test_customers_that_are_no_longer_active_are_not_asked_and_not_listed():
    customer("Gone", is_active=False)
    choice = choose(WaveFactory())
    assert (choice.asked, choice.left_out) == (0, 0)


def test_a_decision_maker_or_influencer_comes_before_others_and_before_the_customers_address():
    acorn = customer()
    for name, role in (
        ("user", "user"),
        ("decider", "decision_maker"),
        ("influencer", "influencer"),
    ):
        ContactFactory(customer=acorn, role=role, email=f"{name}@acorn.example")
    assert address(WaveFactory(), acorn)[0] == "decider@acorn.example"


def test_anybody_present_with_an_address_comes_before_the_customers_own():
    acorn = customer()
    ContactFactory(customer=acorn, role="decision_maker", email="")
    left = TODAY - dt.timedelta(days=1)
    ContactFactory(customer=acorn, role="decision_maker", email="x@acorn.example", left_on=left)
    ContactFactory(customer=acorn, role="user", email="user@acorn.example")
    assert address(WaveFactory(), acorn)[0] == "user@acorn.example"


def test_without_a_contact_the_customers_own_address_is_asked():
    acorn = customer()
    wave = WaveFactory()
    assert address(wave, acorn)[0] == "office@acorn.example"
    assert wave.invitations.get().contact is None


def test_the_language_is_the_contacts_else_told_by_the_customers_name():
    wave = WaveFactory()
    chinese = customer("上海橡果有限公司", email="a@橡果.example")
    english = customer("Acorn Ltd")
    ContactFactory(customer=english, email="li@acorn.example", language="zh-hans")
    plain = customer("Birch Ltd", email="a@birch.example")
    assert address(wave, chinese)[1] == "zh-hans"
    assert wave.invitations.get(customer=english).language == "zh-hans"
    assert wave.invitations.get(customer=plain).language == "en"


def test_who_was_asked_within_the_pause_is_skipped():
    acorn = customer()
    pause = Installation.get().survey_pause_days
    recent = timezone.now() - dt.timedelta(days=pause - 1)
    invitation = InvitationFactory(customer=acorn, sent_at=recent)
    assert skipped() == {"asked": ["Acorn Ltd"]}
    invitation.sent_at = timezone.now() - dt.timedelta(days=pause + 1)
    invitation.save()
    assert skipped() == {}
    assert asked() == {"Acorn Ltd"}


def test_the_same_person_of_another_customer_is_not_asked_twice():
    customer("Acorn Ltd")
    customer("Acorn Holding", email="Office@Acorn.example")
    choice = choose(WaveFactory())
    assert choice.asked == 1
    assert [(one.reason, one.number) for one in choice.skipped] == [("asked", 1)]
    InvitationFactory(email="office@acorn.example")
    assert choose(WaveFactory()).asked == 0


def test_who_has_no_address_is_skipped():
    ContactFactory(customer=customer(email=""), email="")
    assert skipped() == {"no_email": ["Acorn Ltd"]}


def test_who_wants_no_more_surveys_is_passed_over_and_skipped_when_nobody_else_is_left():
    acorn = customer()
    OptOut.objects.create(email="office@acorn.example")
    assert skipped() == {"opted_out": ["Acorn Ltd"]}
    ContactFactory(customer=acorn, email="Boss@acorn.example", role="decision_maker")
    assert skipped() == {}
    OptOut.objects.create(email="boss@acorn.example")
    assert skipped() == {"opted_out": ["Acorn Ltd"]}


def test_a_sample_is_the_same_for_the_same_seed_and_leaves_the_size_of_the_plan():
    for number in range(40):
        customer(f"Customer {number}", email=f"a@c{number}.example")
    wave = WaveFactory(sample_size=10, seed=7)
    first = asked(wave)
    assert len(first) == 10
    assert asked(wave) == first
    wave.seed = 8
    assert asked(wave) != first
    wave.sample_size = 100
    assert len(asked(wave)) == 40


def test_the_preview_counts_by_tier_and_language_and_names_the_first_fifty():
    for number in range(60):
        customer(f"Customer {number:02}", email="", standing={"tier": "A"})
    customer("橡果", standing={"tier": "A"})
    choice = choose(WaveFactory())
    assert [(group.tier, group.language, group.people) for group in choice.groups] == [
        ("A", "zh-hans", 1)
    ]
    assert [named.name for named in choice.names] == ["橡果"]
    (none,) = choice.skipped
    assert none.number == choice.left_out == 60
    assert [named.name for named in none.names] == [f"Customer {n:02}" for n in range(50)]


def test_names_stand_in_the_order_of_the_list_of_customers():
    for name, key in (("Zebra", "zebra"), ("安徽", "anhui"), ("acorn", "acorn")):
        customer(name, email=f"a@{key}.example", standing={"name_key": key})
    assert [named.name for named in choose(WaveFactory()).names] == ["acorn", "安徽", "Zebra"]
