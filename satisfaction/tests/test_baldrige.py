"""Eight items of satisfaction management: the evidence counted, and what is judged of it."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from complaints.models import Clock
from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import ManagerFactory
from crm.platform.models import Installation
from customers.models import Touchpoint
from customers.tests.factories import CustomerFactory
from customers.tests.record_factories import PromiseFactory
from satisfaction import baldrige_reads as reads
from satisfaction.models import (
    Feedback,
    Item,
    Question,
    QuestionFigure,
    SelfAssessment,
    Wave,
    WaveFigure,
)
from satisfaction.services import baldrige as services
from satisfaction.tests.factories import WaveFactory, ready_version

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def manager():
    return ManagerFactory()


@pytest.fixture
def today():
    return Installation.cached().today()


def facts(client, manager, item: str) -> list[str]:
    client.force_login(manager)
    rows = client.get("/satisfaction/management/").context["rows"]
    return next([fact.words for fact in row["facts"]] for row in rows if row["item"] == item)


def test_an_empty_company_has_evidence_of_nothing(client, manager):
    client.force_login(manager)
    rows = client.get("/satisfaction/management/").context["rows"]
    assert [row["item"] for row in rows] == list(Item)
    assert len(rows) == 8
    assert all(row["facts"] and row["judged"] is None for row in rows)
    for row in rows:
        assert all(client.get(fact.url).status_code == 200 for fact in row["facts"])


def test_feedback_is_counted_by_source_for_a_year(client, manager, today):
    for source, days in (("talk", 1), ("talk", 364), ("talk", 365), ("media", 5)):
        Feedback.objects.create(
            source=source, said_on=today - days * DAY, words="Slow", recorded_by=manager
        )
    assert facts(client, manager, Item.KNOWLEDGE) == [
        "Direct talk: 2 in twelve months",
        "Media: 1 in twelve months",
    ]


def test_promises_kept_are_of_those_settled(client, manager, today):
    customer = CustomerFactory()
    for state, days in (("kept", 1), ("kept", 300), ("broken", 5), ("kept", 400)):
        PromiseFactory(
            customer=customer,
            state=state,
            settled_on=today - days * DAY,
            due_on=today - days * DAY,
        )
    PromiseFactory(customer=customer, due_on=today - DAY)
    PromiseFactory(customer=customer, due_on=today)
    assert facts(client, manager, Item.COMMITMENTS) == [
        "67 % of 3 promises kept in twelve months",
        "1 promise overdue",
    ]


def test_complaints_are_held_against_their_deadlines(client, manager):
    for _ in range(3):
        CaseFactory(state="closed")
    clocks = Clock.objects.filter(kind="resolution", state="met")
    assert clocks.count() == 3
    late = clocks.first()
    late.breached_at = late.stopped_at
    late.save()
    found = facts(client, manager, Item.RESOLUTION)[0]
    assert found == "67 % of 3 complaints of 90 days resolved in time"


def test_standards_are_those_of_touchpoints_in_use(client, manager):
    Touchpoint.objects.update(is_active=False)
    for number, standard in enumerate(("within a day", "")):
        Touchpoint.objects.create(code=f"t{number}", names={"en": "T"}, standard=standard)
    assert facts(client, manager, Item.STANDARDS)[0] == "1 of 2 touchpoints have a standard"


def closed(name: str, day: dt.date, index: list[float], **values) -> Wave:
    """A wave of one day with its figures; `index` are customers, their sum and sum of squares."""
    counts = {key: values.pop(key) for key in ("responses", "sent")}
    wave = WaveFactory(name=name, opens_on=day, closes_on=day, state=Wave.State.CLOSED, **values)
    WaveFigure.objects.create(
        wave=wave,
        group="all",
        customers=index[0],
        sums={"index": index},
        computed_at=dt.datetime.now(dt.UTC),
        **counts,
    )
    return wave


def test_results_and_comparison_are_of_the_newest_surveys(client, manager, today):
    Question.objects.create(
        version=ready_version(),
        code="others",
        position=99,
        kind="scale_5",
        measure="compared",
        texts={"en": "?"},
    )
    for name, days, total, others in (("Spring", 200, 4000, 1000), ("Autumn", 20, 6000, 2500)):
        day = today - days * DAY
        moments = [100, total, total**2 / 100 + 900]
        wave = closed(name, day, moments, responses=100, sent=400)
        common = {"wave": wave, "group": "all", "squares": 1, "top": 1, "customers": 50}
        QuestionFigure.objects.create(code="others", total=others, **common)
        QuestionFigure.objects.create(code="overall", total=9, **common)
    # One that nobody answered says nothing of results.
    yesterday = today - DAY
    WaveFactory(name="Winter", opens_on=yesterday, closes_on=yesterday, state=Wave.State.CLOSED)
    # Nor is one compared that asked something else.
    other = {"version": ready_version("effort"), "responses": 0, "sent": 0}
    closed("Summer", today - 90 * DAY, [9, 90, 900], **other)
    index, moved = facts(client, manager, Item.RESULTS)
    assert index == "Autumn: index 60 (100 customers)"
    assert "20 points up on Spring" in moved
    assert facts(client, manager, Item.COMPARISON) == [
        "Autumn: 50 of 100 against other suppliers (50 is equal), 50 customers"
    ]
    assert "25 % of 800 invitations answered" in facts(client, manager, Item.DETERMINING)


def test_judgements_are_kept_and_the_newest_shows(client, manager):
    client.force_login(manager)
    address = "/satisfaction/management/results/"
    for score, words in ((40, "Only yearly"), (60, "Half-yearly now")):
        assert client.post(address, {"score": score, "words": words}).status_code == 302
    client.post(address, {"score": 60, "words": "Half-yearly now"})  # the same click twice
    assert SelfAssessment.objects.count() == 2
    assert reads.assessments()[Item.RESULTS].score == 60
    other = ManagerFactory()
    services.assess(item=Item.STANDARDS, by=other, values={"score": 20, "words": "Begun"})
    page = client.get("/satisfaction/management/")
    assert (page.context["mean"], page.context["n"]) == ("40", 2)
    form = client.get(address)
    assert "Only yearly" in form.text
    assert client.post(address, {"score": 55, "words": "x"}).status_code == 200
    assert client.post(address, {"score": 50, "words": ""}).status_code == 200
    assert client.get("/satisfaction/management/nothing/").status_code == 404


def test_the_database_holds_steps_words_and_items(manager):
    for wrong in ({"score": 55}, {"score": 110}, {"words": ""}, {"item": "luck"}):
        values = {"item": Item.RESULTS, "score": 50, "words": "So", "by": manager} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            SelfAssessment.objects.create(**values)


def test_it_asks_a_fixed_number_of_questions(client, manager, django_assert_max_num_queries):
    client.force_login(manager)
    client.get("/satisfaction/management/")
    with django_assert_max_num_queries(12):
        client.get("/satisfaction/management/")
