"""Contacts: those of one customer, all in sight, a new one, editing, and who follows who left."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from crm.platform.words import listed
from customers import coverage
from customers.forms import ContactFilter, ContactForm, ContactListFilter, SuccessorForm
from customers.models import Contact, Customer, Interaction
from customers.querysets.contacts import COUNTED_UP_TO
from customers.querysets.paging import Page
from customers.services.contacts import (
    GoneError,
    create_contact,
    edit_contact,
    resting_on,
    succeed,
)
from customers.views.shared import visible_customer

PAGE_SIZE = 50
TALKS = 12
FEW = 8  # so many are seen at a glance, without a filter


@require_safe
def contact_list(request):
    """People at all customers in sight, by name."""
    form = ContactListFilter(request.GET)
    people = Contact.objects.visible_to(request.user).filter(erased_at=None)
    found = _found(request, form, people.select_related("customer"))
    return render(request, "customers/contact_list.html", found)


@require_safe
def contacts(request, pk: int):
    """The people at one customer: how well they are covered, and each of them."""
    customer = visible_customer(request, pk)
    form = ContactFilter(request.GET)
    people = Contact.objects.visible_to(request.user).filter(customer=customer)
    cover = coverage.of(customer, request.user)
    found = _found(request, form, people, few=True)
    for person in found["rows"]:
        person.touch = cover.touches.get(person.pk)
    is_many = bool(found["chips"] or found["first_url"] or len(found["rows"]) > FEW)
    context = {**found, "customer": customer, "coverage": cover, "is_many": is_many}
    return render(request, "customers/contacts.html", context)


def _found(request, form: ContactFilter, people, *, few: bool = False) -> dict:
    """A page of those who match, with what leads to other pages and other filters."""
    if form.refused:
        names = listed(form.refused)
        messages.warning(request, _("Not understood and left out: %(names)s.") % {"names": names})
    rows = people.matching(form.criteria, Installation.cached().today(), few=few)
    page = rows.page(request.GET.get("page", ""), PAGE_SIZE)
    kept = {name: value for name, value in request.GET.items() if name != "page" and value}
    return {
        "form": form,
        "rows": page.rows,
        "chips": [
            {
                "label": form.fields[name].label,
                "words": form.words(name),
                "url": _address({key: value for key, value in kept.items() if key != name}),
            }
            for name in form.criteria
        ],
        "summary": _summary(page, rows),
        "first_url": _address(kept) if page.newer else "",
        "newer_url": _address(kept, page=page.newer) if page.newer else "",
        "older_url": _address(kept, page=page.older) if page.older else "",
    }


def _address(kept: dict, **changes: str) -> str:
    return "?" + urlencode({**kept, **changes})


def _summary(page: Page, rows) -> str:
    """Which of how many, counting no further than the cap."""
    whole = page.first == 1 and not page.older
    total = len(page.rows) if whole else rows.count_capped()
    span = {
        "first": number_format(page.first),
        "last": number_format(page.last),
        "total": number_format(min(total, COUNTED_UP_TO)),
    }
    if total > COUNTED_UP_TO:
        return _("Contacts %(first)s–%(last)s of more than %(total)s") % span
    return _("Contacts %(first)s–%(last)s of %(total)s") % span


@require_http_methods(["GET", "HEAD", "POST"])
def contact_create(request, pk: int):
    """A new contact of the customer; with `after` in the address, the successor of who left."""
    customer = visible_customer(request, pk)
    after = _predecessor(request, customer)
    known = {}
    if after:
        known = {name: getattr(after, name) for name in ("title", "department", "role", "language")}
    form = ContactForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        contact = create_contact(customer=customer, values=form.values, after=after)
        messages.success(request, _("%(name)s is a contact now.") % {"name": contact.name})
        return redirect("card", pk)
    context = {"form": form, "customer": customer, "after": after}
    return render(request, "customers/contact_form.html", context)


def _predecessor(request, customer: Customer) -> Contact | None:
    number = request.GET.get("after", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    people = Contact.objects.visible_to(request.user).filter(customer=customer, pk=number)
    return people.filter(left_on__isnull=False, erased_at=None).first()


def _visible_contact(request, pk: int) -> Contact:
    people = Contact.objects.visible_to(request.user).select_related("customer")
    return get_object_or_404(people, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request, pk: int):
    """A contact with what passed between us; somebody else's newer change is shown beside."""
    contact = _visible_contact(request, pk)
    # The form writes into the contact.
    customer, name, was_there = contact.customer, contact.name, contact.is_there
    if contact.erased_at:
        return _erased(request, contact)
    form = ContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and form.is_valid():
        try:
            saved = edit_contact(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        except GoneError:
            raise PermissionDenied from None
        else:
            messages.success(request, _("Saved."))
            if was_there and saved.left_on:
                return redirect("customers:contact_successor", pk)
            return redirect("card", customer.pk)
    context = {
        "form": form,
        "customer": customer,
        "contact": contact,
        "name": name,
        "is_there": was_there,
        **_talks(request, contact),
    }
    return render(request, "customers/contact_form.html", context, status=form.status)


def _erased(request, contact: Contact):
    """What is left of somebody whose personal data were erased: no form."""
    if request.method == "POST":
        raise PermissionDenied
    context = {"contact": contact, "customer": contact.customer, **_talks(request, contact)}
    return render(request, "customers/contact_erased.html", context)


def _talks(request, contact: Contact) -> dict:
    """The newest interactions with them, as their contact or among others."""
    rows = Interaction.objects.visible_to(request.user).filter(customer=contact.customer_id)
    among = Interaction.contacts.through.objects.filter(contact=contact.pk)
    rows = rows.filter(Q(contact=contact.pk) | Q(pk__in=among.values("interaction")))
    found = list(rows.select_related("by")[: TALKS + 1])
    return {"talks": found[:TALKS], "more_talks": len(found) > TALKS}


@require_http_methods(["GET", "HEAD", "POST"])
def contact_successor(request, pk: int):
    """What rested on somebody who left, and with whom it goes on."""
    contact = _visible_contact(request, pk)
    if contact.left_on is None or contact.erased_at:
        return redirect("customers:contact_edit", pk)
    form = SuccessorForm(request.POST or None, contact=contact)
    if request.method == "POST" and form.is_valid():
        successor = form.cleaned_data["successor"]
        try:
            succeed(contact=contact, successor=successor)
        except GoneError:
            form.add_error("successor", _("This person is not there any more."))
        else:
            names = {"new": successor.name, "old": contact.name}
            messages.success(request, _("%(new)s follows %(old)s.") % names)
            return redirect("customers:contacts", contact.customer_id)
    resting, user = resting_on(contact), request.user
    context = {
        "form": form,
        "contact": contact,
        "customer": contact.customer,
        "promises": list(resting.promises.visible_to(user).select_related("owner")),
        "opportunities": list(resting.opportunities.visible_to(user).select_related("owner")),
        **_talks(request, contact),
    }
    return render(request, "customers/contact_successor.html", context)
