"""Every address × every role × every method against the access table."""

from copy import copy

import pytest
from django.db import transaction
from django.test import RequestFactory
from django.urls import NoReverseMatch, URLResolver, get_resolver, resolve, reverse

from crm.tests import walked
from crm.tests.access import ROLES, Access
from crm.tests.access_table import PAGES
from crm.tests.walked import ask

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


def asked(access: Access, role: str) -> dict[str, str]:
    """The methods to ask an address with as this role, and the statuses that are expected."""
    expected = {method: access.of(method, role) for method in ("GET", "POST")}
    if role in {"anonymous", "administrator"} and expected["GET"] == "200":
        expected["HEAD"] = "200"
    if role == "anonymous":
        closed = access.anonymous == ("login", "login")
        expected |= dict.fromkeys(OTHER_METHODS, "login" if closed else "405")
    return expected


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_each_role_gets_what_the_table_says(world, role):
    wrong = {}
    client = world.client(role)
    signed_in, pages = client.cookies, walked.pages(role, world)
    for name, access in PAGES.items():
        for method, expected in asked(access, role).items():
            client.cookies = copy(signed_in)  # whatever the page before made of it
            page = pages[name] if method == "GET" else ask(client, method, world.url(name))
            if page.status != expected:
                wrong[name, method] = f"{page.status} instead of {expected}"
    assert not wrong


def test_no_other_method_is_taken_from_who_may_do_most(world):
    """Asked of the views themselves: what stands before them looks at no method."""
    wrong = {}
    for name in PAGES:
        url = world.url(name)
        view, args, kwargs = resolve(url)
        for method in OTHER_METHODS:
            request = RequestFactory().generic(method, url)
            request.user = world.users["administrator"]
            request.session = {}
            with transaction.atomic():
                found = view(request, *args, **kwargs).status_code
                transaction.set_rollback(True)
            if found != 405:
                wrong[name, method] = found
    assert not wrong


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_djangos_admin_is_for_administrators_only(world, role):
    """Others are sent to its sign-in, which refuses who is signed in already."""
    client = world.client(role)
    for name in ADMIN:
        if role == "administrator":
            assert ask(client, "GET", admin_url(name)).status[0] in "234", name
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
