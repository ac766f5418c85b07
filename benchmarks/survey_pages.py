"""The pages of satisfaction on filled tables: who asks, what each is called, how long it takes."""

import statistics
import time
from collections.abc import Iterator

from benchmarks.run import Counter

WARMING_UP = 2
MANAGER, OWNER = "manager", "am3-1"
BAR_MS, BAR_QUERIES, BAR_KB = 100, 15, 40


def addresses() -> Iterator[tuple[str, str, str]]:
    """Who asks, what the page is called, and its address."""
    for who in (MANAGER, OWNER):
        yield from ((who, *one) for one in [*_of_results(), *_of_waves(), *_of_voices()])
    yield from ((MANAGER, *one) for one in _of_managers())


def _of_results() -> Iterator[tuple[str, str]]:
    from django.urls import reverse

    from satisfaction.models import Response

    filled = _filled()
    responses, results = reverse("satisfaction:responses"), _of(filled, "results")
    questions = _of(filled, "questions")
    newest = Response.objects.filter(wave=filled, owner__username=OWNER).order_by("-pk").first()
    yield "dashboard", reverse("satisfaction:dashboard")
    yield "results of a wave", results
    yield "results by account manager", f"{results}?by=owner"
    yield "each question", questions
    yield "a question by team", f"{questions}?of=q2&by=team"
    yield "responses", responses
    yield "responses of a wave and tier", f"{responses}?wave={filled.pk}&tier=A"
    yield "responses with a word in most", f"{responses}?q=sooner"
    yield "responses with a rare word", f"{responses}?q=delivery+20001"
    yield "responses with a word in none", f"{responses}?q=%E9%80%80%E8%B4%A7"
    yield (
        "responses, detractors after a late answer",
        f"{responses}?attitude=detractor&complaint=late",
    )
    yield "responses low on reliability", f"{responses}?measure=reliability"
    yield "a response", reverse("satisfaction:response", args=[newest.pk])


def _of_waves() -> Iterator[tuple[str, str]]:
    from django.urls import reverse

    invitations = _of(_filled(), "wave_invitations")
    yield "waves", reverse("satisfaction:waves")
    yield "a wave", _of(_filled(), "wave")
    yield "its invitations", invitations
    yield "its invitations, not finished, tier B", f"{invitations}?state=sent&tier=B"
    yield "its invitations by a rare name", f"{invitations}?q=person+3+of+20011"
    yield "its invitations by a name that the last third has", f"{invitations}?q=person+3"
    yield "its invitations, could be phoned", f"{invitations}?call=1"
    yield "asked twice, never answering", reverse("satisfaction:silent") + "?least=2"
    yield "asked, never answering", reverse("satisfaction:silent")
    yield "questionnaires", reverse("satisfaction:instruments")


def _of_voices() -> Iterator[tuple[str, str]]:
    from django.urls import reverse

    yield "what we hear", reverse("satisfaction:heard")
    yield "collection plan", reverse("satisfaction:plan")
    yield "feedback", reverse("satisfaction:feedback")
    yield "feedback with a word", reverse("satisfaction:feedback") + "?q=hotline"
    yield "touchpoints", reverse("satisfaction:touchpoints")
    yield "loops, open", reverse("satisfaction:loops")
    yield "loops, closed", reverse("satisfaction:loops") + "?show=closed"
    yield "improvement actions", reverse("satisfaction:improvements")
    yield "targets", reverse("satisfaction:targets")
    yield "happy below our cost", reverse("value:unprofitable")
    yield "tasks", reverse("customers:tasks")
    yield "home", reverse("home")


def _of_managers() -> Iterator[tuple[str, str]]:
    from django.urls import reverse

    from satisfaction.models import ImprovementAction, Wave

    staff = Wave.objects.get(version__instrument__audience="staff")
    action = ImprovementAction.objects.order_by("pk").first()
    yield "improvement actions by value", reverse("satisfaction:improvements") + "?sort=value"
    yield "an improvement action", reverse("satisfaction:improvement", args=[action.pk])
    yield "service-profit chain", reverse("value:chain")
    yield "how we manage satisfaction", reverse("satisfaction:baldrige")
    yield "competences of staff", reverse("satisfaction:competences")
    yield "results of staff", _of(staff, "results")


def _filled():
    """The newest of the waves that so many answered."""
    from satisfaction.models import Wave

    return Wave.objects.filter(name__startswith="Filled").order_by("name")[0]


def _of(wave, name: str) -> str:
    from django.urls import reverse

    return reverse(f"satisfaction:{name}", args=[wave.pk])


def print_pages(requests: int, only: str = "") -> None:
    """A line a page, then which miss a bar."""
    print("\n| page | as | queries | HTML, kB | median ms | 95 % ms | processor ms |")
    print("|---|---|--:|--:|--:|--:|--:|")
    over = []
    for who, name, address in addresses():
        if only not in name:
            continue
        seconds, worked, queries, size = ask(who, address, requests)
        middle = 1000 * statistics.median(seconds)
        most = 1000 * seconds[int(0.95 * len(seconds))]
        figures = f"{queries} | {size / 1000:.1f} | {middle:.1f} | {most:.1f} | {1000 * worked:.1f}"
        print(f"| {name} | {who} | {figures} |", flush=True)
        if most > BAR_MS or queries > BAR_QUERIES or size > 1000 * BAR_KB:
            over.append(f"{name} ({who})")
    bars = f"{BAR_MS} ms, {BAR_QUERIES} queries or {BAR_KB} kB"
    print(f"\nOver {bars}: {', '.join(over) or 'none'}")


def ask(who: str, address: str, requests: int) -> tuple[list[float], float, int, int]:
    """Sorted seconds of the requests, those of this process in the middle, most queries, bytes."""
    from django.db import connection
    from django.test import Client

    from crm.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username=who))
    seconds, worked, queries, size = [], [], 0, 0
    for number in range(WARMING_UP + requests):
        counter = Counter()
        with connection.execute_wrapper(counter):
            start, began = time.perf_counter(), time.process_time()
            response = client.get(address)
            spent, used = time.perf_counter() - start, time.process_time() - began
        assert response.status_code == 200, (address, response.status_code)
        if number >= WARMING_UP:
            seconds.append(spent)
            worked.append(used)
            queries, size = max(queries, counter.queries), max(size, len(response.content))
    return sorted(seconds), statistics.median(worked), queries, size
