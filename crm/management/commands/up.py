"""`make up`: from nothing to a running site, and back to nothing at Ctrl-C."""

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.core.management import BaseCommand, call_command

from crm import demo
from crm.management import supervisor
from crm.platform.models import Installation, Job
from customers.models import Customer
from lifecycle.models import NightlyRun


class Command(BaseCommand):
    help = (
        "Starts everything on this machine: servers, web, worker, beat. For trial and development."
    )
    requires_system_checks = ()

    def handle(self, *args, **options):
        try:
            self._in_steps()
            supervisor.supervise(self._commands(), self._tell)
        except KeyboardInterrupt:
            supervisor.say("Interrupted.")  # the servers stop when this process ends

    def _in_steps(self) -> None:
        _step("Migrating the database", lambda: call_command("migrate", verbosity=0))
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        now = _fingerprint_of_static_files()
        if not stamp.exists() or stamp.read_text() != now:
            _step("Collecting static files", _collect)
            stamp.write_text(now)
        if os.environ.get("DEMO", "1") != "0" and _is_empty():
            supervisor.say("Loading the demo company (DEMO=0 leaves the database empty) ...")
            call_command("demo")
        elif _never_had_a_night():
            call_command("nightly")

    def _commands(self) -> dict[str, list[str]]:
        gunicorn = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--no-control-socket"]
        celery = [sys.executable, "-m", "celery", "-A", "crm"]
        return {
            "web": [
                *gunicorn,
                *("--bind", f"{supervisor.HOST}:{supervisor.port()}"),
                *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
                *("--graceful-timeout", "5"),
            ],
            "worker": [
                *(*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"),
                # One worker alone has nobody to greet or to gossip with.
                *("--without-mingle", "--without-gossip"),
            ],
            "beat": [
                *(*celery, "beat", "--loglevel", "INFO", "--pidfile="),
                *("--schedule", str(supervisor.FOLDER / "beat")),
            ],
        }

    def _tell(self) -> None:
        lines = ["", f"Perennial is ready: http://localhost:{supervisor.port()}/", ""]
        sign_ins = demo.sign_ins()
        if sign_ins:
            lines.append("Sign in as")
            lines += [f"  {role:<18} {name:<18} {password}" for role, name, password in sign_ins]
        elif not get_user_model().objects.exists():
            lines.append("Nobody can sign in yet. In another terminal, the first administrator:")
            lines.append(f"  {sys.executable} manage.py createsuperuser")
        lines += ["", "Logs are in .data/dev/log/. Ctrl-C stops everything and keeps the data."]
        if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
            place = os.path.relpath(settings.EMAIL_FILE_PATH, settings.BASE_DIR)
            lines.append(f"Mails are not sent: they are files in {place}/.")
        supervisor.say("\n".join(lines))


def _step(title: str, work: Callable[[], object]) -> None:
    began = time.monotonic()
    work()
    supervisor.say(f"{title}: {time.monotonic() - began:.1f} s")


def _is_empty() -> bool:
    return not get_user_model().objects.exists() and not Customer.objects.exists()


def _never_had_a_night() -> bool:
    """Whether the first start was broken off after the demo company had moved in."""
    done = NightlyRun.objects.filter(job__state=Job.State.DONE)
    return Installation.get().is_demo and not done.exists()


def _fingerprint_of_static_files() -> str:
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _collect() -> None:
    # Nothing stays of names that are gone; a failed run leaves no stamp and is done again.
    shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
