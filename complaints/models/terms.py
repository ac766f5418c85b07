"""How fast a case has to be handled: the policies, and what held when a case came in."""

import hashlib
import json

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.choices import Kind, Severity
from crm.platform.models import Job
from customers.models.standing import Tier


class Policy(models.Model):
    """Minutes of business time for a case of this kind, tier and severity; the first match holds.

    Empty stands for any.
    """

    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, blank=True)
    tier = models.CharField(_("tier"), max_length=1, choices=Tier, blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, blank=True)
    acknowledge = models.PositiveIntegerField(_("minutes to acknowledge"))
    first_response = models.PositiveIntegerField(_("minutes to the first response"))
    next_response = models.PositiveIntegerField(_("minutes to each further response"))
    resolution = models.PositiveIntegerField(_("minutes to the resolution"))

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    acknowledge__gt=0, first_response__gt=0, next_response__gt=0, resolution__gt=0
                ),
                name="policy_takes_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.kind or '*'} {self.tier or '*'} {self.severity or '*'}"


class Terms(models.Model):
    """All policies and the business calendar as they stood once, shared by the cases since.

    `content` is {"policies": [row, ...], "calendar": Week.to_dict(), "occasions": {date: name}}.
    A changed policy or calendar makes new terms; open cases keep theirs until a manager says
    otherwise. Old ones know neither minutes of the next response nor names of exceptional days.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    content = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return self.digest[:8]

    @staticmethod
    def digest_of(content: dict) -> str:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def of(cls, content: dict) -> "Terms":
        """The row of this content, made if there is none; two processes get the same one."""
        digest = cls.digest_of(content)
        return cls.objects.get_or_create(digest=digest, defaults={"content": content})[0]


class TermsChange(models.Model):
    """Terms held against the open cases, and given to them when a manager says so.

    The figures grow while the jobs work, a shard of the cases at a time.
    """

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    comparing = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="terms_compared")
    giving = models.OneToOneField(
        Job, null=True, on_delete=models.SET_NULL, related_name="terms_given"
    )
    # Open cases looked at; those with another deadline; those that would be overdue at once.
    cases = models.PositiveIntegerField(default=0)
    different = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0)
    given = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.terms} {self.created_at}"
