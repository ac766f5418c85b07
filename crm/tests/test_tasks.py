"""Every task may run twice: queues deliver again what a killed worker had."""

import datetime as dt
import os
import time
import uuid

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import timezone

from complaints.models import (
    CaseAttachment,
    CaseEvent,
    CaseFigure,
    Clock,
    IncomingMail,
    Policy,
    TermsChange,
)
from complaints.services import term_changes
from complaints.services.cases import log_case
from complaints.services.outside import complain
from complaints.tests.factories import CaseFactory, CorrectiveFactory
from crm import hooks, nightly, nightly_tasks
from crm.accounts.tests.factories import ManagerFactory
from crm.celery import app
from crm.exports.lists import TABLES as EXPORTS
from crm.exports.service import start as start_export
from crm.exports.table import Asked, Listing
from crm.platform import exports, jobs, outbox, uploads
from crm.platform.models import (
    Export,
    Heartbeat,
    Installation,
    Job,
    JobStep,
    OutboxMessage,
    WebHook,
    WebHookDelivery,
)
from crm.tests.nightly.companies import LAST_DAY, make_company, night, results
from customers.models import (
    ImportedRow,
    ImportRun,
    Mailing,
    MailingRecipient,
    Notice,
    Task,
)
from customers.services import following
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    ImportRunFactory,
    RecurrenceFactory,
    StandingFactory,
    TaskFactory,
)
from lifecycle.models import BacktestResult
from lifecycle.services import backtest_requests, dashboards, runs
from satisfaction.models import Invitation, Response, WaveFigure
from satisfaction.questionnaire import Questionnaire
from satisfaction.services import anonymous
from satisfaction.services.waves import close_wave
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db


def waiting_night() -> int:
    """A night with one step done."""
    make_company(20)
    run = runs.request(as_of=LAST_DAY).run
    nightly.plan(run)
    nightly.work_step(run.job_id)
    return run.job_id


def waiting_mail():
    outbox.enqueue(cause="test", recipient="ann@example.com", subject="Hi", body="Text")


def due_reminder():
    InvitationFactory(sent_at=timezone.now() - dt.timedelta(days=6))


def due_night():
    make_company(20)


def tested_night():
    make_company(20)
    night()


def due_again():
    RecurrenceFactory(first_on=Installation.get().today(), unit="week")


def ignored_mail():
    """A receipt of last year."""
    long_ago = timezone.now() - dt.timedelta(days=365)
    IncomingMail.objects.create(identity="1@old", outcome="receipt", read_at=long_ago)


def late_change():
    CorrectiveFactory(due_on=timezone.localdate() - dt.timedelta(days=1))


def due_task():
    TaskFactory(due_on=timezone.localdate(), remind_on=timezone.localdate() - dt.timedelta(days=1))


def sent_mailing():
    contact = ContactFactory(email="ann@example.com", consent="given")
    StandingFactory(customer=contact.customer)
    maker = contact.customer.account_manager
    Mailing.objects.create(name="News", made_by=maker, state="sent", sent_at=timezone.now())


def done_step() -> int:
    """An import whose step somebody has done already."""
    job = jobs.create_job(kind=Job.Kind.IMPORT, steps=[("commit", 1)])
    JobStep.objects.filter(job=job).update(state=JobStep.State.DONE)
    return job.pk


def old_import() -> None:
    """One that can't be undone any more."""
    import_run = ImportRunFactory(state="done", traced={"customers_customer": {}})
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=91))
    ImportedRow.objects.create(
        import_run=import_run, table="customers_customer", row_id=1, digest=1
    )


def old_files() -> str:
    """An attachment of a case, and one whose transaction was rolled back; the former's name."""
    named, orphan = (uploads.store(SimpleUploadedFile("note.txt", b"words")) for _ in range(2))
    CaseAttachment.objects.create(case=CaseFactory(), **named)
    before = time.time() - 2 * 24 * 3600
    for values in (named, orphan):
        os.utime(uploads.folder() / values["stored_name"], (before, before))
    return named["stored_name"]


def late_case():
    CaseFactory(now=timezone.now() - dt.timedelta(days=30))


