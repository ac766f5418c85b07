"""Attachments: checked by their content, kept under names nobody guesses, served as downloads.

A file is written before its row is committed, so a transaction that is rolled back leaves one
without a row behind; `tidy` deletes those.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import time
import unicodedata
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.forms import ValidationError
from django.http import FileResponse, Http404
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from crm.platform.file_kinds import CSV, EXTENSIONS, TEXT, content_type_of
from crm.platform.models import Installation, StoredFile

MEGABYTE = 1 << 20
LONGEST_NAME = 200
# Without a row for so long a file belongs to no transaction that still runs.
ORPHANED_AFTER = 24 * 3600
BATCH = 1000
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def folder() -> Path:
    """Where attachments lie: outside of the web root, for the application's user only."""
    path = settings.MEDIA_ROOT / "attachments"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def check(upload: UploadedFile) -> str:
    """The kind of an upload by its content; ValidationError when it can't be attached."""
    most = Installation.cached().attachment_megabytes
    if not upload.size:
        raise ValidationError(_("The file is empty."), code="empty")
    if upload.size > most * MEGABYTE:
        raise ValidationError(
            _("The file has %(size)s; at most %(most)s MB can be attached."),
            code="too_large",
            params={"size": filesizeformat(upload.size), "most": most},
        )
    content_type = content_type_of(upload)
    if content_type is None:
        raise ValidationError(
            _(
                "This kind of file can't be attached. Taken are PDF, pictures (PNG, JPEG, GIF,"
                " WebP, HEIC), text and CSV, Word, Excel and PowerPoint without macros (DOCX,"
                " XLSX, PPTX), saved e-mails (EML) and recordings (MP3, M4A, WAV)."
            ),
            code="kind",
        )
    # A table and a note are both text; here the name may tell, since both are harmless.
    is_table = clean_name(upload.name).lower().endswith((".csv", ".tsv"))
    return CSV if content_type == TEXT and is_table else content_type


def clean_name(name: str | None) -> str:
    """The uploader's name of a file without folders and without what can't be seen or printed."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    # Cc and Cf: controls, and marks that turn the direction of writing ("exe.pdf" for "fdp.exe").
    seen = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in last)
    words = " ".join(seen.split()).strip(". ")
    ending = PurePosixPath(words).suffix[:20]
    shortened = words.removesuffix(ending)[: LONGEST_NAME - len(ending)] + ending
    return shortened or "file"


def store(upload: UploadedFile) -> dict:
    """Keep an upload; the values of a StoredFile's fields, but for who added it."""
    content_type = check(upload)
    stored_name = secrets.token_urlsafe(32)
    size, sha256 = _write(upload, folder() / stored_name)
    return {
        "name": clean_name(upload.name),
        "stored_name": stored_name,
        "content_type": content_type,
        "size": size,
        "sha256": sha256,
    }


def _write(upload: UploadedFile, path: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with contextlib.ExitStack() as undo:
        undo.callback(path.unlink, missing_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "wb") as file:
                for chunk in upload.chunks():
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                file.flush()
                # The row will say that the file is there, also after a power cut.
                os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise ValidationError(
                _("There is no room left on the server. Tell your administrator."), code="full"
            ) from error
        undo.pop_all()
    return size, digest.hexdigest()


def serve(stored: StoredFile) -> FileResponse:
    """The file as a download that no browser opens within our pages; 404 when it is gone."""
    try:
        file = (folder() / stored.stored_name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        as_attachment=True,
        filename=download_name(stored),
        content_type=stored.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )


def download_name(stored: StoredFile) -> str:
    """The name to save under: its ending fits the content, so that no text becomes a program."""
    endings = EXTENSIONS[stored.content_type]
    fits = stored.name.lower().endswith(endings)
    return stored.name if fits else stored.name + endings[0]


def tidy(still_named: Callable[[Collection[str]], Collection[str]] | None = None) -> int:
    """Delete files that no row names and that are older than a day; how many.

    `still_named` says of some stored names which have a row; by default all models are asked.
    """
    still_named = still_named or named_by_rows
    count = 0
    for names in _old_files():
        for name in set(names).difference(still_named(names)):
            (folder() / name).unlink(missing_ok=True)
            count += 1
    return count


def named_by_rows(names: Collection[str]) -> set[str]:
    """Which of the names a row of any model of stored files has."""
    models = [model for model in apps.get_models() if issubclass(model, StoredFile)]
    return {
        name
        for model in models
        for name in model._base_manager.filter(stored_name__in=names).values_list(
            "stored_name", flat=True
        )
    }


def _old_files() -> Iterator[list[str]]:
    """The names of files older than a day, in batches."""
    before, names = time.time() - ORPHANED_AFTER, []
    with os.scandir(folder()) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before:
                names.append(entry.name)
            if len(names) == BATCH:
                yield names
                names = []
    if names:
        yield names
