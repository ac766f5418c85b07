"""The page of business hours: week, exceptional days, public holidays."""

import datetime as dt

import pytest
from django.urls import reverse

from crm.accounts import business_hours
from crm.accounts.audit import Action
from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AdministratorFactory, ManagerFactory, ServiceFactory
from crm.platform.calendars import Week, default_calendar
from crm.platform.models import BusinessCalendar, BusinessDay, Installation

pytestmark = pytest.mark.django_db
MORNING = (dt.time(9), dt.time(12))
OFFICE = (dt.time(9), dt.time(17, 30))


@pytest.fixture(autouse=True)
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


def today() -> dt.date:
    return Installation.get().today()


def shown(client) -> dict:
    """What the page shows, as it would be posted."""
    return posted(client.get(reverse("calendar")).context["form"])


def posted(form) -> dict:
    return {
        name: field.prepare_value(form[name].value() or "") for name, field in form.fields.items()
    }


def save(client, **changes):
    return client.post(reverse("calendar"), shown(client) | changes)


def add(client, **values):
    day = today() + dt.timedelta(days=1)
    return client.post(
        reverse("calendar_day_add"), {"first": day.isoformat(), "name": "Fair"} | values
    )


def week() -> Week:
    return Week.of(default_calendar())


class TestWeek:
    def test_the_page_shows_the_default_calendar(self, client):
        values = shown(client)
        assert values["time_zone"] == "Europe/London"
        assert (values["monday"], values["sunday"]) == ("09:00–17:30", "")

    def test_a_change_is_kept_and_stands_in_the_log(self, client, manager):
        answer = save(
            client, time_zone="Asia/Shanghai", monday="9-12, 13:30-18", saturday="10:00–12:00"
        )
        assert answer.status_code == 302
        kept = week()
        assert kept.zone.key == "Asia/Shanghai"
        assert kept.weekdays[0] == [MORNING, (dt.time(13, 30), dt.time(18))]
        assert kept.weekdays[1] == [OFFICE]
        assert kept.weekdays[5] == [(dt.time(10), dt.time(12))]
        entry = AuditEntry.objects.get(action="calendar.changed")
        assert entry.actor == manager
        assert entry.details == {
            "monday": ["09:00–17:30", "09:00–12:00, 13:30–18:00"],
            "saturday": ["", "10:00–12:00"],
            "time_zone": ["Europe/London", "Asia/Shanghai"],
        }

    def test_saving_nothing_new_writes_nothing(self, client):
        assert save(client).status_code == 302
        assert default_calendar().version == 1
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("monday", "17:00-9:00", "has to open before it closes"),
            ("friday", "9-12, 11-15", "overlap"),
            ("sunday", "all day", "is not understood"),
            ("time_zone", "Mars/Olympus", "This is no time zone"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field(self, client, name, value, problem):
        answer = save(client, **{name: value})
        assert answer.status_code == 200
        assert problem in answer.context["form"].errors[name][0]
        assert value in answer.content.decode()
        assert default_calendar().version == 1

    def test_a_week_that_never_opens_is_refused(self, client):
        closed = dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], "")
        answer = save(client, **closed)
        assert "One day at least has to be open" in answer.content.decode()

    def test_saving_over_a_newer_change_is_refused_and_shows_both(self, client):
        stale = shown(client) | {"monday": "08:00–16:00"}
        save(client, monday="10:00–18:00", tuesday="")
        answer = client.post(reverse("calendar"), stale)
        assert answer.status_code == 409
        form = answer.context["form"]
        both = [(row.label, row.theirs, row.mine) for row in form.differences]
        usual = "09:00–17:30"
        assert both == [
            ("Monday", "10:00–18:00", "08:00–16:00"),
            ("Tuesday", "", usual),
        ]
        assert week().weekdays[0] == [(dt.time(10), dt.time(18))]
        assert client.post(reverse("calendar"), posted(form)).status_code == 302
        assert week().weekdays[0] == [(dt.time(8), dt.time(16))]
        assert 1 not in week().weekdays

    def test_exceptional_days_stay(self, client):
        add(client)
        save(client, monday="")
        assert len(week().exceptions) == 1

    def test_the_page_costs_few_queries_however_many_days(
        self, client, django_assert_max_num_queries
    ):
        default = default_calendar()
        BusinessDay.objects.bulk_create(
            BusinessDay(calendar=default, date=today() + 2 * n * dt.timedelta(days=1))
            for n in range(40)
        )
        with django_assert_max_num_queries(15):
            answer = client.get(reverse("calendar"))
        assert len(answer.content) < 40_000


