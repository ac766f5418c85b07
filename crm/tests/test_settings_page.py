"""The page of the installation's settings."""

from decimal import Decimal

import pytest
from django.urls import reverse

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AdministratorFactory, ManagerFactory
from crm.platform.models import Installation

pytestmark = pytest.mark.django_db
LOCKED = {
    "time_zone",
    "currency",
    "idle_minutes",
    "session_hours",
    "upload_megabytes",
    "attachment_megabytes",
}


@pytest.fixture
def administrator(client):
    user = AdministratorFactory()
    client.force_login(user)
    return user


def shown(client) -> dict:
    """What the page shows, as it would be posted."""
    return posted(client.get(reverse("settings")).context["form"])


def posted(form) -> dict:
    values = {name: form[name].value() for name in form.fields}
    return {
        name: form.fields[name].prepare_value("" if value is None else value)
        for name, value in values.items()
    }


def save(client, **changes):
    return client.post(reverse("settings"), shown(client) | changes)


def test_shares_are_shown_and_taken_as_per_cent(client, administrator):
    assert shown(client)["discount_rate"] == "10"
    assert save(client, discount_rate="12.5", tier_a_cut="75").status_code == 302
    installation = Installation.get()
    assert installation.discount_rate == Decimal("0.125")
    assert installation.tier_a_cut == Decimal("0.75")
    assert shown(client)["discount_rate"] == "12.5"


def test_a_change_holds_at_once_and_stands_in_the_log(
    client, administrator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        save(client, idle_minutes="45", name="Evergreen Ltd")
    assert Installation.cached().idle_minutes == 45
    details = AuditEntry.objects.get(action="settings.changed").details
    assert details == {"idle_minutes": ["30", "45"], "name": ["", "Evergreen Ltd"]}


def test_saving_nothing_new_writes_nothing(client, administrator):
    assert save(client).status_code == 302
    assert Installation.get().version == 1
    assert not AuditEntry.objects.exists()


def test_a_manager_changes_the_others_and_not_the_locked_ones(client):
    client.force_login(ManagerFactory())
    answer = save(
        client,
        horizon_months="24",
        time_zone="Asia/Shanghai",
        currency="CNY",
        idle_minutes="600",
        session_hours="100",
        upload_megabytes="2000",
        attachment_megabytes="100",
    )
    assert answer.status_code == 302
    after = Installation.get()
    assert after.horizon_months == 24
    defaults = Installation()
    assert all(getattr(after, name) == getattr(defaults, name) for name in LOCKED)
    form = client.get(reverse("settings")).context["form"]
    assert {name for name, field in form.fields.items() if field.disabled} == LOCKED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("discount_rate", "101"),
        ("discount_rate", "-1"),
        ("horizon_months", "0"),
        ("horizon_months", "121"),
        ("risk_horizon_days", "6"),
        ("tier_a_cut", "96"),
        ("tier_b_cut", "70"),
        ("time_zone", "Mars/Olympus"),
        ("currency", "gbp"),
        ("idle_minutes", "4"),
        ("session_hours", "169"),
        ("attachment_megabytes", "0"),
        ("attachment_megabytes", "101"),
        ("tier_basis", "luck"),
        ("discount_rate", "NaN"),
        ("discount_rate", ""),
    ],
)
def test_what_is_out_of_bounds_is_refused_beside_its_field(client, administrator, name, value):
    answer = save(client, **{name: value})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Installation.get().version == 1


def test_every_setting_says_what_it_does(client, administrator):
    form = client.get(reverse("settings")).context["form"]
    visible = [field for field in form if not field.is_hidden]
    assert all(str(field.help_text).strip() for field in visible)


def test_an_empty_risk_horizon_means_from_the_data(client, administrator):
    save(client, risk_horizon_days="90")
    assert Installation.get().risk_horizon_days == 90
    save(client, risk_horizon_days="")
    assert Installation.get().risk_horizon_days is None


def test_saving_over_a_newer_change_is_refused_and_shows_both(client, administrator):
    stale = shown(client) | {"discount_rate": "8"}
    stale_months = str(stale["horizon_months"])
    save(client, discount_rate="15", horizon_months="48")
    answer = client.post(reverse("settings"), stale)
    page = answer.content.decode()
    assert answer.status_code == 409
    form = answer.context["form"]
    both = [(row.theirs, row.mine, row.kept_mine) for row in form.differences]
    assert both == [("15", "8", True), ("48", stale_months, False)]
    assert 'value="8"' in page
    assert Installation.get().discount_rate == Decimal("0.15")
    again = posted(form)
    assert client.post(reverse("settings"), again).status_code == 302
    installation = Installation.get()
    assert installation.discount_rate == Decimal("0.08")
    assert installation.horizon_months == 48


def test_authority_grows_with_the_rank(client, administrator):
    refused = save(client, authority_service="3000", authority_team_lead="2000")
    assert refused.status_code == 200
    assert "authority_manager" in refused.context["form"].errors
    assert save(client, authority_service="300", closing_days="5").status_code == 302
    installation = Installation.get()
    assert (installation.authority_service, installation.closing_days) == (300, 5)
