"""Health: what works, and nothing that helps a stranger."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from crm.platform.models import Heartbeat, Job, OutboxMessage
from customers.tests.factories import TransactionFactory
from lifecycle.models import NightlyRun

NAMES = {"database", "broker", "worker", "nightly", "outbox"}
ASK = """
import django, sys
django.setup()
from django.test import Client
for path in sys.argv[1:]:
    answer = Client().get(path, headers={"host": "localhost"})
    print(answer.status_code, answer.content.decode().strip())
"""


def beat(ago: dt.timedelta = dt.timedelta(0)):
    return Heartbeat.objects.create(machine="here", seen_at=timezone.now() - ago)


def failing(client) -> set[str]:
    answer = client.get(reverse("readyz"))
    found = answer.json()
    fails = {name for name, state in found["checks"].items() if state != "ok"}
    assert set(found["checks"]) == NAMES
    assert set(found["checks"].values()) <= {"ok", "failing"}
    assert answer.status_code == (503 if fails else 200)
    assert found["status"] == ("failing" if fails else "ok")
    return fails


@pytest.mark.django_db
class TestReady:
    def test_all_is_well_with_a_worker_and_nothing_to_do(self, client):
        beat()
        assert failing(client) == set()

    def test_no_worker_or_one_that_is_silent_for_long(self, client):
        assert failing(client) == {"worker"}
        beat(dt.timedelta(minutes=6))
        assert failing(client) == {"worker"}

    def test_a_missed_night_or_none_though_there_are_dealings(self, client):
        beat()
        TransactionFactory()
        assert failing(client) == {"nightly"}
        job = Job.objects.create(kind="nightly", state="done", finished_at=timezone.now())
        NightlyRun.objects.create(as_of=dt.date(2011, 12, 9), job=job)
        assert failing(client) == set()
        Job.objects.update(finished_at=timezone.now() - dt.timedelta(hours=37))
        assert failing(client) == {"nightly"}

    def test_mail_that_does_not_leave(self, client):
        beat()
        due = timezone.now() - dt.timedelta(minutes=16)
        OutboxMessage.objects.create(
            cause="x", recipient="a@example.com", subject="s", body="b", next_attempt_at=due
        )
        assert failing(client) == {"outbox"}

    def test_a_broker_that_is_gone(self, client, settings):
        beat()
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        assert failing(client) == {"broker"}

    def test_it_answers_strangers_and_posts_are_refused(self, client):
        assert client.post(reverse("readyz")).status_code == 405
        assert client.post(reverse("healthz")).status_code == 405


def ask_without_database(*paths: str) -> list[str]:
    """A line for each path."""
    elsewhere = {
        "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/none",
        "DATABASE_OWNER_URL": "postgresql://nobody:nothing@127.0.0.1:1/none",
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "SECRET_KEY": "x" * 60,
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK, *paths],
        env=os.environ | elsewhere,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_without_a_database_the_process_is_alive_but_not_ready():
    healthy, answer = ask_without_database("/healthz", "/readyz")
    assert healthy == "200 ok"
    assert answer.startswith("503")
    assert '"database": "failing"' in answer
    assert "127.0.0.1" not in answer
