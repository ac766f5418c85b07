"""Attachments: told by their content, kept safely, served as downloads, tidied up."""

import errno
import io
import os
import stat
import time
import zipfile
from types import SimpleNamespace

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404
from django.utils.datastructures import MultiValueDict

from crm.platform import uploads
from crm.platform.forms import AttachmentsField
from crm.platform.models import Installation

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
OFFICE = "application/vnd.openxmlformats-officedocument."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "attachments"


def upload(content: bytes, name: str = "file.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "<x/>")
    return buffer.getvalue()


def boxed(major: bytes, *brands: bytes, tracks: tuple[bytes, ...] = ()) -> bytes:
    """A file of the ISO media family with the handlers of its tracks, after a megabyte of data."""
    body = major + b"\0\0\0\0" + b"".join(brands)
    handlers = b"".join(b"\0\0\0\x21hdlr" + b"\0" * 8 + track for track in tracks)
    return (len(body) + 8).to_bytes(4, "big") + b"ftyp" + body + b"\1" * 70_000 + handlers


MAIL = b"From: Li Wei <li@example.com>\r\nSubject: Late\r\nDate: Mon, 5 Jan 2026\r\n\r\n<html>hi"
TAKEN = {
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
    "png": (PNG, "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe1\x00\x10Exif\0\0" + b"\0" * 40, "image/jpeg"),
    "gif": (b"GIF89a" + b"\0" * 40, "image/gif"),
    "webp": (b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40, "image/webp"),
    "heic": (boxed(b"heic", b"mif1", b"heic"), "image/heic"),
    "heic of the general brand": (boxed(b"mif1", b"mif1", b"heic"), "image/heic"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40, "audio/wav"),
    "mp3 with a tag": (b"ID3\x03\0" + b"\0" * 40, "audio/mpeg"),
    "mp3": (b"\xff\xfb\x90\x64" + b"\0" * 40, "audio/mpeg"),
    "mp3 of a recorder": (b"\xff\xf3\x48\xc4" + b"\0" * 40, "audio/mpeg"),
    "m4a": (boxed(b"M4A ", b"M4A ", tracks=(b"soun",)), "audio/mp4"),
    "m4a of the general brand": (boxed(b"mp42", b"isom", tracks=(b"soun",)), "audio/mp4"),
    "docx": (
        archive("[Content_Types].xml", "word/document.xml"),
        f"{OFFICE}wordprocessingml.document",
    ),
    "xlsx": (archive("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
    "pptx": (
        archive("[Content_Types].xml", "ppt/presentation.xml"),
        f"{OFFICE}presentationml.presentation",
    ),
    "eml": (MAIL, "message/rfc822"),
    "text": ("It broke – again.\r\n\tTwice.".encode(), "text/plain"),
    "text of GB18030": ("机器坏了,请尽快派人来修。".encode("gb18030"), "text/plain"),
    "text of UTF-16": ("机器坏了".encode("utf-16"), "text/plain"),
    "text that begins like a header": (b"From: the workshop\n\nAll is well.", "text/plain"),
    "text that puremagic takes for a bitmap": (b"BMW calls back at 5 < 6", "text/plain"),
    "text with a sound's mark": (b"12345678WAVE of complaints", "text/plain"),
}
REFUSED = {
    "html": b"<!DOCTYPE html><html><body>hi</body></html>",
    "html after a few words": b"hello <script>alert(1)</script>",
    "html after a mark and blanks": b"\xef\xbb\xbf \n <p onclick=x>",
    "html in UTF-16": "<html><script>".encode("utf-16"),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "xml": b'<?xml version="1.0"?><a/>',
    "program of Windows": b"MZ\x90\0\3\0\0\0" + bytes(200),
    "program of Linux": b"\x7fELF\2\1\1" + bytes(200),
    "script": b"#!/bin/sh\nrm -rf /\n",
    "archive": archive("notes.txt"),
    "archive of a version to come": archive("[Content_Types].xml", "word/document.xml").replace(
        b"PK\1\2\x14\3\x14", b"PK\1\2\x14\3\xff"
    ),
    "package of programs": archive("META-INF/MANIFEST.MF", "Main.class"),
    "document with macros": archive(
        "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"
    ),
    "broken archive": b"PK\x03\x04" + bytes(100),
    "film": boxed(b"isom", b"mp42", tracks=(b"soun", b"vide")),
    "film with the sound's brand": boxed(b"M4A ", tracks=(b"soun", b"vide")),
    "film in RIFF": b"RIFF\x24\0\0\0AVI LIST" + bytes(40),
    "picture of another family": boxed(b"avif", b"mif1"),
    "noise": bytes(range(256)),
    "text with a zero in it": b"hello\0world",
    "half a character": "机器坏了".encode()[:-1] + b"\xff",
}


class TestKinds:
    @pytest.mark.parametrize("kind", TAKEN)
    def test_what_is_taken_is_told_by_its_content(self, kind):
        content, content_type = TAKEN[kind]
        assert uploads.check(upload(content, "name.pdf")) == content_type

    @pytest.mark.parametrize("kind", REFUSED)
    def test_everything_else_is_refused_with_what_is_taken(self, kind):
        with pytest.raises(forms.ValidationError) as refused:
            uploads.check(upload(REFUSED[kind], "photo.png"))
        assert refused.value.code == "kind"
        assert "PDF" in refused.value.messages[0]

    def test_a_text_named_as_a_table_is_one(self):
        assert uploads.check(upload(b"a,b\n1,2\n", "rows.CSV")) == "text/csv"
        assert uploads.check(upload(PNG, "rows.csv")) == "image/png"

    def test_markup_far_below_in_a_text_is_no_page(self):
        assert uploads.check(upload(b"word " * 4000 + b"<html>")) == "text/plain"

    def test_a_fault_at_the_very_end_of_a_long_text_is_found(self):
        with pytest.raises(forms.ValidationError):
            uploads.check(upload(b"word " * 40_000 + b"\0"))

    def test_an_empty_file_is_refused(self):
        with pytest.raises(forms.ValidationError) as refused:
            uploads.check(upload(b""))
        assert refused.value.code == "empty"

    def test_more_than_the_setting_is_refused_and_says_both_sizes(self):
        with pytest.raises(forms.ValidationError) as refused:
            uploads.check(upload(b"a" * 11 * uploads.MEGABYTE))
        assert refused.value.messages == ["The file has 11.0\xa0MB; at most 10 MB can be attached."]
        Installation.get()
        Installation.objects.update(attachment_megabytes=11)
        Installation.forget()
        assert uploads.check(upload(b"a" * 11 * uploads.MEGABYTE)) == "text/plain"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\invoice.pdf", "invoice.pdf"),
        ("in\nvoice\r\n\x00.pdf", "in voice .pdf"),
        ("report\u202efdp.exe", "report fdp.exe"),
        ("  发票 2026.pdf ", "发票 2026.pdf"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("", "file"),
        (None, "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_cleaned_of_folders_and_of_what_cannot_be_seen(given, kept):
    assert uploads.clean_name(given) == kept


class TestStoring:
    def test_a_file_lies_under_a_random_name_for_us_alone(self, media):
        one = uploads.store(upload(PNG, "broken pump.pdf"))
        two = uploads.store(upload(PNG, "broken pump.pdf"))
        assert one["name"] == "broken pump.pdf"
        assert one["content_type"] == "image/png"
        assert one["size"] == len(PNG)
        assert one["sha256"] == two["sha256"]
        assert one["stored_name"] != two["stored_name"]
        path = media / one["stored_name"]
        assert path.read_bytes() == PNG
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(media.stat().st_mode) == 0o700

    def test_what_is_refused_is_not_written(self, media):
        with pytest.raises(forms.ValidationError):
            uploads.store(upload(b"<html>", "photo.png"))
        assert not media.exists()

    def test_a_full_disk_is_said_and_leaves_nothing(self, media, monkeypatch):
        def full(_handle):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(forms.ValidationError) as refused:
            uploads.store(upload(PNG))
        assert refused.value.code == "full"
        assert not list(media.iterdir())

    def test_another_fault_is_no_word_to_the_person_and_leaves_nothing(self, media, monkeypatch):
        def broken(_handle):
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="Input/output"):
            uploads.store(upload(PNG))
        assert not list(media.iterdir())


class TestTidying:
    def stored(self, media, days: float) -> str:
        name = uploads.store(upload(PNG))["stored_name"]
        moment = time.time() - days * 24 * 3600
        os.utime(media / name, (moment, moment))
        return name

    def test_a_file_of_a_transaction_that_was_rolled_back_goes_after_a_day(self, media):
        named = self.stored(media, days=2)
        with transaction.atomic():
            orphan = self.stored(media, days=2)
            transaction.set_rollback(True)
        young = self.stored(media, days=0.5)
        assert uploads.tidy(lambda names: {named}.intersection(names)) == 1
        assert {path.name for path in media.iterdir()} == {named, young}
        assert orphan not in {named, young}

    def test_names_are_asked_in_batches(self, media, monkeypatch):
        monkeypatch.setattr(uploads, "BATCH", 2)
        names = {self.stored(media, days=2) for _ in range(5)}
        asked = []
        uploads.tidy(lambda batch: asked.append(len(batch)) or batch)
        assert asked == [2, 2, 1]
        assert {path.name for path in media.iterdir()} == names

    def test_the_rows_of_all_models_are_asked(self):
        assert uploads.named_by_rows(["nobody's"]) == set()


class TestServing:
    def served(self, name: str, content: bytes = PNG):
        values = uploads.store(upload(content, name))
        return uploads.serve(SimpleNamespace(**values))

    def test_a_file_is_a_download_that_nothing_opens(self):
        answer = self.served("photo.png")
        assert b"".join(answer.streaming_content) == PNG
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Length"] == str(len(PNG))
        assert answer["Content-Disposition"] == 'attachment; filename="photo.png"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert "no-store" in answer["Cache-Control"]
        answer.close()

    def test_a_chinese_name_arrives(self):
        answer = self.served("发票.png")
        assert answer["Content-Disposition"] == (
            "attachment; filename*=utf-8''%E5%8F%91%E7%A5%A8.png"
        )
        answer.close()

    @pytest.mark.parametrize(
        ("name", "content", "saved"),
        [
            ("photo.pdf", PNG, "photo.pdf.png"),
            ("run.bat", b"del everything", "run.bat.txt"),
            ("notes.LOG", b"words", "notes.LOG"),
            ("photo.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 20, "photo.jpeg"),
        ],
    )
    def test_the_ending_fits_the_content(self, name, content, saved):
        answer = self.served(name, content)
        assert answer["Content-Disposition"] == f'attachment; filename="{saved}"'
        answer.close()

    def test_a_file_that_is_gone_is_not_found(self, media):
        values = uploads.store(upload(PNG))
        (media / values["stored_name"]).unlink()
        with pytest.raises(Http404):
            uploads.serve(SimpleNamespace(**values))


class TestField:
    class Form(forms.Form):
        files = AttachmentsField()

    def form(self, *files, form_class=Form):
        return form_class({}, MultiValueDict({"files": list(files)}))

    def test_several_files_come_as_a_list(self):
        form = self.form(upload(PNG, "a.png"), upload(b"words", "b.txt"))
        assert form.is_valid()
        assert [file.name for file in form.cleaned_data["files"]] == ["a.png", "b.txt"]
        assert "multiple" in str(form["files"])
        assert ".heic" in str(form["files"])

    def test_none_is_an_empty_list(self):
        form = self.form()
        assert form.is_valid()
        assert form.cleaned_data["files"] == []

    def test_where_it_is_required_none_is_refused(self):
        class Required(forms.Form):
            files = AttachmentsField(required=True)

        assert not self.form(form_class=Required).is_valid()

    def test_each_wrong_file_is_named(self):
        form = self.form(upload(PNG), upload(b"<html>", "x.htm"), upload(b"", "nothing.txt"))
        errors = form.errors["files"]
        assert len(errors) == 2
        assert errors[0].startswith("x.htm: This kind of file")
        assert errors[1] == "nothing.txt: The file is empty."

    def test_more_than_ten_are_refused(self):
        form = self.form(*(upload(PNG) for _ in range(11)))
        assert form.errors["files"] == ["At most 10 files at a time."]
