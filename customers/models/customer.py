"""The customer and the keys by which other systems know it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team
from crm.platform.amounts import bounds
from customers.querysets import CustomerQuerySet
from customers.querysets.settings import TagQuerySet


class Source(models.Model):
    """A system that dealings and customers come from (an ERP, a shop, a file)."""

    code = models.SlugField(_("source"), max_length=60, unique=True)

    def __str__(self) -> str:
        return self.code


class Tag(models.Model):
    """A word that groups customers across all other orders; managers keep the list."""

    name = models.CharField(_("tag"), max_length=40)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="tag_once"),
            models.CheckConstraint(condition=~Q(name=""), name="tag_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A company (or person) that buys from us; the root of everything."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        PERSON = "person", _("Person")

    class Won(models.TextChoices):
        REFERRAL = "referral", _("Referral")
        VISIT = "visit", _("Cold visit or call")
        FAIR = "fair", _("Trade fair")
        WEBSITE = "website", _("Website")
        ADVERTISING = "advertising", _("Advertising")
        TENDER = "tender", _("Tender")
        PARTNER = "partner", _("Partner")
        OTHER = "other", _("Other")

    number = models.CharField(
        _("number"),
        max_length=60,
        blank=True,
        help_text=_("Ours or the ERP's. Empty: the next free number."),
    )
    name = models.CharField(pgettext_lazy("of a company", "name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    aliases = models.TextField(
        _("other names"),
        blank=True,
        db_default="",
        help_text=_("One a line: search finds the customer by them."),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.COMPANY)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("parent customer"),
    )
    region = models.CharField(_("region"), max_length=60, blank=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    segment = models.CharField(_("segment"), max_length=60, blank=True, db_default="")
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    main_business = models.CharField(_("main business"), max_length=300, blank=True)
    account_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
        verbose_name=_("account manager"),
    )
    service_representative = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("service representative"),
    )
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
        verbose_name=_("team"),
    )
    won_through = models.CharField(
        _("won through"), max_length=11, choices=Won, blank=True, db_default=""
    )
    acquisition_cost = models.DecimalField(
        _("cost of winning it"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=bounds(),
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="customers", verbose_name=_("tags"))
    # Of tier B: picked as key account by a manager (lifecycle's nominations keep it).
    is_key_account = models.BooleanField(default=False, db_default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    has_problem = models.BooleanField(_("problem"), default=False)
    problem_reason = models.CharField(_("reason of the problem"), max_length=300, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    # Raised by every edit: saving over someone else's newer change is refused.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("number"), name="customer_number_once"),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_name"),
            models.CheckConstraint(condition=~Q(number=""), name="customer_has_number"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="customer_not_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(has_problem=False) | ~Q(problem_reason=""),
                name="customer_problem_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerIdentity(models.Model):
    """An outside key belongs to its source: two ERPs both have a customer 12346."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="identity_key_once_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
