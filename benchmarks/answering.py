"""A filled wave is answered: 100 requests a second for half a minute against real web processes.

    .venv/bin/python benchmarks/answering.py --rate 100 --seconds 30 --workers 2

Each customer opens the link, sends the first page, sees the second, sends it and sees the thanks:
five requests half a second apart, on a connection of its own. Requests leave when they are due,
whatever the server does, and are timed from then on: a queue that grows is seen. The load comes
from a second process. `--anonymous` answers an anonymous wave. The database is made beside the
trial's and dropped afterwards.
"""

import argparse
import datetime as dt
import http.client
import json
import os
import queue
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
NAME = "perennial_bench_answering"
HOST = "127.0.0.1"
STEPS, BETWEEN = 5, 0.5
CLIENTS = 96  # threads that wait for answers
WARM_UP = 40  # sessions that are not counted
PERCENT = 95
FIRST = {"page": 1, "go": "on", "q-overall": 4, "q-reliability": 5, "q-empathy": 3}
LAST = {"page": 2, "go": "send", "q-recommend": 9, "q-better": "Answer sooner, 回复快一些"}
INVITED = """
    INSERT INTO satisfaction_invitation (wave_id, customer_id, email, language, state, tier, stage,
        owner_id, team_id, sent_at, reminders)
    SELECT %(wave)s, id, 'asked' || id || '@example.com', 'en', 'sent', 'B', 'stability',
        account_manager_id, team_id, now(), 0
    FROM customers_customer ORDER BY id
"""
# Tokens that the load knows too; what guesses them is no part of what is measured.
LINKS = """
    INSERT INTO satisfaction_invitationlink (invitation_id, token_hash, created_at)
    SELECT id, encode(sha256(('bench-' || row_number() OVER (ORDER BY id))::bytea), 'hex'), now()
    FROM satisfaction_invitation WHERE wave_id = %(wave)s
"""


