from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts import services
from crm.accounts.access import only_managers
from crm.accounts.forms import AcceptForm, InvitationForm
from crm.accounts.models import Invitation
from crm.accounts.views.users import may_invite
from crm.platform.secret_links import hash_of, secret_page


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def invite(request):
    if not may_invite(request.user):
        raise PermissionDenied
    form = InvitationForm(request.POST or None, editor=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = services.invite(
                actor=request.user, values=form.cleaned_data, link=_link(request)
            )
        except services.Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            words = _("The invitation is on its way to %(address)s.")
            messages.success(request, words % {"address": invitation.email})
            return redirect("accounts:users")
    return render(request, "accounts/invitation_form.html", {"form": form})


def _link(request):
    def address(token: str) -> str:
        return request.build_absolute_uri(reverse("accounts:invitation_accept", args=[token]))

    return address


@require_POST
@only_managers
def invitation_send_again(request, pk: int):
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    try:
        services.send_again(actor=request.user, invitation_id=invitation.pk, link=_link(request))
    except services.Refused as refused:
        messages.error(request, refused.message)
    else:
        words = _("A new link is on its way to %(address)s; the old one is dead.")
        messages.success(request, words % {"address": invitation.email})
    return redirect("accounts:users")


@require_POST
@only_managers
def invitation_revoke(request, pk: int):
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    try:
        services.revoke(actor=request.user, invitation_id=invitation.pk)
    except services.Refused as refused:
        messages.error(request, refused.message)
    else:
        words = _("The invitation of %(address)s is revoked.")
        messages.success(request, words % {"address": invitation.email})
    return redirect("accounts:users")


@require_http_methods(["GET", "HEAD", "POST"])
@secret_page
@sensitive_post_parameters("password", "again")
@sensitive_variables("token")
def invitation_accept(request, token: str):
    """The page behind the secret link. Looking at it records nothing: mail scanners look too."""
    invitation = Invitation.objects.filter(token_hash=hash_of(token)).first()
    if invitation is None:
        raise Http404
    if not invitation.is_open:
        context = {"invitation": invitation}
        return render(request, "accounts/invitation_over.html", context, status=410)
    form = AcceptForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        user = _accept(form, invitation)
        if user is not None:
            login(request, user)
            return redirect("home")
    context = {"form": form, "invitation": invitation}
    return render(request, "accounts/invitation_accept.html", context)


def _accept(form: AcceptForm, invitation: Invitation):
    chosen = {name: form.cleaned_data[name] for name in ("username", "name", "password")}
    try:
        return services.accept(invitation_id=invitation.pk, **chosen)
    except services.Refused as refused:
        form.add_error(refused.field, refused.message)
    return None
