"""What complaints and surveys have to show on the site: cases and invitations in every state."""

import datetime as dt
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from complaints.models import Case, IncomingMail, Kind, Severity
from complaints.services.files import attach
from complaints.services.follow_up import new_link
from complaints.services.sweep import wake_due
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, CorrectiveFactory, do
from crm.accounts.models import User
from crm.accounts.tests.factories import AccountManagerFactory
from crm.platform.models import Installation
from crm.platform.secret_links import hash_of
from customers.models import Contact, Customer, Standing
from customers.services.contacts import create_contact
from customers.services.customers import create_customer
from satisfaction.models import PublicLink, Response, SatisfactionTarget, Wave
from satisfaction.models.competences import AREAS
from satisfaction.services import answering
from satisfaction.services.baldrige import assess
from satisfaction.services.competences import rate
from satisfaction.services.instruments import copy_instrument
from satisfaction.services.results import refresh_due
from satisfaction.services.tags import tag
from satisfaction.services.waves import close_wave, plan_wave
from satisfaction.tests.factories import InvitationFactory, ready_version

DAY = dt.timedelta(days=1)
# A picture of one pixel.
PICTURE = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
LETTER = "Dear Sirs, two of the pallets were wet. 两个托盘受潮。\n"
HAPPY = {
    "overall": 5,
    "reliability": 4,
    "responsiveness": 5,
    "assurance": 5,
    "empathy": 4,
    "tangibles": 4,
    "recommend": 10,
    "better": "Nothing. 一切都好。",
}
UNHAPPY = HAPPY | {
    "overall": 2,
    "responsiveness": 1,
    "recommend": 3,
    "better": "Answer the phone. 请接电话。",
}
# Cases that customers follow by a secret link, and a mail that was read.
FOLLOWED = (State.ACKNOWLEDGED, State.WAITING_CUSTOMER, State.RESOLVED, State.WITHDRAWN)
READ = "read@browser.example"
# How far a customer has come who follows a link.
PLACES = ("first", "last", "finished", "declined", "over", "spare")
WALKERS = {"en": "Wayfarer Tools Ltd", "zh-hans": "行路人工具有限公司"}
PHONES = {"en": "+44 1632 960 271", "zh-hans": "+86 571 8650 2713"}
ASIDE = ("Aside & Co 备用商行", "+44 1632 960 555")


@dataclass
class Desks:
    """What the tests need to know of it."""

    # Customer by language, who complains in the long walk, is asked, and answers.
    walkers: dict[str, Customer] = field(default_factory=dict)
    waves: dict[str, Wave] = field(default_factory=dict)  # planned, one for each walker
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)  # by language and place
    links: dict[str, str] = field(default_factory=dict)  # to cases, by their state


def furnish(*, account_manager: str, outsider: str, service: str, manager: str) -> Desks:
    """Cases in all states, waves in all states, links at every place of the questionnaire."""
    users = User.objects.in_bulk(
        [account_manager, outsider, service, manager], field_name="username"
    )
    best = list(
        Customer.objects.filter(
            pk__in=Standing.objects.filter(owner=users[account_manager])
            .order_by("-lifetime_value")
            .values("pk")[:12]
        )
    )
    add_cases(best, by=users[service], manager=users[manager])
    CorrectiveFactory(case=Case.objects.last(), owner=users[service], what="Seal 密封圈")
    others = Customer.objects.filter(account_manager=users[outsider])
    with_papers(CaseFactory(customer=others.first(), by=users[service]), by=users[service])
    desks = Desks()
    for language, name in WALKERS.items():
        walker = add_walker(name, PHONES[language], language, users[account_manager])
        desks.walkers[language] = walker
        desks.waves[language] = plan(f"Walk 走访 {language}", users[manager], walker.region)
        desks.tokens[language] = add_links(language, best, users[manager])
    # One that could be sent, and one for whom everybody has been asked lately.
    aside = add_walker(*ASIDE, "en", users[account_manager])
    plan("Never sent 从未发送", users[manager], aside.region, days_ago=1)
    plan("Next half-year 下半年", users[manager], days_ago=0)
    add_channels(best, users[manager])
    for language, tokens in desks.tokens.items():
        tokens["public"] = f"public-{language}"
        add_public_link(tokens["public"], language, users[manager])
    desks.links = add_outside()
    copy_instrument(by=users[manager], version=ready_version("leaving"))
    judge(users[account_manager], by=users[manager])
    aim(users[manager])
    refresh_due()
    wake_due()
    return desks


