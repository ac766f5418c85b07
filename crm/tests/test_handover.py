"""Customers pass to another account manager: offered, accepted, at once, taken back."""

import uuid
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Case
from complaints.tests.factories import CaseFactory
from crm import handover as services
from crm.accounts.models import AuditEntry
from crm.accounts.services import Refused
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.models import (
    Customer,
    Handover,
    Interaction,
    MassAction,
    Notice,
    Opportunity,
    Promise,
    Recurrence,
    Standing,
    Task,
)
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db
DAY = timezone.now().date()


@pytest.fixture
def gina():
    return AccountManagerFactory(team=TeamFactory(), name="Gina")


@pytest.fixture
def tom():
    return AccountManagerFactory(team=TeamFactory(), name="Tom")


@pytest.fixture
def maria():
    return ManagerFactory(name="Maria")


def customers_of(owner, count: int = 1, **fields) -> list[Customer]:
    made = CustomerFactory.create_batch(count, account_manager=owner, **fields)
    refresh_derived([customer.pk for customer in made])
    return made


def with_work(customer: Customer) -> dict:
    """One of each kind of open work of the account manager, and a task of somebody else."""
    owner = customer.account_manager
    return {
        "task": TaskFactory(customer=customer),
        "care": TaskFactory(customer=customer, origin="care", reason="care:1"),
        "others": TaskFactory(customer=customer, assignee=ServiceFactory()),
        "done": TaskFactory(customer=customer, state="done", closed_at=timezone.now()),
        "recurrence": Recurrence.objects.create(
            customer=customer, title="Call", assignee=owner, first_on=DAY, next_on=DAY
        ),
        "promise": Promise.objects.create(customer=customer, what="A", owner=owner, due_on=DAY),
        "opportunity": Opportunity.objects.create(customer=customer, need="Pumps", owner=owner),
        "case": CaseFactory(customer=customer, owner=owner),
    }


def offer(by, taker, customers, note: str = "") -> Handover:
    ids = [customer.pk for customer in customers]
    return services.offer(by=by, taker=taker, customer_ids=ids, note=note).handover


def at_once(by, taker, customers, **options) -> Handover:
    ids = [customer.pk for customer in customers]
    done = services.move_at_once(by=by, taker=taker, customer_ids=ids, note="", **options)
    return done.handover


def create_url(customers) -> str:
    return f"{reverse('handover_create')}?{urlencode([('customer', c.pk) for c in customers])}"


def post_create(client, customers, taker, **fields):
    values = {"customer": [c.pk for c in customers], "taker": taker.pk}
    values |= {"submission": str(uuid.uuid4()), **fields}
    return client.post(reverse("handover_create"), values)


def answer(client, handover, **fields):
    return client.post(reverse("handover_answer", args=[handover.pk]), fields)


def test_the_page_says_what_goes_with_the_customers(client, gina):
    (customer,) = customers_of(gina)
    with_work(customer)
    client.force_login(gina)
    page = client.get(create_url([customer]))
    assert dict(page.context["facts"]) == {
        "Open tasks": 2,
        "Recurring tasks": 1,
        "Open promises": 1,
        "Opportunities": 1,
        "Open cases in charge of": 1,
    }
    assert "at_once" not in page.context["form"].fields


def test_who_has_all_of_them_is_not_offered_as_the_taker(client, gina, tom, maria):
    hers, his = customers_of(gina, 2), customers_of(tom)
    client.force_login(maria)

    def offered(customers) -> set[str]:
        form = client.get(create_url(customers)).context["form"]
        return {name for _pk, name in form.fields["taker"].widget.choices}

    assert {"Gina", "Tom"} & offered(hers) == {"Tom"}
    assert {"Gina", "Tom"} & offered([*hers, *his]) == {"Gina", "Tom"}
    key = str(uuid.uuid4())
    for _click in range(2):  # the second finds her customers with him already
        sent = post_create(client, hers, tom, at_once="on", submission=key)
        assert sent.headers["Location"] == reverse("handover", args=[Handover.objects.get().pk])


