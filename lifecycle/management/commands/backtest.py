"""`manage.py backtest`: how good the forecast of an earlier date would have been."""

import datetime as dt
from json import dumps

from django.core.management.base import BaseCommand, CommandError

from lifecycle.services import backtests

SPEND = ("model", "last_window", "historic", "bg_gg")
# What other programs read; the stored result and the pages have more.
KEYS = ("as_of", "horizon_days", "model", "last_window", "historic", "churn", "rfm")


class Command(BaseCommand):
    help = "Forecasts as of an earlier date and compares with what happened in the days after it."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DATE", required=True)
        parser.add_argument("--horizon", type=int, metavar="DAYS", required=True)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, as_of: dt.date, horizon: int, json: bool, **options) -> None:
        if not 1 <= horizon <= 3650:
            raise CommandError("The horizon is between 1 and 3650 days.")
        try:
            result = backtests.run(as_of=as_of, horizon=horizon)
        except backtests.NothingToTest:
            raise CommandError(f"There are no purchases up to {as_of}.") from None
        if json:
            self.stdout.write(dumps({key: result[key] for key in KEYS}))
        else:
            self._print(result)

    def _print(self, result: dict) -> None:
        self.stdout.write(f"{'':<14}{'bias':>10}{'error':>12}{'top 20 %':>10}")
        for name in SPEND:
            found = result[name]
            line = f"{name:<14}{_text(found['bias'], '.3f'):>10}{_text(found['mae'], '.2f'):>12}"
            self.stdout.write(f"{line}{_text(found['top20'], '.3f'):>10}")
        churn, rfm = result["churn"], result["rfm"]
        self.stdout.write(
            f"The model is {result['model']['name']} ({result['reason']}). Churn: AUC"
            f" {_text(churn['auc'], '.3f')}, Brier {_text(churn['brier'], '.3f')};"
            f" RFM: AUC {_text(rfm['auc'], '.3f')}"
        )


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