def judge(person: User, by: User) -> None:
    """How a person and a colleague were rated, and how well we manage satisfaction."""
    colleague = AccountManagerFactory(team=person.team, name="Ola Berg 贝格")
    for user, mark in ((person, 4), (colleague, 2)):
        for days in (300, 20):
            rate(
                person=user,
                by=by,
                values={
                    **dict.fromkeys(AREAS, mark),
                    "selling": mark + 1,
                    "on": Installation.cached().today() - days * DAY,
                    "remarks": "Asks first 先问后说",
                },
            )
    assess(item="commitments", by=by, values={"score": 60, "words": "Mostly kept 大多兑现"})


def add_outside() -> dict[str, str]:
    """A mail that was read, and a secret link to a case in each of the states; by state."""
    IncomingMail.objects.create(
        identity=READ,
        outcome=IncomingMail.Outcome.REPLY,
        case=Case.objects.first(),
        text="Hi\n> all of it",
    )
    return {
        state: new_link(Case.objects.filter(state=state).order_by("-pk").first())
        for state in FOLLOWED
    }


def add_cases(customers: list[Customer], *, by: User, manager: User) -> None:
    """One in each state, and what looks different besides: late, a request, nobody known."""
    now = timezone.now()
    for state, customer in zip(State, customers, strict=False):
        case = CaseFactory(
            customer=customer,
            contact=Contact.objects.filter(customer=customer).first(),
            description=f"Wet pallets, {state}. 托盘受潮。\nThe driver left them in the rain.",
            order_reference="WS-1001",
            by=by,
            now=now - DAY,
            state=State.NEW if state == State.REJECTED else state,
        )
        if state == State.REJECTED:
            do(case, Action.REJECT, by=manager)
        if state in (State.NEW, State.INVESTIGATING):
            with_papers(case, by=by)
    add_odd_cases(customers, by=by, now=now)


def add_odd_cases(customers: list[Customer], *, by: User, now: dt.datetime) -> None:
    """Late, a request, come again, and of nobody known."""
    CaseFactory(
        customer=customers[0],
        description="The pump of our only line stands still. 唯一产线的泵停了。",
        severity=Severity.CRITICAL,
        is_safety=True,
        by=by,
        now=now - 30 * DAY,
        state=State.WAITING_THIRD,
    )
    CaseFactory(
        customer=customers[1],
        kind=Kind.REQUEST,
        description="Send the data sheet again. 请再发一次数据表。",
        by=by,
        now=now - DAY,
        state=State.ACKNOWLEDGED,
    )
    again = CaseFactory(
        customer=customers[2],
        description="Still wet. 仍然受潮。",
        by=by,
        now=now - DAY,
        state=State.RESOLVED,
    )
    do(again, Action.REOPEN, by=by)
    CaseFactory(
        customer=None,
        caller_name="A neighbour 邻居",
        caller_phone="+44 1632 960 999",
        description="Your lorry blocks the gate. 货车挡住了大门。",
        by=by,
    )


def with_papers(case: Case, *, by: User) -> Case:
    files = [
        SimpleUploadedFile("wet pallets 托盘.gif", PICTURE),
        SimpleUploadedFile("letter.txt", LETTER.encode()),
    ]
    return attach(case=case, files=files, by=by)


def add_walker(name: str, phone: str, language: str, owner: User) -> Customer:
    """A customer of its own region, so that a wave can ask it alone, and its buyer."""
    values = {
        "name": name,
        "phone": phone,
        "email": f"desk{''.join(filter(str.isdigit, phone))}@wayfarer.example",
        "region": f"Region of {name}",
        "account_manager": owner,
    }
    customer = create_customer(values=values)
    create_contact(
        customer=customer,
        values={
            "name": "Robin Wayfarer 路小行",
            "email": f"buyer{customer.pk}@wayfarer.example",
            "language": language,
            "role": "decision_maker",
        },
    )
    return customer