def test_an_offered_customer_stays_until_the_taker_accepts_and_then_moves_with_its_work(
    client, gina, tom
):
    (customer,) = customers_of(gina, name="Acorn")
    work = with_work(customer)
    client.force_login(gina)
    made = post_create(client, [customer], tom, note="Speak to Ann.", at_once="on")
    handover = Handover.objects.get()
    assert made.headers["Location"] == reverse("handover", args=[handover.pk])
    assert Customer.objects.get().account_manager == gina  # "at once" is no field of hers

    client.force_login(tom)
    assert client.get(reverse("card", args=[customer.pk])).status_code == 404
    page = client.get(reverse("handover", args=[handover.pk]))
    assert "Acorn" in page.text
    assert "Speak to Ann." in page.text
    assert reverse("card", args=[customer.pk]) not in page.text
    answer(client, handover, answer="yes")

    customer.refresh_from_db()
    assert (customer.account_manager, customer.team, customer.version) == (tom, tom.team, 2)
    standing = Standing.objects.get(pk=customer.pk)
    assert (standing.owner_id, standing.team_id) == (tom.pk, tom.team_id)
    for name in ("task", "care", "others", "done", "recurrence", "promise", "opportunity", "case"):
        row = work[name]
        before = getattr(row, "assignee_id", None) or getattr(row, "owner_id", None)
        row.refresh_from_db()
        now = getattr(row, "assignee_id", None) or getattr(row, "owner_id", None)
        assert now == (before if name in ("others", "done") else tom.pk), name
    note = Interaction.objects.get(customer=customer)
    assert (note.kind, note.subject) == ("note", "Handed over from Gina to Tom")
    handover.refresh_from_db()
    assert handover.counts == {
        **{"customers": 1, "tasks": 2, "recurrences": 1, "promises": 1, "opportunities": 1},
        **{"cases": 1, "left": 0},
    }
    entry = AuditEntry.objects.get(action="customers.handed_over")
    assert (entry.actor, entry.subject, entry.details["to"]) == (tom, "Gina", "Tom")
    assert Notice.objects.get(user=tom).cause == f"handover:{handover.pk}:offered"
    assert Notice.objects.get(user=gina).cause == f"handover:{handover.pk}:accepted"


def test_the_old_owner_of_another_team_no_longer_sees_them_and_the_new_one_does(client, gina, tom):
    (customer,) = customers_of(gina, name="Acorn")
    services.accept(by=tom, pk=offer(gina, tom, [customer]).pk)
    colleague = AccountManagerFactory(team=gina.team)
    for user, status in ((gina, 404), (colleague, 404), (tom, 200)):
        client.force_login(user)
        assert client.get(reverse("card", args=[customer.pk])).status_code == status
        assert ("Acorn" in client.get(reverse("customers:list"), {"owner": "all"}).text) == (
            status == 200
        )


def test_declining_needs_a_reason_and_moves_nothing(client, gina, tom):
    (customer,) = customers_of(gina)
    handover = offer(gina, tom, [customer])
    client.force_login(tom)
    assert answer(client, handover, answer="no").status_code == 400
    answer(client, handover, answer="no", reason="I am away until May.")
    handover.refresh_from_db()
    assert (handover.state, handover.answer) == ("declined", "I am away until May.")
    assert Customer.objects.get().account_manager == gina
    assert Notice.objects.filter(user=gina).exists()
    offer(gina, tom, [customer])  # it can be offered again


