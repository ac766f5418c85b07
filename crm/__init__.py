"""Perennial (常青): the composition of the apps, see docs/architecture.md."""

import os

# Read when numpy is imported. Workers share the cores by processes: threads of linear algebra
# beside them wait for each other (a fit takes twenty times as long), and how many there are would
# show in the last digits of sums.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from crm.celery import app as celery_app

__all__ = ["celery_app"]
