"""What our people know and can do: a team at a glance, one person with its history, rating."""

from statistics import fmean

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.models import Team, User
from crm.platform.edits import NewerChange
from satisfaction.competence_reads import rated_people, seen_people
from satisfaction.forms.competences import CompetenceForm
from satisfaction.models import StaffCompetence
from satisfaction.models.competences import AREAS, HIGHEST, LOWEST
from satisfaction.services import competences as services

NO_TEAM = "none"


@require_safe
def competences(request):
    """A team's people with their newest ratings; who rates nobody sees the own."""
    may_rate = rated_people(request.user)
    teams = teams_of(request.user)
    shown = shown_team(request.user, request.GET.get("team", ""), teams)
    people = people_of(request.user, shown)
    newest = StaffCompetence.objects.visible_to(request.user).filter(user__in=people).newest()
    ratings = {rating.user_id: rating for rating in newest}
    rows = [
        {
            "person": person,
            "rating": ratings.get(person.pk),
            "areas": areas_of([ratings[person.pk]]) if person.pk in ratings else [],
        }
        for person in people
    ]
    context = {
        "teams": [(str(team.pk), team.name) for team in teams],
        "shown": shown,
        "rows": rows,
        "rated": set(may_rate.filter(pk__in=people).values_list("pk", flat=True)),
        "together": areas_of(list(ratings.values())),
        "n": len(ratings),
        "area_labels": [_label(area) for area in AREAS],
        "may_rate": bool(teams) or may_rate.exists(),
    }
    return render(request, "satisfaction/competence_list.html", context)


def teams_of(user: User) -> list[Team]:
    """Of whom this person rates somebody."""
    return list(Team.objects.filter(users__in=rated_people(user)).distinct().order_by("name"))


def shown_team(user: User, asked: str, teams: list[Team]) -> str:
    """The team of the address, else the own, else the first; those without one are a group too."""
    known = {str(team.pk) for team in teams}
    if asked in known or (asked == NO_TEAM and user.is_manager):
        return asked
    if str(user.team_id) in known:
        return str(user.team_id)
    return str(teams[0].pk) if teams else NO_TEAM


def people_of(user: User, shown: str) -> QuerySet[User]:
    """Whose profiles this person sees, of that team; who rates nobody sees the own alone."""
    people = seen_people(user).filter(is_active=True).select_related("team").order_by("name", "pk")
    if not rated_people(user).exists():
        return people
    return people.filter(team=None if shown == NO_TEAM else shown)


def areas_of(ratings: list[StaffCompetence]) -> list[dict]:
    """The mean of each area, and how far it is along the scale."""
    if not ratings:
        return []
    means = [fmean(getattr(rating, area) for rating in ratings) for area in AREAS]
    return [
        {"label": _label(area), "mean": mean, "share": (mean - LOWEST) / (HIGHEST - LOWEST)}
        for area, mean in zip(AREAS, means, strict=True)
    ]


def _label(area: str) -> str:
    return str(StaffCompetence._meta.get_field(area).verbose_name)


@require_safe
def competence_profile(request, pk: int):
    """A person's five areas, and how they were rated before."""
    person = get_object_or_404(seen_people(request.user).select_related("team"), pk=pk)
    ratings = StaffCompetence.objects.visible_to(request.user).filter(user=person)
    rows = list(ratings.select_related("rated_by"))
    context = {
        "person": person,
        "rows": [{"rating": row, "marks": [getattr(row, area) for area in AREAS]} for row in rows],
        "areas": areas_of(rows[:1]),
        "area_labels": [_label(area) for area in AREAS],
        "may_rate": rated_people(request.user).filter(pk=pk).exists(),
        "is_own": person.pk == request.user.pk,
    }
    return render(request, "satisfaction/competence_profile.html", context)


def _to_rate(user: User, pk: int) -> User:
    """The person, whom this user may rate: out of sight 404, in sight only 403."""
    person = get_object_or_404(seen_people(user), pk=pk)
    if not rated_people(user).filter(pk=pk).exists():
        raise PermissionDenied
    return person


@require_http_methods(["GET", "HEAD", "POST"])
def competence_rate(request, pk: int):
    """A new rating, which starts from the newest."""
    person = _to_rate(request.user, pk)
    before = StaffCompetence.objects.filter(user=person).first()
    initial = {area: getattr(before, area) for area in AREAS} if before else {}
    form = CompetenceForm(request.POST or None, person=person, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.rate(person=person, by=request.user, values=form.values)
        except services.RatedThatDayError:
            form.say_taken()
        else:
            messages.success(request, _("The rating is written down."))
            return redirect("satisfaction:competence_profile", pk)
    context = {"form": form, "person": person}
    return render(request, "satisfaction/competence_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def competence_edit(request, pk: int):
    """Correct a rating."""
    visible = StaffCompetence.objects.visible_to(request.user).select_related("user")
    rating = get_object_or_404(visible, pk=pk)
    person = _to_rate(request.user, rating.user_id)
    form = CompetenceForm(request.POST or None, person=person, instance=rating)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct(rating=rating, version=form.opened_version, values=form.values)
        except services.RatedThatDayError:
            form.say_taken()
        except NewerChange as newer:
            form = form.merged(newer.current, person=person)
        else:
            messages.success(request, _("Saved."))
            return redirect("satisfaction:competence_profile", person.pk)
    context = {"form": form, "person": person, "rating": rating}
    return render(request, "satisfaction/competence_form.html", context, status=form.status)
