"""Real complaints of a city, imported, and each figure of learning counted again by pandas."""

import csv
import datetime as dt
import gzip

import numpy as np
import pandas as pd
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Sum
from django.urls import reverse

from complaints.analytics import control
from complaints.analytics.times import ACCURACY
from complaints.learning_reads import Look, by_kind, times_of, totals
from complaints.models import Case, Category, LearningCell, WeekCell
from complaints.services.learning import record
from crm.accounts.tests.factories import ManagerFactory
from crm.platform.models import Installation
from customers.tests.factories import CustomerFactory

FILE = settings.BASE_DIR.parent / "shared" / "data" / "complaints_nyc311.csv.gz"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FILE.exists(), reason="the shared data is absent"),
]
# When the file was taken; complaints that are open then have lasted until that day's end.
LAST = dt.date(2025, 3, 14)
COLUMNS = {
    "reference": "Unique Key",
    "customer": "Borough",
    "description": "Descriptor",
    "category": "Complaint Type",
    "received_at": "Created Date",
    "closed_at": "Closed Date",
    "state": "Status",
}


def import_each(step: int, folder) -> pd.DataFrame:
    """Import each so-many-th complaint; returns what pandas reads of the same file."""
    table = pd.read_csv(FILE, dtype=str, keep_default_na=False).iloc[::step]
    file = folder / "complaints.csv.gz"
    with gzip.open(file, "wt", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(table.columns)
        writer.writerows(table.to_numpy())
    for borough in table["Borough"].unique():
        CustomerFactory(number=borough, name=borough.title(), region=borough.title())
    for number, name in enumerate(sorted(table["Complaint Type"].unique())):
        Category.objects.create(code=f"city-{number}", names={"en": name})
    given = [f"{field}={column}" for field, column in COLUMNS.items()]
    with pytest.raises(SystemExit) as ended:
        call_command("import_data", "complaints", str(file), "--dates", "mdy", "--map", *given)
    assert ended.value.code == 0
    for column in ("Created Date", "Closed Date"):
        table[column] = pd.to_datetime(table[column], format="%m/%d/%Y %H:%M")
    return table


def within(table: pd.DataFrame, share: float) -> float | None:
    """The product-limit percentile in minutes, one complaint at a time."""
    end = pd.Timestamp(LAST) + pd.Timedelta(days=1)
    minutes = (table["Closed Date"].fillna(end) - table["Created Date"]) / pd.Timedelta(minutes=1)
    is_over = table["Closed Date"].notna()
    left = 1.0
    for time in np.sort(minutes[is_over].unique()):
        left *= 1 - ((minutes == time) & is_over).sum() / (minutes >= time).sum()
        if left <= 1 - share:
            return time
    return None


def check_all(table: pd.DataFrame) -> None:
    assert record(LAST) == len(table)
    look = Look(dt.date(2025, 1, 1), dt.date(2025, 3, 1))
    found = totals(look)
    assert (found["complaints"], found["solved"]) == (len(table), table["Closed Date"].count())
    # Nobody's words are known of what was imported.
    assert (found["handled"], found["reopened"], found["remedies"]) == (0, 0, 0)
    names = {category.pk: str(category) for category in Category.objects.all()}
    by_type = {names[row["category"]]: row["n"] for row in by_kind(look)[0]}
    assert by_type == table["Complaint Type"].value_counts().to_dict()
    _check_slices(table)
    for share, words in ((0.5, "median"), (0.9, "ninetieth")):
        told, expected = getattr(times_of(look)["elapsed"][""], words), within(table, share)
        assert told == expected or told == pytest.approx(expected, rel=1.01 * ACCURACY)
    _check_weeks(table)


def _check_slices(table: pd.DataFrame) -> None:
    """By month and borough."""
    cells = LearningCell.objects.filter(dimension="region").values_list("month", "key")
    told = {(month, key): n for month, key, n in cells.annotate(n=Sum("complaints"))}
    month = table["Created Date"].dt.to_period("M").dt.start_time.dt.date
    assert told == table.groupby([month, table["Borough"].str.title()]).size().to_dict()


def _check_weeks(table: pd.DataFrame) -> None:
    """And the control chart of the nine whole ones."""
    told = dict(WeekCell.objects.order_by("week").values_list("week").annotate(n=Sum("complaints")))
    week = table["Created Date"].dt.to_period("W").dt.start_time.dt.date
    assert told == week.value_counts().to_dict()
    counts = np.array([told[key] for key in sorted(told)][1:-1], dtype=float)
    chart = control.chart(counts)
    centre = counts.mean()
    z = (counts - centre) / np.sqrt(centre)
    spread = np.abs(np.diff(z)).mean() / 1.128
    assert chart.centre == pytest.approx(centre)
    wider = spread if chart.is_widened else 1
    assert chart.high == pytest.approx([centre + 3 * wider * np.sqrt(centre)] * len(counts))
    beyond = {place for place in range(len(counts)) if abs(z[place]) > 3 * wider}
    assert {one.point for one in chart.firings if one.rule == 1} == beyond


def test_a_part_of_the_city_s_complaints_teaches_what_pandas_counts(tmp_path, settings, client):
    settings.MEDIA_ROOT = tmp_path
    table = import_each(20, tmp_path)
    check_all(table)
    client.force_login(ManagerFactory())
    span = {"first": "2025-01-01", "last": "2025-03-01"}
    page = client.get(reverse("complaints:learning"), span)
    assert page.context["categories"]["data"]["values"] == list(
        table["Complaint Type"].value_counts()
    )
    assert page.context["times"][0]["median"] != "–"


@pytest.mark.soak
def test_all_of_the_city_s_complaints_teach_what_pandas_counts(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    check_all(import_each(1, tmp_path))
    assert Case.objects.count() == 4_969
    assert Installation.cached().zone.key == "Europe/London"  # the times are read in