def test_the_giver_withdraws_and_it_can_no_longer_be_accepted(client, gina, tom):
    handover = offer(gina, tom, customers_of(gina))
    client.force_login(gina)
    client.post(reverse("handover_withdraw", args=[handover.pk]))
    handover.refresh_from_db()
    assert handover.state == "withdrawn"
    client.force_login(tom)
    answer(client, handover, answer="yes")
    page = client.get(reverse("handover", args=[handover.pk]))
    assert "This handover is over: withdrawn." in page.text
    assert Customer.objects.get().account_manager == gina


def test_a_customer_is_in_one_open_offer_at_a_time(gina, tom, maria):
    first, second = customers_of(gina, 2)
    offer(gina, tom, [first])
    done = services.offer(by=maria, taker=maria, customer_ids=[first.pk, second.pk], note="")
    assert (done.left.offered, done.handover.items.get().customer) == (1, second)
    with pytest.raises(Refused, match="offered to somebody"):
        offer(maria, maria, [first])


def test_customers_out_of_sight_and_those_of_the_taker_are_left_out_and_said(client, gina, tom):
    (mine,) = customers_of(gina)
    (toms,) = customers_of(tom, team=gina.team)
    (others,) = customers_of(AccountManagerFactory())
    client.force_login(gina)
    post_create(client, [mine, toms, others], tom)
    page = client.get(reverse("handovers"), {"whose": "given"})
    said = [str(message) for message in page.context["messages"]]
    assert any("with this account manager already: 1; out of your sight: 1" in s for s in said)
    assert Handover.objects.get().items.get().customer == mine
    assert client.get(create_url([others])).status_code == 404


def test_an_owner_who_changed_meanwhile_keeps_the_customer(client, gina, tom):
    stays, goes = customers_of(gina, 2)
    handover = offer(gina, tom, [stays, goes])
    other = AccountManagerFactory()
    Customer.objects.filter(pk=stays.pk).update(account_manager=other)
    client.force_login(tom)
    answer(client, handover, answer="yes")
    handover.refresh_from_db()
    assert (handover.counts["customers"], handover.counts["left"]) == (1, 1)
    assert Customer.objects.get(pk=stays.pk).account_manager == other


def test_deleted_customers_are_out_and_of_none_left_it_is_refused(gina, tom):
    (customer,) = customers_of(gina)
    handover = offer(gina, tom, [customer])
    customer.delete()
    with pytest.raises(Refused, match="other account managers"):
        services.accept(by=tom, pk=handover.pk)


def test_nobody_who_is_out_or_in_service_takes_over(client, gina):
    (customer,) = customers_of(gina)
    client.force_login(gina)
    for taker in (AccountManagerFactory(is_active=False), ServiceFactory()):
        assert post_create(client, [customer], taker).context["form"].errors["taker"]
        with pytest.raises(Refused):
            offer(gina, taker, [customer])


def test_a_taker_who_went_to_service_can_not_accept(gina, tom):
    handover = offer(gina, tom, customers_of(gina))
    type(tom).objects.filter(pk=tom.pk).update(role="service")
    with pytest.raises(Refused):
        services.accept(by=tom, pk=handover.pk)


def test_only_the_taker_answers_and_only_giver_and_managers_withdraw(client, gina, tom, maria):
    handover = offer(gina, tom, customers_of(gina))
    url = reverse("handover", args=[handover.pk])
    for user in (gina, maria):
        client.force_login(user)
        assert client.get(url).status_code == 200
        assert answer(client, handover, answer="yes").status_code == 403
    client.force_login(tom)
    assert client.post(reverse("handover_withdraw", args=[handover.pk])).status_code == 403
    client.force_login(AccountManagerFactory(team=gina.team))
    assert client.get(url).status_code == 404
    client.force_login(ServiceFactory())
    assert client.get(url).status_code == 403
    assert client.get(reverse("handover_create")).status_code == 403


