"""Secret links: pages for whoever holds the token, of which only the hash is stored."""

import hashlib
import secrets
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import permission_denied


def new_token() -> str:
    """256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored of a token. It is random enough that it needs neither salt nor stretching."""
    return hashlib.sha256(token.encode()).hexdigest()


def secret_page(view):
    """A page without sign-in whose address is a secret: it is sent nowhere and kept nowhere.

    Under "no-referrer" browsers post with "Origin: null", which Django's CSRF check refuses. The
    secret of the address does its work here: who can forge the request holds the link already.
    Posts that a browser marks as coming from another site are refused nevertheless, so that
    nobody is signed in to somebody else's account.
    """

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def page(request, *args, **kwargs):
        origin = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.method == "POST" and origin not in {"same-origin", "none"}:
            response = permission_denied(request, PermissionDenied())
        else:
            response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store, private"
        return response

    return page
