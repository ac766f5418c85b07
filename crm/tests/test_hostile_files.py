"""Files that are not what they say, at every form that takes some: refused beside the field."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from complaints.models import CaseAttachment
from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import AccountManagerFactory, TeamFactory
from crm.platform import uploads
from customers.models import Attachment, Interaction
from customers.tests.factories import AccountPlanFactory, CustomerFactory, InteractionFactory

pytestmark = pytest.mark.django_db
PAGE = b"<!doctype html><script>alert(1)</script>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BAD = {
    "a page as a picture": ("photo.png", PAGE),
    "a drawing with a script": ("plan.svg", DRAWING),
    "a program": ("tool.exe", b"MZ\x90\x00" + b"\x00" * 200),
    "a program as a paper": ("offer.pdf", b"MZ\x90\x00" + b"\x00" * 200),
    "nothing": ("empty.txt", b""),
}
NOTE = "We agreed on the price. 价格已谈妥。\n".encode()
GOOD = {
    "../../etc/passwd.txt": "passwd.txt",
    "C:\\Windows\\notes.txt": "notes.txt",
    "合" * 251 + ".txt": None,  # as long as any disk takes
    "\u202efdp.txt": "fdp.txt",
    '"><img src=x onerror=alert(1)>.txt': '"><img src=x onerror=alert(1)>.txt',
}


@pytest.fixture
def amy(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return AccountManagerFactory(team=TeamFactory())


@pytest.fixture
def client(amy):
    client = Client()
    client.force_login(amy)
    return client


@pytest.fixture(params=["new interaction", "interaction", "plan", "case"])
def place(request, amy) -> tuple[str, str, dict]:
    """Where files are taken: the address, the field, and what else the form needs."""
    customer = CustomerFactory(account_manager=amy)
    if request.param == "new interaction":
        needed = {"kind": "call", "direction": "out", "subject": "Talk", "next_assignee": amy.pk}
        needed["at"] = "2026-01-05T10:00"
        url = reverse("customers:interaction_create", args=[customer.pk])
        return url, "attachments", needed
    if request.param == "interaction":
        talk = InteractionFactory(customer=customer)
        return reverse("customers:interaction_attach", args=[talk.pk]), "attachments", {}
    if request.param == "plan":
        plan = AccountPlanFactory(customer=customer)
        return reverse("customers:plan_attach", args=[plan.pk]), "files", {}
    case = CaseFactory(customer=customer, by=amy, owner=amy)
    return reverse("complaints:attach", args=[case.pk]), "attachments", {}


def kept() -> list:
    return [*Attachment.objects.order_by("pk"), *CaseAttachment.objects.order_by("pk")]


def stored_files() -> int:
    return sum(1 for _ in uploads.folder().iterdir())


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_not_what_it_says_is_refused_beside_the_field(client, place, what):
    url, field, needed = place
    name, content = BAD[what]
    talks = Interaction.objects.count()
    answer = client.post(url, {**needed, field: SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    # Which file, in the words beside the field.
    _before, _field, after = answer.text.partition(f'{field}_error"')
    assert name in after[:600]
    assert not kept()
    assert not stored_files()
    assert Interaction.objects.count() == talks


def test_one_wrong_file_keeps_the_others_out_too(client, place):
    url, field, needed = place
    files = [SimpleUploadedFile("note.txt", NOTE), SimpleUploadedFile("photo.png", PAGE)]
    answer = client.post(url, {**needed, field: files})
    assert answer.status_code == 200
    assert not kept()


def test_names_lead_nowhere_and_are_shown_as_words(client, place):
    url, field, needed = place
    files = [
        SimpleUploadedFile("x.txt", NOTE + str(place).encode()) for place, _name in enumerate(GOOD)
    ]
    for file, name in zip(files, GOOD, strict=True):
        file._name = name  # as it comes over the wire, which the class would clean
    answer = client.post(url, {**needed, field: files}, follow=True)
    assert answer.status_code == 200
    assert len(kept()) == len(GOOD)
    assert {path.parent for path in uploads.folder().iterdir()} == {uploads.folder()}
    assert "<img src=x" not in answer.text
    for file, expected in zip(kept(), GOOD.values(), strict=True):
        assert len(file.name) <= uploads.LONGEST_NAME
        assert file.name.endswith(".txt")
        assert expected in (None, file.name)


def test_a_large_file_is_refused_with_both_sizes(client, amy):
    customer = CustomerFactory(account_manager=amy)
    talk = InteractionFactory(customer=customer)
    url = reverse("customers:interaction_attach", args=[talk.pk])
    file = SimpleUploadedFile("film.txt", b"0123456789\n" * (50 * uploads.MEGABYTE // 11 + 1))
    answer = client.post(url, {"attachments": file})
    assert answer.status_code == 200
    (error,) = answer.context["files_form"].errors["attachments"]
    assert "film.txt" in error
    assert "50" in error
    assert not kept()


def test_a_plan_keeps_the_same_file_once(client, amy):
    plan = AccountPlanFactory(customer=CustomerFactory(account_manager=amy))
    url = reverse("customers:plan_attach", args=[plan.pk])
    for _ in range(2):
        client.post(url, {"files": SimpleUploadedFile("note.txt", NOTE)})
    assert [file.name for file in kept()] == ["note.txt"]


def test_a_full_disk_is_said_on_the_page_of_a_plan(client, amy, monkeypatch):
    def full(upload, path):
        raise uploads.ValidationError("There is no room left.", code="full")

    monkeypatch.setattr(uploads, "_write", full)
    plan = AccountPlanFactory(customer=CustomerFactory(account_manager=amy))
    url = reverse("customers:plan_attach", args=[plan.pk])
    answer = client.post(url, {"files": SimpleUploadedFile("note.txt", NOTE)})
    assert answer.status_code == 200
    assert "no room" in answer.text
    assert not kept()
