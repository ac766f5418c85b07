"""Files of exports: where they lie, when they go, and how a person is taken out of them."""

import secrets
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crm.platform.erasing import Texts
from crm.platform.models import Export

ORPHANED_AFTER = 24 * 3600  # seconds; nobody writes at a file for so long


def folder() -> Path:
    """Outside of the web root, for the application's user only."""
    path = settings.MEDIA_ROOT / "exports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def new_path() -> Path:
    """For a file to be written; no row names it yet."""
    return folder() / secrets.token_urlsafe(32)


def path_of(export: Export) -> Path | None:
    """Where the file lies; None when there is none any more."""
    if not export.has_file:
        return None
    path = folder() / Path(export.stored_name).name
    return path if path.is_file() else None


def tidy() -> int:
    """Delete files whose time is over, and those of which no row knows; how many."""
    with_file = Export.objects.exclude(stored_name="")
    with_file.filter(expires_at__lte=timezone.now()).update(stored_name="")
    kept, count = set(with_file.values_list("stored_name", flat=True)), 0
    for path in folder().iterdir():
        # What is being written has no row yet.
        if path.name not in kept and time.time() - path.stat().st_mtime > ORPHANED_AFTER:
            path.unlink(missing_ok=True)
            count += 1
    return count


@transaction.atomic
def forget(pattern: str) -> int:
    """Take a person out: of what was asked for, and with all files, each of which may name them.

    What is being written began before the person was erased: it ends. Lists can be asked for again.
    """
    with_file = Export.objects.exclude(stored_name="")
    paths = [folder() / name for name in with_file.values_list("stored_name", flat=True)]
    with_file.update(stored_name="")
    Export.objects.open().update(state=Export.State.CANCELLED, finished_at=timezone.now())
    transaction.on_commit(lambda: [path.unlink(missing_ok=True) for path in paths])
    return Texts(Export.objects.all(), ["query"]).erase(pattern)
