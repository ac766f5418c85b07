"""Ending a user's access, and moving a user to another team."""

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.accounts.access import only_administrators, only_managers
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.handover import Held, change_team, deactivate
from crm.platform.edits import NewerChange, VersionedForm
from customers.models import Customer
from customers.services.leaving import takers


class HandoverForm(forms.Form):
    """Who takes over what rests on a user; no field when nothing does."""

    taker = forms.ModelChoiceField(
        label=gettext_lazy("Who takes over"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a colleague"),
    )

    def __init__(self, data, *, giver: User, held: Held):
        super().__init__(data)
        if held:
            self.fields["taker"].queryset = takers(giver)
        else:
            del self.fields["taker"]


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def user_deactivate(request, pk: int):
    """Shows what rests on the user and moves it to somebody else in the same step."""
    user = get_object_or_404(User.objects.visible_to(request.user).active(), pk=pk)
    held = Held.by(user)
    form = HandoverForm(request.POST if request.method == "POST" else None, giver=user, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            deactivate(actor=request.user, user_id=user.pk, taker=form.cleaned_data.get("taker"))
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, _("%(user)s can't sign in any more.") % {"user": user})
            return redirect("accounts:users")
    context = {"leaving": user, "held": held, "form": form}
    if held:
        context["has_takers"] = form.fields["taker"].queryset.exists()
    return render(request, "accounts/user_deactivate.html", context)


class UserTeamForm(VersionedForm):
    """The new team, and what becomes of the customers of somebody who has any."""

    class Meta:
        model = User
        fields = ("team",)
        help_texts = {"team": gettext_lazy("Changing the team signs the user out everywhere.")}

    customers = forms.ChoiceField(
        label=gettext_lazy("The customers"),
        choices=[
            ("go", gettext_lazy("move along: the new team sees them, the old one no longer")),
            ("stay", gettext_lazy("stay with the old team, which sees them as before")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, has_customers: bool, **kwargs):
        self.has_customers = has_customers
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        self.fields["team"].required = False
        if not self.has_customers:
            del self.fields["customers"]


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
def user_team(request, pk: int):
    """Move a user to another team, with or without the customers."""
    user = get_object_or_404(User.objects.visible_to(request.user).select_related("team"), pk=pk)
    count = Customer.objects.filter(account_manager=pk, team=user.team_id).count()
    kwargs = {"has_customers": count > 0}
    before = user.team
    form = UserTeamForm(request.POST or None, instance=user, **kwargs)
    if request.method == "POST" and form.is_valid():
        try:
            saved = change_team(
                actor=request.user,
                user_id=pk,
                version=form.opened_version,
                team=form.cleaned_data["team"],
                customers_go=form.cleaned_data.get("customers") == "go",
            )
        except NewerChange as newer:
            form = form.merged(newer.current, **kwargs)
        else:
            if saved.pk == request.user.pk:
                update_session_auth_hash(request, saved)
            messages.success(request, _("%(user)s is saved.") % {"user": saved})
            return redirect("accounts:user_edit", pk)
    context = {"moved": user, "before": before, "count": count, "form": form}
    return render(request, "accounts/user_team.html", context, status=form.status)
