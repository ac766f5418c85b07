"""What reaches us from outside: mails of customers, and links by which they follow a case."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models.cases import Case
from complaints.querysets import IncomingMailQuerySet


class IncomingMail(models.Model):
    """A mail that was read out of the mailbox, and what was done with it; each is read once.

    `text` is all that it said, where it went into a case; the case's history has the new words.
    """

    class Outcome(models.TextChoices):
        NEW_CASE = "new_case", _("new case")
        REPLY = "reply", _("went into its case")
        AUTO_REPLY = "auto_reply", _("ignored: automatic reply")
        BOUNCE = "bounce", _("ignored: could not be delivered")
        RECEIPT = "receipt", _("ignored: receipt")
        LIST = "list", _("ignored: mailing list")
        LOOP = "loop", _("ignored: our own, or too many from one sender")
        NO_SENDER = "no_sender", _("left for a person: no sender")

    IGNORED = (Outcome.AUTO_REPLY, Outcome.BOUNCE, Outcome.RECEIPT, Outcome.LIST, Outcome.LOOP)

    # By which the sender's program knows it, without angle brackets.
    identity = models.CharField(max_length=250, unique=True, editable=False)
    outcome = models.CharField(_("what was done"), max_length=10, choices=Outcome)
    case = models.ForeignKey(
        Case, null=True, on_delete=models.CASCADE, related_name="mails", verbose_name=_("case")
    )
    # A digest of the sender's address: who sends too many is told apart without being named.
    sender = models.CharField(max_length=32, blank=True, editable=False)
    text = models.TextField(blank=True)
    read_at = models.DateTimeField(_("read"), default=timezone.now)

    objects = IncomingMailQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["new_case", "reply"], case__isnull=False)
                | (~Q(outcome__in=["new_case", "reply"]) & Q(case__isnull=True, text="")),
                name="mail_of_case_has_case",
            )
        ]
        indexes = [
            models.Index(fields=["read_at"], name="mail_read"),
            models.Index(fields=["sender", "read_at"], name="mail_sender"),
        ]

    def __str__(self) -> str:
        return self.identity


class MailboxLook(models.Model):
    """The last look at the mailbox; one row."""

    class Trouble(models.TextChoices):
        NOT_FOUND = "not_found", _("the server can't be reached")
        TLS = "tls", _("no safe connection")
        SIGN_IN = "sign_in", _("the server refuses the sign-in")
        ANSWER = "answer", _("the server answers with an error")

    looked_at = models.DateTimeField()
    # The last time that all went well.
    good_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=9, choices=Trouble, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="mailbox_look_is_one_row")]

    def __str__(self) -> str:
        return self.trouble or "good"


class FollowUpLink(models.Model):
    """A secret link behind which who complained follows the case; only its hash is kept."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="follow_up_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.pk}"
