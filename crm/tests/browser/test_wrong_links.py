"""A thousand wrong links of surveys over HTTP: each is answered alike, to the byte and in time."""

import http.client
import random
import statistics
import time
from urllib.parse import quote, urlsplit

import pytest
from scipy import stats

from crm.platform.secret_links import new_token
from satisfaction.views import answering

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.soak]
EACH, CHANCE, APART = 250, 0.001, 0.1


def one_bit_off(good: str, draws: random.Random) -> str:
    place = draws.randrange(len(good))
    return good[:place] + chr(ord(good[place]) ^ 1 << draws.randrange(7)) + good[place + 1 :]


def malformed(good: str, draws: random.Random) -> str:
    signs = "".join(draws.choice("客%=&;~'\"<>\\ ") for _ in range(9))
    return signs + good[9:]


KINDS = {
    "random": lambda _good, _draws: new_token(),
    "one bit off": one_bit_off,
    "malformed": malformed,
    "ended early": lambda good, draws: good[: draws.randrange(1, len(good))],
}


def test_a_thousand_wrong_links_are_answered_alike_to_the_byte_and_in_time(site, monkeypatch):
    monkeypatch.setattr(answering.MISSES, "most", 10_000)
    good, draws = site.desks.tokens["en"]["first"], random.Random(8)
    order = [kind for kind in KINDS for _ in range(EACH)]
    draws.shuffle(order)
    line = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
    answers, took = set(), {kind: [] for kind in KINDS}
    for number, kind in enumerate([*order[:50], *order]):  # the first ones warm up
        token = good
        while token == good or "/" in token or token in (".", ".."):
            token = KINDS[kind](good, draws)
        begun = time.perf_counter()
        line.request("GET", f"/satisfaction/answer/{quote(token, safe='')}/")
        answer = line.getresponse()
        body = answer.read()
        if number >= 50:
            took[kind].append(time.perf_counter() - begun)
        headers = [(name, value) for name, value in answer.getheaders() if name != "Date"]
        answers.add((answer.status, tuple(sorted(headers)), body))
    line.close()
    ((status, *_rest),) = answers
    assert status == 404
    assert sum(map(len, took.values())) == 1_000
    medians = [statistics.median(found) for found in took.values()]
    assert max(medians) < (1 + APART) * min(medians), dict(zip(took, medians, strict=True))
    assert stats.kruskal(*took.values()).pvalue > CHANCE
