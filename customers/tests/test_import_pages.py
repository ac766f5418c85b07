"""The way of a file through the pages, step by step, and who may go it."""

import csv
import io
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform import jobs
from crm.platform.models import Installation, Job, JobStep
from customers.imports import background, uploads
from customers.models import Change, Customer, ImportMapping, ImportRun, Transaction
from customers.tests.workbooks import write_workbook

pytestmark = pytest.mark.django_db
TABLE = b"Debtor,Bill,Day,Amount\nC1,I1,2024-01-02,5\nC1,I1,2024-01-02,5\nC2,I2,never,7\n"
MATCH = {
    "customer": "Debtor",
    "reference": "Bill",
    "date": "Day",
    "amount": "Amount",
    "create_customers": "on",
}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


def send(client, content: bytes, name="sales.csv", **fields):
    data = {"kind": "transactions", "new_source": "erp", **fields}
    data["file"] = SimpleUploadedFile(name, content)
    return client.post(reverse("customers:import_create"), data)


def page_of(import_run, name="detail"):
    return reverse(f"customers:import_{name}", args=[import_run.pk])


def work(import_run) -> ImportRun:
    """What a worker does; the doorbell rings after the commit, which tests don't reach."""
    import_run.refresh_from_db()
    background.work(import_run.job_id)
    import_run.refresh_from_db()
    return import_run


def figures(import_run):
    return import_run.new, import_run.changed, import_run.same, import_run.wrong


def test_the_first_step_tells_which_columns_there_are_and_which_are_needed(client, manager):
    text = client.get(reverse("customers:import_create")).text
    assert "<strong>Date</strong>" in text
    assert "Unit price" in text
    assert "<strong>Unit price</strong>" not in text


def test_a_file_goes_from_upload_to_commit(client, manager):
    answer = send(client, TABLE)
    import_run = ImportRun.objects.get()
    assert answer.url == page_of(import_run)

    page = client.get(page_of(import_run))
    assert [cell for row in import_run.sample["rows"] for cell in row][:2] == ["C1", "I1"]
    # Two are known by their names; the others are for the person to say.
    initial = page.context["form"].initial
    assert (initial.get("amount"), initial.get("customer")) == ("Amount", "Debtor")
    assert "reference" not in initial

    assert client.post(page_of(import_run), MATCH).url == page_of(import_run)
    import_run.refresh_from_db()
    assert (import_run.state, import_run.is_working) == ("checking", True)
    page = client.get(page_of(import_run))
    assert page_of(import_run, "progress") in page.content.decode()
    assert "HX-Refresh" not in client.get(page_of(import_run, "progress")).headers

    assert figures(work(import_run)) == (2, 0, 0, 1)
    assert (import_run.state, import_run.customers_created) == ("checked", 1)
    assert not Transaction.objects.exists()
    assert client.get(page_of(import_run, "progress")).headers["HX-Refresh"] == "true"
    page = client.get(page_of(import_run)).content.decode()
    assert "Date: is no date." in page
    assert page_of(import_run, "commit") in page

    assert client.post(page_of(import_run, "commit")).status_code == 302
    assert figures(work(import_run)) == (2, 0, 0, 1)
    assert (import_run.state, Transaction.objects.count()) == ("done", 2)
    assert Customer.objects.get().number == "C1"
    assert not uploads.path_of(import_run.stored_name).exists()
    entry = AuditEntry.objects.get(action="import.committed")
    assert (entry.actor, entry.details["new"]) == (manager, 2)
    # What the worker changed is the history of the person who started it.
    assert Change.objects.get(table="customers_customer").actor == manager
    assert client.get(page_of(import_run)).status_code == 200
    assert "sales.csv" in client.get(reverse("customers:imports")).content.decode()


