"""Model instances by COPY, with ids that are known before."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from crm.platform.bulk import copy_rows


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids that nobody else gets, so that rows can point at each other before they are written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def copy_models(rows: Sequence[models.Model]) -> None:
    """All of one model; those without an id get one from the sequence."""
    if not rows:
        return
    model = type(rows[0])
    fields = [f for f in model._meta.concrete_fields if not f.primary_key or rows[0].pk]
    copy_rows(
        model._meta.db_table,
        [field.column for field in fields],
        ([_stored(field, row) for field in fields] for row in rows),
    )


def _stored(field: models.Field, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    is_json = isinstance(field, models.JSONField) and value is not None
    return json.dumps(value) if is_json else value
