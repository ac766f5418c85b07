"""The lists that cases are sorted by; managers edit them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.choices import Kind, Severity
from complaints.querysets import CannedTextQuerySet, CategoryQuerySet
from crm.platform.models.texts import Listed, in_language, validate_texts


class Kept(Listed):
    """An entry that two managers may edit at a time."""

    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta(Listed.Meta):
        abstract = True


class Category(Kept):
    """What a case is about; a tree of at most two levels.

    Complaints are about what went wrong, service requests about what is wanted.
    """

    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    # Empty stands for any.
    kind = models.CharField(
        _("only for"), max_length=9, choices=Kind, blank=True, default="", db_default=""
    )

    objects = CategoryQuerySet.as_manager()

    class Meta(Listed.Meta):
        verbose_name_plural = "categories"
        constraints = [
            *Listed.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind__in=["", *Kind.values]), name="category_kind_known"
            ),
        ]

    @property
    def path(self) -> str:
        """With the group that it stands in."""
        return f"{self.parent} › {self}" if self.parent_id else str(self)

    def is_for(self, kind: str) -> bool:
        return self.kind in ("", kind)


class RootCause(Kept):
    """Why it happened, found when a complaint is resolved."""


class Worded(Kept):
    """An entry that holds a longer text in each language beside its name."""

    texts = models.JSONField(_("texts"), default=dict, validators=[validate_texts])

    class Meta(Kept.Meta):
        abstract = True

    @property
    def text(self) -> str:
        """In the reader's language, else in one that there is."""
        return in_language(self.texts)


class CannedText(Worded):
    """Words to the customer, ready to be taken; `complaints.canned` fills in their places."""

    class Use(models.TextChoices):
        """The forms that offer it; their actions."""

        ACKNOWLEDGE = "acknowledge", _("Acknowledge")
        REPLY = "reply", _("Reply to the customer")
        PROPOSE = "propose", _("Propose a resolution")
        RESOLVE = "resolve", _("Resolve")
        REJECT = "reject", _("Reject")

    # Empty stands for any.
    use = models.CharField(_("offered when"), max_length=11, choices=Use, blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, blank=True)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, blank=True)

    objects = CannedTextQuerySet.as_manager()


class GuideEntry(Worded):
    """A part of the handling guide: a principle, or how to meet somebody difficult."""

    class Meta(Worded.Meta):
        verbose_name_plural = "guide entries"
