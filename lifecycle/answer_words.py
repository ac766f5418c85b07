"""Computed answers in words: the figure and where it stands among all customers."""

from django.utils.translation import gettext as _

from crm.platform.words import decimal, percent, whole
from lifecycle.analytics.marks import GROWTH, MARGIN, RHYTHM, VOLUME
from lifecycle.services.computed_answers import ComputedAnswer


def evidence_words(answer: ComputedAnswer) -> str:
    """ "12-month revenue 48,200: in the top fifth"."""
    return {
        VOLUME: _("12-month revenue %(figure)s: %(fifth)s"),
        MARGIN: _("Margin of 12 months %(figure)s: %(fifth)s"),
        GROWTH: _("Purchases of the last year against the year before %(figure)s: %(fifth)s"),
        RHYTHM: _("Evenness of the gaps between purchases %(figure)s: %(fifth)s"),
    }[answer.kind] % {"figure": figure_words(answer), "fifth": fifth_words(answer.fifth)}


def figure_words(answer: ComputedAnswer) -> str:
    if answer.kind == VOLUME:
        return whole(answer.figure)
    if answer.kind == RHYTHM:
        return decimal(answer.figure, 2)
    if answer.kind == MARGIN:
        return percent(answer.figure, 1)
    return f"{'+' if answer.figure > 0 else ''}{percent(answer.figure)}"


def fifth_words(fifth: int) -> str:
    return {
        1: _("in the lowest fifth of all customers"),
        2: _("in the second lowest fifth of all customers"),
        3: _("in the middle fifth of all customers"),
        4: _("in the second highest fifth of all customers"),
        5: _("in the top fifth of all customers"),
    }[fifth]


def cut_words(answer: ComputedAnswer) -> str:
    """Where the fifths of all customers are cut."""
    as_text = [
        figure_words(ComputedAnswer(answer.kind, answer.fifth, cut, ())) for cut in answer.cuts
    ]
    return " · ".join(as_text)
