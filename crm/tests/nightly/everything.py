"""All that nights write, row by row, so that two nights can be held against each other."""

from django.apps import apps
from django.db import connection

from lifecycle.models import Move, NightlyRun

# Tables of a night, by model.
MODELS = (
    *("customers.DealingDay", "customers.DealingSummary", "customers.DealingCategory"),
    *("customers.TouchedCustomer", "customers.Standing", "customers.CareDue"),
    *("lifecycle.Valuation", "lifecycle.StandingMonth", "lifecycle.Signal"),
    *("lifecycle.TierChange", "lifecycle.StageChange", "lifecycle.StageWait"),
    *("lifecycle.TrackMonth", "lifecycle.MissedLeaver", "lifecycle.TrackRecord"),
    *("lifecycle.BaseCell", "lifecycle.ParetoPoint", "lifecycle.StageCell", "lifecycle.MoveCell"),
    *("lifecycle.LoyaltyCell", "lifecycle.ValueCell", "lifecycle.EquityPoint"),
    *("lifecycle.CategoryTakeUp", "lifecycle.PeerCategory"),
    *("lifecycle.Loss", "lifecycle.LostMark", "lifecycle.WinBack", "lifecycle.Rescue"),
    "lifecycle.UnworkedCell",
)
# Numbers that a table gives its rows, and when a row was written.
NOT_COMPARED = {"id", "move_id", "mark_id", "marked_at"}


def everything() -> dict[str, list[str]]:
    """By table, its rows as sorted texts; and what the runs noted, by date."""
    found = {name.rpartition(".")[2]: _rows(apps.get_model(name)) for name in MODELS}
    found["Move"] = sorted(map(str, Move.objects.values_list("kind", "start", "end", "as_of")))
    found["models_used"] = [
        f"{run.as_of} {name}: {value}"
        for run in NightlyRun.objects.order_by("as_of")
        for name, value in sorted({**run.models_used, "warnings": run.warnings}.items())
        if name != "bounds"
    ]
    return found


def table_of(name: str) -> str:
    return apps.get_model(name)._meta.db_table


def _rows(model) -> list[str]:
    fields = [f.column for f in model._meta.concrete_fields if f.column not in NOT_COMPARED]
    columns = ", ".join(f'"{name}"' for name in fields if name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row({columns})::text FROM {model._meta.db_table} ORDER BY 1")
        return [row for (row,) in cursor.fetchall()]


def differences(one: dict, other: dict) -> dict[str, tuple[list[str], list[str]]]:
    """By table where there are any: rows that only the one has, and only the other."""
    found = {}
    for name in one:
        left, right = set(one[name]) - set(other[name]), set(other[name]) - set(one[name])
        if left or right:
            found[name] = (sorted(left), sorted(right))
    return found
