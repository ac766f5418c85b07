"""One run of a questionnaire: whom it asked, and what came back."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.models import Case
from crm.accounts.models import Team
from customers.models import Contact, Customer
from customers.models.standing import Stage, Tier
from satisfaction.invitation_reads import UNFINISHED, InvitationQuerySet
from satisfaction.models.choices import Audience, Channel, Frequency, Way
from satisfaction.models.instruments import InstrumentVersion, Question
from satisfaction.querysets import (
    ResponseQuerySet,
    WaveQuerySet,
)


class Wave(models.Model):
    """One run of a survey, with its plan."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Occasion(models.TextChoices):
        """What makes it ask somebody: its plan, or something that happened to a customer."""

        PLAN = "plan", _("by plan")
        COMPLAINT = "complaint", _("after each complaint")
        LOSS = "loss", _("after each loss")

    name = models.CharField(_("name"), max_length=120, unique=True)
    version = models.ForeignKey(
        InstrumentVersion,
        on_delete=models.PROTECT,
        related_name="waves",
        verbose_name=_("questionnaire"),
    )
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    department = models.CharField(
        _("department in charge"), max_length=120, blank=True, db_default=""
    )
    frequency = models.CharField(
        _("how often"),
        max_length=9,
        choices=Frequency,
        default=Frequency.ONCE,
        db_default=Frequency.ONCE,
    )
    occasion = models.CharField(
        max_length=9, choices=Occasion, default=Occasion.PLAN, db_default=Occasion.PLAN
    )
    channel = models.CharField(_("channel"), max_length=9, choices=Channel, default=Channel.EMAIL)
    is_anonymous = models.BooleanField(
        _("anonymous"),
        default=False,
        db_default=False,
        help_text=_("Nothing leads from the answers to a person; no group under 5 is shown."),
    )
    # Whom to ask: {"tiers": [...], "stages": [...], "regions": [...], "teams": [...],
    # "roles": [...], "all_contacts": false}, of staff "teams" and "staff_roles"; an empty list
    # stands for all.
    selection = models.JSONField(default=dict, blank=True)
    sample_size = models.PositiveIntegerField(
        _("sample size"), null=True, blank=True, help_text=_("Empty: everybody who fits (census).")
    )
    seed = models.PositiveIntegerField(_("random seed"), default=1)
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    reminders = models.PositiveSmallIntegerField(
        _("reminders"), default=1, validators=[MinValueValidator(0), MaxValueValidator(2)]
    )
    in_charge = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who analyses it"),
    )
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who verifies what is done"),
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PLANNED)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, editable=False)
    # The wave whose plan it repeats: each is repeated once, however many people press the button.
    follows = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="next", editable=False
    )
    # Raised by every edit of the plan: saving over someone else's newer change is refused.
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = WaveQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("closes_on")), name="wave_dates_in_order"
            ),
            models.CheckConstraint(condition=Q(reminders__lte=2), name="wave_two_reminders"),
            # Whoever types an answer in knows whose it is.
            models.CheckConstraint(
                condition=Q(is_anonymous=False) | ~Q(channel=Channel.INTERVIEW),
                name="wave_interview_is_not_anonymous",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_planned(self) -> bool:
        """Can be changed, and sent, still."""
        return self.state == self.State.PLANNED

    @property
    def tiers(self) -> list[str]:
        return self.selection.get("tiers", [])

    @property
    def stages(self) -> list[str]:
        return self.selection.get("stages", [])

    @property
    def regions(self) -> list[str]:
        return self.selection.get("regions", [])

    @property
    def teams(self) -> list[int]:
        return self.selection.get("teams", [])

    @property
    def roles(self) -> list[str]:
        """Of contacts in buying; a customer without any of them is skipped."""
        return self.selection.get("roles", [])

    @property
    def staff_roles(self) -> list[str]:
        return self.selection.get("staff_roles", [])

    @property
    def asks_all_contacts(self) -> bool:
        """Everybody of a customer who can be reached, and not one of them."""
        return bool(self.selection.get("all_contacts"))

    @property
    def asks_staff(self) -> bool:
        """Our own people are asked, and no customers."""
        return bool(self.version_id) and self.version.instrument.audience == Audience.STAFF

    @property
    def chooses(self) -> bool:
        """Its plan says whom it asks; else an event does, or whoever sees its public link."""
        return self.occasion == self.Occasion.PLAN and self.channel != Channel.PUBLIC


class Invitation(models.Model):
    """Somebody who is asked in a wave, by personal links: of a customer, or one of our own."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENT = "sent", _("sent")
        BOUNCED = "bounced", _("bounced")
        # By a post that brought no answer yet: who only looks is not told.
        OPENED = "opened", pgettext_lazy("questionnaire", "opened")
        STARTED = "started", _("started")
        FINISHED = "finished", _("finished")
        DECLINED = "declined", _("declined")

    wave = models.ForeignKey(
        Wave, on_delete=models.CASCADE, related_name="invitations", db_index=False
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, related_name="invitations"
    )
    # One of our staff, in a survey of staff.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The complaint whose end is asked about.
    case = models.OneToOneField(
        Case, null=True, on_delete=models.PROTECT, related_name="invitation"
    )
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    # As they were when the invitation was made.
    tier = models.CharField(_("tier"), max_length=1, choices=Tier, blank=True)
    stage = models.CharField(_("stage"), max_length=11, choices=Stage, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    # Of service: who had the complaint that is asked about, else the customer's representative.
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "contact"],
                # Of each complaint it is asked how it was handled.
                condition=Q(contact__isnull=False, case__isnull=True),
                name="invitation_one_a_contact",
            ),
            models.UniqueConstraint(
                fields=["wave", "user"],
                condition=Q(user__isnull=False),
                name="invitation_one_a_user",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=True) ^ Q(user__isnull=True),
                name="invitation_of_customer_or_user",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-sent_at"], name="invitation_of_customer"),
            # By the first all are counted; each list is in the order of keys: of a state, of those
            # who may still answer, of all.
            models.Index(
                fields=["wave", "state", "id"], include=["reminders"], name="invitation_of_wave"
            ),
            models.Index(
                fields=["wave", "id"],
                condition=Q(state__in=UNFINISHED),
                name="invitation_unfinished",
            ),
            models.Index(fields=["wave", "id"], name="invitation_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.customer_id}"


class InvitationLink(models.Model):
    """A secret link of an invitation, of which only the hash is kept.

    A reminder brings a link of its own, since nobody knows the first one any more; both lead to
    the same response.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.created_at:%Y-%m-%d}"


