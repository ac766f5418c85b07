"""The queue: who sees which cases, in which order, with which words."""

import datetime as dt

import pytest
from django.utils import timezone

from complaints.models import Case, Clock
from complaints.models.cases import NEVER_DUE
from complaints.states import State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.tests.remembered import forget_remembered
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db

URL = "/complaints/"


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory(name="East"), name="Amy")


@pytest.fixture
def sam():
    return ServiceFactory(name="Sam")


def customer_of(owner, **fields):
    customer = CustomerFactory(account_manager=owner)
    StandingFactory(customer=customer, **fields)
    return customer


def shown(client, query=""):
    response = client.get(URL + query)
    assert response.status_code == 200
    return [case.title for case in response.context["rows"]]


def case(title, owner=None, **fields):
    return CaseFactory(title=title, owner=owner, **fields)


def test_open_cases_stand_by_their_next_deadline(client, sam):
    # A week lies between them and none is answered late yet, so that whatever hour of whatever
    # day the tests run at, the first deadline of each is the one that counts.
    now = timezone.now()
    for title, weeks in (("first", 0), ("last", 2), ("middle", 1)):
        case(title, now=now + dt.timedelta(weeks=weeks))
    case("over", state=State.WITHDRAWN)
    client.force_login(sam)
    assert shown(client) == ["first", "middle", "last"]


def test_an_account_manager_sees_the_cases_of_own_and_team_customers_only(client, amy):
    case("own", customer=customer_of(amy))
    case("team", customer=customer_of(AccountManagerFactory(team=amy.team)))
    case("strange", customer=customer_of(AccountManagerFactory()))
    case("unknown", customer=None, caller_name="Mrs Noname")
    client.force_login(amy)
    assert shown(client) == ["own"]
    assert set(shown(client, "?tab=all")) == {"own", "team"}
    client.force_login(ManagerFactory())
    assert set(shown(client)) == {"own", "team", "strange", "unknown"}


def test_each_tab_shows_its_part_and_its_count(client, sam):
    case("mine", owner=sam)
    case("another's", owner=ServiceFactory())
    case("nobody's")
    case("waiting", owner=ServiceFactory(), state=State.WAITING_CUSTOMER)
    case("over", owner=sam, state=State.RESOLVED)
    client.force_login(sam)
    assert shown(client, "?tab=mine") == ["mine"]
    assert shown(client, "?tab=unassigned") == ["nobody's"]
    assert shown(client, "?tab=waiting") == ["waiting"]
    assert shown(client, "?tab=ended") == ["over"]
    counts = {str(tab["label"]): tab["count"] for tab in client.get(URL).context["tabs"]}
    assert counts == {
        "Mine": "1",
        "All open": "4",
        "My team's": "1",
        "Unassigned": "1",
        "Overdue": "0",
        "To approve": "0",
        "Watched": "0",
        "Waiting": "1",
        "Ended lately": "",
    }


def test_service_staff_of_a_team_have_its_cases_together(client):
    desk = TeamFactory(name="Desk")
    ann, ben = ServiceFactory(team=desk), ServiceFactory(team=desk)
    for title, owner in (("ann's", ann), ("ben's", ben), ("another's", ServiceFactory())):
        case(title, owner=owner)
    case("nobody's")
    client.force_login(ann)
    assert set(shown(client, "?tab=team")) == {"ann's", "ben's"}
    counts = {str(tab["label"]): tab["count"] for tab in client.get(URL).context["tabs"]}
    assert (counts["My team's"], counts["All open"]) == ("2", "4")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=request", ["asks"]),
        ("severity=critical", ["burns"]),
        ("tier=A", ["key"]),
        ("state=acknowledged", ["key"]),
        ("late=1", ["late"]),
        ("severity=critical&tier=A", []),
    ],
)
def test_each_filter_keeps_what_it_says(client, sam, amy, query, expected):
    case("asks", kind="request")
    case("burns", severity="critical")
    case("key", customer=customer_of(amy, tier="A"), state=State.ACKNOWLEDGED)
    case("late", now=timezone.now() - dt.timedelta(days=30))
    Case.objects.filter(title="late").update(is_breached=True)
    client.force_login(sam)
    assert shown(client, f"?{query}") == expected


def test_a_filter_nobody_understands_is_left_out_and_said(client, sam):
    case("one")
    client.force_login(sam)
    response = client.get(URL, {"severity": "dreadful", "tab": "nowhere", "page": "x"})
    assert "Not understood and left out: Severity." in response.text
    assert len(response.context["rows"]) == 1


