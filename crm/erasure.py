"""Erasing a contact's personal data on all floors at once: what would go, and the erasing."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Field
from django.utils.text import capfirst

from complaints.models import CaseAttachment
from complaints.services import erasure as cases
from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.platform import exports, outbox, uploads
from crm.platform.models import StoredFile
from customers import history
from customers.imports import erasing as imports
from customers.models import Attachment, Contact
from customers.services import erasure as customers
from customers.services import mailings
from customers.services.locks import lock_customer
from satisfaction.services import erasure as surveys


@dataclass(frozen=True)
class Found:
    """What is known of a contact before it is erased."""

    facts: list[tuple[str, str]]  # its own fields: label and value
    texts: int  # texts of others in which it is named
    cases: int
    invitations: int
    answers: int
    files: list[tuple[str, StoredFile]]  # with the key that chooses each


def find(contact: Contact) -> Found:
    """What would go, counted and listed for the question before."""
    person = customers.person_of(contact)
    return Found(
        facts=_facts(contact),
        texts=sum(texts.found(person.pattern).count() for texts in customers.places(person)),
        cases=cases.of_person(person).count(),
        invitations=surveys.invitations_of(person).count(),
        answers=surveys.responses_of(contact).count(),
        files=[(_key(file), file) for file in files_of(contact)],
    )


def _facts(contact: Contact) -> list[tuple[str, str]]:
    """The contact's filled fields, in the words of its form."""
    names = history.Names({}, {})
    found = [
        (capfirst(str(label)), history.in_words(field, _plain(contact, field), names))
        for field, label in history.columns(Contact._meta.db_table).values()
        if field.name not in customers.KEPT
    ]
    return [(label, value) for label, value in found if value]


def _plain(contact: Contact, field: Field):
    """As JSON would have it."""
    value = getattr(contact, field.attname)
    return value.isoformat() if hasattr(value, "isoformat") else value


def files_of(contact: Contact) -> list[StoredFile]:
    return [*customers.files_of(contact), *cases.files_of(contact)]


def _key(file: StoredFile) -> str:
    return f"{'case' if isinstance(file, CaseAttachment) else 'customer'}-{file.pk}"


@transaction.atomic
def erase(*, contact_id: int, actor: User, files: Collection[str]) -> int:
    """Erase the contact and the chosen files of it; returns in how many places.

    Whoever asks again, or second, finds it done: 0. The audit log says that it was done, and not
    of whom.
    """
    customer_id = Contact.objects.values_list("customer", flat=True).get(pk=contact_id)
    lock_customer(customer_id)
    # Locked, so that nobody gives it another address between the looking and the blanking.
    contacts = Contact.objects.select_for_update(of=("self",)).select_related("customer")
    contact = contacts.get(pk=contact_id)
    if contact.erased_at:
        return 0
    chosen = [file for file in files_of(contact) if _key(file) in files]
    person = customers.person_of(contact)
    person = replace(person, files=frozenset(file.name for file in chosen))
    count = _delete(chosen)
    customers.blank(contact)
    # Who called and was asked is told by the contact; then the texts lose it.
    count += cases.erase(person) + surveys.erase(person)
    count += sum(texts.erase(person.pattern) for texts in customers.places(person))
    count += mailings.withdraw_from(contact)
    count += outbox.forget(person.emails, person.pattern) + exports.forget(person.pattern)
    count += imports.erase(person)
    count += customers.erase_history(person)
    customers.erase_search(person)
    cases.erase_search(person)
    audit(actor, Action.CONTACT_ERASED, contact.pk, customer=customer_id, places=count)
    return count


def _delete(files: Collection[StoredFile]) -> int:
    for model in (Attachment, CaseAttachment):
        chosen = [file.pk for file in files if isinstance(file, model)]
        model.objects.filter(pk__in=chosen).delete()
    # What a crash leaves behind has no row any more: the daily tidying finds it.
    paths = [uploads.folder() / file.stored_name for file in files]
    transaction.on_commit(lambda: [path.unlink(missing_ok=True) for path in paths])
    return len(paths)
