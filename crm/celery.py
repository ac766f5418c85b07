"""Celery: workers do what PostgreSQL says is due; Redis is only the doorbell."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
app = Celery("perennial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["crm"], related_name="nightly_tasks")
app.autodiscover_tasks(["crm.exports"])

app.conf.beat_schedule = {
    # Each minute: what is due and unclaimed is rung for again, whatever Redis has forgotten.
    "sweep": {"task": "platform.sweep", "schedule": crontab()},
    # Each minute: mails whose cause is committed leave.
    "outbox": {"task": "platform.send_outbox", "schedule": crontab()},
    # Each minute: mails of news mailings that somebody sent go into the outbox.
    "deliver_mailings": {"task": "customers.deliver_mailings", "schedule": crontab()},
    # Each minute: cases whose time has come: deadlines, the end of waiting, closing.
    "wake_cases": {"task": "complaints.wake", "schedule": crontab()},
    # Each minute: mails of customers go into their cases.
    "read_mails": {"task": "complaints.read_mails", "schedule": crontab()},
    # Each minute: cases of the public form find their customer.
    "match_callers": {"task": "complaints.match_callers", "schedule": crontab()},
    # Each two minutes: counts what the dashboard of complaints shows.
    "case_figures": {"task": "complaints.prepare_figures", "schedule": crontab(minute="*/2")},
    # Each hour: open cases follow the tier of their customer.
    "retier_cases": {"task": "complaints.retier", "schedule": crontab(minute=25)},
    # Each hour: starts the nightly run when the business day of the installation has turned.
    "nightly": {"task": "crm.start_nightly_if_due", "schedule": crontab(minute=5)},
    # Each hour: tests the forecast against what happened, when the last test is a week old.
    "backtest": {"task": "crm.backtest_if_due", "schedule": crontab(minute=35)},
    # Each hour: reminds who has not finished a survey, closes those whose last day is over.
    "remind": {"task": "satisfaction.remind", "schedule": crontab(minute=20)},
    # Each five minutes: asks about complaints that have stayed closed for half an hour.
    "ask_after_complaints": {
        "task": "satisfaction.ask_after_complaints",
        "schedule": crontab(minute="*/5"),
    },
    # Each hour: opens the boxes with the answers of anonymous waves that are over.
    "empty_boxes": {"task": "satisfaction.empty_boxes", "schedule": crontab(minute=45)},
    # Each hour: makes the tasks of what comes again, two weeks ahead of their day.
    "recur": {"task": "customers.recur", "schedule": crontab(minute=15)},
    # Each hour: from the morning on, mails that remind of tasks of the day.
    "remind_of_tasks": {"task": "customers.remind_of_tasks", "schedule": crontab(minute=2)},
    # Each hour: from the morning on, tells of corrective actions that are due or to be checked.
    "remind_of_corrective": {
        "task": "complaints.remind_of_corrective",
        "schedule": crontab(minute=8),
    },
    # Each two minutes: sums what came back in surveys, for those who see all customers.
    "satisfaction_figures": {
        "task": "satisfaction.refresh_figures",
        "schedule": crontab(minute="*/2"),
    },
    # Each hour: who watches a customer hears of its tier, stage and complaints.
    "tell_watchers": {"task": "crm.tell_watchers", "schedule": crontab(minute=40)},
    # Each hour: from the morning on, one mail a day about what one follows, if there is anything.
    "mail_digests": {"task": "customers.mail_digests", "schedule": crontab(minute=50)},
    # Each hour: on Mondays from the morning on, their dashboard to managers who want it by mail.
    "mail_dashboards": {"task": "lifecycle.mail_dashboards", "schedule": crontab(minute=10)},
    # Each minute: what web hooks have to be told is written down, and leaves.
    "find_hook_events": {"task": "crm.find_hook_events", "schedule": crontab()},
    "send_hooks": {"task": "crm.send_hooks", "schedule": crontab()},
    # Each day: rows of sessions that have expired go.
    "clear_sessions": {"task": "platform.clear_sessions", "schedule": crontab(hour=3, minute=50)},
    # Each day: what imports of long ago would need for an undo goes.
    "tidy_imports": {"task": "customers.tidy_imports", "schedule": crontab(hour=4, minute=0)},
    # Each day: attachments that no row names go.
    "tidy_attachments": {
        "task": "platform.tidy_attachments",
        "schedule": crontab(hour=4, minute=10),
    },
    # Each day: rows of mails that were ignored three months ago go.
    "tidy_mails": {"task": "complaints.tidy_mails", "schedule": crontab(hour=4, minute=15)},
    # Each day: files of exports whose week is over go.
    "tidy_exports": {"task": "crm.tidy_exports", "schedule": crontab(hour=4, minute=20)},
}
