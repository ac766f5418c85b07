"""Mentions, watched customers, and who gets which notice."""

import pytest

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.models import Notice
from customers.services import following
from customers.tests.factories import CustomerFactory, InteractionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy():
    return AccountManagerFactory(username="amy", team=TeamFactory())


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


def notices_of(user) -> list[tuple[str, str]]:
    return [(notice.kind, notice.text) for notice in Notice.objects.filter(user=user)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Please look, @ann.", ["ann"]),
        ("@ANN and (@bob.hill), see this", ["ann", "bob.hill"]),
        ("@ann @ann again", ["ann"]),
        ("请@ann看一下，也请@李雷看", ["ann", "李雷"]),
        ("Write to x@ann or mail ann@bob.hill", []),
        ("@anna is somebody else, @nobody too", []),
        ("@gone has left", []),
        ("no call at all", []),
    ],
)
def test_a_text_mentions_active_users_by_their_whole_name(text, names):
    for name in ("ann", "bob.hill", "李雷"):
        AccountManagerFactory(username=name)
    AccountManagerFactory(username="gone", is_active=False)
    assert [user.username for user in following.mentioned(text)] == names


def test_a_mention_reaches_those_only_who_see_the_customer(amy, customer):
    mate = AccountManagerFactory(username="mate", team=amy.team)
    other = AccountManagerFactory(username="other")
    grace = ServiceFactory(username="grace")
    talk = InteractionFactory(
        customer=customer, notes="@mate @other @grace @amy look", subject="Price talk"
    )
    following.tell_of_interaction(talk)
    assert notices_of(mate) == notices_of(grace) == [("mention", "Price talk")]
    assert notices_of(other) == []
    assert notices_of(amy) == []  # who wrote it


def test_watchers_hear_of_an_interaction_once_and_a_mention_goes_before(amy, customer):
    boss, mate = ManagerFactory(username="boss"), AccountManagerFactory(team=amy.team)
    for user in (boss, mate, amy):
        following.watch(user=user, customer=customer, on=True)
        following.watch(user=user, customer=customer, on=True)
    talk = InteractionFactory(customer=customer, notes="@boss look", subject="Price talk")
    following.tell_of_interaction(talk)
    following.tell_of_interaction(talk)
    assert notices_of(boss) == [("mention", "Price talk")]
    assert notices_of(mate) == [("interaction", "Price talk")]
    assert notices_of(amy) == []


def test_who_stopped_watching_or_no_longer_sees_the_customer_hears_nothing(amy, customer):
    mate, gone = (AccountManagerFactory(team=amy.team) for _ in range(2))
    for user in (mate, gone):
        following.watch(user=user, customer=customer, on=True)
    following.watch(user=mate, customer=customer, on=False)
    gone.team = TeamFactory()
    gone.save()
    following.tell_of_interaction(InteractionFactory(customer=customer))
    assert notices_of(mate) == notices_of(gone) == []


def test_a_mention_added_by_somebody_else_later_reaches_who_logged_it(amy, customer):
    boss = ManagerFactory()
    talk = InteractionFactory(customer=customer, by=amy, notes="@amy why?")
    following.tell_of_interaction(talk, by=boss)
    assert notices_of(amy) == [("mention", talk.subject)]


def test_notices_count_as_unseen_till_they_are_marked_and_new_ones_stay_new(amy, customer):
    def tell(cause):
        following.tell(
            users=[amy], customer=customer, kind="help", cause=cause, text="Help", by=None
        )

    tell("help:1")
    tell("help:2")
    assert following.unseen(amy) == 2
    last = Notice.objects.latest("pk").pk
    tell("help:3")
    assert following.see(amy, until=last) == 2
    assert following.unseen(amy) == 1


def test_a_notice_of_a_customer_that_one_no_longer_sees_is_neither_shown_nor_counted(amy, customer):
    following.tell(users=[amy], customer=customer, kind="help", cause="h", text="Help", by=None)
    customer.account_manager = AccountManagerFactory()
    customer.team = None
    customer.save()
    assert following.unseen(amy) == 0
    assert not Notice.objects.visible_to(amy).exists()


def test_a_click_watches_and_another_ends_it_and_two_clicks_of_one_button_are_one(client, customer):
    amy = customer.account_manager
    client.force_login(amy)
    address = f"/customers/{customer.pk}/watch/"
    for sent, watching in [
        ({}, True),
        ({}, False),
        ({"watch": "on"}, True),
        ({"watch": "on"}, True),
    ]:
        assert client.post(address, sent).status_code == 302
        assert following.is_watching(amy, customer) is watching


def test_the_page_shows_what_is_new_first_and_marks_all_of_it_as_seen(client, amy, customer):
    boss = ManagerFactory()
    for n in range(45):
        following.tell(
            users=[boss],
            customer=customer,
            kind="interaction",
            cause=f"interaction:{n}",
            text=f"Talk {n}",
            by=amy,
        )
    following.tell(
        users=[boss], customer=customer, kind="stage", cause="s", text="stability>decline", by=None
    )
    client.force_login(boss)
    page = client.get("/customers/notices/")
    entries = page.context["entries"]
    assert [entries[0].text, entries[1].text] == ["Stability → Decline", "Talk 44"]
    assert entries[1].url == "/customers/interactions/44/"
    assert page.context["waiting"] == 46
    older = client.get("/customers/notices/" + page.context["older_url"])
    assert len(older.context["entries"]) == 6
    client.post("/customers/notices/seen/", {"until": page.context["last"]})
    assert following.unseen(boss) == 0
    assert client.get("/customers/notices/").context["shown"] == "all"
    assert client.get("/customers/notices/?show=new").context["entries"] == []


def test_nobody_marks_the_notices_of_another_as_seen(client, amy, customer):
    boss = ManagerFactory()
    following.tell(users=[boss], customer=customer, kind="help", cause="h", text="x", by=None)
    client.force_login(amy)
    client.post("/customers/notices/seen/", {"until": "999999999"})
    assert following.unseen(boss) == 1
