"""How our people are rated: by whom, who sees it, what is kept."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, TeamFactory
from crm.platform.models import Installation
from satisfaction.competence_reads import rated_people, seen_people
from satisfaction.models import StaffCompetence
from satisfaction.models.competences import AREAS
from satisfaction.services import competences as services

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 5)
MARKS = dict(zip(AREAS, (1, 2, 3, 4, 5), strict=True))


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def ann(team):
    return AccountManagerFactory(team=team, name="Ann")


@pytest.fixture
def lead(team):
    return AccountManagerFactory(team=team, name="Lee", is_team_lead=True)


def typed(**more) -> dict:
    return {"on": Installation.cached().today().isoformat(), "remarks": "Asks first"} | MARKS | more


def test_managers_rate_all_others_leads_their_team_and_nobody_oneself(ann, lead):
    manager, stranger = ManagerFactory(), AccountManagerFactory()
    assert set(rated_people(lead)) == {ann}
    assert not rated_people(ann).exists()
    assert {ann, lead, stranger} <= set(rated_people(manager))
    assert manager not in rated_people(manager)
    assert set(seen_people(ann)) == {ann}
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffCompetence.objects.create(user=ann, rated_by=ann, on=DAY, **MARKS)
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffCompetence.objects.create(user=ann, rated_by=lead, on=DAY, **MARKS | {"market": 6})


def test_a_lead_rates_and_the_person_sees_it(client, ann, lead):
    client.force_login(lead)
    assert client.post(f"/satisfaction/staff/{ann.pk}/rate/", typed()).status_code == 302
    rating = StaffCompetence.objects.get()
    assert (rating.user, rating.rated_by, rating.mean) == (ann, lead, 3)
    client.force_login(ann)
    page = client.get(f"/satisfaction/staff/{ann.pk}/")
    assert "My competence" in page.text
    assert "Asks first" in page.text
    assert f"/satisfaction/staff/{ann.pk}/rate/" not in page.text
    assert client.get(f"/satisfaction/staff/{ann.pk}/rate/").status_code == 403
    assert client.get(f"/satisfaction/staff/ratings/{rating.pk}/edit/").status_code == 403
    assert client.get(f"/satisfaction/staff/{lead.pk}/").status_code == 404
    assert [row["person"] for row in client.get("/satisfaction/staff/").context["rows"]] == [ann]


def test_one_rating_a_day_and_former_ones_are_kept(client, ann, lead):
    services.rate(person=ann, by=lead, values=MARKS | {"on": DAY, "remarks": ""})
    # The same click twice.
    services.rate(person=ann, by=lead, values=MARKS | {"on": DAY, "remarks": ""})
    with pytest.raises(services.RatedThatDayError):
        services.rate(person=ann, by=ManagerFactory(), values=MARKS | {"on": DAY, "remarks": ""})
    client.force_login(lead)
    client.post(f"/satisfaction/staff/{ann.pk}/rate/", typed(market=5))
    page = client.get(f"/satisfaction/staff/{ann.pk}/")
    assert [row["marks"] for row in page.context["rows"]] == [[1, 2, 5, 4, 5], [1, 2, 3, 4, 5]]
    again = client.post(f"/satisfaction/staff/{ann.pk}/rate/", typed(market=1))
    assert "There is a rating of this day already" in again.text
    assert StaffCompetence.objects.count() == 2


def test_no_rating_of_a_day_to_come_or_long_past_or_off_the_scale(client, ann, lead):
    client.force_login(lead)
    today = Installation.cached().today()
    for wrong in (
        {"on": (today + dt.timedelta(days=1)).isoformat()},
        {"on": (today - dt.timedelta(days=366)).isoformat()},
        {"selling": 0},
        {"selling": ""},
    ):
        assert client.post(f"/satisfaction/staff/{ann.pk}/rate/", typed(**wrong)).status_code == 200
    assert not StaffCompetence.objects.exists()


def test_a_correction_moves_to_no_day_that_has_a_rating(client, ann, lead):
    today = Installation.cached().today()
    for on in (today, today - dt.timedelta(days=1)):
        rating = services.rate(person=ann, by=lead, values=MARKS | {"on": on, "remarks": ""})
    client.force_login(lead)
    address = f"/satisfaction/staff/ratings/{rating.pk}/edit/"
    refused = client.post(address, typed(version=1))
    assert "There is a rating of this day already" in refused.text
    done = client.post(address, typed(version=1, on=rating.on.isoformat(), selling=1))
    assert done.status_code == 302
    rating.refresh_from_db()
    assert (rating.selling, rating.version) == (1, 2)


def test_the_team_together_is_the_mean_of_the_newest(client, ann, team):
    ben, manager = AccountManagerFactory(team=team, name="Ben"), ManagerFactory()
    for person, day, marks in (
        (ann, DAY, MARKS | {"market": 1}),
        (ann, DAY + dt.timedelta(days=1), MARKS),
        (ben, DAY, dict.fromkeys(AREAS, 5)),
    ):
        services.rate(person=person, by=manager, values=marks | {"on": day, "remarks": ""})
    client.force_login(manager)
    page = client.get("/satisfaction/staff/", {"team": team.pk})
    assert [area["mean"] for area in page.context["together"]] == [3, 3.5, 4, 4.5, 5]
    assert page.context["together"][1]["share"] == 0.625
    assert [row["person"] for row in page.context["rows"]] == [ann, ben]
    export = client.get("/exports/lists/competences/", {"as": "csv", "team": team.pk})
    lines = b"".join(export).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["Ann", "Ben"]
    assert client.get("/satisfaction/staff/", {"team": "none"}).status_code == 200
