import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from crm.celery import app
from crm.platform.tasks import clear_sessions

pytestmark = pytest.mark.django_db


def test_sessions_that_have_expired_go_and_the_others_stay():
    for key, days in (("old", -1), ("new", 1)):
        expires = timezone.now() + dt.timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    clear_sessions()
    clear_sessions()  # safe to run twice
    assert [session.pk for session in Session.objects.all()] == ["new"]


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    app.finalize()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled <= set(app.tasks)
