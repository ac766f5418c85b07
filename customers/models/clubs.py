"""Clubs of customers: levels with benefits, members, events and who came."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.platform.models.texts import in_language, validate_texts
from customers.models.contacts import Contact
from customers.models.customer import Customer
from customers.models.record import Record
from customers.querysets import AttendanceQuerySet, MembershipQuerySet


class Club(models.Model):
    """An organisation of customers; managers keep it."""

    names = models.JSONField(_("name"), default=dict, validators=[validate_texts])
    about = models.TextField(_("what it is for"), blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(names={}), name="club_has_name")]

    def __str__(self) -> str:
        return in_language(self.names)


class ClubLevel(models.Model):
    """A level of a club with what its members get."""

    club = models.ForeignKey(Club, on_delete=models.CASCADE, related_name="levels")
    names = models.JSONField(_("name"), default=dict, validators=[validate_texts])
    benefits = models.TextField(_("benefits"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["club", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(names={}), name="club_level_has_name"),
            models.UniqueConstraint(fields=["club", "id"], name="club_level_of_club"),
        ]

    def __str__(self) -> str:
        return in_language(self.names)


class Membership(Record):
    """A customer in a club, at a level, from one day to another."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="memberships")
    club = models.ForeignKey(
        Club, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("club")
    )
    level = models.ForeignKey(
        ClubLevel,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("level"),
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        indexes = [
            models.Index(
                fields=["club", "-since", "-id"],
                condition=Q(removed_at=None),
                name="membership_of_club",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "club"],
                condition=Q(removed_at=None, until=None),
                name="membership_once_a_club",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="membership_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.club}"


class ClubEvent(models.Model):
    """Something a club does together."""

    club = models.ForeignKey(Club, on_delete=models.CASCADE, related_name="events")
    name = models.CharField(_("event"), max_length=200)
    on = models.DateField(_("date"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="club_event_has_name")]

    def __str__(self) -> str:
        return self.name


class Attendance(models.Model):
    """Who of a customer was asked to an event of a club, and whether they came."""

    class State(models.TextChoices):
        INVITED = "invited", _("invited")
        ACCEPTED = "accepted", _("will come")
        DECLINED = "declined", _("can't come")
        CAME = "came", _("came")
        MISSED = "missed", _("did not come")

    event = models.ForeignKey(ClubEvent, on_delete=models.CASCADE, related_name="attendances")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="attendances")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.INVITED)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "customer", "contact"],
                name="attendance_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer}"
