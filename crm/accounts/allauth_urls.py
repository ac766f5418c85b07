"""The pages of django-allauth that are used, one by one: what is not listed does not exist.

There is no sign-up (users are invited) and no page to change one's address (managers do).
"""

import logging
from functools import wraps
from http import HTTPStatus

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.shortcuts import render
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods
from redis import RedisError

logger = logging.getLogger(__name__)


def page(route: str, view, name: str, make=path):
    """allauth's own views take PUT for POST; ours answer 405 to it."""
    return make(route, require_http_methods(["GET", "HEAD", "POST"])(counted(view)), name=name)


def counted(view):
    """Where wrong tries can't be counted nobody may try: a page that says so, and no fault."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except RedisError:
            logger.warning("The cache is away: wrong tries can't be counted, nobody can sign in.")
            return render(request, "503.html", status=HTTPStatus.SERVICE_UNAVAILABLE)

    return answer


urlpatterns = [
    page("login/", account.login, "account_login"),
    page("logout/", account.logout, "account_logout"),
    page("inactive/", account.account_inactive, "account_inactive"),
    page("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    page("password/change/", account.password_change, "account_change_password"),
    page("password/set/", account.password_set, "account_set_password"),
    page("password/reset/", account.password_reset, "account_reset_password"),
    page("password/reset/done/", account.password_reset_done, "account_reset_password_done"),
    # Logs leave out what follows "/password/reset/key/" (crm.platform.logs).
    page(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        "account_reset_password_from_key",
        make=re_path,
    ),
    page(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    page("2fa/", mfa.index, "mfa_index"),
    page("2fa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    page("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    page("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    page("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    page("2fa/recovery-codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    page(
        "2fa/recovery-codes/generate/",
        codes.generate_recovery_codes,
        "mfa_generate_recovery_codes",
    ),
    page(
        "2fa/recovery-codes/download/",
        codes.download_recovery_codes,
        "mfa_download_recovery_codes",
    ),
    page("2fa/webauthn/", webauthn.list_webauthn, "mfa_list_webauthn"),
    page("2fa/webauthn/add/", webauthn.add_webauthn, "mfa_add_webauthn"),
    page(
        "2fa/webauthn/reauthenticate/",
        webauthn.reauthenticate_webauthn,
        "mfa_reauthenticate_webauthn",
    ),
    page("2fa/webauthn/keys/<int:pk>/remove/", webauthn.remove_webauthn, "mfa_remove_webauthn"),
    page("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, "mfa_edit_webauthn"),
]
