"""The pages of results: what they say, to whom, and at what cost."""

import datetime as dt
from functools import partial
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from complaints.tests.factories import CaseFactory, bring_to
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.models import Task
from customers.querysets import keyset_page
from customers.tests.factories import CustomerFactory, StandingFactory, TaskFactory
from satisfaction.models import Response, SatisfactionTarget, Wave
from satisfaction.services.results import refresh_due, results_of
from satisfaction.tests.factories import (
    InvitationFactory,
    ResponseFactory,
    WaveFactory,
    ready_version,
)
from satisfaction.views import response_list, results

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
DASHBOARD = "satisfaction:dashboard"
RESPONSES, RESPONSE = "satisfaction:responses", "satisfaction:response"


def answered(wave, customer, score: int, **values):
    """A finished response of 1 to 5 all over, recommending twice as much."""
    scale = 25.0 * (score - 1)
    names = ("overall", "reliability", "responsiveness", "assurance", "empathy", "tangibles")
    values = {"index": scale, "overall": scale, "lowest": scale, "finished_at": NOON, **values}
    return ResponseFactory(
        invitation=InvitationFactory(wave=wave, customer=customer),
        recommend=values.pop("recommend", 2 * score),
        answers=dict.fromkeys(names, score) | {"recommend": 2 * score},
        **values,
    )


@pytest.fixture
def company():
    """Two account managers in two teams, with a happy and an unhappy customer, in two waves."""
    amy, bob = AccountManagerFactory(), AccountManagerFactory()
    happy = CustomerFactory(name="Hartwell", account_manager=amy, region="North")
    unhappy = CustomerFactory(name="Brookfield", account_manager=bob, region="South")
    for customer in (happy, unhappy):
        StandingFactory(customer=customer, revenue_12m=100)
    for name, opens, scores in (
        ("Winter", dt.date(2026, 1, 5), (3, 3)),
        ("Spring", dt.date(2026, 3, 2), (5, 1)),
    ):
        wave = WaveFactory(
            name=name,
            state=Wave.State.CLOSED,
            opens_on=opens,
            closes_on=opens + dt.timedelta(days=20),
        )
        answered(wave, happy, scores[0])
        answered(wave, unhappy, scores[1], comment="The crate came broken again")
    return amy, bob, wave


def page(client, user, url: str):
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == 200
    return response


def pages(wave) -> list[str]:
    return [
        reverse(DASHBOARD),
        reverse("satisfaction:results", args=[wave.pk]),
        reverse(RESPONSES),
    ]


def test_managers_see_the_figures_of_everybody(client, company):
    found = page(client, ManagerFactory(), reverse(DASHBOARD)).context
    assert [tile["value"] for tile in found["tiles"]] == ["50", "0", "50 %", "100 %"]
    assert found["index_trend"]["data"]["series"][0]["values"] == [50, 50]
    assert found["dimensions"]["data"]["series"][0]["values"] == [50] * 5


def test_a_manager_comes_from_a_weak_score_to_an_action_that_it_verifies(client, company):
    amy, _bob, wave = company
    address = reverse("satisfaction:results", args=[wave.pk])
    ways = [
        f"{reverse('satisfaction:improvement_create')}?wave_before={wave.pk}&amp;gauge={measure}"
        for measure in ("reliability", "empathy")
    ]
    assert not any(way in page(client, amy, address).text for way in ways)
    text = page(client, ManagerFactory(), address).text
    assert all(way in text for way in ways)
    form = page(client, ManagerFactory(), ways[0].replace("&amp;", "&")).context["form"]
    assert (form["wave_before"].value(), form["gauge"].value()) == (str(wave.pk), "reliability")


def test_results_show_what_was_asked_and_no_empty_pictures(client):
    """A questionnaire of effort alone: neither dimensions nor recommendation."""
    wave = WaveFactory(version=ready_version("effort"), state=Wave.State.CLOSED)
    SatisfactionTarget.objects.create(measure="index", value=70, from_on=dt.date(2020, 1, 1))
    invitation = InvitationFactory(wave=wave, customer=CustomerFactory())
    StandingFactory(customer=invitation.customer, revenue_12m=100)
    ResponseFactory(invitation=invitation, index=50, finished_at=NOON, answers={"effort": 4})
    found = page(client, ManagerFactory(), reverse("satisfaction:results", args=[wave.pk]))
    # Ease is no satisfaction: its index is called so, and is held against no target of the other.
    assert [tile["label"] for tile in found.context["tiles"]] == ["Index", "Response rate"]
    assert found.context["tiles"][-1]["note"] == "1 of 1 invitations, 1 customer"
    for part in ("p-dimensions", "p-overall", "p-importance", "p-recommend", "p-targets"):
        assert part not in found.text
    assert "Weighted by 12-month revenue the index is 50" in found.text