def main() -> None:
    arguments = parse()
    if arguments.load:
        print(json.dumps(Load(arguments).run()))
        return
    from benchmarks import database
    from crm import embedded

    os.environ.update(embedded.ensure("dev"))
    owner = os.environ["DATABASE_OWNER_URL"]
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[name] = os.environ[name].rpartition("/")[0] + f"/{NAME}"
    os.environ |= {"INSECURE_LOCAL": "1", "TEST_DATABASE_NAME": NAME}
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    database.make(owner, NAME)
    try:
        fill(arguments)
        with_site(arguments)
    finally:
        database.drop(owner, NAME)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invitations", type=int, default=50_000)
    parser.add_argument("--rate", type=float, default=100, help="requests a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument("--threads", type=int, default=4, help="of each")
    parser.add_argument("--port", type=int, default=8077)
    parser.add_argument("--anonymous", action="store_true")
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def fill(arguments) -> None:
    """Customers, and an open wave that has asked each of them."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from benchmarks import fill as customers
    from satisfaction.models import InstrumentVersion, Wave

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    today = dt.date.today()
    customers.fill(arguments.invitations, arguments.invitations, today)
    wave = Wave.objects.create(
        name="Load",
        version=InstrumentVersion.objects.get(instrument__code="service-quality"),
        opens_on=today,
        closes_on=today + dt.timedelta(days=30),
        state=Wave.State.OPEN,
        is_anonymous=arguments.anonymous,
    )
    with connection.cursor() as cursor:
        cursor.execute(INVITED, {"wave": wave.pk})
        cursor.execute(LINKS, {"wave": wave.pk})
        cursor.execute("ANALYZE")
    connections.close_all()


def with_site(arguments) -> None:
    """Start web processes as the site does, let another process load them, say what it saw."""
    web = [
        *(sys.executable, "-m", "gunicorn", "crm.wsgi", "--no-control-socket"),
        *("--bind", f"{HOST}:{arguments.port}", "--worker-class", "gthread"),
        *("--workers", str(arguments.workers), "--threads", str(arguments.threads)),
        *("--log-level", "warning"),
    ]
    site = subprocess.Popen(web, cwd=PROJECT)
    try:
        wait_for(arguments.port)
        load = [sys.executable, __file__, "--load", *sys.argv[1:]]
        found = subprocess.run(load, check=True, capture_output=True, text=True, cwd=PROJECT)
        tell(json.loads(found.stdout), arguments)
    finally:
        site.terminate()
        site.wait(timeout=20)


def wait_for(port: int) -> None:
    for _try in range(120):
        try:
            one = http.client.HTTPConnection(HOST, port, timeout=5)
            one.request("GET", "/healthz")
            if one.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit("The site did not start.")


def tell(found: dict, arguments) -> None:
    from django.db import connections

    from satisfaction.models import Response, SealedBallot

    kept = Response.objects.finished().count() + SealedBallot.objects.count()
    connections.close_all()
    print(
        f"\n{arguments.workers} web processes of {arguments.threads} threads, "
        f"{found['requests']} requests in {found['seconds']:.1f} s: "
        f"{found['requests'] / found['seconds']:.1f} a second"
    )
    print("\n| | requests | p50 ms | p95 ms | most ms |\n|---|--:|--:|--:|--:|")
    for name, times in found["times"].items():
        print(f"| {name} | {times[0]} | {times[1]:.0f} | {times[2]:.0f} | {times[3]:.0f} |")
    print(f"\nErrors: {found['errors']}. Finished by the load: {found['finished']}; kept: {kept}.")
    if found["errors"] or kept != found["finished"]:
        raise SystemExit(1)


class Load:
    """Sessions that begin at an even pace, each a step every half second."""

    def __init__(self, arguments):
        self.port, self.rate = arguments.port, arguments.rate
        self.sessions = int(arguments.rate * arguments.seconds / STEPS)
        self.due: queue.Queue = queue.Queue()
        self.times: dict[str, list[float]] = {"GET": [], "POST": []}
        self.errors, self.finished = 0, 0
        self.lock, self.connections = threading.Lock(), {}

    def run(self) -> dict:
        for number in range(1, WARM_UP + 1):
            for step in range(STEPS):
                self._step(number, step, None)
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        start = time.perf_counter() + 0.2
        self._send_out(start)
        self.due.join()
        seconds = time.perf_counter() - start
        return {
            "seconds": seconds,
            "requests": sum(map(len, self.times.values())),
            "times": {name: figures(times) for name, times in self.times.items()}
            | {"all": figures([one for times in self.times.values() for one in times])},
            "errors": self.errors,
            "finished": self.finished,
        }

    def _send_out(self, start: float) -> None:
        """Each session at its time."""
        for place in range(self.sessions):
            at = start + place * STEPS / self.rate
            time.sleep(max(0.0, at - time.perf_counter()))
            self.due.put((at, WARM_UP + 1 + place))

    def _work(self) -> None:
        while True:
            begun, number = self.due.get()
            try:
                for step in range(STEPS):
                    at = begun + step * BETWEEN
                    time.sleep(max(0.0, at - time.perf_counter()))
                    self._step(number, step, at)
            finally:
                self.due.task_done()

    def _step(self, number: int, step: int, at: float | None) -> None:
        """One request of one customer; timed from the moment at which it was due."""
        method = "POST" if step in (1, 3) else "GET"
        body = urlencode({1: FIRST, 3: LAST}[step]) if method == "POST" else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        try:
            status, page = self._ask(number, method, body, headers, last=step == STEPS - 1)
        except (OSError, http.client.HTTPException):
            status, page = 0, b""
        with self.lock:
            is_right = status == (302 if method == "POST" else 200)
            if step == STEPS - 1:
                is_right = is_right and b"survey-mark" in page
                self.finished += is_right
            self.errors += not is_right
            if at is not None:
                self.times[method].append(1000 * (time.perf_counter() - at))

    def _ask(self, number: int, method: str, body, headers: dict, *, last: bool):
        one = self.connections.get(number)
        if one is None:
            one = self.connections[number] = http.client.HTTPConnection(HOST, self.port, timeout=30)
        one.request(method, f"/satisfaction/answer/bench-{number}/", body, headers)
        answer = one.getresponse()
        page = answer.read()
        if last:
            self.connections.pop(number).close()
        return answer.status, page


def figures(times: list[float]) -> tuple[int, float, float, float]:
    if len(times) < 2:
        return len(times), 0, 0, 0
    parts = statistics.quantiles(times, n=100)
    return len(times), parts[49], parts[PERCENT - 1], max(times)


if __name__ == "__main__":
    main()
