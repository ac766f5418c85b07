"""The lists that cases are sorted by: managers keep them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction

from complaints.models import CannedText, Category, GuideEntry, RootCause
from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import User
from crm.platform.edits import save_version
from customers.models import Touchpoint

# Of customers, but kept in the same way: cases are tagged with it.
Entry = Category | RootCause | CannedText | GuideEntry | Touchpoint


@transaction.atomic
def create_entry(*, actor: User, model: type[Entry], values: Mapping[str, Any]) -> Entry:
    """A new entry, in use; its code tells it from those that came with the product.

    The same click sent twice makes one.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=actor.pk)
    if twin := model.objects.filter(is_active=True, **values).first():
        return twin
    entry = model.objects.create(code=f"own-{uuid4().hex[:12]}", **values)
    audit(actor, Action.SETTINGS_CHANGED, entry, entry=[None, str(entry)])
    return entry


@transaction.atomic
def edit_entry(
    *, actor: User, model: type[Entry], pk: int, version: int, values: Mapping[str, Any]
) -> Entry:
    """Rename, move or retire it, unless somebody saved since (NewerChange)."""
    before = model.objects.values(*values).get(pk=pk)
    entry = save_version(model.objects.all(), pk, version, values)
    after = {name: getattr(value, "pk", value) for name, value in values.items()}
    audit(actor, Action.SETTINGS_CHANGED, entry, **changes(before, after))
    return entry
