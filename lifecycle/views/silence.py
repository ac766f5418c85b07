"""What silence and open complaints cost: iceberg, word of mouth, value at stake, losses."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints.analytics import iceberg
from crm.accounts.access import only_managers
from crm.platform.edits import NewerChange, save_version
from crm.platform.words import decimal, percent, share, whole
from customers.models.standing import ValueBand
from lifecycle.forms.complaints import LossAssumptionsForm
from lifecycle.models import ComplaintStudy, LossAssumptions
from lifecycle.services.complaint_studies import AFTER, BEFORE

Kind = ComplaintStudy.Kind


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def silence(request):
    """Posted, it keeps what this manager supposes."""
    supposed = LossAssumptions.of(request.user)
    form = LossAssumptionsForm(request.POST or None, instance=supposed)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                save_version(
                    LossAssumptions.objects.all(), supposed.pk, form.opened_version, form.values
                )
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("value:silence")
    studies = {study.kind: study for study in ComplaintStudy.objects.all()}
    context = {"form": form, "tab": "silence"}
    if Kind.ICEBERG in studies and Kind.STAKE in studies:
        supposed = LossAssumptions.of(request.user)  # the form writes into the row
        seen, stake = studies[Kind.ICEBERG].content, studies[Kind.STAKE].content
        silent = iceberg.silent_for_each(seen["unhappy"], seen["speaking"])
        context |= {
            "as_of": studies[Kind.ICEBERG].as_of,
            "silent": _silent(silent, seen),
            "tiles": _tiles(stake),
            "reach": _reach(stake["ages"]),
            "bands": _bands(stake["bands"]),
            "loss": _loss(supposed, silent, seen, stake),
        }
    return render(request, "lifecycle/silence.html", context, status=form.status)


def _silent(silent: iceberg.Silent, seen: dict) -> dict:
    middle, low, high = silent.of(seen["complainants"])
    values = {"n": decimal(silent.ratio), "silent": whole(middle)}
    return {
        "is_textbook": silent.is_textbook,
        "title": _("For each who complains %(n)s stay silent: about %(silent)s customers a year")
        % values,
        "interval": ""
        if low is None
        else _("%(low)s to %(high)s for each, %(fewest)s to %(most)s customers (95 %%)")
        % {
            "low": decimal(silent.low),
            "high": decimal(silent.high),
            "fewest": whole(low),
            "most": whole(high),
        },
        "unhappy": whole(silent.unhappy),
        "speaking": whole(silent.speaking),
        "share": percent(share(silent.speaking, silent.unhappy)),
        "fewest": whole(iceberg.FEWEST_UNHAPPY),
        "fewest_speaking": whole(iceberg.FEWEST_SPEAKING),
        "before": BEFORE,
        "after": AFTER,
        "data": {
            "labels": [_("complained"), _("unhappy and silent")],
            "series": [{"name": _("Customers"), "values": [seen["complainants"], round(middle)]}],
            "horizontal": True,
        },
        "head": [_("Customers"), _("a year")],
        "rows": [
            [_("complained"), whole(seen["complainants"])],
            [_("unhappy and silent"), whole(middle)],
        ],
    }


def _tiles(stake: dict) -> list[dict]:
    return [*_open_tiles(stake), *_year_tiles(stake)]


def _open_tiles(stake: dict) -> list[dict]:
    queue = f"{reverse('complaints:queue')}?tab=all&kind=complaint"
    return [
        {
            "label": _("Lifetime value behind open complaints"),
            "value": whole(stake["value"]),
            "is_money": True,
            "note": _("customers, each counted once: %(n)s") % {"n": whole(stake["customers"])},
            "formula": _("Σ lifetime value of customers with an open complaint"),
            "text": _("Complaints of callers who are no customers yet count in no way."),
            "url": queue,
        },
        {
            "label": _("People who have heard of open complaints"),
            "value": whole(_heard_by(stake)),
            "note": _("open complaints: %(n)s") % {"n": whole(stake["open"])},
            "formula": _("12 people after a day, 23 after three days, 72 after a week"),
            "text": _("The textbook’s figures, not ours: they show why speed matters."),
            "url": queue,
        },
    ]


def _year_tiles(stake: dict) -> list[dict]:
    return [
        {
            "label": _("Cost of remedies in a year"),
            "value": whole(stake["remedy_cost"]),
            "is_money": True,
            "note": _("complaints with a known cost: %(n)s") % {"n": whole(stake["remedies"])},
            "formula": _("Σ cost of the remedy, complaints received in 365 days"),
            "text": _("Hours of handling are not recorded, and so not counted."),
        },
        {
            "label": _("Value lost after complaints in a year"),
            "value": whole(stake["lost_value"]),
            "is_money": True,
            "note": _("customers lost: %(n)s") % {"n": whole(stake["lost"])},
            "formula": _("Σ value lost of customers who had complained in the 180 days before"),
            "text": _(
                "They left after a complaint, which need not be why; the recovery proof compares"
                " them with others."
            ),
            "url": reverse("value:lost"),
        },
    ]


def _heard_by(stake: dict) -> int:
    return sum(row["people"] for row in _reach(stake["ages"]))


def _reach(ages: list[int]) -> list[dict]:
    """Open complaints by how long ago they were received, and who has heard of them."""
    steps = (0, *(people for _days, people in iceberg.REACH))
    labels = (_("under a day"), _("1 to 3 days"), _("3 to 7 days"), _("a week and more"))
    return [
        {"label": label, "open": count, "each": people, "people": count * people}
        for label, count, people in zip(labels, ages, steps, strict=True)
    ]


def _bands(bands: dict[str, int]) -> list[tuple[str, int]]:
    return [(band.label, bands.get(band, 0)) for band in ValueBand]


def _loss(supposed: LossAssumptions, silent: iceberg.Silent, seen: dict, stake: dict) -> dict:
    value = stake["mean_value"] if supposed.value is None else float(supposed.value)
    each = silent.ratio if supposed.silent is None else supposed.silent
    lost = iceberg.loss(
        complainants=seen["complainants"],
        silent=each,
        leave_speaking=supposed.leave_speaking,
        leave_silent=supposed.leave_silent,
        told=supposed.told,
        put_off=supposed.put_off,
        value=value,
    )
    lines = (
        (_("complained and leave"), lost.left_speaking),
        (_("unhappy, silent and leave"), lost.left_silent),
        (_("heard of it and never come"), lost.put_off),
    )
    return {
        "money": whole(lost.money),
        "customers": whole(lost.customers),
        "value": whole(value),
        "is_own_value": supposed.value is None,
        "silent": decimal(each),
        "complainants": whole(seen["complainants"]),
        "lines": [(label, whole(count), whole(count * value)) for label, count in lines],
    }
