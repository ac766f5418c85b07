"""The pages around waves: planning, looking, sending, closing."""

import datetime as dt
import gzip

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.models import Installation, OutboxMessage
from crm.platform.tests.remembered import forget_remembered
from customers.tests.factories import CustomerFactory, StandingFactory
from satisfaction.models import Skip, Wave
from satisfaction.services.waves import open_wave
from satisfaction.tests.factories import (
    InvitationFactory,
    ResponseFactory,
    WaveFactory,
    ready_version,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    manager = ManagerFactory(name="Max")
    client.force_login(manager)
    return manager


def customer(name="Acorn Ltd", **fields):
    made = CustomerFactory(**{"name": name, "email": f"a@{name[:5]}.example"} | fields)
    StandingFactory(customer=made, tier="A", region="Wales")
    return made


def plan(**changes) -> dict:
    today = Installation.get().today()
    return {
        "name": "Spring",
        "version": ready_version().pk,
        "purpose": "Where do we lose people?",
        "frequency": "once",
        "channel": "email",
        "sample_size": "",
        "seed": "7",
        "opens_on": today.isoformat(),
        "closes_on": (today + dt.timedelta(days=14)).isoformat(),
        "reminders": "2",
        "in_charge": "",
        "verifier": "",
        "revision": "1",
    } | changes


def test_a_manager_plans_a_wave_sees_whom_it_asks_and_sends_it(client, manager):
    acorn, birch = customer(), customer("Birch Ltd", email="")
    team = TeamFactory()
    page = client.get(reverse("satisfaction:wave_create"))
    assert page.context["form"]["in_charge"].value() == manager.pk
    form = plan(tiers=["A", "B"], regions=["Wales"], in_charge=str(manager.pk))
    answer = client.post(reverse("satisfaction:wave_create"), form)
    wave = Wave.objects.get()
    assert answer.url == reverse("satisfaction:wave", args=[wave.pk])
    assert wave.selection == {
        "tiers": ["A", "B"],
        "stages": [],
        "regions": ["Wales"],
        "teams": [],
        "roles": [],
        "all_contacts": False,
    }
    assert (wave.created_by, wave.in_charge, wave.reminders) == (manager, manager, 2)
    words = client.get(answer.url).content.decode()
    assert "Send to 1 person" in words
    assert acorn.name in words
    assert birch.name in words
    answer = client.post(reverse("satisfaction:wave_open", args=[wave.pk]), follow=True)
    assert "Sent: 1 person is asked." in answer.content.decode()
    assert OutboxMessage.objects.count() == 1
    answer = client.post(reverse("satisfaction:wave_open", args=[wave.pk]), follow=True)
    assert "This wave was sent already." in answer.content.decode()
    assert OutboxMessage.objects.count() == 1
    assert team.name not in words


@pytest.mark.parametrize(
    ("channel", "next_step"),
    [
        ("email", "Look whom it asks, then send it."),
        ("print", "Look whom it asks, then open it and print the sheets."),
        ("interview", "Look whom it asks, then open it for interviews."),
        ("public", "Open it when answers are to be taken."),
    ],
)
def test_what_comes_after_the_plan_is_said_as_its_channel_has_it(
    client, manager, channel, next_step
):
    form = plan(channel=channel, sample_size="")
    answer = client.post(reverse("satisfaction:wave_create"), form, follow=True)
    assert [str(one) for one in answer.context["messages"]] == [f"Planned. {next_step}"]
    assert Wave.objects.get().channel == channel


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(client, manager):
    WaveFactory(name="Spring")
    today = Installation.get().today()
    form = plan(sample_size="0", opens_on=str(today + dt.timedelta(days=3)), closes_on=str(today))
    page = client.post(reverse("satisfaction:wave_create"), form)
    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"name", "sample_size", "closes_on"}
    assert page.context["form"]["purpose"].value() == "Where do we lose people?"
    late = plan(name="Late", opens_on="2020-01-01", closes_on="2020-02-01")
    page = client.post(reverse("satisfaction:wave_create"), late)
    assert set(page.context["form"].errors) == {"closes_on"}
    assert Wave.objects.count() == 1


def test_a_plan_is_changed_while_it_is_one(client, manager):
    team = TeamFactory()
    wave = WaveFactory(selection={"teams": [team.pk], "regions": ["Kent"]})
    url = reverse("satisfaction:wave_edit", args=[wave.pk])
    page = client.get(url)
    assert page.context["form"]["teams"].value() == [team.pk]
    assert ("Kent", "Kent") in page.context["form"].fields["regions"].choices
    assert client.post(url, plan(name="Summer", sample_size="50")).status_code == 302
    wave.refresh_from_db()
    assert (wave.name, wave.sample_size, wave.selection["teams"], wave.revision) == (
        "Summer",
        50,
        [],
        2,
    )
    Wave.objects.update(state="open", sent_at=wave.created_at)
    for answer in (client.get(url), client.post(url, plan(name="Autumn", revision="2"))):
        assert answer.url == reverse("satisfaction:wave", args=[wave.pk])
    assert Wave.objects.get().name == "Summer"


def test_somebody_elses_newer_plan_is_not_overwritten(client, manager):
    wave = WaveFactory(purpose="Old", selection={"tiers": ["A"]})
    url = reverse("satisfaction:wave_edit", args=[wave.pk])
    assert client.post(url, plan(tiers=["C"])).status_code == 302
    page = client.post(url, plan(name="Mine", tiers=["B"]))
    assert page.status_code == 409
    rows = {row.label: (row.theirs, row.mine) for row in page.context["form"].differences}
    assert rows["Name of the wave"] == ("Spring", "Mine")
    assert rows["Tiers"] == ("C", "B")
    assert page.context["form"]["tiers"].value() == ["B"]
    assert page.context["form"]["revision"].value() == 2
    assert Wave.objects.get().name == "Spring"
    again = plan(name="Mine", tiers=["B"], revision="2")
    assert client.post(url, again).status_code == 302
    assert Wave.objects.get().name == "Mine"


