"""How fast a case has to be handled: the policies, and what held when a case came in."""

import hashlib
import json

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.choices import Kind, Severity
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
    resolution = models.PositiveIntegerField(_("minutes to the resolution"))

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledge__gt=0, first_response__gt=0, resolution__gt=0),
                name="policy_takes_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.kind or '*'} {self.tier or '*'} {self.severity or '*'}"


class Terms(models.Model):
    """All policies and the business calendar as they stood once, shared by the cases since.

    `content` is {"policies": [row, ...], "calendar": Week.to_dict()}. A changed policy or calendar
    makes new terms; open cases keep theirs until a manager says otherwise.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    content = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return self.digest[:8]

    @classmethod
    def of(cls, content: dict) -> "Terms":
        """The row of this content, made if there is none; two processes get the same one."""
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        return cls.objects.get_or_create(digest=digest, defaults={"content": content})[0]