def test_service_staff_see_the_band_where_others_see_the_amount(client, sam, amy):
    case("one", customer=customer_of(amy, lifetime_value=76543, value_band="high"))
    client.force_login(sam)
    page = client.get(URL).text
    assert "High" in page
    assert "76,543" not in page
    client.force_login(amy)
    assert "76,543" in client.get(URL).text


def test_the_time_left_is_said_in_words(client, sam):
    now = timezone.now()
    one = case("running")
    other = case("overdue")
    stands = case("waiting", state=State.WAITING_CUSTOMER)
    do(stands, "reply", by=sam)
    Clock.objects.filter(case=other).update(due_at=now - dt.timedelta(days=7))
    client.force_login(sam)
    words = {row.pk: row.deadline for row in client.get(URL).context["rows"]}
    # A minute may end between the case and the page.
    assert words[one.pk].words in ("2 h left of 2 h", "1 h 59 min left of 2 h")
    assert words[one.pk].clock == "Acknowledge"
    assert words[other.pk].words.startswith("overdue by ")
    assert words[other.pk].tone == "late"
    assert words[stands.pk].words.startswith("waiting until ")
    assert words[stands.pk].used is None


def test_a_claimed_case_is_mine_and_the_queue_stays_where_it_was(client, sam):
    one = case("nobody's")
    client.force_login(sam)
    back = "/complaints/?tab=unassigned"
    answer = client.post("/complaints/assign/", {"one": one.pk, "next": back})
    assert answer.headers["Location"] == back
    one.refresh_from_db()
    assert one.owner == sam


def test_of_two_who_claim_the_second_is_told(client, sam):
    one = case("nobody's")
    for person in (ServiceFactory(name="Fast Fran"), sam):
        client.force_login(person)
        answer = client.post(
            "/complaints/assign/", {"one": one.pk, "next": "//evil.example"}, follow=True
        )
    assert "Fast Fran is in charge" in answer.text
    assert answer.redirect_chain[0][0] == f"/complaints/{one.pk}/"
    one.refresh_from_db()
    assert one.owner.name == "Fast Fran"


@pytest.mark.parametrize("typed", ["C{:05d}", "c{}", " {} "])
def test_a_reference_opens_the_case(client, sam, typed):
    one = case("one")
    client.force_login(sam)
    answer = client.get(URL, {"ref": typed.format(one.pk)})
    assert answer.headers["Location"] == f"/complaints/{one.pk}/"


def test_a_reference_that_one_may_not_see_is_not_found(client, amy):
    strange = case("strange", customer=customer_of(AccountManagerFactory()))
    client.force_login(amy)
    for typed in (strange.reference, "C99999999999999", "what"):
        assert "No case is called" in client.get(URL, {"ref": typed}).text


def test_a_deadline_that_never_comes_stands_still(client, sam):
    closed = case("for ever")
    Clock.objects.filter(case=closed).update(due_at=NEVER_DUE, warn_at=NEVER_DUE)
    Case.objects.filter(pk=closed.pk).update(next_due_at=NEVER_DUE)
    client.force_login(sam)
    assert "stands still" in client.get(URL).text
    assert "stands still" in client.get(f"{URL}{closed.pk}/").text


def test_the_queue_is_read_only(client, sam):
    client.force_login(sam)
    assert client.post(URL).status_code == 405


def test_pages_follow_each_other_without_gap(client, sam, amy):
    made = {case(f"n{n}", customer=customer_of(amy)).title for n in range(45)}
    client.force_login(sam)
    first = client.get(URL)
    second = client.get(URL + first.context["older_url"])
    titles = [row.title for page in (first, second) for row in page.context["rows"]]
    assert len(titles) == 45
    assert set(titles) == made
    assert "of 45" in first.context["summary"]


@pytest.mark.parametrize("query", ["", "?tab=mine", "?tab=all&kind=complaint&late=1", "?tab=ended"])
def test_the_queue_asks_twelve_questions_at_most_however_long_it_is(
    client, sam, amy, query, django_assert_max_num_queries
):
    for user in (sam, amy, ManagerFactory()):
        client.force_login(user)
        client.get("/customers/tasks/")
        asked = set()
        client.get(URL + query)  # from now on it is what was looked at last
        for _ in range(2):
            forget_remembered()
            with django_assert_max_num_queries(12) as queries:
                client.get(URL + query)
            asked.add(len(queries))
            for n in range(6):
                owner = user if n % 2 else None
                state = State.RESOLVED if n % 3 == 2 else State.NEW
                case(f"n{n}", owner=owner, customer=customer_of(amy), state=state)
        assert max(asked) - min(asked) <= 2, asked  # an empty page asks for no clocks and terms