def test_the_wrong_rows_are_downloaded_and_come_back_mended(client, manager):
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    client.post(page_of(import_run), MATCH)
    work(import_run)
    client.post(page_of(import_run, "commit"))
    work(import_run)
    answer = client.get(page_of(import_run, "wrong_rows"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sales-wrong-rows.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    content = b"".join(answer.streaming_content)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[1] == ["4", "C2", "I2", "never", "7", "Date: is no date."]

    send(
        client, content.replace(b"never", b"2024-01-03"), new_source="", source=import_run.source_id
    )
    mended = ImportRun.objects.first()
    page = client.get(page_of(mended))
    assert "complete their invoices" in page.content.decode()
    # The match of the source's last file is proposed again.
    assert page.context["form"].initial["reference"] == "Bill"
    client.post(page_of(mended), MATCH)
    assert figures(work(mended)) == (1, 0, 0, 0)


def test_the_page_and_the_command_do_the_same(client, manager, load):
    table = "customer,reference,date,amount\nC1,I1,2024-01-02,5\n,I1,2024-01-02,5\n"
    expected = load(table, commit=False).counts
    send(client, table.encode())
    import_run = ImportRun.objects.get()
    client.post(page_of(import_run), {**MATCH, "customer": "customer", "reference": "reference",
                                      "date": "date", "amount": "amount"})  # fmt: skip
    work(import_run)
    assert figures(import_run) == (
        expected.new, expected.changed, expected.same, expected.wrong,
    )  # fmt: skip


def test_the_order_of_dates_is_asked_only_when_it_is_in_doubt(client, manager):
    send(client, TABLE.replace(b"2024-01-02", b"01/02/2024"))
    import_run = ImportRun.objects.get()
    assert "date_order" not in client.get(page_of(import_run)).context["form"].fields
    client.post(page_of(import_run), MATCH)
    assert work(import_run).state == "failed"
    page = client.get(page_of(import_run))
    assert "01/02/2024" in page.content.decode()
    assert "date_order" in page.context["form"].fields
    client.post(page_of(import_run), {**MATCH, "date_order": "dmy"})
    assert figures(work(import_run)) == (2, 0, 0, 1)
    assert ImportMapping.objects.get().date_order == "dmy"


def test_a_workbook_is_taken_too(client, manager, tmp_path):
    book = tmp_path / "customers.xlsx"
    write_workbook(book, {1: ["编号", "名称"], 2: ["K1", "华信科技"]})
    send(client, book.read_bytes(), name="客户.xlsx", kind="customers", new_source="")
    import_run = ImportRun.objects.get()
    form = client.get(page_of(import_run)).context["form"]
    assert (form.initial["key"], form.initial["name"]) == ("编号", "名称")
    assert "create_customers" not in form.fields
    client.post(page_of(import_run), {"key": "编号", "name": "名称"})
    work(import_run)
    client.post(page_of(import_run, "commit"))
    assert work(import_run).state == "done"
    assert Customer.objects.get().name == "华信科技"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "neither a text table"),
        (b"a,b\n", "no rows"),
        (b"PK\x03\x04nothing", "damaged"),
        (b"one column\n1\n", "No columns"),
    ],
)
def test_what_is_no_table_is_refused_beside_the_field(client, manager, content, words):
    answer = send(client, content)
    assert words in answer.context["form"].errors["file"][0]
    assert not ImportRun.objects.exists()
    folder = uploads.imports_folder()
    assert list(folder.iterdir()) == []


def test_an_upload_over_the_limit_is_refused(client, manager):
    Installation.get()
    Installation.objects.update(upload_megabytes=1)
    Installation.forget()
    answer = send(client, b"a,b\n1,2\n" * 200_000)
    assert "at most 1 MB" in answer.context["form"].errors["file"][0]


def test_a_match_without_what_is_needed_is_shown_again(client, manager):
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    answer = client.post(page_of(import_run), {"customer": "Debtor"})
    assert "reference" in answer.context["form"].non_field_errors()[0]
    import_run.refresh_from_db()
    assert import_run.state == "uploaded"


def test_what_is_not_checked_can_not_be_committed(client, manager):
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    client.post(page_of(import_run, "commit"))
    client.post(page_of(import_run), MATCH)
    client.post(page_of(import_run, "commit"))
    import_run.refresh_from_db()
    assert import_run.state == "checking"
    work(import_run)
    client.post(page_of(import_run, "commit"))
    work(import_run)
    client.post(page_of(import_run, "commit"))
    import_run.refresh_from_db()
    assert (import_run.state, Job.objects.count()) == ("done", 2)


