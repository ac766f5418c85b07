"""Pages with half a million cases behind them: who asks for what, and how long it takes."""

import re
import statistics
import time
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

# Of pages with a bar of their own, and of the others.
REQUESTS, FEWER, WARMING_UP = 200, 60, 5
MANAGER, SERVICE, OWNER = "manager", "service", "am3-1"
NOBODY = ""
NEXT = re.compile(r'rel="next" href="([^"]+)"')
Asked = tuple[str, str, list[str]]  # who asks, what it is called, the addresses asked in turn


def queue() -> Iterator[Asked]:
    from django.urls import reverse

    address = reverse("complaints:queue")
    for who in (SERVICE, OWNER, MANAGER):
        yield who, "queue, all open", [f"{address}?tab=all"]
        # What was looked at last stands in the session, which is a new one.
        yield who, "queue, as it opens", [address]
    filtered = f"{address}?tab=all&severity=major&tier=A"
    yield MANAGER, "queue, major complaints of tier A", [filtered]


def filters() -> Iterator[Asked]:
    """Every tab, every filter, and pages further on."""
    from django.urls import reverse

    from complaints.models import Category

    address = reverse("complaints:queue")
    category = Category.objects.order_by("pk").values_list("pk", flat=True)[0]
    tabs = ("mine", "unassigned", "late", "approval", "watched", "waiting", "ended")
    chosen = (
        {"kind": "request"},
        {"severity": "critical"},
        {"category": category},
        {"tier": "B"},
        {"state": "proposed"},
        {"late": "1"},
        {"reopened": "1"},
        {"kind": "complaint", "category": category, "tier": "A", "state": "investigating"},
    )
    for who in (SERVICE, OWNER, MANAGER):
        own = (*tabs, "customers") if who == OWNER else tabs
        for tab in own:
            yield who, f"queue, tab {tab}", [f"{address}?tab={tab}"]
        for filtered in chosen:
            name = ", ".join(filtered)
            yield who, f"queue, by {name}", [f"{address}?{urlencode({'tab': 'all', **filtered})}"]
        yield who, "queue, second page", [following(who, f"{address}?tab=all", 1)]
        yield who, "queue, tenth page", [following(who, f"{address}?tab=all", 9)]
        yield who, "queue, late ended, second page", [following(who, f"{address}?tab=ended", 1)]
        open_with = [f"{address}?tab=all&ref=C{99_999_999}"]
        yield who, "queue, a reference that is none", open_with


def following(who: str, address: str, pages: int) -> str:
    """The address so many pages on."""
    client = client_of(who)
    base = address.partition("?")[0]
    for _page in range(pages):
        found = NEXT.search(client.get(address).content.decode())
        if found is None:
            break
        address = base + unescape(found[1])
    return address


def cases() -> Iterator[Asked]:
    """The page of a case, logging with the search for the customer, outside."""
    from django.urls import reverse

    from complaints.models import Case
    from complaints.services.follow_up import new_link
    from crm.accounts.models import User

    for who in (SERVICE, OWNER, MANAGER):
        visible = Case.objects.visible_to(User.objects.get(username=who)).open()
        found = list(visible.order_by("-received_at")[:REQUESTS])
        yield who, "case", [reverse("complaints:case", args=[case.pk]) for case in found]
        yield (
            who,
            "why a case is overdue",
            [reverse("complaints:why", args=[case.pk]) for case in found],
        )
        yield from ((who, *asked) for asked in logging(found))
        yield who, "corrective actions", [reverse("complaints:corrective")]
    links = [new_link(case) for case in found]
    yield NOBODY, "follow-up page", [reverse("complain:case", args=[link]) for link in links]
    yield NOBODY, "public form", [reverse("complain:form")]


def logging(found: list) -> Iterator[tuple[str, list[str]]]:
    """Logging a case, and the search for its customer; `found` are cases that there are."""
    from django.urls import reverse

    suggest, log = reverse("search_suggest"), reverse("complaints:log")
    of_cases = [f"{log}?customer={case.customer_id}" for case in found]
    phones = [case.customer.phone for case in found]
    names = [urlencode({"for": "case", "q": case.customer.name[:4]}) for case in found]
    yield "log a case", [log]
    yield "log a case, customer chosen", of_cases
    yield "customer by phone", [f"{suggest}?for=case&q={phone}" for phone in phones]
    yield "customer by the end of a phone", [f"{suggest}?for=case&q={one[-6:]}" for one in phones]
    yield "customer by name", [f"{suggest}?{query}" for query in names]


