"""Rows and files for several tests together. Models are imported late: Django is not up yet."""

from contextlib import contextmanager

from django.db import transaction
from django.test import override_settings


@contextmanager
def kept(django_db_blocker, tmp_path_factory):
    """What is made within stays until the end, and what a test does with it is undone.

    None of those tests may commit, or ask for a database in which nothing is.
    """
    from crm.platform.models import Installation

    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), media, transaction.atomic():
        Installation.forget()
        yield
        transaction.set_rollback(True)
