"""Writing rows whose table may refuse them, and the registers that managers keep."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from crm.platform.edits import save_version


class TakenError(Exception):
    """There is such a row already; `constraint` names the rule."""

    def __init__(self, constraint: str):
        super().__init__(constraint)
        self.constraint = constraint


def stored(model: type[models.Model], write: Callable):
    """What the write answers; a rule of the table that it breaks by its name."""
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        broken = str(error)
        names = [rule.name for rule in model._meta.constraints]
        if name := next((name for name in names if name in broken), None):
            raise TakenError(name) from error
        raise


@transaction.atomic
def create_entry(*, model: type[models.Model], values: Mapping[str, Any]) -> models.Model:
    """A new entry of a register; one that is the same in everything stays alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [model._meta.db_table])
    if twin := model.objects.filter(**values).first():
        return twin
    return stored(model, lambda: model.objects.create(**values))


@transaction.atomic
def edit_entry(
    *, model: type[models.Model], pk: int, version: int, values: Mapping[str, Any]
) -> models.Model:
    """Write the values, unless somebody saved since (NewerChange)."""
    return stored(model, lambda: save_version(model.objects.all(), pk, version, values))
