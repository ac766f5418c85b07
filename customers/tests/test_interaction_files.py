"""Files of an interaction: added, taken out, and only ever a download."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ServiceFactory,
)
from customers.models import (
    AccountPlan,
    Attachment,
)
from customers.tests.factories import (
    CustomerFactory,
    InteractionFactory,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


@pytest.fixture
def logged(customer):
    return InteractionFactory(customer=customer, subject="Price talk", notes="As they said")


def url(interaction, page="") -> str:
    return f"/customers/interactions/{interaction.pk}/{page}"


def file(name="minutes.pdf", content=PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class TestFiles:
    def test_files_are_added_once_and_removed(self, client, amy, logged):
        client.force_login(amy)
        for _ in range(2):
            client.post(url(logged, "attach/"), {"attachments": [file(), file("b.pdf")]})
        assert [one.name for one in logged.attachments.all()] == ["minutes.pdf", "b.pdf"]
        first = logged.attachments.first()
        client.post(f"/customers/attachments/{first.pk}/remove/")
        assert [one.name for one in logged.attachments.all()] == ["b.pdf"]
        assert client.get(f"/customers/attachments/{first.pk}/").status_code == 404

    def test_adding_none_or_a_wrong_one_says_so(self, client, amy, logged):
        client.force_login(amy)
        for data in ({}, {"attachments": file("a.txt", b"<svg onload=1>")}):
            page = client.post(url(logged, "attach/"), data)
            assert page.context["files_form"].errors["attachments"]
        assert not Attachment.objects.exists()

    def test_a_file_is_a_download_that_opens_in_no_page(self, client, amy, logged):
        client.force_login(amy)
        client.post(url(logged, "attach/"), {"attachments": file()})
        response = client.get(f"/customers/attachments/{logged.attachments.get().pk}/")
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Disposition"] == 'attachment; filename="minutes.pdf"'
        assert response["Content-Type"] == "application/pdf"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]

    def test_only_who_sees_the_customer_gets_its_files(self, client, amy, customer, logged):
        client.force_login(amy)
        client.post(url(logged, "attach/"), {"attachments": file()})
        stored = logged.attachments.get()
        address = f"/customers/attachments/{stored.pk}/"
        for user, status in ((ServiceFactory(), 200), (AccountManagerFactory(), 404)):
            client.force_login(user)
            response = client.get(address)
            assert response.status_code == status
            assert status == 404 or b"".join(response.streaming_content) == PDF
        # What hangs on a plan would tell what the plan says.
        plan = AccountPlan.objects.create(
            customer=customer, review_on=dt.date(2030, 1, 1), made_by=amy
        )
        Attachment.objects.filter(pk=stored.pk).update(interaction=None, plan=plan)
        client.force_login(ServiceFactory())
        assert client.get(address).status_code == 404
        client.force_login(amy)
        assert client.post(f"{address}remove/").status_code == 404

    def test_who_may_not_edit_it_changes_no_files(self, client, amy, logged):
        client.force_login(amy)
        client.post(url(logged, "attach/"), {"attachments": file()})
        stored = logged.attachments.get()
        client.force_login(ServiceFactory())
        assert client.post(url(logged, "attach/"), {"attachments": file()}).status_code == 403
        address = f"/customers/attachments/{stored.pk}/remove/"
        assert client.post(address).status_code == 403
        assert client.get(address).status_code == 405
        assert Attachment.objects.count() == 1
