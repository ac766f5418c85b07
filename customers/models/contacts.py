"""People at the customer."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models.customer import Customer, Source
from customers.querysets.contacts import (
    ContactQuerySet,
    day_of_year,
    name_and_mail,
    phone_digits,
)


class Contact(models.Model):
    """A person at the customer, with a role in its buying."""

    class Role(models.TextChoices):
        DECISION_MAKER = "decision_maker", _("Decision maker")
        INFLUENCER = "influencer", _("Influencer")
        USER = "user", _("User")
        GATEKEEPER = "gatekeeper", _("Gatekeeper")
        BUYER = "buyer", _("Buyer")
        SPONSOR = "sponsor", _("Sponsor")

    class Attitude(models.TextChoices):
        SUPPORTER = "supporter", _("Supporter")
        NEUTRAL = "neutral", _("Neutral")
        OPPONENT = "opponent", _("Opponent")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        MOBILE = "mobile", _("Mobile")
        EMAIL = "email", _("E-mail")
        MESSAGE = "message", _("Message")
        LETTER = "letter", _("Letter")
        VISIT = "visit", _("Visit")

    class Consent(models.TextChoices):
        UNKNOWN = "", _("not asked")
        GIVEN = "given", _("given")
        REFUSED = "refused", _("refused")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150)
    title = models.CharField(_("job title"), max_length=100, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    role = models.CharField(_("role in buying"), max_length=16, choices=Role, blank=True)
    attitude = models.CharField(
        _("attitude to us"), max_length=9, choices=Attitude, blank=True, db_default=""
    )
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    mobile = models.CharField(_("mobile"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("preferred language"), max_length=10, blank=True, choices=settings.LANGUAGES
    )
    channel = models.CharField(
        _("preferred channel"), max_length=7, choices=Channel, blank=True, db_default=""
    )
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    customs = models.TextField(_("customs and taboos"), blank=True, db_default="")
    remarks = models.TextField(_("remarks"), blank=True)
    consent = models.CharField(
        _("consent to be contacted"),
        max_length=7,
        choices=Consent,
        default="",
        db_default="",
        blank=True,
    )
    consent_on = models.DateField(_("consent given or refused on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    # Personal data were erased: the row stays, so that what hangs on it stays whole.
    erased_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="contact_by_name"),
            # Parts of words and numbers, across all customers.
            GinIndex(OpClass(name_and_mail(), name="gin_trgm_ops"), name="contact_words"),
            GinIndex(OpClass(phone_digits(), name="gin_trgm_ops"), name="contact_numbers"),
            models.Index(
                day_of_year(), name="contact_birthday", condition=Q(birthday__isnull=False)
            ),
            models.Index(
                fields=["attitude", "name", "id"],
                name="contact_attitude",
                condition=~Q(attitude=""),
            ),
            models.Index(
                fields=["name", "id"], name="contact_left_by_name", condition=~Q(left_on=None)
            ),
            models.Index(fields=["left_on"], name="contact_left", condition=~Q(left_on=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="contact_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_there(self) -> bool:
        return self.left_on is None and self.erased_at is None


class ContactIdentity(models.Model):
    """By which key a source knows a contact."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="contact_key_once_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
