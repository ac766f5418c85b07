"""What would move a customer to another tier, in words."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.platform.words import whole
from customers.models import Standing
from lifecycle.analytics import tiers


def ways(standing: Standing, used: dict, month_ends: list[str] | None = None) -> list[tiers.Move]:
    """From the tier that the figures give; `used` is what the nightly run noted."""
    amounts = used.get("cut_amounts") or [None, None]
    cuts = tuple(float("inf") if amount is None else float(amount) for amount in amounts)
    held = standing.tier_by_numbers or standing.tier
    return tiers.moves(held, cuts, month_ends or [])


def way_words(move: tiers.Move, basis: Decimal) -> str:
    """What the basis has to become; `basis` is what it is now."""
    values = {
        "tier": move.tier,
        "at_once": whole(move.at_once),
        "change": whole(abs(move.at_once - float(basis))),
        "cut": whole(move.at_month_ends),
    }
    if move.up:
        words = _("To %(tier)s: from a basis of %(at_once)s on at once (%(change)s more)") % values
    else:
        words = _("To %(tier)s: at a basis of %(at_once)s and less at once (%(change)s less)")
        words %= values
    return f"{words}; {_slowly(move, values)}"


def _slowly(move: tiers.Move, values: dict) -> str:
    if move.missing == 0:
        if move.up:
            return _("or as soon as it is %(cut)s or more: the month-ends are there") % values
        return _("or as soon as it is below %(cut)s: the month-ends are there") % values
    counted = {**values, "count": move.missing}
    if move.up:
        return (
            ngettext(
                "or when it is %(cut)s or more at %(count)s more month-end and after it",
                "or when it is %(cut)s or more at %(count)s more month-ends and after them",
                move.missing,
            )
            % counted
        )
    return (
        ngettext(
            "or when it is below %(cut)s at %(count)s more month-end and after it",
            "or when it is below %(cut)s at %(count)s more month-ends and after them",
            move.missing,
        )
        % counted
    )
