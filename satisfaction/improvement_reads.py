"""Reads of improvement actions: no secret of a customer, for all who see worth."""

import datetime as dt

from django.db import models


class ImprovementActionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.all() if user.sees_worth else self.none()

    def open(self):
        return self.filter(state="open")

    def overdue(self, today: dt.date):
        """Open ones whose day is over."""
        return self.open().filter(due_on__lt=today)