def test_results_without_an_index_say_nothing_of_one(client):
    """Recommendation alone: neither a column nor a sentence of dashes, and its picture is wide."""
    wave = WaveFactory(version=ready_version("recommendation"), state=Wave.State.CLOSED)
    invitation = InvitationFactory(wave=wave, customer=CustomerFactory())
    StandingFactory(customer=invitation.customer, revenue_12m=100)
    ResponseFactory(invitation=invitation, index=None, overall=None, recommend=9, finished_at=NOON)
    found = page(client, ManagerFactory(), reverse("satisfaction:results", args=[wave.pk]))
    assert "p-recommend" in found.text
    assert "Weighted by 12-month revenue" not in found.text
    assert '<th scope="col" class="num">Index</th>' not in found.text
    assert '<div><div class="column">' in found.text


def test_only_who_is_unhappy_is_offered_as_a_complaint_by_one_click(client, company):
    """Words of a happy one may hold a complaint too: they can be logged."""
    for response in Response.objects.filter(wave=company[2]):
        text = page(client, ManagerFactory(), reverse(RESPONSE, args=[response.pk])).text
        assert ("Make it a complaint" in text) == (response.recommend <= 6)
        assert "Log a complaint from this" in text


def test_account_managers_see_their_own_customers_and_are_told_so(client, company):
    amy, _bob, wave = company
    refresh_due()
    response = page(client, amy, reverse(DASHBOARD))
    assert [tile["value"] for tile in response.context["tiles"]] == ["100", "100", "100 %", "100 %"]
    assert "not of the whole company" in response.content.decode()
    text = page(client, amy, reverse("satisfaction:results", args=[wave.pk])).content.decode()
    assert "crate" not in text
    assert "Brookfield" not in page(client, amy, reverse(RESPONSES)).content.decode()


def test_what_others_customers_answer_changes_nothing_for_an_account_manager(client, company):
    amy, bob, wave = company
    before = page(client, amy, reverse(DASHBOARD)).context["tiles"]
    other = CustomerFactory(account_manager=bob)
    answered(wave, other, 1)
    assert page(client, amy, reverse(DASHBOARD)).context["tiles"] == before


def test_service_staff_see_no_results(client, company):
    client.force_login(ServiceFactory())
    for url in pages(company[2]):
        assert client.get(url).status_code == 403


def test_pages_of_results_are_only_read(client, company):
    client.force_login(ManagerFactory())
    for url in pages(company[2]):
        assert client.post(url).status_code == 405


def test_a_wave_that_is_none_is_not_found(client):
    client.force_login(ManagerFactory())
    assert client.get(reverse("satisfaction:results", args=[99999])).status_code == 404


def test_before_the_first_wave_the_page_says_what_to_do(client):
    text = page(client, ManagerFactory(), reverse(DASHBOARD)).content.decode()
    assert "No survey has been sent yet" in text
    assert reverse("satisfaction:wave_create") in text
    text = page(client, AccountManagerFactory(), reverse(DASHBOARD)).content.decode()
    assert reverse("satisfaction:wave_create") not in text


def test_a_wave_without_answers_says_that_it_waits(client):
    wave = WaveFactory(is_open=True, name="Autumn")
    InvitationFactory(wave=wave)
    text = page(client, ManagerFactory(), reverse(DASHBOARD)).content.decode()
    assert "Nobody has answered Autumn yet" in text
    text = page(client, ManagerFactory(), reverse("satisfaction:results", args=[wave.pk]))
    assert "counted every two minutes" in text.content.decode()


@pytest.mark.parametrize("prepared", [True, False])
def test_pages_ask_a_fixed_number_of_questions(
    client, company, django_assert_max_num_queries, prepared
):
    amy, _bob, wave = company
    for n in range(30):
        customer = CustomerFactory(account_manager=amy if n % 2 else AccountManagerFactory())
        StandingFactory(customer=customer)
        answered(wave, customer, 1 + n % 5, comment="late")
        TaskFactory(customer=customer, origin=Task.Origin.SURVEY, reason=f"response:{n + 1}")
    if prepared:
        refresh_due()
    most = dict(zip(pages(wave), (12, 15, 9), strict=True))
    for user in (ManagerFactory(), amy):
        for url, number in most.items():
            page(client, user, url)
            with django_assert_max_num_queries(number):
                client.get(url)


