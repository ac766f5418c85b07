from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts import services
from crm.accounts.access import only_administrators, only_managers
from crm.accounts.forms import UserFilter, UserForm
from crm.accounts.models import Invitation, User
from crm.platform.edits import NewerChange

PAGE_ROWS = 50


@require_safe
@only_managers
def user_list(request):
    visible = User.objects.visible_to(request.user).select_related("team")
    form = UserFilter(request.GET, viewer=request.user)
    users = form.found_in(visible).order_by("name", "pk")
    page = Paginator(users, PAGE_ROWS).get_page(request.GET.get("page"))
    invitations = Invitation.objects.visible_to(request.user).open()
    context = {
        "form": form,
        "page": page,
        "invitations": invitations.select_related("team", "invited_by"),
        "may_invite": may_invite(request.user),
        **_pages(request, page),
    }
    return render(request, "accounts/user_list.html", context)


def may_invite(user: User) -> bool:
    """A manager invites into the own team, so needs one."""
    return user.is_administrator or user.team_id is not None


def _pages(request, page) -> dict:
    def url(number: int) -> str:
        query = request.GET.copy()
        query["page"] = number
        return f"?{query.urlencode()}"

    return {
        "newer_url": url(page.previous_page_number()) if page.has_previous() else "",
        "older_url": url(page.next_page_number()) if page.has_next() else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def user_edit(request, pk: int):
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = UserForm(request.POST or None, instance=user, editor=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            if _save(request, form, pk):
                return redirect("accounts:users")
        except NewerChange as newer:
            form = form.merged(newer.current, editor=request.user)
    shown = User.objects.select_related("team").get(pk=pk)
    context = {"form": form, "edited": shown}
    return render(request, "accounts/user_form.html", context, status=form.status)


def _save(request, form: UserForm, pk: int) -> bool:
    try:
        saved = services.change_user(
            actor=request.user, user_id=pk, values=form.values, version=form.opened_version
        )
    except services.Refused as refused:
        form.add_error(refused.field, refused.message)
        return False
    if saved.pk == request.user.pk:
        # Who changes the own role or team stays signed in here; other sessions end.
        update_session_auth_hash(request, saved)
    messages.success(request, _("%(user)s is saved.") % {"user": saved})
    return True


@require_POST
@only_managers
def user_reactivate(request, pk: int):
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    services.reactivate(actor=request.user, user_id=user.pk)
    messages.success(request, _("%(user)s can sign in again.") % {"user": user})
    return redirect("accounts:user_edit", pk=pk)


@require_POST
@only_administrators
def user_two_step_reset(request, pk: int):
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    services.reset_two_step(actor=request.user, user_id=user.pk)
    messages.success(
        request, _("%(user)s signs in with the password alone again.") % {"user": user}
    )
    return redirect("accounts:user_edit", pk=pk)
