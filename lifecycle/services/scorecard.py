"""Questions of the scorecard, changed by managers."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.platform.edits import save_version
from lifecycle.models import Criterion


@transaction.atomic
def create_criterion(*, values: Mapping[str, Any]) -> Criterion:
    """A further question; the same one sent twice is one."""
    twin = Criterion.objects.filter(part=values["part"], names=values["names"]).first()
    return twin or Criterion.objects.create(code=f"own-{uuid.uuid4().hex[:12]}", **values)


@transaction.atomic
def edit_criterion(*, pk: int, version: int, values: Mapping[str, Any]) -> Criterion:
    """Write the changed values, unless somebody saved since (NewerChange)."""
    return save_version(Criterion.objects.all(), pk, version, values)
