"""Who may open a page at all; which rows are on it is for `visible_to`."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied


def only(allowed: Callable) -> Callable:
    """A decorator of views: who is not allowed gets 403."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not allowed(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


only_with_worth = only(lambda user: user.sees_worth)
only_managers = only(lambda user: user.is_manager)
only_administrators = only(lambda user: user.is_administrator)
