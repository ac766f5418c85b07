"""Erasing reaches every column in which people write about a customer, of models to come too."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from complaints.models import Case, IncomingMail, RootCause
from complaints.tests.factories import CaseFactory, CorrectiveFactory
from crm.accounts.models import User
from crm.platform import outbox
from crm.platform.acting import acting
from crm.platform.erasing import text_columns
from crm.platform.models import OutboxMessage
from crm.tests.test_erasure import EMAIL, NAME, PHONE, erase, whereabouts
from customers.models import Attachment, Attendance, Contact, Customer, Mailing, MailingRecipient
from customers.services import erasure
from customers.services.mailings import CAUSE
from customers.tests.factories import ContactFactory, CustomerFactory
from customers.tests.record_factories import ClubEventFactory
from satisfaction.models import Question, Response
from satisfaction.tests.factories import ResponseFactory

pytestmark = pytest.mark.django_db

TRACE = f"{NAME}, {EMAIL}, {PHONE}, 07700 7946 0958"
# What belongs to no customer: settings, accounts, lists, figures, jobs. Whoever adds a model with
# texts decides here: what people write of a customer must hang on it, or be named in `places`.
OF_NOBODY = {
    *("platform_installation", "platform_businesscalendar", "platform_businessday"),
    *("platform_job", "platform_jobstep", "accounts_user", "accounts_invitation"),
    *("accounts_auditentry", "customers_tag", "customers_competitor", "customers_carerule"),
    *("customers_club", "customers_clublevel", "customers_product"),
    *("customers_importmapping", "customers_savedview", "customers_listpreference"),
    *("customers_massaction", "customers_mailing", "customers_customfield"),
    *("customers_cardlayout", "customers_touchpoint", "lifecycle_criterion"),
    *("lifecycle_peercategory", "lifecycle_nightlyrun", "lifecycle_backtestresult"),
    *("lifecycle_trackmonth", "lifecycle_trackrecord"),
    *("lifecycle_stagecell", "lifecycle_movecell", "lifecycle_move", "lifecycle_loyaltycell"),
    *("lifecycle_categorytakeup", "lifecycle_valuecell", "lifecycle_valueparts"),
    *("lifecycle_scored", "lifecycle_dealtlately", "lifecycle_placed"),
    *("complaints_category", "complaints_rootcause"),
    *("complaints_cannedtext", "complaints_guideentry"),
    *("complaints_terms", "satisfaction_instrument", "satisfaction_instrumentversion"),
    *("satisfaction_question", "satisfaction_wave"),
    *("satisfaction_wavefigure", "satisfaction_questionfigure", "satisfaction_cellfigure"),
    # Sealed, and of nobody that the database knows.
    *("satisfaction_sealeddraft", "satisfaction_sealedballot"),
    *("accounts_apitoken", "platform_webhook", "satisfaction_improvementaction"),
    *("complaints_customersofmonth", "complaints_learningcell", "complaints_timecell"),
    "complaints_casefigure",
    *("lifecycle_chainfigure", "lifecycle_chainlink", "satisfaction_staffcompetence"),
    "satisfaction_selfassessment",
    *("lifecycle_complaintstudy", "satisfaction_collectionplan", "lifecycle_dashboard"),
}
OF_OTHERS = ("admin", "auth", "contenttypes", "sessions", "account", "mfa")
# Reached by other ways than the customer: mails, exports, handovers, events of clubs, imports.
NAMED = {
    *("platform_outboxmessage", "customers_customer", "customers_handover"),
    *("customers_clubevent", "platform_export", "customers_importrun", "customers_importedrow"),
}

# Of what a row may hang on, the one that it hangs on here.
HANGS_ON = {(Attachment, "plan"), (IncomingMail, "case")}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def zoe(amy):
    customer = CustomerFactory(account_manager=amy, name="Acorn Ltd", phone="020 7946 0000")
    mobile = "07700 7946 0958"
    return ContactFactory(customer=customer, name=NAME, email=EMAIL, phone=PHONE, mobile=mobile)


def written() -> dict[type[models.Model], str]:
    """The models in which people write about a customer, and their way to it."""
    found = {}
    for model in apps.get_models():
        way = erasure._way_to_customer(model)
        if way and text_columns(model) and model._meta.db_table not in erasure.WITHOUT_TEXTS:
            found[model] = way
    return found


def make(model: type[models.Model], known: dict):
    """A row of the customer with whatever its columns must have."""
    values = {}
    for field in model._meta.concrete_fields:
        wanted = field.name == "customer" or (model, field.name) in HANGS_ON
        optional = isinstance(field, models.AutoField) or field.null or field.has_default()
        if wanted or not optional:
            values[field.name] = _value(field, known)
    return model._base_manager.create(**values)


def _value(field: models.Field, known: dict):
    if isinstance(field, models.ForeignKey):
        if field.related_model not in known:
            known[field.related_model] = make(field.related_model, known)
        return known[field.related_model]
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return dt.date(2026, 1, 5)
    return "x" if isinstance(field, models.CharField | models.TextField) else 1


def plant(model: type[models.Model], way: str, customer: Customer) -> list[str]:
    """The person in every column that has room for the name; returns these columns."""
    naming = erasure.NAMING_ROWS.get(model._meta.db_table, ())
    rows = model._base_manager.filter(**{way: customer})
    planted = []
    for name in text_columns(model):
        room = getattr(model._meta.get_field(name), "max_length", None) or len(TRACE)
        if name in naming or room < len(NAME):
            continue
        trace = TRACE if room >= len(TRACE) else NAME
        is_json = isinstance(model._meta.get_field(name), models.JSONField)
        assert rows.update(**{name: {"1": [trace]} if is_json else trace}), f"{model} has no row"
        planted.append(name)
    return planted


def test_every_model_with_texts_is_of_a_customer_or_known_to_be_of_none():
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if text_columns(model) and model._meta.app_label not in OF_OTHERS
    }
    of_customers = {model._meta.db_table for model in written()}
    known = {*of_customers, *erasure.WITHOUT_TEXTS, *NAMED, *OF_NOBODY}
    assert tables - known == set()
    assert of_customers & OF_NOBODY == set()


def test_no_column_of_the_customer_is_left_out(zoe, amy, django_capture_on_commit_callbacks):
    customer = zoe.customer
    answered = ResponseFactory(invitation__customer=customer)
    question = answered.wave.version.questions.first()
    case = CaseFactory(customer=customer, by=amy)
    CorrectiveFactory(case=case, owner=amy)
    known = {Customer: customer, Contact: zoe, User: amy, Case: case}
    known |= {Response: answered, Question: question, RootCause: RootCause.objects.first()}
    planted = []
    with acting(amy):
        for model, way in written().items():
            if not model._base_manager.filter(**{way: customer}).exists():
                known[model] = make(model, known)
            planted += plant(model, way, customer)
        own = [name for name in text_columns(Customer) if name not in erasure.OF_THE_CUSTOMER]
        for name in own:
            room = Customer._meta.get_field(name).max_length or len(TRACE)
            Customer.objects.filter(pk=customer.pk).update(**{name: TRACE[:room]})
    assert len(planted) > 70
    before = whereabouts()
    assert len(before) > len(planted)
    with django_capture_on_commit_callbacks(execute=True), acting(amy):
        erase(zoe, amy)
    assert whereabouts() == set()


def test_remarks_on_events_to_which_it_came_lose_the_person(zoe, amy):
    event, other = ClubEventFactory(remarks=f"{NAME} speaks"), ClubEventFactory(remarks=NAME)
    Attendance.objects.create(event=event, customer=zoe.customer, contact=zoe)
    erase(zoe, amy)
    event.refresh_from_db()
    other.refresh_from_db()
    assert NAME not in event.remarks
    assert other.remarks == NAME  # of a namesake, as far as anybody can tell


def test_news_that_waits_for_the_person_does_not_go_out_whose_address_others_share(zoe, amy):
    mate = ContactFactory(customer=zoe.customer, name="Bob Hill", email=EMAIL)
    mailing = Mailing.objects.create(name="Spring", made_by=amy)
    for contact in (zoe, mate):
        MailingRecipient.objects.create(
            mailing=mailing, customer=zoe.customer, contact=contact, token_hash=str(contact.pk)
        )
        cause = f"{CAUSE}{mailing.pk}:{contact.pk}"
        outbox.enqueue(cause=cause, recipient=EMAIL, subject="News", body=f"Dear {contact.name}")
    erase(zoe, amy)
    (left,) = OutboxMessage.objects.all()
    assert left.body == "Dear Bob Hill"