def case_of_the_form():
    """Somebody whom we know has filled in the public form."""
    contact = ContactFactory(email="ann@example.com")
    values = {"caller_name": "Ann", "caller_email": contact.email, "description": "It leaks."}
    complain(values=values, submission=uuid.uuid4())


def fresh_answer():
    ResponseFactory()


def settled_complaint():
    """Closed an hour ago, of a customer whom a mail reaches."""
    customer = CustomerFactory(email="buying@acorn.example")
    CaseFactory(customer=customer, state="closed", now=timezone.now() - dt.timedelta(hours=1))


def waiting_ballots():
    """Five answers of an anonymous wave that is over."""
    wave = WaveFactory(is_open=True, is_anonymous=True)
    sheet = Questionnaire(wave.version.questions.all(), {"overall": 4})
    for _ in range(5):
        anonymous.cast(wave=wave, questionnaire=sheet, group=("A", None))
    close_wave(wave=wave, by=None)


def case_of_moved_customer():
    case = CaseFactory()
    StandingFactory(customer=case.customer, tier="A")


def watched_complaint():
    customer = CustomerFactory()
    following.watch(user=customer.account_manager, customer=customer, on=True)
    CaseFactory(customer=customer)


def unseen_notice():
    customer = CustomerFactory()
    following.tell(
        users=[customer.account_manager],
        customer=customer,
        kind="help",
        cause="help:1",
        text="Help",
        by=None,
    )


def told_complaint() -> WebHook:
    """A hook that has to be told of a complaint, and that nobody can reach."""
    hook = WebHook.objects.create(
        url="https://127.0.0.1/hook", events=["complaint.opened"], salt="s"
    )
    values = {"customer": CustomerFactory(), "description": "It leaks."}
    log_case(by=None, actor="system", values=values, submission=uuid.uuid4())
    return hook


def waiting_delivery():
    told_complaint()
    hooks.find_events()


def waiting_export() -> int:
    """A list that somebody asked for and nobody has written."""
    listing = Listing(EXPORTS["tasks"], Asked(ManagerFactory(), QueryDict()))
    return start_export(listing=listing, format="csv").job_id


def waiting_backtest() -> int:
    """A backtest that somebody asked for and nobody has made."""
    make_company(20)
    cut = LAST_DAY - dt.timedelta(days=91)
    asked = backtest_requests.request(as_of=cut, horizon=91, started_by=None)
    return asked.job_id


def wanted_dashboard() -> None:
    """Somebody wants it each Monday, and there is something on it."""
    dashboards.mail(user=ManagerFactory(), on=True)
    CaseFactory()


def old_export() -> None:
    """Its week is over."""
    path = exports.new_path()
    path.write_bytes(b"name")
    Export.objects.create(
        user=ManagerFactory(),
        table="tasks",
        format="csv",
        language="en",
        state="done",
        stored_name=path.name,
        expires_at=timezone.now() - dt.timedelta(days=1),
    )


def compared_terms() -> int:
    """A manager wants to know what other deadlines would change."""
    late_case()
    Policy.objects.update(resolution=60)
    return term_changes.compare(by=ManagerFactory()).comparing_id