def dashboard() -> Iterator[Asked]:
    """How complaints stand, by role, once figures were prepared as they are each two minutes."""
    from django.urls import reverse

    from complaints.services.figuring import prepare

    for _time in range(2):  # the first time all rows are new
        began, busy = time.perf_counter(), time.process_time()
        changed = prepare()
        own, spent = time.process_time() - busy, time.perf_counter() - began
        words = f"{changed} rows changed, {1000 * spent:.0f} ms, Python {1000 * own:.0f}"
        print(f"| figures prepared: {words} | | | | | | |", flush=True)
    for who in (SERVICE, OWNER, MANAGER):
        yield who, "dashboard", [reverse("complaints:dashboard")]


def lessons() -> Iterator[Asked]:
    """What managers learn from; proposals for account managers too."""
    from django.urls import reverse

    from complaints.learning_reads import choices
    from complaints.models import Category, ImprovementProposal, RootCause
    from crm.accounts.models import Team
    from customers.models import Standing

    learning, control = reverse("complaints:learning"), reverse("complaints:control")
    long = {"first": "2000-01-01"} | longest(learning)
    region = Standing.objects.exclude(region="").values_list("region", flat=True).first()
    whose = {
        "tier": "tier:A",
        "region": f"region:{region}",
        "team": f"team:{Team.objects.order_by('name').first().pk}",
        # Others than those that can be chosen are taken for everybody's.
        "product": choices()[-1][1][0][0],
    }
    kinds = {"category": Category.objects.first().pk, "cause": RootCause.objects.first().pk}
    yield MANAGER, "learning", [learning]
    yield MANAGER, "learning, 36 months", [f"{learning}?{urlencode(long)}"]
    asked = {name: {"of": value} for name, value in whose.items()}
    asked |= {name: {name: value} for name, value in kinds.items()}
    for name, of in asked.items():
        address = f"{learning}?{urlencode(long | of)}"
        yield MANAGER, f"learning, a {name}, 36 months", [address]
    yield MANAGER, "control chart, months", [control]
    yield MANAGER, "control chart, months of a tier", [f"{control}?of=tier:A"]
    yield MANAGER, "control chart, weeks", [f"{control}?by=week"]
    for who in (MANAGER, OWNER):
        yield who, "proposals", [reverse("complaints:proposals")]
    proposals = ImprovementProposal.objects.order_by("-pk").values_list("pk", flat=True)[:FEWER]
    yield MANAGER, "a proposal", [reverse("complaints:proposal", args=[pk]) for pk in proposals]
    yield MANAGER, "iceberg, reach and losses", [reverse("value:silence")]
    yield MANAGER, "recovery proof", [reverse("value:recovery")]


def longest(address: str) -> dict[str, str]:
    """The first of the months that can be chosen."""
    page = client_of(MANAGER).get(address).content.decode()
    first = re.search(r'<select name="first">\s*<option value="([^"]+)"', page)
    return {"first": first[1]} if first else {}


PARTS = {
    "queue": (queue, REQUESTS),
    "filters": (filters, FEWER),
    "cases": (cases, FEWER),
    "dashboard": (dashboard, REQUESTS),
    "lessons": (lessons, FEWER),
}


def print_pages(part: str) -> None:
    addresses, requests = PARTS[part]
    print(f"\n| {part} | as | queries | HTML, kB | median ms | 95 % ms | of the processor, ms |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for who, name, asked in addresses():
        seconds, busy, queries, size = ask(who, asked, requests)
        middle, most = statistics.median(seconds), seconds[int(0.95 * len(seconds))]
        figures = [f"{1000 * one:.1f}" for one in (middle, most, busy)]
        cells = [name, who or "nobody", queries, f"{size / 1000:.0f}", *figures]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def client_of(who: str):
    from django.test import Client

    from crm.accounts.models import User

    client = Client()
    if who:
        client.force_login(User.objects.get(username=who))
    return client


def ask(who: str, asked: list[str], requests: int) -> tuple[list[float], float, int, int]:
    """Sorted seconds of the requests, the middle of the process's own, most queries and bytes."""
    from django.db import connection

    from benchmarks.run import Counter

    client = client_of(who)
    seconds, own, queries, size = [], [], 0, 0
    for number in range(WARMING_UP + requests):
        counter = Counter()
        # Limits count visitors by their network address.
        visitor = f"10.0.{number // 200}.{number % 200 + 1}"
        with connection.execute_wrapper(counter):
            start, began = time.perf_counter(), time.process_time()
            response = client.get(asked[number % len(asked)], REMOTE_ADDR=visitor)
            busy, spent = time.process_time() - began, time.perf_counter() - start
        assert response.status_code == 200, (asked[number % len(asked)], response.status_code)
        if number >= WARMING_UP:
            seconds.append(spent)
            own.append(busy)
            queries, size = max(queries, counter.queries), max(size, len(response.content))
    return sorted(seconds), statistics.median(own), queries, size