class OptOut(models.Model):
    """An address that wants no more surveys, for ever."""

    email = models.EmailField(unique=True)  # lower case
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.email


class Response(models.Model):
    """What came back by an invitation; a draft until it is finished."""

    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="responses")
    # Null in anonymous waves, where nothing leads from the answers to a person.
    invitation = models.OneToOneField(
        Invitation, null=True, on_delete=models.PROTECT, related_name="response"
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="responses"
    )
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, related_name="responses"
    )
    tier = models.CharField(_("tier"), max_length=1, choices=Tier, blank=True)
    stage = models.CharField(_("stage"), max_length=11, choices=Stage, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    page = models.PositiveSmallIntegerField(default=1)  # where the draft goes on
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # Derived at the finish, so that results are sums over one table.
    index = models.FloatField(_("satisfaction index"), null=True)  # 0 to 100
    overall = models.FloatField(null=True)  # 0 to 100, the question on all together
    recommend = models.PositiveSmallIntegerField(null=True)  # 0 to 10
    lowest = models.FloatField(null=True)  # the worst answer on a scale, 0 to 100
    comment = models.TextField(blank=True)
    # Who of us typed it in, after an interview, and how they spoke.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_way = models.CharField(max_length=5, choices=Way, blank=True, default="", db_default="")

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-finished_at", "-id"]
        indexes = [
            models.Index(
                fields=["wave", "customer"],
                condition=Q(finished_at__isnull=False),
                name="response_of_wave",
            ),
            models.Index(
                fields=["customer", "-finished_at"],
                condition=Q(finished_at__isnull=False),
                name="response_of_customer",
            ),
            models.Index(
                fields=["wave", "-finished_at", "-id"],
                condition=Q(finished_at__isnull=False),
                name="response_newest",
            ),
            models.Index(
                fields=["-finished_at", "-id"],
                condition=Q(finished_at__isnull=False),
                name="response_by_time",
            ),
            GinIndex(
                OpClass("comment", name="gin_trgm_ops"),
                condition=Q(finished_at__isnull=False) & ~Q(comment=""),
                name="response_comment",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recommend__isnull=True) | Q(recommend__lte=10),
                name="response_recommend_on_scale",
            ),
            models.CheckConstraint(
                condition=Q(entered_way="") | Q(entered_by__isnull=False),
                name="response_way_of_who_typed_it_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.customer_id}"


class Answer(models.Model):
    """The answer to one question: a score, chosen values, or text."""

    response = models.ForeignKey(
        Response, on_delete=models.CASCADE, related_name="answers", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    score = models.SmallIntegerField(null=True)
    values = models.JSONField(null=True)  # chosen options
    text = models.TextField(blank=True)

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=10),
                name="answer_on_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} {self.question_id}"