class TestDays:
    def test_a_holiday_is_added_and_deleted(self, client):
        assert add(client).status_code == 302
        day = BusinessDay.objects.get()
        assert week().exceptions == {day.date: []}
        assert "Fair" in client.get(reverse("calendar")).content.decode()
        assert client.post(reverse("calendar_day_delete", args=[day.pk])).status_code == 302
        assert week().exceptions == {}
        log = list(AuditEntry.objects.order_by("id").values_list("action", "subject"))
        assert log == [
            ("calendar.days_added", day.date.isoformat()),
            ("calendar.days_deleted", day.date.isoformat()),
        ]

    def test_a_day_with_several_intervals_is_deleted_whole(self, client):
        add(client, hours="9-12, 13-15")
        one, _two = BusinessDay.objects.all()
        client.post(reverse("calendar_day_delete", args=[one.pk]))
        assert not BusinessDay.objects.exists()

    def test_a_day_deleted_twice_at_once_stands_in_the_log_once(self, client, manager):
        add(client)
        day = BusinessDay.objects.get()
        for _again in range(2):
            business_hours.delete_days(actor=manager, first=day, last=day.date)
        assert AuditEntry.objects.filter(action=Action.CALENDAR_DAYS_DELETED).count() == 1

    def test_several_days_in_a_row_are_added_at_once(self, client):
        first = today() + dt.timedelta(days=3)
        last = first + dt.timedelta(days=2)
        add(client, first=first.isoformat(), last=last.isoformat(), hours="9-12")
        assert week().exceptions == {first + dt.timedelta(days=n): [MORNING] for n in range(3)}

    def test_days_in_a_row_of_one_occasion_are_one_line_and_deleted_together(self, client):
        first = today() + dt.timedelta(days=3)
        last = first + dt.timedelta(days=2)
        after = last + dt.timedelta(days=1)
        add(client, first=first.isoformat(), last=last.isoformat(), name="Works holiday")
        add(client, first=after.isoformat(), name="Stocktaking")
        lines = client.get(reverse("calendar")).context["occasions"]
        assert [(line["first"], line["last"]) for line in lines] == [(first, last), (after, after)]
        address = reverse("calendar_day_delete", args=[lines[0]["pk"]])
        # Reaching too far touches no other occasion.
        client.post(address, {"last": after.isoformat()})
        assert week().exceptions == {after: []}
        entry = AuditEntry.objects.get(action="calendar.days_deleted")
        assert entry.subject == f"{first} – {last}"

    def test_without_a_word_how_far_one_day_is_deleted(self, client):
        first = today() + dt.timedelta(days=3)
        last = first + dt.timedelta(days=1)
        add(client, first=first.isoformat(), last=last.isoformat())
        pk = BusinessDay.objects.get(date=first).pk
        client.post(reverse("calendar_day_delete", args=[pk]), {"last": "soon"})
        assert week().exceptions == {last: []}

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"first": ""}, "first"),
            ({"first": "soon"}, "first"),
            ({"name": ""}, "name"),
            ({"hours": "12-9"}, "hours"),
            ({"first": "2027-01-05", "last": "2027-01-04"}, "last"),
            ({"first": "2027-01-01", "last": "2027-06-01"}, "last"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field(self, client, values, field):
        answer = add(client, **values)
        assert answer.status_code == 200
        assert list(answer.context["day_form"].errors) == [field]
        assert not BusinessDay.objects.exists()

    def test_a_day_that_is_on_the_list_is_not_added_again(self, client):
        add(client, name="Fair")
        answer = add(client, name="Party")
        assert "is on the list already" in answer.context["day_form"].errors["first"][0]
        assert BusinessDay.objects.get().name == "Fair"

    def test_a_day_of_another_calendar_is_not_found(self, client):
        other = BusinessCalendar.objects.create(name="Night shift", time_zone="UTC")
        day = other.days.create(date=today())
        assert client.post(reverse("calendar_day_delete", args=[day.pk])).status_code == 404

    def test_days_of_earlier_years_are_a_click_away(self, client):
        default_calendar().days.create(date=dt.date(today().year - 1, 5, 1), name="Last May")
        page = client.get(reverse("calendar")).content.decode()
        assert "Last May" not in page
        assert f"?year={today().year - 1}" in page
        page = client.get(reverse("calendar"), {"year": today().year - 1}).content.decode()
        assert "Last May" in page
        assert client.get(reverse("calendar"), {"year": "1e9"}).status_code == 200

    def test_a_mistyped_year_of_before_they_were_refused_makes_one_link_and_no_thousand(
        self, client
    ):
        assert add(client, first="0206-05-01", last="").context["day_form"].errors["first"]
        default_calendar().days.create(date=dt.date(206, 5, 1), name="Fair")
        assert client.get(reverse("calendar")).context["earlier_years"] == [206]


class TestPublicHolidays:
    def load(self, client, region: str):
        return client.post(reverse("calendar_holidays_load"), {"region": region}, follow=True)

    def test_the_days_of_china_are_loaded_with_their_workdays(self, client):
        page = self.load(client, "china").content.decode()
        assert "Added: 46 holidays, 6 workdays." in page
        days = week().exceptions
        assert days[dt.date(2026, 2, 17)] == []
        assert days[dt.date(2026, 2, 28)] == [OFFICE]
        names = dict(BusinessDay.objects.values_list("date", "name"))
        assert names[dt.date(2026, 2, 28)] == "Workday for Spring Festival"

    def test_loading_twice_changes_nothing(self, client):
        self.load(client, "england-and-wales")
        before = list(BusinessDay.objects.order_by("id").values())
        page = self.load(client, "england-and-wales").content.decode()
        assert "on the list already" in page
        assert list(BusinessDay.objects.order_by("id").values()) == before
        assert AuditEntry.objects.filter(action="calendar.holidays_loaded").count() == 1

    def test_days_entered_by_hand_stay(self, client):
        mine = default_calendar().days.create(
            date=dt.date(2026, 12, 25), name="Open morning", opens=MORNING[0], closes=MORNING[1]
        )
        self.load(client, "england-and-wales")
        assert BusinessDay.objects.get(date=mine.date).name == "Open morning"
        assert BusinessDay.objects.count() == 16

    def test_another_country_is_refused(self, client):
        answer = self.load(client, "atlantis")
        assert answer.context["holidays_form"].errors
        assert not BusinessDay.objects.exists()


class TestWho:
    ADDRESSES = (
        ("calendar", ()),
        ("calendar_day_add", ()),
        ("calendar_day_delete", (1,)),
        ("calendar_holidays_load", ()),
    )

    @pytest.mark.parametrize(("name", "args"), ADDRESSES)
    def test_service_staff_may_not(self, client, name, args):
        client.force_login(ServiceFactory())
        assert client.post(reverse(name, args=args)).status_code == 403

    @pytest.mark.parametrize(("name", "args"), ADDRESSES)
    def test_who_has_not_signed_in_is_asked_to(self, client, name, args):
        client.logout()
        answer = client.post(reverse(name, args=args))
        assert answer.status_code == 302
        assert reverse("account_login") in answer["Location"]

    @pytest.mark.parametrize(("name", "args"), ADDRESSES[1:])
    def test_writes_are_posts(self, client, name, args):
        assert client.get(reverse(name, args=args)).status_code == 405

    def test_administrators_may_and_find_it_in_the_menu(self, client):
        client.force_login(AdministratorFactory())
        page = client.get(reverse("settings")).content.decode()
        assert f'href="{reverse("calendar")}"' in page
        assert save(client, monday="8-16").status_code == 302
