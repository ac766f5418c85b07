"""What users choose for themselves."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, override
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts import services
from crm.accounts.forms import PreferencesForm


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request):
    """The page "My account"; the user menu posts single choices here too."""
    if request.method != "POST":
        return _page(request, PreferencesForm(instance=request.user))
    form = PreferencesForm(request.POST, instance=request.user)
    if not form.is_valid():
        # The invalid values stand in request.user by now, which the page's frame shows.
        request.user.refresh_from_db()
        return _page(request, form)
    user = services.set_preferences(user_id=request.user.pk, values=form.cleaned_data)
    if "name" in form.fields:
        with override(user.language or None):
            messages.success(request, _("Saved."))
    return HttpResponseRedirect(_next(request))


def _page(request, form):
    return render(request, "accounts/user_preferences.html", {"form": form})


def _next(request) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("accounts:preferences")


@require_POST
@login_not_required
def set_language(request):
    """The language switch of every page: a cookie, and the user's choice when signed in."""
    language = request.POST.get("language", "")
    known = dict(settings.LANGUAGES)
    if request.user.is_authenticated and language in known and check_for_language(language):
        services.set_preferences(user_id=request.user.pk, values={"language": language})
    return i18n.set_language(request)
