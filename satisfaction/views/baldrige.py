"""How well we manage satisfaction: eight items, the evidence of each, and our own judgement."""

from statistics import fmean

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers
from crm.platform.models import Installation
from crm.platform.words import whole
from satisfaction import baldrige_reads as reads
from satisfaction import baldrige_words
from satisfaction.forms.baldrige import SelfAssessmentForm
from satisfaction.models import Item, SelfAssessment
from satisfaction.services import baldrige as services
from satisfaction.services.results import results_of

HISTORY = 50


def evidence_of(user) -> dict[str, list[baldrige_words.Fact]]:
    waves = reads.newest_waves(user)
    return baldrige_words.facts(
        reads.counts(Installation.cached().today()),
        waves,
        results_of(user, waves, kinds=()).groups,
        reads.newest_comparison(),
    )


@require_safe
@only_managers
def baldrige(request):
    """Eight items beside each other."""
    evidence, judged = evidence_of(request.user), reads.assessments()
    rows = [{"item": item, "facts": evidence[item], "judged": judged.get(item)} for item in Item]
    for row in rows:
        row["share"] = row["judged"].score / 100 if row["judged"] else 0
    scores = [one.score for one in judged.values()]
    context = {
        "rows": rows,
        "mean": whole(fmean(scores)) if scores else "",
        "n": len(scores),
        "of": len(Item),
    }
    return render(request, "satisfaction/baldrige.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def baldrige_assess(request, item: str):
    """Judge one item, with its evidence and what was judged before in sight."""
    if item not in Item.values:
        raise Http404
    former = SelfAssessment.objects.filter(item=item).select_related("by")[:HISTORY]
    newest = former[0] if former else None
    initial = {"score": newest.score} if newest else {}
    form = SelfAssessmentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.assess(item=item, by=request.user, values=form.values)
        messages.success(request, _("The judgement is written down."))
        return redirect("satisfaction:baldrige")
    context = {
        "item": Item(item),
        "facts": evidence_of(request.user)[item],
        "form": form,
        "former": former,
    }
    return render(request, "satisfaction/baldrige_form.html", context)