def test_a_manager_moves_at_once_the_taker_confirms_and_the_giver_is_told(client, gina, tom, maria):
    (customer,) = customers_of(gina)
    client.force_login(maria)
    post_create(client, [customer], tom, at_once="on")
    handover = Handover.objects.get()
    assert (handover.state, handover.moved_at is None) == ("offered", False)
    assert Customer.objects.get().account_manager == tom
    assert Notice.objects.filter(user=gina, cause=f"handover:{handover.pk}:taken").exists()
    client.force_login(tom)
    assert "I have seen it" in client.get(reverse("handover", args=[handover.pk])).text
    answer(client, handover, answer="yes")
    handover.refresh_from_db()
    assert handover.state == "accepted"
    with pytest.raises(Refused):
        services.decline(by=tom, pk=handover.pk, reason="no")


def test_a_form_sent_twice_acts_once(client, gina, tom, maria):
    (customer,) = customers_of(gina)
    client.force_login(maria)
    submission = str(uuid.uuid4())
    first, second = (
        post_create(client, [customer], tom, at_once="on", submission=submission) for _ in range(2)
    )
    assert first.headers["Location"] == second.headers["Location"]
    assert (Handover.objects.count(), MassAction.objects.count()) == (1, 1)


def test_an_offer_sent_twice_leads_to_the_first_one(client, gina, tom):
    (customer,) = customers_of(gina)
    client.force_login(gina)
    first, second = (post_create(client, [customer], tom) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Handover.objects.count() == 1


def test_taking_back_what_moved_at_once_leaves_alone_what_went_on(client, gina, tom, maria):
    back, onwards = customers_of(gina, 2)
    work = with_work(back)
    handover = at_once(maria, tom, [back, onwards])
    third = AccountManagerFactory()
    at_once(maria, third, [onwards])
    Task.objects.filter(pk=work["care"].pk).update(state="done", closed_at=timezone.now())
    Promise.objects.filter(pk=work["promise"].pk).update(owner=third)

    client.force_login(maria)
    page = client.post(reverse("handover_withdraw", args=[handover.pk]), follow=True)
    assert "Left alone, since they were changed since: 1." in page.text
    back.refresh_from_db()
    onwards.refresh_from_db()
    assert (back.account_manager, back.team) == (gina, gina.team)
    assert onwards.account_manager == third
    assert Standing.objects.get(pk=back.pk).owner_id == gina.pk
    assert Task.objects.get(pk=work["task"].pk).assignee == gina
    assert Task.objects.get(pk=work["care"].pk).assignee == tom
    assert Promise.objects.get(pk=work["promise"].pk).owner == third
    assert Case.objects.get(pk=work["case"].pk).owner == gina
    handover.refresh_from_db()
    assert (handover.state, handover.moved_at) == ("withdrawn", None)
    assert Interaction.objects.filter(subject="Handed back from Tom to Gina").count() == 1
    with pytest.raises(Refused, match="undone already"):
        services.take_back(by=maria, pk=handover.pk)


def test_an_accepted_offer_is_not_taken_back(gina, tom):
    handover = offer(gina, tom, customers_of(gina))
    services.accept(by=tom, pk=handover.pk)
    with pytest.raises(Refused):
        services.take_back(by=gina, pk=handover.pk)


def test_two_hundred_customers_cost_as_many_queries_as_two(
    gina, tom, django_assert_max_num_queries
):
    for count in (2, 60):
        made = customers_of(gina, count)
        TaskFactory.create_batch(count, customer=made[0])
        handover = offer(gina, tom, made)
        with django_assert_max_num_queries(54):
            services.accept(by=tom, pk=handover.pk)


def test_the_pages_ask_a_few_questions(client, gina, tom, django_assert_max_num_queries):
    made = customers_of(gina, 60)
    handover = offer(gina, tom, made)
    client.force_login(tom)
    client.get(reverse("handovers"))
    urls = [reverse("handovers"), reverse("handover", args=[handover.pk])]
    for url in (*urls, create_url(customers_of(tom, 50))):
        with django_assert_max_num_queries(15):
            assert client.get(url).status_code == 200
