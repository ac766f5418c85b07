"""Uploaded files: kept under random names outside of the web root until they are imported."""

import secrets
import shutil
import time
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from customers.imports.refusals import Refused
from customers.imports.service import imports_folder, table_of

SAMPLE_ROWS = 5
SAMPLE_CHARACTERS = 80
DAY = 86_400
# How many days what is being read, and an upload that was not committed, may lie there.
LONGEST_DAYS = {"reading": 1, "upload": 30}


def store(upload: UploadedFile) -> str:
    """Write the upload to its folder; returns its name there. A full disk is a refusal."""
    name = f"upload-{secrets.token_hex(16)}"
    target = imports_folder() / name
    try:
        target.touch(mode=0o600)
        with target.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
    except OSError:
        target.unlink(missing_ok=True)
        raise Refused("disk_full") from None
    return name


def sample_of(name: str) -> dict:
    """Headers and first rows of a stored upload, for the page; refused when it is no table."""
    with table_of(path_of(name), upload=True) as table:
        rows = [[cell[:SAMPLE_CHARACTERS] for cell in row] for row in table.preview(SAMPLE_ROWS)]
        if not rows:
            raise Refused("header_only")
        return {"headers": table.headers, "rows": rows}


def path_of(name: str) -> Path:
    """Where a file of an import lies; names hold no folders."""
    return imports_folder() / Path(name).name


def discard(name: str) -> None:
    if name:
        path_of(name).unlink(missing_ok=True)


def tidy(now: float | None = None) -> None:
    """Remove what killed workers left unpacked, uploads nobody went on with, old wrong rows."""
    now = now or time.time()
    for path in imports_folder().glob("*-wrong-rows-*.csv"):
        if now - path.stat().st_mtime >= settings.IMPORT_UNDO_DAYS * DAY:
            path.unlink(missing_ok=True)
    for prefix, longest in LONGEST_DAYS.items():
        for path in imports_folder().glob(f"{prefix}-*"):
            if path.name.endswith(".csv") or now - path.stat().st_mtime < longest * DAY:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
