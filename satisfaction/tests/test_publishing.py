"""What is shown of an anonymous wave: to nobody figures of a few, on no page and in no export."""

import csv
import datetime as dt
from collections import Counter

import pytest
from django.urls import reverse

from crm.accounts.models import Team
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from satisfaction.models import (
    Answer,
    Instrument,
    QuestionFigure,
    Response,
    SatisfactionTarget,
    SealedBallot,
    TouchpointFigure,
    Wave,
    WaveFigure,
)
from satisfaction.services.results import questions_for, refresh, refresh_due, results_of
from satisfaction.tests.factories import WaveFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


@pytest.fixture
def wave():
    return WaveFactory(
        is_anonymous=True,
        state=Wave.State.CLOSED,
        opens_on=dt.date(2026, 3, 1),
        closes_on=dt.date(2026, 3, 21),
    )


def ballots(wave, tier: str, number: int, score: int = 4, *, skip: int = 0, **values):
    """Answers of so many; the last ones skip the question on empathy."""
    questions = {one.code: one for one in wave.version.questions.all()}
    for place in range(number):
        response = Response.objects.create(
            wave=wave,
            tier=tier,
            language="en",
            started_at=NOON,
            finished_at=NOON,
            index=25 * (score - 1),
            overall=25 * (score - 1),
            recommend=2 * score,
            **values,
        )
        codes = ["overall", "reliability"] + (["empathy"] if place < number - skip else [])
        for code in codes:
            Answer.objects.create(response=response, question=questions[code], score=score)


def tiers(wave, user=None) -> dict[str, int]:
    groups = results_of(user or ManagerFactory(), [wave]).groups
    return {key: group.customers for key, group in groups.by(wave, "tier").items()}


def test_a_small_group_is_hidden_and_the_next_smallest_with_it(wave):
    for tier, number in (("A", 3), ("B", 6), ("C", 9)):
        ballots(wave, tier, number)
    refresh(wave)
    assert tiers(wave) == {"C": 9}
    everybody = results_of(ManagerFactory(), [wave]).groups.of(wave)
    assert (everybody.customers, everybody.index.value) == (18, 75)
    assert {row.key for row in QuestionFigure.objects.filter(group="tier")} == {"C"}
    kinds = set(WaveFigure.objects.values_list("group", flat=True))
    assert not kinds & {"attitude", "complaint", "region", "product"}


def test_a_question_that_a_few_left_out_hides_them_too(wave):
    ballots(wave, "A", 8, skip=2)
    ballots(wave, "B", 8, skip=5)  # three answered it
    refresh(wave)
    shown = Counter(QuestionFigure.objects.filter(group="tier").values_list("code", flat=True))
    assert shown == {"overall": 2, "reliability": 2}
    assert QuestionFigure.objects.get(group="all", code="empathy").customers == 9
    groups = results_of(ManagerFactory(), [wave]).groups.by(wave, "tier")
    assert not groups["A"].has("empathy")
    assert groups["A"].has("reliability")


def test_fewer_than_five_show_how_many_and_nothing_else(wave):
    ballots(wave, "A", 4)
    refresh(wave)
    everybody = results_of(ManagerFactory(), [wave]).groups.of(wave)
    assert (everybody.customers, set(everybody.sums)) == (4, {"details"})
    assert everybody.sums["details"]["answers"] == []
    assert not QuestionFigure.objects.exists()
    assert not TouchpointFigure.objects.exists()


@pytest.mark.parametrize("still", ["open", "ballots"])
def test_nothing_is_shown_while_answers_may_come_in(wave, still):
    ballots(wave, "A", 12)
    if still == "open":
        Wave.objects.update(state=Wave.State.OPEN)
    else:
        SealedBallot.objects.create(wave=wave, sealed=b"x")
    refresh_due()
    assert not QuestionFigure.objects.exists()
    assert refresh_due() == 0
    Wave.objects.update(state=Wave.State.CLOSED)
    SealedBallot.objects.all().delete()
    assert refresh_due() == 1
    assert tiers(wave) == {"A": 12}
    assert refresh_due() == 0