# Task -> what it finds, which returns its arguments.
TASKS = {
    "platform.sweep": waiting_night,
    "platform.send_outbox": waiting_mail,
    "platform.clear_sessions": lambda: None,
    "platform.tidy_attachments": old_files,
    "crm.work_step": waiting_night,
    "crm.start_nightly_if_due": due_night,
    "crm.backtest_if_due": tested_night,
    "lifecycle.run_backtest": waiting_backtest,
    "lifecycle.mail_dashboards": wanted_dashboard,
    "customers.commit_import": done_step,
    "customers.tidy_imports": old_import,
    "customers.recur": due_again,
    "customers.remind_of_tasks": due_task,
    "customers.mail_digests": unseen_notice,
    "crm.tell_watchers": watched_complaint,
    "crm.write_export": waiting_export,
    "crm.tidy_exports": old_export,
    "crm.find_hook_events": told_complaint,
    "crm.send_hooks": waiting_delivery,
    "customers.deliver_mailings": sent_mailing,
    "satisfaction.remind": due_reminder,
    "satisfaction.refresh_figures": fresh_answer,
    "satisfaction.ask_after_complaints": settled_complaint,
    "satisfaction.empty_boxes": waiting_ballots,
    "complaints.wake": late_case,
    "complaints.prepare_figures": late_case,
    "complaints.work_on_terms": compared_terms,
    "complaints.retier": case_of_moved_customer,
    "complaints.read_mails": lambda: None,  # without a mailbox; test_mailbox.py has one
    "complaints.tidy_mails": ignored_mail,
    "complaints.match_callers": case_of_the_form,
    "complaints.remind_of_corrective": late_change,
}
WITH_JOB = {
    *("crm.work_step", "customers.commit_import", "crm.write_export", "lifecycle.run_backtest"),
    "complaints.work_on_terms",
}
# Each delivery does the next step; it comes out the same however many there are.
IN_STEPS = {"crm.work_step", "complaints.work_on_terms"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def bell(monkeypatch):
    heard = []
    monkeypatch.setattr(jobs, "ring", lambda job: bool(heard.append(job.pk) or True))
    monkeypatch.setattr(runs, "last_business_day", lambda: LAST_DAY)
    monkeypatch.setattr(nightly_tasks.start_nightly_if_due, "delay", lambda: None)
    return heard


def state() -> dict:
    """What people would notice."""
    return results() | {
        "jobs": list(Job.objects.order_by("pk").values_list("pk", "kind", "total")),
        "mails": [(message.to, message.subject) for message in mail.outbox],
        "outbox": list(OutboxMessage.objects.values_list("cause", "state", "attempts")),
        "events": list(CaseEvent.objects.values_list("case", "seq", "action")),
        "compared": list(TermsChange.objects.values_list("cases", "different", "overdue")),
        "clocks": list(Clock.objects.values_list("case", "kind", "reminders", "target")),
        "asked": list(Invitation.objects.values_list("case", "email", "state")),
        "answered": Response.objects.count(),
        "case figures": list(CaseFigure.objects.order_by("pk").values_list("pk", "digest")),
        "figures": list(WaveFigure.objects.order_by("wave").values_list("wave", flat=True)),
        "tasks": list(
            Task.objects.order_by("pk").values_list("recurrence", "due_on", "reminded_at")
        ),
        "notices": list(Notice.objects.values_list("user", "cause", "mailed_at")),
        "news": MailingRecipient.objects.count(),
        "told": list(WebHookDelivery.objects.values_list("cause", "state", "attempts")),
        "imported": [ImportedRow.objects.count(), ImportRun.objects.exclude(traced={}).count()],
        "exports": list(Export.objects.values_list("state", "rows", "stored_name")),
        "exported": sorted(os.listdir(exports.folder())),
        "read": IncomingMail.objects.count(),
        "beats": Heartbeat.objects.count(),
        "attachments": sorted(os.listdir(uploads.folder())),
        "backtests": list(BacktestResult.objects.values_list("as_of", "horizon_days", "result")),
    }


def test_every_task_is_declared_here():
    app.loader.import_default_modules()
    assert {name for name in app.tasks if not name.startswith("celery.")} == set(TASKS)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_delivered_twice_does_its_work_once(name):
    app.loader.import_default_modules()
    given = TASKS[name]()
    arguments = [given] if name in WITH_JOB else []
    app.tasks[name](*arguments)
    if name in IN_STEPS:
        while Job.objects.get(pk=given).is_open:
            app.tasks[name](given)
    once = state()
    app.tasks[name](*arguments)
    assert state() == once


def test_attachments_without_a_row_go_and_those_of_cases_stay():
    named = old_files()
    assert app.tasks["platform.tidy_attachments"]() == 1
    assert os.listdir(uploads.folder()) == [named]


def test_a_ring_for_work_of_another_database_is_nothing(bell):
    assert nightly_tasks.work_step(10**9) is None
    assert bell == []


def test_the_sweep_rings_for_waiting_work_and_shows_that_workers_live(bell):
    job = waiting_night()
    bell.clear()
    app.tasks["platform.sweep"]()
    assert bell == [job]
    assert Heartbeat.objects.exists()
