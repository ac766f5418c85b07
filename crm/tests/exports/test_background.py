"""Long lists: written by a worker with the rights of then, whole or not at all, for one person."""

import datetime as dt
import os

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.audit import Action
from crm.accounts.models import AuditEntry, User
from crm.accounts.tests.factories import ManagerFactory, TeamFactory
from crm.exports import background, service, tasks
from crm.exports.table import Listing
from crm.platform import exports as files
from crm.platform import jobs
from crm.platform.models import Export, JobStep
from crm.tests.exports.taken import column, read_csv, read_xlsx, take
from customers.models import Customer, Notice
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    """Three rows are a long list here, and each batch is looked at."""
    monkeypatch.setattr(service, "AT_ONCE", 2)
    monkeypatch.setattr(background, "LOOK_SECONDS", -1)


@pytest.fixture
def customers(amy):
    found = [CustomerFactory(account_manager=amy, name=f"C{place}") for place in range(3)]
    for customer in found:
        StandingFactory(customer=customer)
    return found


def ask(client, form: str = "csv", **parameters) -> Export:
    answer = client.post(reverse("export", args=["customers"]), {"as": form, **parameters})
    assert answer.status_code == 302
    return Export.objects.order_by("pk").last()


def write(export: Export) -> Export:
    tasks.write_export(export.job_id)
    export.refresh_from_db()
    return export


def fetch(client, export: Export):
    answer = client.get(reverse("export_file", args=[export.pk]))
    answer.body = answer.getvalue() if answer.streaming else answer.content
    return answer


def test_a_long_list_asks_before_it_is_written_and_is_written_once(signed_in, customers):
    answer = take(signed_in, "customers")
    assert "in the background" in answer.body.decode()
    first = ask(signed_in, sort="name")
    assert ask(signed_in, sort="name") == first  # the second click
    assert Export.objects.count() == 1
    assert first.state == Export.State.WAITING


@pytest.mark.parametrize(("form", "read"), [("csv", read_csv), ("xlsx", read_xlsx)])
def test_a_worker_writes_the_file_and_tells_who_asked(signed_in, amy, customers, form, read):
    export = write(ask(signed_in, form, sort="name", column=["name", "number"]))
    assert (export.state, export.rows, export.has_file) == ("done", 3, True)
    answer = fetch(signed_in, export)
    assert column(read(answer.body), "Name") == ["C0", "C1", "C2"]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="customers-')
    (notice,) = Notice.objects.filter(user=amy)
    assert notice.kind == Notice.Kind.EXPORT
    assert (
        reverse("export_detail", args=[export.pk])
        in signed_in.get(reverse("customers:notices")).content.decode()
    )
    (entry,) = AuditEntry.objects.filter(action=Action.LIST_EXPORTED)
    assert (entry.actor, entry.details["rows"]) == (amy, 3)
    assert "sort=name" in entry.details["filters"]
    page = signed_in.get(reverse("export_detail", args=[export.pk])).content.decode()
    assert reverse("export_file", args=[export.pk]) in page


def test_the_page_says_how_far_it_is_and_is_asked_again(signed_in, customers):
    export = ask(signed_in)
    Export.objects.filter(pk=export.pk).update(state="writing", rows=1, expected=4)
    address = reverse("export_detail", args=[export.pk])
    assert "25 %" in signed_in.get(address).content.decode()
    part = signed_in.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="export-state"')


def test_what_left_ones_sight_before_the_writing_is_not_written(signed_in, customers):
    export = ask(signed_in)
    Customer.objects.filter(pk=customers[0].pk).update(account_manager=None, team=None)
    customers[0].standing.owner = customers[0].standing.team = None
    customers[0].standing.save()
    rows = read_csv(fetch(signed_in, write(export)).body)
    assert sorted(column(rows, "Number")) == sorted(one.number for one in customers[1:])


def test_a_file_is_its_owners_alone(signed_in, client, customers):
    export = write(ask(signed_in))
    for other in (ManagerFactory(), CustomerFactory().account_manager):
        client.force_login(other)
        assert fetch(client, export).status_code == 404
        assert client.post(reverse("export_cancel", args=[export.pk])).status_code == 404
    manager = ManagerFactory()
    client.force_login(manager)
    address = reverse("export_detail", args=[export.pk])
    assert reverse("export_file", args=[export.pk]) not in client.get(address).content.decode()
    everybody = client.get(reverse("exports") + "?whose=all").content.decode()
    assert str(export.user) in everybody