@pytest.mark.parametrize("by", ["tier", "stage", "region", "team", "owner", "nonsense"])
def test_results_by_group(client, company, by):
    url = reverse("satisfaction:results", args=[company[2].pk]) + f"?by={by}"
    rows = page(client, ManagerFactory(), url).context["group_rows"]
    assert sum(row["group"].customers for row in rows) == 2
    if by == "region":
        assert [(row["label"], row["index"]) for row in rows] == [("North", "100"), ("South", "0")]


def test_all_groups_are_reached_page_by_page_the_largest_first(client, company, monkeypatch):
    monkeypatch.setattr(results, "MOST", 1)
    amy, _bob, wave = company
    customer = CustomerFactory(account_manager=amy, region="South")
    StandingFactory(customer=customer, region="South")
    answered(wave, customer, 3)
    url = reverse("satisfaction:results", args=[wave.pk])
    found = page(client, ManagerFactory(), f"{url}?by=region")
    assert [row["label"] for row in found.context["group_rows"]] == ["South"]
    assert "1–1 of 2, those with most customers first" in found.text
    assert "?by=region&amp;page=2#by" in found.text
    found = page(client, ManagerFactory(), f"{url}?by=region&page=2")
    assert [row["label"] for row in found.context["group_rows"]] == ["North"]
    assert "?by=region&amp;page=1#by" in found.text
    assert page(client, ManagerFactory(), f"{url}?by=region&page=x").status_code == 200


def test_results_tell_coverage_and_distribution(client, company):
    wave = company[2]
    silent = CustomerFactory()
    StandingFactory(customer=silent, revenue_12m=200)
    InvitationFactory(wave=wave, customer=silent)
    url = reverse("satisfaction:results", args=[wave.pk])
    for _time in ("summed now", "prepared"):
        found = page(client, ManagerFactory(), url).context
        assert found["coverage"] == {"customers": "67 %", "fitting": "3", "revenue": "50 %"}
        bins = found["recommend"]["data"]["bins"]
        assert [one["value"] for one in bins] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
        overall = [one["label"] for one in found["overall"]["data"]["bins"]]
        assert overall[::2] == ["Very dissatisfied", "Neither", "Very satisfied"]
        assert [one.customer.name for one in found["lowest"]] == ["Brookfield"]
        refresh_due()


def test_every_point_opens_the_responses_behind_it(client, company):
    manager, wave = ManagerFactory(), company[2]
    found = page(client, manager, reverse("satisfaction:results", args=[wave.pk])).context
    # The points lead where the rows of the table behind the picture do.
    assert found["recommend"]["data"]["rows_lead"]
    assert len(found["recommend"]["rows"]) == len(found["recommend"]["data"]["bins"])
    low = found["recommend"]["rows"][2][0]["href"]
    assert [row.customer.name for row in page(client, manager, low).context["rows"]] == [
        "Brookfield"
    ]
    assert found["dimensions"]["data"]["rows_lead"]
    labels = [cells[0]["text"] for cells in found["dimensions"]["rows"]]
    assert labels == found["dimensions"]["data"]["labels"]
    weak = found["dimensions"]["rows"][0][0]["href"]
    assert [row.customer.name for row in page(client, manager, weak).context["rows"]] == [
        "Brookfield"
    ]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 4),
        ("?q=CRATE", 2),
        ("?q=nothing+like+it", 0),
        ("?attitude=promoter", 1),
        ("?attitude=detractor", 3),
        ("?overall=50", 2),
        ("?recommend=2&words=1", 1),
        ("?region=North", 2),
        ("?complaint=none", 4),
        ("?wave=99&recommend=x&tier=Z", 4),  # not understood and left out
    ],
)
def test_responses_are_found_by_filter(client, company, query, number):
    found = page(client, ManagerFactory(), reverse(RESPONSES) + query).context
    assert len(found["rows"]) == number


def test_words_of_a_script_without_case_are_found_and_wildcards_are_none(client, company):
    Response.objects.filter(comment__contains="crate").update(comment="箱子坏了，要退货 100%")
    manager = ManagerFactory()
    for words, number in (("退货", 2), ("退_", 0), ("100%", 2), ("退%", 0), ("换货", 0)):
        found = page(client, manager, f"{reverse(RESPONSES)}?{urlencode({'q': words})}")
        assert len(found.context["rows"]) == number, words


