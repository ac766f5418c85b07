"""The service-profit chain in words: what a box measures, and what a link may be said to tell."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.platform.words import decimal, whole
from lifecycle.models import Box, ChainLink
from satisfaction.analytics import chain

MEANT = {
    Box.COMPETENCE: gettext_lazy("Mean of the five areas in the newest ratings, 1 to 5"),
    Box.CAPABILITY: gettext_lazy("Survey of staff, 0 to 100"),
    Box.STAFF: gettext_lazy("Survey of staff, 0 to 100"),
    Box.PRODUCTIVITY: gettext_lazy("Survey of staff, 0 to 100"),
    Box.DELIVERING: gettext_lazy("Survey of staff, 0 to 100"),
    Box.SATISFACTION: gettext_lazy("Mean satisfaction index of the customers, 0 to 100"),
    Box.RECOMMEND: gettext_lazy("Promoters less detractors, −100 to 100"),
    Box.RETENTION: gettext_lazy("Of those who bought in the quarter before, who bought again"),
    Box.RELATED: gettext_lazy("Of earlier customers who bought, who took up a new category"),
    Box.REFERRALS: gettext_lazy("Recommendations by 100 customers who bought"),
    Box.PROFIT: gettext_lazy("Margin of net sales, where the cost is known"),
    Box.GROWTH: gettext_lazy("Net sales against the same quarter of the year before"),
}
OF_FIVE = (Box.COMPETENCE,)
SHARES = (Box.RETENTION, Box.RELATED, Box.PROFIT)
SIGNED = (Box.RECOMMEND, Box.GROWTH)


def value_words(box: str, value: float) -> str:
    """A figure of a box with its unit."""
    sign = "+" if box in SIGNED and round(value, 1) > 0 else ""
    if box == Box.RECOMMEND:
        return f"{sign}{whole(value)}"
    figure = sign + decimal(value)
    if box in OF_FIVE:
        return _("%(figure)s of 5") % {"figure": figure}
    if box == Box.REFERRALS:
        return _("%(figure)s per 100") % {"figure": figure}
    return f"{figure} %" if box in (*SHARES, Box.GROWTH) else figure


def r_words(value: float | None) -> str:
    if value is None:
        return ""
    return f"{'+' if round(value, 2) > 0 else ''}{decimal(value, 2)}"


def strength_words(link: ChainLink) -> str:
    return {
        0: _("hardly any link"),
        1: _("weak"),
        2: _("moderate"),
        3: _("strong"),
    }[chain.strength(link.r)]


def verdict(link: ChainLink) -> str:
    return chain.verdict(link.n, link.r, link.low, link.high)


def verdict_words(link: ChainLink) -> str:
    """Whether both go together, or why that cannot be told; never that one makes the other."""
    found = verdict(link)
    if found == chain.TOO_FEW:
        return _("too few to tell")
    if found == chain.NO_SPREAD:
        return _("all alike, nothing to compare")
    if found == chain.UNCLEAR:
        return _("no clear link")
    values = {"strength": strength_words(link)}
    if found == chain.TOGETHER:
        return _("%(strength)s: both are high together") % values
    return _("%(strength)s: one is high where the other is low") % values


def n_words(link: ChainLink) -> str:
    """ "48 pairs of team and quarter", "1,204 customers"."""
    values = {"number": whole(link.n)}
    if link.level == ChainLink.Level.CUSTOMERS:
        return ngettext("%(number)s customer", "%(number)s customers", link.n) % values
    return ngettext("%(number)s pair of quarters", "%(number)s pairs of quarters", link.n) % values


def lag_words(link: ChainLink) -> str:
    if link.level == ChainLink.Level.CUSTOMERS:
        return _("the half-year after")
    if not link.lag:
        return _("same quarter")
    return ngettext("%(number)d quarter later", "%(number)d quarters later", link.lag) % {
        "number": link.lag
    }


def quarter_words(quarter: int) -> str:
    year, place = divmod(quarter, 4)
    return _("%(year)d Q%(quarter)d") % {"year": year, "quarter": place + 1}
