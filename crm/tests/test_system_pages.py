"""Administrators' pages about other systems: tokens and web hooks."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm import hooks
from crm.accounts.models import ApiToken
from crm.accounts.tests.factories import AdministratorFactory, TeamFactory
from crm.accounts.tokens import machine_of
from crm.platform.hooks import secret_of
from crm.platform.models import Installation, WebHook, WebHookDelivery
from crm.platform.tests.receiver import listening

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = AdministratorFactory()
    client.force_login(user)
    return user


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with listening() as found:
        yield found


def sent(**values) -> dict:
    last = Installation.get().today() + dt.timedelta(days=30)
    asked = {"name": "Shop", "source": "shop", "scopes": ["customers:write"], "team": ""}
    return asked | {"expires_on": f"{last:%Y-%m-%d}"} | values


def make_hook(administrator, receiver=None) -> WebHook:
    url = receiver.address if receiver else "https://erp.example.com/hook"
    values = {"url": url, "events": ["tier.changed"], "team": None}
    return hooks.create_hook(actor=administrator, values=values)


def test_a_token_is_shown_once_and_gets_in(client, administrator):
    page = client.post(reverse("api_token_create"), sent()).content.decode()
    (token,) = re.findall(r"prn_[\w-]{43}", page)
    machine = machine_of(token)
    assert (machine.source, machine.token.scopes) == ("shop", ["customers:write"])
    shown = client.get(reverse("api_tokens")).content.decode()
    assert token not in shown
    assert token[:10] in shown


def test_a_token_holds_till_the_end_of_its_last_day_where_we_are(client, administrator):
    Installation.objects.filter(pk=Installation.get().pk).update(time_zone="Asia/Shanghai")
    today = Installation.get().today()
    client.post(reverse("api_token_create"), sent(expires_on=f"{today:%Y-%m-%d}"))
    token = ApiToken.objects.get()
    assert token.is_good
    midnight = dt.datetime.combine(today + dt.timedelta(days=1), dt.time.min)
    assert token.expires_at == midnight.replace(tzinfo=Installation.get().zone)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("source", one) for one in ("own", "", "a b", "x" * 61)),
        *(("scopes", one) for one in ([], ["all"])),
        *(("expires_on", one) for one in ("", "2020-01-01", "2999-01-01")),
        *(("name", ""), ("team", "0")),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(client, administrator, field, value):
    answer = client.post(reverse("api_token_create"), sent(**{field: value}))
    assert field in answer.context["form"].errors
    assert not ApiToken.objects.exists()


def test_a_revoked_token_gets_in_no_more(client, administrator):
    page = client.post(reverse("api_token_create"), sent(team=TeamFactory().pk)).content.decode()
    (token,) = re.findall(r"prn_[\w-]{43}", page)
    client.post(reverse("api_token_revoke", args=[ApiToken.objects.get().pk]))
    assert machine_of(token) is None
    assert "revoked" in client.get(reverse("api_tokens")).content.decode()


def test_a_hook_is_made_and_its_secret_shown_once(client, administrator):
    answer = client.post(
        reverse("web_hook_create"),
        {"url": "https://erp.example.com/hook", "events": ["tier.changed", "complaint.opened"]},
    )
    hook = WebHook.objects.get()
    assert secret_of(hook) in answer.content.decode()
    assert (hook.is_active, hook.created_by) == (True, administrator)
    page = client.get(reverse("web_hook", args=[hook.pk])).content.decode()
    assert secret_of(hook) not in page
    renewed = client.post(reverse("web_hook_renew", args=[hook.pk])).content.decode()
    hook.refresh_from_db()
    assert secret_of(hook) in renewed


@pytest.mark.parametrize(
    "url", ["http://erp.example.com/", "https://127.0.0.1/", "https://localhost/", "erp", ""]
)
def test_a_hook_to_nowhere_or_to_ourselves_is_not_made(client, administrator, url):
    answer = client.post(reverse("web_hook_create"), {"url": url, "events": ["tier.changed"]})
    assert "url" in answer.context["form"].errors
    assert not WebHook.objects.exists()


def test_a_test_is_sent_at_once_and_its_answer_said(client, administrator, receiver):
    hook = make_hook(administrator, receiver)
    page = client.post(reverse("web_hook_test", args=[hook.pk]), follow=True).content.decode()
    assert "It answered 200." in page
    assert receiver.bodies[0]["event"] == "test"
    receiver.status = 500
    page = client.post(reverse("web_hook_test", args=[hook.pk]), follow=True).content.decode()
    assert "It answered 500" in page
    hook.refresh_from_db()
    assert (hook.failures, WebHookDelivery.objects.filter(state="pending").count()) == (0, 0)
    receiver.answer = b""
    page = client.post(reverse("web_hook_test", args=[hook.pk]), follow=True).content.decode()
    assert "It could not be reached" in page


def test_a_delivery_is_sent_again_by_a_click_where_the_hook_is_on(client, administrator, receiver):
    hook = make_hook(administrator, receiver)
    now = timezone.now()
    delivery = hook.deliveries.create(event="tier.changed", cause="1", at=now, state="failed")
    client.post(reverse("web_hook_resend", args=[delivery.pk]))
    assert hooks.send_due() == 1
    WebHook.objects.update(is_active=False)
    answer = client.post(reverse("web_hook_resend", args=[delivery.pk]), follow=True)
    assert "Switch the hook on first." in answer.content.decode()
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def count(client, place: str) -> int:
    """How many questions a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(place).status_code == 200
    return len(asked)


def test_pages_ask_the_same_number_of_questions_however_much_there_is(client, administrator):
    hook = make_hook(administrator)
    client.post(reverse("api_token_create"), sent(team=TeamFactory().pk))
    hook.deliveries.create(event="tier.changed", cause="0", at=timezone.now())
    places = [reverse("api_tokens"), reverse("web_hooks"), reverse("web_hook", args=[hook.pk])]
    for place in places:
        client.get(place)
    before = [count(client, place) for place in places]
    for n in range(1, 4):
        client.post(reverse("api_token_create"), sent(team=TeamFactory().pk))
        make_hook(administrator)
        hook.deliveries.create(event="tier.changed", cause=str(n), at=timezone.now())
    assert [count(client, place) for place in places] == before
