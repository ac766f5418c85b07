"""The pages of surveys, and what those see who follow the link of one."""

from django.urls import reverse

from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, Site
from satisfaction.models import Response, Wave

NOBODY = None


def of_surveys(site: Site, language: str) -> list[tuple[str, str | None, str]]:
    """Name of the address, who opens it, and the address; new pages get a function of their own."""
    return [*_of_satisfaction(site), *_of_customers(site, language)]


def _of_satisfaction(site: Site):
    newest = {state: Wave.objects.filter(state=state).first() for state in Wave.State}
    names = ["dashboard", "waves", "instruments", "responses"]
    addresses = [(name, reverse(f"satisfaction:{name}")) for name in names]
    can_be_sent = Wave.objects.filter(state=Wave.State.PLANNED)[1]
    waves = (*newest.values(), can_be_sent)
    addresses += [("wave", reverse("satisfaction:wave", args=[wave.pk])) for wave in waves]
    sent = [newest[Wave.State.OPEN], newest[Wave.State.CLOSED]]
    addresses += [("results", reverse("satisfaction:results", args=[wave.pk])) for wave in sent]
    addresses += [("responses", reverse("satisfaction:responses") + "?q=zzzzz&tier=A")]
    version = newest[Wave.State.OPEN].version_id
    addresses += [("instrument", reverse("satisfaction:instrument", args=[version]))]
    answered = Response.objects.visible_to(site.user(ACCOUNT_MANAGER)).finished()
    for response in (answered.order_by("lowest").first(), answered.order_by("-lowest").first()):
        addresses.append(("response", reverse("satisfaction:response", args=[response.pk])))
    planning = [("wave_create", reverse("satisfaction:wave_create"))]
    planned = newest[Wave.State.PLANNED].pk
    planning += [("wave_edit", reverse("satisfaction:wave_edit", args=[planned]))]
    shown = [(ACCOUNT_MANAGER, *one) for one in addresses]
    shown += [(MANAGER, *one) for one in [*addresses, *planning]]
    return [(f"satisfaction:{name}", who, address) for who, name, address in shown]


def _of_customers(site: Site, language: str):
    """What those see who follow the link of a survey: in the language of their invitation."""
    tokens = site.desks.tokens[language]
    names = {"over": "410"}
    found = [
        (names.get(place, "satisfaction:answer"), reverse("satisfaction:answer", args=[token]))
        for place, token in tokens.items()
    ]
    found += [("404", reverse("satisfaction:answer", args=["x" * 43]))]
    found += [
        ("satisfaction:decline", reverse("satisfaction:decline", args=[tokens[place]]))
        for place in ("first", "finished", "declined")
    ]
    return [(name, NOBODY, address) for name, address in found]
