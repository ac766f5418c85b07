"""Each manager's own dashboard: arranging it, and having it by mail."""

from dataclasses import asdict

from django.db import transaction

from crm.accounts.models import User
from lifecycle.dashboard import layout
from lifecycle.models import Dashboard


def dashboard_of(user: User) -> Dashboard:
    """The user's, or one that is not stored yet."""
    return Dashboard.objects.filter(user=user).first() or Dashboard(user=user)


@transaction.atomic
def arrange(*, user: User, key: str, action: str) -> None:
    """Put a picture on or off it, a step up or down, over half or all of the width."""
    board = _locked(user)
    after = layout.acted(layout.places(board.pictures), key, action)
    board.pictures = [asdict(place) for place in after]
    board.save(update_fields=["pictures"])


@transaction.atomic
def reset(*, user: User) -> None:
    """Back to the pictures it came with; the mail stays as it is."""
    board = _locked(user)
    board.pictures = None
    board.save(update_fields=["pictures"])


@transaction.atomic
def mail(*, user: User, on: bool) -> None:
    """Send it each Monday, or no more."""
    board = _locked(user)
    board.is_mailed = on
    board.save(update_fields=["is_mailed"])


def _locked(user: User) -> Dashboard:
    Dashboard.objects.get_or_create(user=user)
    return Dashboard.objects.select_for_update(of=("self",)).get(user=user)
