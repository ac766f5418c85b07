"""`manage.py up`: what it does to which database, and once for real."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from crm import embedded
from crm import settings as defaults
from crm.accounts.tests.factories import AdministratorFactory
from crm.embedded import memory, processes
from crm.management.commands import up
from crm.platform.models import Installation
from customers.tests.factories import CustomerFactory

CODE = Path(__file__).resolve().parents[2]


@pytest.fixture
def called(monkeypatch, settings, tmp_path):
    """The commands that a start would run on the test database."""
    called = []
    settings.STATIC_ROOT = tmp_path
    (tmp_path / ".collected").write_text(up._fingerprint_of_static_files())
    monkeypatch.setattr(up, "call_command", lambda name, **options: called.append(name))
    monkeypatch.delenv("DEMO", raising=False)
    return called


@pytest.mark.django_db
def test_the_demo_company_moves_into_an_empty_database(called):
    up.Command()._in_steps()
    assert called == ["migrate", "demo"]


@pytest.mark.django_db
def test_with_demo_0_an_empty_database_stays_empty(called, monkeypatch):
    monkeypatch.setenv("DEMO", "0")
    up.Command()._in_steps()
    assert called == ["migrate"]


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [AdministratorFactory, CustomerFactory])
def test_a_database_in_use_is_left_alone(called, factory):
    factory()
    up.Command()._in_steps()
    assert called == ["migrate"]


@pytest.mark.django_db
def test_a_demo_company_whose_first_night_was_broken_off_gets_its_night(called):
    CustomerFactory()
    Installation.objects.update_or_create(pk=Installation.get().pk, defaults={"is_demo": True})
    Installation.forget()
    up.Command()._in_steps()
    assert called == ["migrate", "nightly"]


@pytest.mark.django_db
def test_static_files_are_collected_again_only_when_one_has_changed(called, settings, monkeypatch):
    (settings.STATIC_ROOT / ".collected").write_text("of another version")
    (settings.STATIC_ROOT / "old.css").touch()

    def collect(name, **options):
        called.append(name)
        settings.STATIC_ROOT.mkdir(exist_ok=True)

    monkeypatch.setattr(up, "call_command", collect)
    up.Command()._in_steps()
    assert not (settings.STATIC_ROOT / "old.css").exists()
    up.Command()._in_steps()
    assert called.count("collectstatic") == 1


@pytest.mark.django_db
def test_without_users_it_says_how_to_make_the_first(capsys):
    up.Command()._tell()
    assert "manage.py createsuperuser" in capsys.readouterr().out


def test_mails_that_no_server_takes_become_files_and_no_lines_of_a_log():
    assert defaults.EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend"
    assert memory.invent().environment(Path("/here"))["EMAIL_FILE_PATH"] == "/here/mail"


@pytest.fixture
def project():
    """A fresh clone, without data, but with the modules as they are compiled."""
    path = Path(tempfile.mkdtemp(dir="/var/tmp"))
    path.chmod(0o755)
    ignored = shutil.ignore_patterns(".git", ".venv", ".data")
    shutil.copytree(CODE, path / "project", ignore=ignored)
    yield path / "project"
    if (path / "project" / ".data" / "dev" / memory.FILE).exists():
        embedded.destroy("dev", path / "project")
    shutil.rmtree(path)


def test_from_nothing_to_a_page_and_back_to_nothing(project):
    given = memory.invent().environment(project)
    settings = {name: value for name, value in os.environ.items() if name not in given}
    port = memory.free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=project,
        env={**settings, "DEMO": "0", "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = ""
        while "files in .data/dev/mail/" not in said and (line := process.stdout.readline()):
            said += line
        assert re.search(rf"ready: http://localhost:{port}/", said), said
        with closing(http.client.HTTPConnection("localhost", port, timeout=30)) as site:
            site.request("GET", "/accounts/login/")
            assert site.getresponse().status == 200
        groups = json.loads((project / ".data" / "dev" / "groups.json").read_text())
        assert len(groups) == 3
        assert all(processes.group(group) for group in groups)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
        assert "All stopped" in said
        assert process.returncode == 0
        assert not any(processes.group(group) for group in groups)
        assert not embedded.stop("dev", project)
    finally:
        process.kill()
        process.communicate()
