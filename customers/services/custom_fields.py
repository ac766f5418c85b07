"""Fields that managers define: making, changing and ordering them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform.edits import save_version
from customers.models import CustomField

MOST = 40  # in use at a time: a form of more helps nobody


@transaction.atomic
def create_custom_field(*, actor: User, values: Mapping[str, Any]) -> CustomField:
    """A new field, at the end of the list."""
    fields = _locked()
    _refuse_too_many(fields)
    place = max((field.position for field in fields), default=0) + 1
    field = CustomField.objects.create(position=place, **values)
    audit(actor, Action.SETTINGS_CHANGED, field, field=[None, str(field)])
    return field


@transaction.atomic
def edit_custom_field(
    *, actor: User, pk: int, version: int, values: Mapping[str, Any]
) -> CustomField:
    """Rename or retire it or change its choices, unless somebody saved since (NewerChange)."""
    others = [field for field in _locked() if field.pk != pk]
    if values.get("is_active"):
        _refuse_too_many(others)
    before = CustomField.objects.values(*values).get(pk=pk)
    field = save_version(CustomField.objects.all(), pk, version, values)
    audit(actor, Action.SETTINGS_CHANGED, field, **changes(before, dict(values)))
    return field


@transaction.atomic
def put_before(*, pk: int, before: int) -> None:
    """Move one field to the place before another; sent twice it is the same."""
    fields = {field.pk: field for field in _locked()}
    if pk == before or not {pk, before} <= set(fields):
        return
    moved = fields.pop(pk)
    order = list(fields.values())
    order.insert(order.index(fields[before]), moved)
    for place, field in enumerate(order, start=1):
        field.position = place
    CustomField.objects.bulk_update(order, ["position"])


def _locked() -> list[CustomField]:
    """All fields in their order, held till the end of the transaction, so that writers wait."""
    rows = CustomField.objects.select_for_update().order_by("pk")
    return sorted(rows, key=lambda field: (field.position, field.pk))


def _refuse_too_many(others: list[CustomField]) -> None:
    if sum(field.is_active for field in others) >= MOST:
        raise Refused(_("Take another field out of use first: there are 40 already."))