def test_outside_its_days_a_wave_has_no_button_to_send_it(client, manager):
    customer()
    later = Installation.get().today() + dt.timedelta(days=2)
    wave = WaveFactory(opens_on=later)
    url = reverse("satisfaction:wave", args=[wave.pk])
    assert reverse("satisfaction:wave_open", args=[wave.pk]) not in client.get(url).content.decode()
    answer = client.post(reverse("satisfaction:wave_open", args=[wave.pk]), follow=True)
    assert "By its plan this wave opens later." in answer.content.decode()


def test_an_open_wave_shows_how_far_it_has_come_and_is_closed_once(client, manager):
    wave = WaveFactory(is_open=True)
    ResponseFactory(invitation=InvitationFactory(wave=wave))
    for state in ("sent", "sent", "declined"):
        InvitationFactory(wave=wave, state=state)
    progress = client.get(reverse("satisfaction:wave", args=[wave.pk])).context["progress"]
    assert (progress.asked, progress.finished, progress.rate) == (4, 1, 0.25)
    assert [line["number"] for line in progress.lines] == [2, 1, 1]
    close = reverse("satisfaction:wave_close", args=[wave.pk])
    assert "Closed" in client.post(close, follow=True).content.decode()
    assert "This wave is not open." in client.post(close, follow=True).content.decode()


def test_account_managers_read_the_plan_and_see_no_other_customers_names(client):
    amy = AccountManagerFactory()
    client.force_login(amy)
    mine, other = customer("Mine Ltd", account_manager=amy), customer("Other Ltd")
    planned = WaveFactory()
    words = client.get(reverse("satisfaction:wave", args=[planned.pk])).content.decode()
    assert other.name not in words
    assert reverse("satisfaction:wave_open", args=[planned.pk]) not in words
    wave = WaveFactory(is_open=True)
    for skipped in (mine, other):
        Skip.objects.create(wave=wave, customer=skipped, reason="no_email")
    page = client.get(reverse("satisfaction:wave", args=[wave.pk]))
    (reason,) = page.context["skipped"]
    assert reason["number"] == 2
    assert [one["name"] for one in reason["names"]] == ["Mine Ltd"]
    assert reverse("satisfaction:wave_close", args=[wave.pk]) not in page.content.decode()


@pytest.mark.parametrize("name", ["wave_create", "wave_edit", "wave_open", "wave_close"])
def test_only_managers_plan_and_send(client, name):
    wave = WaveFactory()
    url = reverse(f"satisfaction:{name}", args=[] if name == "wave_create" else [wave.pk])
    for user in (AccountManagerFactory(), ServiceFactory()):
        client.force_login(user)
        assert client.post(url, plan()).status_code == 403
    assert list(Wave.objects.values_list("state", flat=True)) == ["planned"]


@pytest.mark.parametrize("name", ["waves", "wave", "instruments", "instrument"])
def test_service_staff_see_none_of_it(client, name):
    wave = WaveFactory()
    client.force_login(ServiceFactory())
    args = {"wave": [wave.pk], "instrument": [wave.version_id]}.get(name, [])
    assert client.get(reverse(f"satisfaction:{name}", args=args)).status_code == 403


def test_without_a_wave_the_list_says_what_to_do(client, manager):
    words = client.get(reverse("satisfaction:waves")).content.decode()
    assert reverse("satisfaction:wave_create") in words
    assert "No survey yet" in words


def test_the_questionnaire_is_shown_in_each_language_with_its_source(client, manager):
    version = ready_version()
    assert (
        str(version.instrument) in client.get(reverse("satisfaction:instruments")).content.decode()
    )
    url = reverse("satisfaction:instrument", args=[version.pk])
    for code in ("en", "zh-hans"):
        words = client.get(f"{url}?lang={code}").content.decode()
        for question in version.questions.all():
            assert question.texts[code] in words
    assert "Parasuraman" in words
    assert "Reichheld" in words


@pytest.fixture
def counted(client, manager, django_assert_max_num_queries):
    def get(url, most):
        client.get("/customers/tasks/")
        forget_remembered()
        with django_assert_max_num_queries(most):
            page = client.get(url)
        assert page.status_code == 200
        assert len(page.content) <= 40_000
        assert len(gzip.compress(page.content)) <= 8_000
        return page

    return get


def test_the_pages_ask_a_fixed_number_of_questions_and_stay_small(counted):
    for number in range(60):
        email = "" if number % 2 else f"c{number}@example.com"
        customer(f"{number:05} Sixty Limited", email=email)
    planned = WaveFactory()
    opened = WaveFactory()
    open_wave(wave=opened, by=None)
    WaveFactory.create_batch(30)
    counted(reverse("satisfaction:waves"), 7)
    counted(reverse("satisfaction:wave", args=[planned.pk]), 7)
    counted(reverse("satisfaction:wave", args=[opened.pk]), 11)
    counted(reverse("satisfaction:wave_create"), 9)
    counted(reverse("satisfaction:wave_edit", args=[planned.pk]), 11)
    counted(reverse("satisfaction:instruments"), 6)
    counted(reverse("satisfaction:instrument", args=[planned.version_id]), 6)