@pytest.mark.parametrize("change", [{"role": "service"}, {"team": "new"}, {"is_active": False}])
def test_who_is_somebody_else_now_gets_no_file_of_before(signed_in, amy, customers, change):
    export = write(ask(signed_in))
    change = {"team": TeamFactory()} if "team" in change else change
    User.objects.filter(pk=amy.pk).update(**change)
    assert fetch(signed_in, export).status_code in (302, 404)
    assert (
        "/file/" not in signed_in.get(reverse("export_detail", args=[export.pk])).content.decode()
    )


def test_who_left_before_the_writing_gets_nothing_written(signed_in, amy, customers):
    export = ask(signed_in)
    User.objects.filter(pk=amy.pk).update(is_active=False)
    assert write(export).state == Export.State.FAILED
    assert list(files.folder().iterdir()) == []
    assert not AuditEntry.objects.filter(action=Action.LIST_EXPORTED).exists()


def test_a_cancelled_export_is_not_written(signed_in, customers):
    export = ask(signed_in)
    signed_in.post(reverse("export_cancel", args=[export.pk]))
    assert write(export).state == Export.State.CANCELLED
    assert list(files.folder().iterdir()) == []
    assert not service.cancel(export=export)


def test_an_export_cancelled_on_its_way_leaves_nothing(signed_in, customers, monkeypatch):
    export, seen = ask(signed_in), Listing.values

    def values(listing):
        for row in seen(listing):
            service.cancel(export=export)
            yield row

    monkeypatch.setattr(Listing, "values", values)
    assert write(export).state == Export.State.CANCELLED
    assert list(files.folder().iterdir()) == []
    assert not Notice.objects.exists()


def test_a_worker_that_broke_off_leaves_no_half_file_and_the_next_begins_anew(
    signed_in, customers, monkeypatch
):
    export = ask(signed_in)
    with monkeypatch.context() as patch:
        patch.setattr(Listing, "values", broken)
        with pytest.raises(RuntimeError):
            tasks.write_export(export.job_id)
    assert list(files.folder().iterdir()) == []
    JobStep.objects.update(lease_until=None)
    assert write(export).rows == 3


def broken(listing):
    yield [None for _column in listing.shown]
    raise RuntimeError


def test_a_worker_that_was_killed_is_followed_by_another(signed_in, customers):
    """The first one's claim is over; what it still writes under it is refused."""
    export = ask(signed_in)
    late = jobs.claim(export.job_id, "elsewhere:1")
    left = files.new_path()
    left.write_bytes(b"half")
    JobStep.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    done = write(export)
    assert done.state == Export.State.DONE
    with pytest.raises(jobs.StaleClaim):
        background._end(late, jobs.Hold(late).__enter__())
    assert files.path_of(done).name != left.name


def test_an_export_that_always_fails_ends_as_failed(signed_in, customers, monkeypatch):
    export = ask(signed_in)
    monkeypatch.setattr(Listing, "values", broken)
    for _attempt in range(jobs.MOST_FAILURES):
        JobStep.objects.update(lease_until=None)
        with pytest.raises(RuntimeError):
            tasks.write_export(export.job_id)
    export.refresh_from_db()
    assert export.state == Export.State.FAILED
    page = signed_in.get(reverse("export_detail", args=[export.pk])).content.decode()
    assert "could not be written" in page


def test_only_so_many_wait_for_a_worker_at_a_time(signed_in, customers):
    for place in range(service.MOST_OPEN):
        ask(signed_in, tag=str(place))
    answer = signed_in.post(reverse("export", args=["customers"]), {"as": "csv", "tag": "9"})
    assert answer.headers["Location"] == reverse("exports")
    assert Export.objects.count() == service.MOST_OPEN


def test_files_go_after_seven_days_and_killed_workers_files_after_one(signed_in, customers):
    export, left, fresh = write(ask(signed_in)), files.new_path(), files.new_path()
    for path in (left, fresh):
        path.write_bytes(b"half")
    old = timezone.now().timestamp() - 2 * 24 * 3600
    for path in (left, files.path_of(export)):
        os.utime(path, (old, old))
    assert tasks.tidy_exports() == 1  # the one that no row knows
    assert fetch(signed_in, export).status_code == 200
    Export.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert fetch(signed_in, export).status_code == 404
    assert tasks.tidy_exports() == 1
    assert list(files.folder().iterdir()) == [fresh]


def test_what_was_searched_for_is_not_in_the_audit_log_and_goes_with_the_person(
    signed_in, customers
):
    export = write(ask(signed_in, q="Zoe Quill"))
    (entry,) = AuditEntry.objects.filter(action=Action.LIST_EXPORTED)
    assert "Zoe" not in str(entry.details)
    assert "q=…" in entry.details["filters"]
    path = files.path_of(export)
    files.forget("Zoe Quill")
    export.refresh_from_db()
    assert "Zoe" not in str(export.query)
    assert not export.stored_name
    assert path.exists()  # until the transaction is done
