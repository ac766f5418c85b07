"""Every address × every role × every method against the access table."""

import datetime as dt
from copy import copy
from dataclasses import dataclass
from functools import cache

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    InvitationFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.models import Heartbeat, Job
from crm.platform.secret_links import hash_of
from crm.tests.access_table import PAGES, ROLES, Access
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    ImportRunFactory,
    StandingFactory,
    TaskFactory,
)
from lifecycle.models import NightlyRun, Signal

pytestmark = pytest.mark.django_db
OTHER_METHODS = ("PUT", "PATCH", "DELETE")


def addresses(patterns, namespace: str = ""):
    """The name of every address of the site, namespaces walked; None where it has none."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield namespace + pattern.name if pattern.name else f"{namespace}? {pattern.pattern}"


NAMES = sorted(set(addresses(get_resolver().url_patterns)))
# Django's admin, by its prefix; "?" marks its two catch-alls without a name.
ADMIN = [name for name in NAMES if name.startswith("admin:") and "?" not in name]


def test_every_address_is_declared_and_every_declaration_has_an_address():
    ours = {name for name in NAMES if not name.startswith("admin:")}
    assert ours == set(PAGES)


@cache
def password_hash() -> str:
    return make_password("a-long-enough-password")


@dataclass
class World:
    """One customer, its people, and what hangs on it."""

    users: dict[str, User]
    args: dict[str, list]

    def url(self, name: str) -> str:
        return reverse(name, args=self.args.get(name, []))

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        if role != "anonymous":
            client.force_login(self.users[role])
        return client


@pytest.fixture
def world() -> World:
    team = TeamFactory()
    users = {
        "owner": AccountManagerFactory(team=team),
        "outsider": AccountManagerFactory(),
        "service": ServiceFactory(),
        "manager": ManagerFactory(team=team),
        "administrator": AdministratorFactory(),
    }
    User.objects.update(password=password_hash())
    for user in users.values():
        user.refresh_from_db()
    customer = CustomerFactory(account_manager=users["owner"])
    StandingFactory(customer=customer)
    today = dt.date(2026, 1, 5)
    signal = Signal.objects.create(
        customer=customer,
        kind="silent",
        strength=0.9,
        evidence={"days_since": 41, "usual_gap": 12},
        first_seen=today,
        last_seen=today,
    )
    job = Job.objects.create(kind="nightly", state="done", finished_at=timezone.now())
    run = NightlyRun.objects.create(as_of=today, job=job)
    imported = ImportRunFactory(started_by=users["manager"], state="checked")
    colleague = AccountManagerFactory(team=team)
    token = "t" * 43
    waiting = InvitationFactory(team=team, token_hash=hash_of(token))
    Heartbeat.objects.create(machine="here", seen_at=timezone.now())
    args = {
        "card": [customer.pk],
        "customers:contact_edit": [ContactFactory(customer=customer).pk],
        "customers:task_close": [TaskFactory(customer=customer).pk],
        "value:nightly_progress": [run.pk],
        "accounts:team_edit": [team.pk],
        "accounts:invitation_accept": [token],
        "accounts:invitation_send_again": [waiting.pk],
        "accounts:invitation_revoke": [waiting.pk],
        "account_reset_password_from_key": ["1", "set-password"],
        "mfa_remove_webauthn": [1],
        "mfa_edit_webauthn": [1],
    }
    for name in ("edit", "dealings", "contact_create", "interaction_create", "task_create"):
        args[f"customers:{name}"] = [customer.pk]
    args["value:figures"] = [customer.pk]
    for name in ("dismiss", "restore", "task"):
        args[f"value:signal_{name}"] = [signal.pk]
    for name in ("detail", "progress", "commit", "wrong_rows"):
        args[f"customers:import_{name}"] = [imported.pk]
    for name in ("accounts:user_edit", "accounts:user_reactivate", "user_deactivate"):
        args[name] = [colleague.pk]
    args["accounts:user_two_step_reset"] = [colleague.pk]
    return World(users, args)


def status(client: Client, method: str, url: str) -> str:
    """The status, "login" for the way to the sign-in page; what was done is undone."""
    with transaction.atomic():
        answer = client.generic(method, url)
        transaction.set_rollback(True)
    location = answer.headers.get("Location", "")
    if answer.status_code == 302 and location.startswith(reverse("account_login") + "?next="):
        return "login"
    return str(answer.status_code)


def asked(access: Access, role: str) -> dict[str, str]:
    """The methods to ask an address with as this role, and the statuses that are expected."""
    expected = {method: access.of(method, role) for method in ("GET", "POST")}
    if role not in {"anonymous", "administrator"}:
        return expected  # the other methods don't look at the role
    if expected["GET"] == "200":
        expected["HEAD"] = "200"
    closed = role == "anonymous" and access.anonymous == ("login", "login")
    return expected | dict.fromkeys(OTHER_METHODS, "login" if closed else "405")


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_each_role_gets_what_the_table_says(world, role):
    wrong = {}
    signed_in = world.client(role).cookies
    for name, access in PAGES.items():
        for method, expected in asked(access, role).items():
            client = Client(raise_request_exception=False)
            client.cookies = copy(signed_in)
            found = status(client, method, world.url(name))
            if found != expected:
                wrong[name, method] = f"{found} instead of {expected}"
    assert not wrong


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_djangos_admin_is_for_administrators_only(world, role):
    """Others are sent to its sign-in, which refuses who is signed in already."""
    client = world.client(role)
    for name in ADMIN:
        if role == "administrator":
            assert status(client, "GET", admin_url(name))[0] in "234", name
            continue
        with transaction.atomic():
            answer = client.get(admin_url(name))
            transaction.set_rollback(True)
        assert answer.status_code in {302, 403}, name
        away = (reverse("account_login"), reverse("admin:index"))
        assert answer.status_code == 403 or answer.headers["Location"].startswith(away), name


def admin_url(name: str) -> str:
    for args in ([], ["1"], ["accounts"], ["1", "1"]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(name)


def test_a_line_of_the_table_names_all_roles_or_one_status():
    for access in PAGES.values():
        for statuses in (access.get, access.post):
            assert len(statuses.split()) in {1, len(ROLES)}
    assert Access("200 404 403 200 200").of("GET", "outsider") == "404"