def test_the_columns_may_be_changed_after_the_check(client, manager):
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    client.post(page_of(import_run), {**MATCH, "create_customers": ""})
    assert figures(work(import_run)) == (0, 0, 0, 3)
    assert page_of(import_run, "commit") not in client.get(page_of(import_run)).content.decode()
    assert client.get(page_of(import_run) + "?columns=1").context["is_matching"]
    client.post(page_of(import_run), MATCH)
    assert figures(work(import_run)) == (2, 0, 0, 1)


def test_an_import_that_breaks_off_again_and_again_says_so_and_can_start_anew(client, manager):
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    client.post(page_of(import_run), MATCH)
    import_run.refresh_from_db()
    jobs.fail_job(import_run.job_id, "the disk is full")
    page = client.get(page_of(import_run)).content.decode()
    assert "the disk is full" in page
    client.post(page_of(import_run), MATCH)
    assert figures(work(import_run)) == (2, 0, 0, 1)


def test_a_commit_is_done_once_however_often_it_is_rung_for(client, manager):
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    client.post(page_of(import_run), MATCH)
    work(import_run)
    client.post(page_of(import_run, "commit"))
    work(import_run)
    assert background.work(import_run.job_id) is None
    assert Transaction.objects.count() == 2


def test_a_worker_whose_claim_has_passed_writes_nothing(client, manager, monkeypatch):
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    client.post(page_of(import_run), MATCH)
    work(import_run)
    client.post(page_of(import_run, "commit"))
    import_run.refresh_from_db()
    find_rows = background.run

    def overtaken(*args, **kwargs):
        JobStep.objects.filter(job=import_run.job_id).update(fence=99)
        return find_rows(*args, **kwargs)

    monkeypatch.setattr(background, "run", overtaken)
    with pytest.raises(jobs.StaleClaim):
        background.work(import_run.job_id)
    import_run.refresh_from_db()
    assert (import_run.state, Transaction.objects.count()) == ("committing", 0)


def test_the_wrong_rows_stand_in_the_language_of_the_person(client, manager):
    client.post(reverse("set_language"), {"language": "zh-hans"})
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    client.post(page_of(import_run), MATCH)
    work(import_run)
    assert import_run.language == "zh-hans"
    text = uploads.path_of(import_run.wrong_rows_name).read_text("utf-8-sig")
    assert text.startswith("原始行号,")


def test_what_nobody_needs_any_more_is_removed_after_its_time(client, manager):
    send(client, TABLE)
    folder = uploads.imports_folder()
    (folder / "reading-x").mkdir()
    (folder / "upload-1-wrong-rows-1.csv").touch()
    now = time.time()
    uploads.tidy(now + 3600)
    assert len(list(folder.iterdir())) == 3
    uploads.tidy(now + 2 * uploads.DAY)
    assert not (folder / "reading-x").exists()
    uploads.tidy(now + 31 * uploads.DAY)
    assert [path.name for path in folder.iterdir()] == ["upload-1-wrong-rows-1.csv"]


@pytest.mark.parametrize("factory", [AccountManagerFactory, ServiceFactory])
def test_only_managers_import(client, factory, manager):
    send(client, TABLE)
    import_run = ImportRun.objects.get()
    client.force_login(factory())
    for name in ("detail", "progress", "wrong_rows"):
        assert client.get(page_of(import_run, name)).status_code == 403
    assert client.get(reverse("customers:imports")).status_code == 403
    assert client.get(reverse("customers:import_create")).status_code == 403
    assert send(client, TABLE).status_code == 403
    assert client.post(page_of(import_run), MATCH).status_code == 403
    assert client.post(page_of(import_run, "commit")).status_code == 403


def test_the_pages_cost_the_same_however_many_imports_there_are(
    client, manager, django_assert_max_num_queries
):
    send(client, TABLE)
    first = ImportRun.objects.get()
    for number in range(60):
        ImportRun.objects.create(
            kind="customers", source=first.source, file_name=f"{number}.csv", stored_name="x",
            started_by=manager,
        )  # fmt: skip
    client.get(reverse("customers:imports"))
    with django_assert_max_num_queries(6):
        page = client.get(reverse("customers:imports"))
    assert len(page.context["runs"]) == 50
    older = client.get(reverse("customers:imports") + page.context["older_url"])
    assert len(older.context["runs"]) == 11
    with django_assert_max_num_queries(6):
        client.get(page_of(first))
