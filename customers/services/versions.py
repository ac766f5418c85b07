"""Lost updates: saving over someone else's newer change is refused, showing both."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet


class NewerVersionError(Exception):
    """Somebody saved the row since it was read; `current` is what stands there now."""

    def __init__(self, current: Model):
        super().__init__(f"{current._meta.model_name} {current.pk} is at {current.version}")
        self.current = current


def save_version(rows: QuerySet, pk: int, version: int, values: Mapping[str, Any]) -> Model:
    """Write the values to the row if it still is at this version; call it in a transaction."""
    row = rows.select_for_update(of=("self",)).get(pk=pk)
    if row.version != version:
        raise NewerVersionError(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    return row
