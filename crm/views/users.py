"""Ending a user's access, and moving a user to another team."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.accounts.access import only_managers
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.handover import Held, deactivate
from customers.services.leaving import takers


class HandoverForm(forms.Form):
    """Who takes over what rests on a user; no field when nothing does."""

    taker = forms.ModelChoiceField(
        label=gettext_lazy("Who takes over"), queryset=User.objects.none()
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
