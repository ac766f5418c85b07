"""Tokens by which other systems get in: made, shown once, revoked; by administrators alone."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_administrators
from crm.accounts.models import ApiToken, Scope
from crm.accounts.services import Refused
from crm.accounts.tokens import LONGEST_DAYS, create_token, revoke_token
from crm.platform.models import Installation
from customers.imports import OWN_SOURCE
from customers.models import Source

USUAL_DAYS = 90
MOST_SHOWN = 200


class TokenForm(forms.ModelForm):
    """Which system, what it may do, and until when."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope,
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("At most a year from now."),
    )

    class Meta:
        model = ApiToken
        fields = ("name", "source", "team", "scopes", "expires_on")
        help_texts = {
            "source": gettext_lazy(
                "By whose keys it calls customers and invoices: letters, digits, - and _, as with"
                " imports."
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = Installation.get().today()
        self.initial.setdefault("expires_on", today + dt.timedelta(days=USUAL_DAYS))
        last = today + dt.timedelta(days=LONGEST_DAYS)
        self.fields["expires_on"].widget.attrs.update(
            {"min": f"{today:%Y-%m-%d}", "max": f"{last:%Y-%m-%d}"}
        )
        self.fields["source"].widget.attrs["list"] = "sources"
        self.fields["team"].empty_label = _("all teams")

    def clean_source(self) -> str:
        source = self.cleaned_data["source"]
        if source == OWN_SOURCE:
            raise ValidationError(_("This name stands for our own numbers: take another one."))
        return source

    def clean_expires_on(self) -> dt.date:
        day, today = self.cleaned_data["expires_on"], Installation.get().today()
        if not today <= day <= today + dt.timedelta(days=LONGEST_DAYS):
            raise ValidationError(_("Choose a day within a year."))
        return day

    @property
    def values(self) -> dict:
        """What the service asks for: the token ends with its last day, where we are."""
        data = self.cleaned_data
        after = data["expires_on"] + dt.timedelta(days=1)
        end = timezone.make_aware(dt.datetime.combine(after, dt.time.min), Installation.get().zone)
        names = ("name", "source", "team", "scopes")
        return {name: data[name] for name in names} | {"expires_at": end}


@require_safe
@only_administrators
def api_tokens(request):
    """All tokens, the newest first; the old ones tell who once had access."""
    tokens = ApiToken.objects.visible_to(request.user).select_related("team", "created_by")
    context = {"tokens": tokens[:MOST_SHOWN]}
    return render(request, "accounts/apitoken_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
@sensitive_variables()
def api_token_create(request):
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, token = create_token(actor=request.user, **form.values)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            context = {"made": made, "token": token}
            return render(request, "accounts/apitoken_made.html", context)
    sources = Source.objects.exclude(code=OWN_SOURCE).order_by("code")
    context = {"form": form, "sources": sources[:MOST_SHOWN]}
    return render(request, "accounts/apitoken_form.html", context)


@require_POST
@only_administrators
def api_token_revoke(request, pk: int):
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    if revoke_token(actor=request.user, token_id=token.pk):
        messages.success(request, _("%(name)s gets in no more.") % {"name": token})
    return redirect("api_tokens")
