"""Backtests: what forecasts of earlier dates said against what then happened; one on demand."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.models import Installation, Job
from crm.platform.words import day, percent, whole
from customers.querysets import Order, keyset_page
from lifecycle import backtest_words as words
from lifecycle.forms.backtests import BacktestForm
from lifecycle.models import BacktestRequest, BacktestResult
from lifecycle.services import backtest_requests as services
from lifecycle.views import backtest_charts as charts
from lifecycle.words import method_words

NEWEST = Order("as_of", descending=True)
PAGE_ROWS = 25


@require_safe
@only_with_worth
def backtests(request):
    """The verdict of the newest, how they went from week to week, and all of them."""
    return _page(request)


@require_POST
@only_managers
def backtest_start(request):
    """Ask a worker for the backtest of a past date."""
    span = services.span()
    if span is None:
        messages.error(request, _("There is nothing to test yet."))
        return redirect("value:backtests")
    form = BacktestForm(request.POST, span=span, today=Installation.get().today())
    if not form.is_valid():
        return _page(request, form)
    as_of, horizon = form.cleaned_data["as_of"], form.cleaned_data["horizon"]
    try:
        services.request(as_of=as_of, horizon=horizon, started_by=request.user)
    except services.OtherOpen as other:
        text = _("The backtest of %s is at work already; ask again when it is done.")
        messages.info(request, text % day(other.request.as_of))
    else:
        messages.success(request, _("The backtest of %s is being computed.") % day(as_of))
    return redirect("value:backtests")


@require_safe
@only_managers
def backtest_progress(request, pk: int):
    """How far an asked backtest is; polled by its page, and at the end it leads to the result."""
    asked = get_object_or_404(BacktestRequest.objects.select_related("job__started_by"), pk=pk)
    response = render(request, "lifecycle/_backtest_progress.html", _progress(asked))
    if not asked.job.is_open:
        found = services.result_of(asked) if asked.job.state == Job.State.DONE else None
        address = reverse("value:backtest", args=[found.pk]) if found else ""
        response["HX-Redirect"] = address or reverse("value:backtests")
    return response


@require_safe
@only_with_worth
def backtest(request, pk: int):
    """One result, whole: verdict, measures beside the baselines, deciles, calibration."""
    found = get_object_or_404(BacktestResult, pk=pk)
    result = found.result
    context = {
        **_shown(found),
        "measures": _measures(result),
        "method": method_words(result["model"]["name"]),
        "reason": words.reason_words(result),
        "risk_reason": words.risk_reason_words(result),
        "season": words.season_words(result),
        "methods": words.methods_tried(result),
        "deciles": charts.deciles(result),
        "calibration": charts.calibration(result),
        "counts": result.get("verdict"),
        "recent": result.get("replayed", {}).get("risk_high"),
    }
    return render(request, "lifecycle/backtest.html", context)


def _page(request, form: BacktestForm | None = None):
    page = keyset_page(
        BacktestResult.objects.all(), NEWEST, request.GET.get("page", ""), size=PAGE_ROWS
    )
    newest = BacktestResult.objects.first()
    context = {
        "rows": [_row(found) for found in page.rows],
        "summary": _("Backtests %(first)d–%(last)d")
        % {"first": page.first, "last": page.first + len(page.rows) - 1},
        "newer_url": f"?page={page.newer}" if page.newer else "",
        "older_url": f"?page={page.older}" if page.older else "",
        **(_shown(newest) if newest else {}),
    }
    if newest:
        context["trend"] = charts.trend(_of_horizon(newest.horizon_days))
    if request.user.is_manager:
        context |= _asking(form)
    return render(request, "lifecycle/backtests.html", context)


def _of_horizon(days: int) -> list[BacktestResult]:
    """The newest results of the same horizon, oldest first: others don't compare."""
    newest = BacktestResult.objects.filter(horizon_days=days)[: charts.MOST_POINTS]
    return list(newest)[::-1]


def _asking(form: BacktestForm | None) -> dict:
    """The form, or the backtest that is at work."""
    latest = BacktestRequest.objects.select_related("job__started_by").order_by("-pk").first()
    if latest and latest.job.is_open:
        return _progress(latest)
    span = services.span()
    if form is None and span:
        form = BacktestForm(span=span, today=Installation.cached().today())
    failed = latest if latest and latest.job.state == Job.State.FAILED else None
    return {"form": form, "span": span, "failed": failed, "failure": _failure(failed)}


def _failure(failed: BacktestRequest | None) -> str:
    if failed is None:
        return ""
    if failed.job.error == services.NOTHING:
        return _("there were no purchases up to that date.")
    return failed.job.error


def _progress(asked: BacktestRequest) -> dict:
    seconds = services.usual_seconds()
    return {"asked": asked, "usual_seconds": seconds and max(1, round(seconds))}


def _shown(found: BacktestResult) -> dict:
    result = found.result
    return {
        "found": found,
        "ends": words.end_of(result),
        "verdict": words.verdict(result, Installation.cached().currency),
        "season": words.season_words(result),
    }


def _row(found: BacktestResult) -> dict:
    result, plain = found.result, found.result["last_window"]["mae"]
    error, auc = result["model"]["mae"], result["churn"]["auc"]
    return {
        "found": found,
        "headline": words.headline(result),
        "bias": words.signed(result["model"]["bias"]),
        "error": "–" if error is None else whole(error),
        "plain": "–" if plain is None else whole(plain),
        "auc": "–" if auc is None else percent(auc, 1),
    }


def _measures(result: dict) -> list[dict]:
    """The chosen forecast and the plain ones, each with its measures; the best error marked."""
    names = {
        "model": _("Chosen: %s") % method_words(result["model"]["name"]),
        "last_window": _("Last window, scaled"),
        "historic": _("All revenue so far, scaled"),
        "bg_gg": _("Textbook model (BG/NBD × Gamma-Gamma)"),
    }
    rows = [(name, label, result[name]) for name, label in names.items() if name in result]
    errors = [found["mae"] for _name, _label, found in rows if found["mae"] is not None]
    return [
        {
            "label": label,
            "bias": words.signed(found["bias"]),
            "mae": "–" if found["mae"] is None else whole(found["mae"]),
            "top20": "–" if found["top20"] is None else percent(found["top20"], 1),
            "is_best": found["mae"] is not None and found["mae"] == min(errors),
            "is_chosen": name == "model",
        }
        for name, label, found in rows
    ]
