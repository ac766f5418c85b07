from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts import services
from crm.accounts.access import only_administrators
from crm.accounts.forms import TeamForm
from crm.accounts.models import Team
from crm.platform.edits import NewerChange


@require_safe
@only_administrators
def team_list(request):
    teams = Team.objects.annotate(members=Count("users", filter=Q(users__is_active=True)))
    return render(request, "accounts/team_list.html", {"teams": teams.order_by("name")})


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
def team_create(request):
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = services.create_team(actor=request.user, name=form.cleaned_data["name"])
        messages.success(request, _("Team %(team)s is made.") % {"team": team})
        return redirect("accounts:teams")
    return render(request, "accounts/team_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
def team_edit(request, pk: int):
    team = get_object_or_404(Team, pk=pk)
    form = TeamForm(request.POST or None, instance=team)
    if request.method == "POST" and form.is_valid():
        try:
            renamed = services.rename_team(
                actor=request.user, team_id=pk, version=form.opened_version, **form.values
            )
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("The team is called %(team)s now.") % {"team": renamed})
            return redirect("accounts:teams")
    context = {"form": form, "team": team}
    return render(request, "accounts/team_form.html", context, status=form.status)