def plan(name: str, by: User, *regions: str, days_ago: int = 150) -> Wave:
    """A wave of the ready questionnaire, by its dates among the demo company's older ones."""
    today = Installation.get().today()
    values = {
        "name": name,
        "version": ready_version(),
        "purpose": "Who has waited? 谁等过?",
        "selection": {"tiers": [], "stages": [], "regions": list(regions), "teams": []},
        "opens_on": today - days_ago * DAY,
        "closes_on": today + 10 * DAY,
        "in_charge": by,
    }
    return plan_wave(by=by, values=values)


def add_links(language: str, customers: list[Customer], manager: User) -> dict[str, str]:
    """Links of customers at every place of the questionnaire; two of them have answered."""
    wave = opened(plan(f"Links 链接 {language}", manager, days_ago=200))
    over = opened(plan(f"Over 已结束 {language}", manager, days_ago=201))
    tokens = {}
    for place, customer in zip(PLACES, customers, strict=False):
        invitation = InvitationFactory(
            wave=over if place == "over" else wave,
            customer=customer,
            contact=Contact.objects.filter(customer=customer).first(),
            email=f"{place}@asked.example",
            language=language,
        )
        tokens[place] = invitation.token
        if place == "last":
            save(invitation, {"overall": 4, "reliability": 3}, page=2)
        if place == "finished":
            answer(invitation, UNHAPPY)
        if place == "declined":
            answering.decline(invitation=invitation, for_ever=True)
    for customer, answers in ((customers[6], HAPPY), (customers[7], HAPPY | {"better": ""})):
        answer(InvitationFactory(wave=wave, customer=customer, language=language), answers)
    close_wave(wave=over, by=manager)
    return tokens


def add_channels(customers: list[Customer], manager: User) -> None:
    """Waves on paper, by interview and by a public link, older than what the pages begin with."""
    for days_ago, channel in enumerate(("print", "interview", "public"), start=202):
        wave = opened(plan(f"By {channel} 渠道", manager, days_ago=days_ago))
        Wave.objects.filter(pk=wave.pk).update(channel=channel)
        for customer in customers[:3] if channel != "public" else ():
            contact = Contact.objects.filter(customer=customer).first()
            waiting = {"state": "planned", "sent_at": None, "email": ""}
            InvitationFactory(wave=wave, customer=customer, contact=contact, **waiting)


def add_public_link(token: str, language: str, manager: User) -> None:
    """For everybody, and anonymous."""
    wave = opened(plan(f"Fair 展会 {language}", manager, days_ago=205))
    Wave.objects.filter(pk=wave.pk).update(channel="public", is_anonymous=True)
    PublicLink.objects.create(wave=wave, token_hash=hash_of(token))


def opened(wave: Wave) -> Wave:
    """Sent without choosing whom it asks."""
    wave.state, wave.sent_at = Wave.State.OPEN, timezone.now()
    wave.save(update_fields=["state", "sent_at"])
    return wave


def save(invitation, answers: dict, page: int) -> None:
    """What a customer has filled in so far."""
    answering.save_page(
        invitation=invitation,
        page=page,
        answers=answers,
        language=invitation.language,
        now=timezone.now(),
    )


def answer(invitation, answers: dict) -> None:
    save(invitation, answers, page=2)
    answering.finish(invitation=invitation, now=timezone.now())


def aim(by: User) -> None:
    """Targets that were reached and missed, and words that somebody has read."""
    for tier, value in (("", 20), ("A", 99)):
        SatisfactionTarget.objects.create(
            measure="index", tier=tier, value=value, from_on=dt.date(2020, 1, 1)
        )
    commented = Response.objects.finished().exclude(comment="").order_by("lowest").first()
    if commented:
        tag(response=commented, by=by, measure="reliability")