def test_an_account_manager_gets_what_is_published_of_all_and_no_group(wave):
    ballots(wave, "A", 7)
    ballots(wave, "B", 7, score=2)
    user = AccountManagerFactory()
    refresh(wave)
    groups = results_of(user, [wave]).groups
    assert groups.of(wave).index.value == 50
    assert tiers(wave, user) == {}
    found = questions_for(user, [wave], groups, "overall")
    assert {one.kind for one in found} == {"all"}


def test_our_own_staff_are_shown_by_team(wave):
    north, south = (Team.objects.create(name=name) for name in ("North", "South"))
    ballots(wave, "", 6, team=north)
    ballots(wave, "", 5, score=2, team=south)
    refresh(wave)
    groups = results_of(ManagerFactory(), [wave]).groups.by(wave, "team")
    assert {key: group.index.value for key, group in groups.items()} == {
        str(north.pk): 75,
        str(south.pk): 25,
    }


def test_what_staff_answer_is_held_against_no_target_of_customers(wave, client):
    north = Team.objects.create(name="North")
    SatisfactionTarget.objects.create(measure="index", value=70, from_on=dt.date(2020, 1, 1))
    ballots(wave, "", 6, team=north)
    refresh(wave)
    client.force_login(ManagerFactory())
    address = reverse("satisfaction:results", args=[wave.pk])
    assert "p-targets" in client.get(address).text
    Instrument.objects.filter(pk=wave.version.instrument_id).update(audience="staff")
    found = client.get(address)
    assert found.context["tiles"][-1]["note"] == "6 answers"
    assert [tab["label"] for tab in found.context["tabs"]] == ["Team"]
    for words in ("p-targets", "fitted the plan", "Customers say", "Contacts of a customer"):
        assert words not in found.text
    each = client.get(reverse("satisfaction:questions", args=[wave.pk]))
    heads = each.text[each.text.index("<thead>") : each.text.index("</thead>")]
    assert "People" in heads
    assert "Customers" not in heads


def test_no_figure_of_an_anonymous_wave_leads_to_a_list_of_answers(wave, client):
    """It would be an empty one: nobody reads anonymous answers one by one."""
    ballots(wave, "A", 7)
    ballots(wave, "B", 7, score=2)
    refresh(wave)
    client.force_login(ManagerFactory())
    page = client.get(reverse("satisfaction:results", args=[wave.pk])).text
    assert "Satisfaction index" in page
    assert reverse("satisfaction:responses") + "?" not in page
    assert "&#x27;href&#x27;" not in page
    Wave.objects.update(is_anonymous=False)
    page = client.get(reverse("satisfaction:results", args=[wave.pk])).text
    assert reverse("satisfaction:responses") + "?" in page


def taken_out(client, key: str, wave) -> list[dict]:
    """The lines of a list as a CSV file has them."""
    answer = client.get(reverse("export", args=[key]), {"pk": wave.pk, "as": "csv"})
    return list(csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines()))


def test_pages_and_exports_name_nobody(client, wave):
    ballots(wave, "A", 3, comment="The boss shouts")
    ballots(wave, "B", 6)
    refresh(wave)
    client.force_login(ManagerFactory())
    page = client.get(reverse("satisfaction:results", args=[wave.pk])).content.decode()
    assert "The boss shouts" in page
    assert reverse("satisfaction:response", args=[Response.objects.first().pk]) not in page
    one = Response.objects.filter(tier="A").first()
    assert client.get(reverse("satisfaction:response", args=[one.pk])).status_code == 404
    listed = client.get(reverse("satisfaction:responses") + f"?wave={wave.pk}")
    assert "The boss shouts" not in listed.content.decode()
    rows = taken_out(client, "answers-of-wave", wave)
    assert len(rows) == 9
    assert not {"tier", "contact", "finished", "customer"} & {head.lower() for head in rows[0]}
    client.force_login(AccountManagerFactory())
    assert not taken_out(client, "answers-of-wave", wave)
    assert {row["Grouped by"] for row in taken_out(client, "figures-of-wave", wave)} == {"all"}


def test_before_it_is_closed_the_page_says_why_it_is_empty(client, wave):
    ballots(wave, "A", 9)
    Wave.objects.update(state=Wave.State.OPEN)
    wave.refresh_from_db()
    refresh(wave)
    client.force_login(ManagerFactory())
    page = client.get(reverse("satisfaction:results", args=[wave.pk])).content.decode()
    assert "Its answers are not shown yet" in page
