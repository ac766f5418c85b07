"""Perennial (常青): the composition of the apps, see docs/architecture.md."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
