"""What a page weighs on its way to a browser. Bytes are the same on every machine."""

import gzip
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from complaints.forms.learning import LookForm
from complaints.states import State
from crm.tests.browser.desk_pages import case_of
from crm.tests.browser.pages import NOBODY
from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, SERVICE
from customers.models import Standing
from satisfaction.models import Response, Wave

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
KB = 1000
# So many bytes at random hide how well a page compresses, from who would guess what is in it.
NOISE = 100
# Bytes of the first visit, of a later one, and of the HTML before and after compression.
PAGE = (150 * KB, 30 * KB, 40 * KB, 8 * KB + NOISE)
# The card stands for ten pages of others: what it shows of a customer with everything is longer.
CARD = (150 * KB, 30 * KB, 47 * KB, 10.7 * KB + NOISE)
DASHBOARD = (450 * KB, 40 * KB, 40 * KB, 8 * KB + NOISE)
# Compressed already.
PACKED = ("image/png", "font/woff2", "application/octet-stream")


@dataclass
class Weight:
    """Bytes of a page: its HTML, raw and as sent, and all other files as sent."""

    html: int = 0
    sent: int = 0
    files: int = 0

    @property
    def measures(self) -> tuple[int, int, int, int]:
        return self.sent + self.files, self.sent, self.html, self.sent


def weigh(page, address: str) -> Weight:
    """Open the page with an empty cache and add up what comes, as a server would send it."""
    weight, answers = Weight(), []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address)
    # The icons may come after everything else.
    page.wait_for_load_state("networkidle")
    # A browser keeps what it has asked for twice.
    for answer in {answer.url: answer for answer in answers}.values():
        body = answer.body()
        if answer.request.is_navigation_request():
            # The page itself says how much it was: it is compressed as it is made.
            weight.html, weight.sent = len(body), answer.request.sizes()["responseBodySize"]
        elif answer.headers["content-type"].split(";")[0] in PACKED:
            weight.files += len(body)
        else:
            # Files are compressed when they are collected, as well as gzip can.
            weight.files += len(gzip.compress(body, 9))
    return weight


def heaviest(site) -> dict[str, tuple[str, str, tuple]]:
    best = site.customers_of(ACCOUNT_MANAGER)[0].pk
    card = reverse("card", args=[best])
    return {
        "home of an account manager": (ACCOUNT_MANAGER, "/", PAGE),
        "home of a manager": (MANAGER, "/", PAGE),
        "home of service staff": (SERVICE, "/", PAGE),
        "list": (MANAGER, "/customers/?sort=-value", PAGE),
        "card": (MANAGER, card, CARD),
        "lines": (MANAGER, reverse("customers:dealings", args=[best]), PAGE),
        "edit": (MANAGER, reverse("customers:edit", args=[best]), PAGE),
        "figures": (MANAGER, reverse("value:figures", args=[best]), PAGE),
        "tasks": (ACCOUNT_MANAGER, "/customers/tasks/?whose=team", PAGE),
        "own dashboard": (MANAGER, "/value/dashboard/", DASHBOARD),
        "tiers": (MANAGER, "/value/tiers/", DASHBOARD),
        "churn": (MANAGER, "/value/churn/", DASHBOARD),
        "stages": (MANAGER, "/value/lifecycle/", DASHBOARD),
        **of_complaints(site),
        **of_satisfaction(site),
    }


def of_complaints(site) -> dict[str, tuple[str, str, tuple]]:
    case = case_of(site, ACCOUNT_MANAGER, State.INVESTIGATING)
    log = reverse("complaints:log")
    longest = LookForm({}).fields["first"].choices[0][0]
    return {
        "queue": (MANAGER, "/complaints/?tab=all", PAGE),
        "queue of service staff": (SERVICE, "/complaints/?tab=all", PAGE),
        "log a case": (SERVICE, f"{log}?customer={case.customer_id}", PAGE),
        "case": (SERVICE, reverse("complaints:case", args=[case.pk]), PAGE),
        "complaints": (MANAGER, "/complaints/dashboard/", DASHBOARD),
        "learning": (MANAGER, f"/complaints/learning/?first={longest}", DASHBOARD),
        "deadlines": (MANAGER, "/complaints/deadlines/", PAGE),
        "business hours": (MANAGER, "/settings/calendar/", PAGE),
    }


def of_satisfaction(site) -> dict[str, tuple[str, str, tuple]]:
    wave = Wave.objects.filter(state=Wave.State.CLOSED).first().pk
    response = Response.objects.finished().order_by("lowest").first().pk
    address = f"/satisfaction/answer/{site.desks.tokens['zh-hans']['first']}/"
    return {
        "satisfaction": (MANAGER, "/satisfaction/", DASHBOARD),
        "results": (MANAGER, reverse("satisfaction:results", args=[wave]), DASHBOARD),
        "responses": (MANAGER, "/satisfaction/responses/", PAGE),
        "response": (MANAGER, reverse("satisfaction:response", args=[response]), PAGE),
        "wave": (MANAGER, reverse("satisfaction:wave", args=[wave]), PAGE),
        "plan a wave": (MANAGER, "/satisfaction/waves/new/", PAGE),
        "questionnaire": (MANAGER, "/satisfaction/questionnaires/1/", PAGE),
        "answer": (NOBODY, address, PAGE),
    }


# Those nearest to their bars; the others when soaked.
NEAREST = {"home of a manager", "list", "card", "figures", "churn", "queue", "results"}


@pytest.mark.parametrize("names", [NEAREST, pytest.param(None, marks=pytest.mark.soak)])
def test_every_page_keeps_to_its_weight(visitors, site, names):
    """In Chinese, which is a little heavier: three bytes a character."""
    too_heavy = []
    for name, (who, address, most) in heaviest(site).items():
        if names and name not in names:
            continue
        weight = weigh(visitors.come(who, "zh-hans"), address)
        print(f"{name:<27}", *(f"{m / KB:7.1f} kB" for m in weight.measures[:3]))
        if any(is_ > may for is_, may in zip(weight.measures, most, strict=True)):
            too_heavy.append(f"{name}: {weight.measures} of at most {most} bytes")
    assert not too_heavy, "\n".join(too_heavy)


@pytest.mark.soak
def test_no_customer_has_a_card_that_is_too_heavy(site):
    """Of whatever has come together at one of them; before compression."""
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(site.user(MANAGER), backend=settings.AUTHENTICATION_BACKENDS[0])
    weights = {
        pk: len(client.get(reverse("card", args=[pk])).content)
        for pk in Standing.objects.values_list("pk", flat=True)
    }
    assert {pk: weight for pk, weight in weights.items() if weight > CARD[2]} == {}
