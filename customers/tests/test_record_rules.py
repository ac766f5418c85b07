"""What holds for single kinds of records: promises and tasks, help, referrals, chances, figures."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.models import Installation
from customers.models import (
    CompetitorPresence,
    HelpRequest,
    Idea,
    Notice,
    Opportunity,
    Promise,
    Referral,
    Task,
)
from customers.services.promises import match_task
from customers.tests import record_factories as made
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return Installation.get().today()


@pytest.fixture
def amy(client):
    amy = AccountManagerFactory(team=TeamFactory(), name="Amy")
    client.force_login(amy)
    return amy


@pytest.fixture
def ben(amy):
    return AccountManagerFactory(team=amy.team, name="Ben")


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


def new(client, customer, kind: str, **data):
    return client.post(f"/customers/{customer.pk}/records/{kind}/new/", data)


def act(client, record, kind: str, action: str, query: str = "", **data):
    url = f"/customers/records/{kind}/{record.pk}/{action}/{query}"
    return client.post(url, {"version": record.version, **data})


def errors(answer) -> dict:
    return answer.context["form"].errors


@pytest.fixture
def promise(client, customer, amy, today):
    due = today + dt.timedelta(days=5)
    new(client, customer, "promise", what="A visit", due_on=due, owner=amy.pk)
    return Promise.objects.get()


def task() -> Task:
    return Task.objects.get()


class TestPromises:
    def test_a_promise_is_a_task_at_once(self, promise, amy):
        assert (task().title, task().assignee, task().due_on) == ("A visit", amy, promise.due_on)
        assert (task().origin, task().reason) == ("promise", f"promise:{promise.pk}")

    def test_another_day_and_another_owner_move_the_task(self, client, promise, ben, today):
        later = today + dt.timedelta(days=20)
        act(client, promise, "promise", "edit", what="A call", due_on=later, owner=ben.pk)
        assert (task().title, task().assignee, task().due_on) == ("A call", ben, later)
        assert task().is_open

    @pytest.mark.parametrize(("state", "closed"), [("kept", "done"), ("broken", "dropped")])
    def test_settling_it_closes_the_task_and_undo_opens_both(
        self, client, promise, today, state, closed
    ):
        data = {"state": state, "settled_on": today, "proof": "Their mail"}
        answer = act(client, promise, "promise", "settle", **data)
        promise.refresh_from_db()
        assert (promise.state, promise.settled_on, promise.proof) == (state, today, "Their mail")
        assert task().state == closed
        *_earlier, message = client.get(answer.url).context["messages"]
        client.post(message.extra_tags.removeprefix("undo:"))
        promise.refresh_from_db()
        assert (promise.is_open, promise.settled_on, task().is_open) == (True, None, True)

    def test_who_does_its_task_is_asked_whether_it_is_kept(self, client, promise, today):
        closing = f"/customers/tasks/{task().pk}/close/"
        answer = client.post(closing, {"next": "/customers/tasks/?kind=todo"})
        question = f"/customers/records/promise/{promise.pk}/settle/"
        assert answer.url == f"{question}?next=%2Fcustomers%2Ftasks%2F%3Fkind%3Dtodo"
        page = client.get(answer.url)
        assert page.context["cancel_url"] == "/customers/tasks/?kind=todo"
        data = {"state": "kept", "settled_on": today, "version": promise.version}
        settled = client.post(answer.url, data)
        assert settled.url == "/customers/tasks/?kind=todo"
        promise.refresh_from_db()
        assert (promise.state, task().state) == ("kept", "done")
        assert client.post(closing).url == "/customers/tasks/"  # nothing is left to ask

    def test_who_drops_its_task_or_logs_what_keeps_it(self, client, promise, customer):
        closing = f"/customers/tasks/{task().pk}/close/"
        assert client.post(closing, {"state": "dropped"}).url == "/customers/tasks/"
        client.post(closing, {"state": "open"})
        page = f"/customers/{customer.pk}/interactions/new/?task={task().pk}"
        at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
        talk = {"kind": "visit", "direction": "out", "at": at, "subject": "A visit"}
        answer = client.post(page, talk)
        assert answer.url.startswith(f"/customers/records/promise/{promise.pk}/settle/?next=")
        assert task().state == "done"

    def test_what_was_not_kept_needs_words(self, client, promise, today):
        answer = act(client, promise, "promise", "settle", state="broken", settled_on=today)
        assert "proof" in errors(answer)

    def test_removing_it_drops_the_task_and_undo_brings_it_back(self, client, promise):
        act(client, promise, "promise", "remove")
        assert task().state == "dropped"
        act(client, promise, "promise", "remove", "?state=back")
        assert task().is_open

    def test_of_two_who_settle_it_the_second_sees_what_the_first_said(self, client, promise, today):
        act(client, promise, "promise", "settle", state="kept", settled_on=today)
        data = {"state": "broken", "settled_on": today, "proof": "No time"}
        answer = act(client, promise, "promise", "settle", **data)
        assert answer.status_code == 409
        promise.refresh_from_db()
        assert promise.state == "kept"

    def test_matching_its_task_again_changes_nothing(self, promise, amy):
        before = task()
        match_task(promise, amy)
        assert task().version == before.version

    def test_the_kept_rate_counts_what_is_settled_and_there(self, customer, today):
        for state in ("kept", "kept", "broken"):
            made.PromiseFactory(customer=customer, state=state, settled_on=today)
        made.PromiseFactory(customer=customer)
        made.PromiseFactory(
            customer=customer, state="broken", settled_on=today, removed_at=dt.datetime.now(dt.UTC)
        )
        seen = Promise.objects.visible_to(customer.account_manager)
        assert seen.filter(customer=customer).kept_rate() == (2, 3)
        assert Promise.objects.none().kept_rate() == (0, 0)

    def test_it_is_overdue_the_day_after_it_was_due(self, customer, today):
        late = made.PromiseFactory(customer=customer, due_on=today - dt.timedelta(days=1))
        made.PromiseFactory(customer=customer, due_on=today)
        assert list(Promise.objects.overdue(today)) == [late]

    def test_a_promise_is_not_made_for_a_day_that_is_over(self, client, customer, amy, today):
        due = today - dt.timedelta(days=1)
        answer = new(client, customer, "promise", what="A", due_on=due, owner=amy.pk)
        assert "due_on" in errors(answer)

    def test_people_of_other_customers_and_strangers_cannot_be_chosen(
        self, client, customer, today
    ):
        stranger, elsewhere = AccountManagerFactory(), ContactFactory()
        data = {"what": "A", "due_on": today, "owner": stranger.pk, "contact": elsewhere.pk}
        assert set(errors(new(client, customer, "promise", **data))) == {"owner", "contact"}


class TestOpportunities:
    @pytest.mark.parametrize("stage", ["won", "lost"])
    def test_its_end_needs_a_reason_and_has_a_day(self, client, customer, amy, today, stage):
        chance = made.OpportunityFactory(customer=customer)
        data = {"need": "Pumps", "stage": stage, "owner": amy.pk}
        assert "reason" in errors(act(client, chance, "opportunity", "edit", **data))
        act(client, chance, "opportunity", "edit", reason="Price", **data)
        chance.refresh_from_db()
        assert (chance.stage, chance.closed_on) == (stage, today)
        act(client, chance, "opportunity", "edit", **data | {"stage": "offered"})
        chance.refresh_from_db()
        assert chance.closed_on is None

    def test_undo_gives_its_stage_back(self, client, customer, today):
        chance = made.OpportunityFactory(customer=customer, stage="offered")
        data = {"stage": "lost", "reason": "Price", "closed_on": today}
        answer = act(client, chance, "opportunity", "settle", **data)
        *_earlier, message = client.get(answer.url).context["messages"]
        client.post(message.extra_tags.removeprefix("undo:"))
        chance.refresh_from_db()
        assert (chance.stage, chance.closed_on) == ("offered", None)

    def test_totals_leave_out_what_has_no_amount(self, customer):
        made.OpportunityFactory(customer=customer, amount=None)
        made.OpportunityFactory(customer=customer, amount=20)
        assert Opportunity.objects.open().totals() == {"count": 2, "amount": 20}


class TestHelp:
    @pytest.fixture
    def asked(self, client, customer, ben, today):
        new(client, customer, "help", what="A seal", asked=ben.pk, due_on=today)
        return HelpRequest.objects.get()

    def answer(self, client, asked, **data):
        return act(client, asked, "help", "settle", state="done", answer="Here it is", **data)

    def test_who_is_asked_hears_of_it_once(self, client, asked, ben):
        notice = Notice.objects.get()
        assert (notice.user, notice.kind, notice.text) == (ben, "help", "A seal")
        act(client, asked, "help", "edit", what="A seal", asked=ben.pk, due_on=asked.due_on)
        assert Notice.objects.count() == 1

    def test_only_who_is_asked_answers(self, client, asked, amy, ben):
        assert self.answer(client, asked).status_code == 403
        client.force_login(ben)
        assert self.answer(client, asked).status_code == 302
        asked.refresh_from_db()
        assert (asked.state, bool(asked.answered_at)) == ("done", True)
        assert Notice.objects.filter(user=amy, text__contains="Here it is").exists()

    def test_only_who_asked_says_thanks(self, client, asked, amy, ben):
        client.force_login(ben)
        self.answer(client, asked)
        asked.refresh_from_db()
        client.force_login(amy)
        assert act(client, asked, "help", "settle", thanks="You saved us").status_code == 302
        asked.refresh_from_db()
        assert asked.thanks == "You saved us"
        assert Notice.objects.filter(user=ben, text__contains="saved us").exists()

    def test_a_manager_who_asked_and_answers_second_sees_both_answers(self, client, customer, ben):
        """Meanwhile the same page has become the one for thanks."""
        manager = ManagerFactory()
        asked = made.HelpRequestFactory(customer=customer, asked=ben, created_by=manager)
        client.force_login(ben)
        self.answer(client, asked)
        client.force_login(manager)
        data = {"state": "declined", "answer": "We can't", "form": "AnswerHelpForm"}
        refused = act(client, asked, "help", "settle", **data)
        assert refused.status_code == 409
        for answer in ("Here it is", "We can&#x27;t"):
            assert answer in refused.text
        asked.refresh_from_db()
        assert asked.answer == "Here it is"

    def test_nobody_else_changes_what_was_asked(self, client, asked, ben):
        client.force_login(ben)
        assert client.get(f"/customers/records/help/{asked.pk}/edit/").status_code == 403
        client.force_login(ManagerFactory())
        assert client.get(f"/customers/records/help/{asked.pk}/edit/").status_code == 200

    def test_nobody_asks_themselves(self, client, customer, amy, today):
        answer = new(client, customer, "help", what="A", asked=amy.pk, due_on=today)
        assert "asked" in errors(answer)


class TestReferrals:
    def test_the_customer_it_became_is_found_by_number_among_those_one_sees(self, client, customer):
        mine = CustomerFactory(account_manager=customer.account_manager, name="Birch Ltd")
        hidden = CustomerFactory(name="Hidden Ltd")
        data = {"on": "2026-01-02", "state": "new"}
        for number in (hidden.number, "no such", customer.number):
            assert "number" in errors(new(client, customer, "referral", number=number, **data))
        assert new(client, customer, "referral", number=mine.number, **data).status_code == 302
        assert Referral.objects.get().referred == mine
        page = client.get(f"/customers/{mine.pk}/records/referral/")
        assert customer.name in page.text

    def test_a_customer_out_of_sight_is_not_named_and_not_lost(self, client, customer):
        hidden = CustomerFactory(name="Hidden Ltd")
        referral = made.ReferralFactory(customer=customer, referred=hidden, name="Hidden Ltd")
        urls = (
            f"/customers/{customer.pk}/records/referral/",
            f"/customers/records/referral/{referral.pk}/edit/",
            f"/customers/records/referral/{referral.pk}/settle/",
        )
        for url in urls:
            assert "Hidden" not in client.get(url).text
        data = {"on": "2026-01-02", "state": "customer", "remarks": "Good"}
        assert act(client, referral, "referral", "edit", **data).status_code == 302
        referral.refresh_from_db()
        assert (referral.referred, referral.name, referral.remarks) == (
            hidden,
            "Hidden Ltd",
            "Good",
        )

    def test_the_same_customer_is_recommended_once(self, client, customer):
        mine = CustomerFactory(account_manager=customer.account_manager)
        made.ReferralFactory(customer=customer, referred=mine)
        data = {"on": "2026-01-03", "state": "new", "number": mine.number}
        assert "number" in errors(new(client, customer, "referral", **data))


class TestSinglesAndShares:
    def test_what_there_is_once_is_said_beside_its_field(self, client, customer, ben):
        year = made.YearFigureFactory(customer=customer)
        here = made.MembershipFactory(customer=customer)
        rival = made.CompetitorPresenceFactory(customer=customer).competitor
        made.TeamMemberFactory(customer=customer, user=ben, part="Logistics")
        known = {"known_on": "2026-01-02"}
        tries = {
            "year-figure": ("year", {"year": year.year, "profit": 1, "source": "A", **known}),
            "membership": ("club", {"club": here.club_id, "since": "2026-01-03"}),
            "competitor": ("competitor", {"competitor": rival.pk, **known}),
            "team": ("user", {"user": ben.pk}),
        }
        for kind, (field, data) in tries.items():
            assert set(errors(new(client, customer, kind, **data))) == {field}

    def test_removed_ones_do_not_come_back_beside_another(self, client, customer):
        old = made.YearFigureFactory(customer=customer)
        act(client, old, "year-figure", "remove")
        made.YearFigureFactory(customer=customer)
        answer = act(client, old, "year-figure", "remove", "?state=back")
        assert answer.status_code == 302
        old.refresh_from_db()
        assert old.removed_at is not None

    @pytest.mark.parametrize("share", ["-1", "100.1", "61"])
    def test_shares_are_of_a_hundred_all_together(self, client, customer, share):
        made.CompetitorPresenceFactory(customer=customer, share=40)
        rival = made.CompetitorFactory()
        data = {"competitor": rival.pk, "share": share, "known_on": "2026-01-02"}
        assert "share" in errors(new(client, customer, "competitor", **data))
        data["share"] = "60"
        assert new(client, customer, "competitor", **data).status_code == 302
        assert CompetitorPresence.objects.count() == 2

    def test_a_level_belongs_to_its_club(self, client, customer):
        club, other = made.ClubFactory(), made.ClubLevelFactory()
        data = {"club": club.pk, "level": other.pk, "since": "2026-01-02"}
        assert "level" in errors(new(client, customer, "membership", **data))

    def test_a_membership_ends_after_it_began(self, client, customer):
        data = {"club": made.ClubFactory().pk, "since": "2026-01-05", "until": "2026-01-04"}
        assert "until" in errors(new(client, customer, "membership", **data))

    @pytest.mark.parametrize("kind", ["year-figure", "credit"])
    def test_a_record_without_any_figure_says_nothing(self, client, customer, kind):
        data = {"year": 2024, "source": "A", "known_on": "2026-01-02", "on": "2026-01-02"}
        assert "__all__" in errors(new(client, customer, kind, **data))

    @pytest.mark.parametrize("day", ["2100-01-01", "1800-01-01", "soon"])
    def test_days_that_cannot_be_meant_are_refused(self, client, customer, day):
        answer = new(client, customer, "benefit", what="A", amount=1, on=day)
        assert "on" in errors(answer)


class TestIdeas:
    def test_service_staff_note_ideas_and_see_no_amounts(self, client, customer):
        idea = made.IdeaFactory(customer=customer, amount=98765)
        client.force_login(ServiceFactory())
        for url in ("edit/", "settle/"):
            page = client.get(f"/customers/records/idea/{idea.pk}/{url}")
            assert "amount" not in page.context["form"].fields
        page = client.get(f"/customers/{customer.pk}/records/idea/")
        assert "98,765" not in page.text
        act(client, idea, "idea", "settle", state="adopted", amount=1)
        idea.refresh_from_db()
        assert (idea.state, idea.amount) == ("adopted", 98765)

    def test_no_is_said_with_an_answer(self, client, customer):
        idea = made.IdeaFactory(customer=customer)
        assert "answer" in errors(act(client, idea, "idea", "settle", state="declined"))
        act(client, idea, "idea", "settle", state="declined", answer="Too dear")
        assert Idea.objects.get().state == "declined"
