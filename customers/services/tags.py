"""Tags: managers keep the list; names are unique in whatever case."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform.edits import save_version
from customers.models import Tag


@transaction.atomic
def create_tag(*, actor: User, values: Mapping[str, Any]) -> Tag:
    """A new tag, in use."""
    tag = _store(lambda: Tag.objects.create(**values))
    audit(actor, Action.SETTINGS_CHANGED, tag, tag=[None, tag.name])
    return tag


@transaction.atomic
def edit_tag(*, actor: User, pk: int, version: int, values: Mapping[str, Any]) -> Tag:
    """Rename or retire it, unless somebody saved since (NewerChange)."""
    before = Tag.objects.values(*values).get(pk=pk)
    tag = _store(lambda: save_version(Tag.objects.all(), pk, version, values))
    audit(actor, Action.SETTINGS_CHANGED, tag, **changes(before, dict(values)))
    return tag


def _store(write: Callable[[], Tag]) -> Tag:
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        if "tag_once" in str(error):
            raise Refused(_("There is a tag of this name already."), "name") from error
        raise