def test_what_is_looked_up_for_each_response_is_counted_less_far(client, company, monkeypatch):
    for name, most in (("COUNTED_BESIDE", 1), ("COUNTED_UP_TO", 2)):
        monkeypatch.setattr(response_list, name, most)
    monkeypatch.setattr("satisfaction.querysets.keyset_page", partial(keyset_page, size=1))
    manager = ManagerFactory()
    found = page(client, manager, f"{reverse(RESPONSES)}?complaint=none")
    assert "Responses 1–1 of more than 1" in found.text
    found = page(client, manager, reverse(RESPONSES))
    assert "Responses 1–1 of more than 2" in found.text


def test_an_account_manager_chooses_from_the_own_team_and_whom_a_figure_led_to(client, company):
    amy, bob, wave = company
    colleague, leaver = AccountManagerFactory(team=amy.team), AccountManagerFactory()

    def choices(query: str = "") -> tuple[set[str], set[str]]:
        form = page(client, amy, reverse(RESPONSES) + query).context["form"]
        return tuple(
            {key for key, _label in form.fields[name].choices if key} for name in ("owner", "team")
        )

    ours = {str(amy.pk), str(colleague.pk)}, {str(amy.team_id)}
    assert choices() == ours
    # The customers of others stay theirs, whatever the address asks for.
    assert choices(f"?owner={bob.pk}&team={bob.team_id}") == ours
    assert choices(f"?owner={'9' * 30}&team=x") == ours
    Response.objects.filter(wave=wave, customer__account_manager=amy).update(owner=leaver)
    assert choices(f"?owner={leaver.pk}") == (ours[0] | {str(leaver.pk)}, ours[1])
    found = page(client, amy, f"{reverse(RESPONSES)}?owner={leaver.pk}").context
    assert [row.customer.name for row in found["rows"]] == ["Hartwell"]


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_whoever_owned_a_customer_can_be_chosen(client, company, role):
    owner = ManagerFactory(role=role, is_active=False)
    form = page(client, ManagerFactory(), reverse(RESPONSES)).context["form"]
    assert str(owner.pk) in dict(form.fields["owner"].choices)


def test_responses_come_a_page_at_a_time(client, company):
    wave = company[2]
    customer = CustomerFactory()
    for _ in range(52):
        answered(wave, customer, 3)
    first = page(client, ManagerFactory(), reverse(RESPONSES)).context
    assert len(first["rows"]) == 50
    second = page(client, ManagerFactory(), reverse(RESPONSES) + first["older_url"]).context
    assert len(second["rows"]) == 6


def test_low_scores_that_wait_are_listed_with_the_most_urgent_first(client, company):
    amy, bob, _wave = company
    customer = bob.customers.get()
    for days, state in ((3, "open"), (1, "open"), (0, "done")):
        TaskFactory(
            customer=customer,
            origin=Task.Origin.SURVEY,
            reason=f"response:{days}",
            due_on=dt.date(2026, 4, 1) + dt.timedelta(days=days),
            state=state,
            closed_at=None if state == "open" else NOON,
        )
    found = page(client, ManagerFactory(), reverse(DASHBOARD)).context
    assert [task.response_pk for task in found["tasks"]] == [1, 3]
    assert page(client, amy, reverse(DASHBOARD)).context["tasks"] == []


def test_customers_are_told_apart_by_what_became_of_their_complaints(company):
    """None, resolved in time, resolved late, still open, too old, and a service request."""
    wave = company[2]
    service = ServiceFactory()
    before, after = NOON - dt.timedelta(days=60), NOON + dt.timedelta(days=1)
    cases = {
        "in_time": {"now": before, "state": "resolved"},
        "late": {"now": before},
        "open": {"now": NOON - dt.timedelta(days=1)},
        "answered later": {"now": NOON - dt.timedelta(days=2)},
        "old": {"now": NOON - dt.timedelta(days=181)},
        "request": {"now": before, "kind": "request"},
        "afterwards": {"now": after},
    }
    made = {}
    for name, values in cases.items():
        customer = CustomerFactory(name=name)
        answered(wave, customer, 3)
        made[name] = CaseFactory(customer=customer, by=service, **values)
    bring_to(made["late"], "resolved", by=service, now=NOON - dt.timedelta(days=5))
    bring_to(made["answered later"], "resolved", by=service, now=after)
    groups = results_of(ManagerFactory(), [wave]).groups.by(wave, "complaint")
    counts = {key: group.customers for key, group in groups.items()}
    assert counts == {"none": 2 + 3, "in_time": 1, "late": 3}
    manager = ManagerFactory()
    for kind, names in (("in_time", {"in_time"}), ("late", {"late", "open", "answered later"})):
        rows = Response.objects.visible_to(manager).finished().filter(wave=wave)
        assert {row.customer.name for row in rows.matching({"complaint": kind})} == names
