"""How the figures of a customer under contract come about: by its term and its renewals."""

from django.utils.translation import gettext as _

from lifecycle.models import Valuation
from lifecycle.views.figure import Figure, Number, worded
from lifecycle.views.shared import day, percent
from lifecycle.words import basis_words

METHOD = "contract"


def transactions(valuation: Valuation, settings: dict, url: str) -> Figure:
    """What is signed and what renewals may bring; the numbers multiply to the value shown."""
    further = valuation.expected_purchases * valuation.expected_spend
    margin = valuation.margin
    signed = float(valuation.transaction_value) / margin - further if margin else 0.0
    ends = {
        "low": worded(valuation.transaction_value_low),
        "high": worded(valuation.transaction_value_high),
    }
    return Figure(
        key="transactions",
        label=_("Transaction value"),
        value=worded(valuation.transaction_value, 2),
        formula=_("(signed and still ahead + further terms × amount of a term) × margin"),
        numbers=[
            *_term(valuation),
            Number(
                _("signed and still ahead"),
                worded(max(signed, 0.0), 2),
                _("discounted; before discount %(amount)s")
                % {"amount": worded(valuation.contract_left, 2)},
            ),
            Number(
                _("further terms"),
                worded(valuation.expected_purchases, 2),
                _("each by its chance to be reached within %(months)s months, discounted")
                % {"months": settings.get("horizon_months", "–")},
            ),
            Number(_("amount of a term"), worded(valuation.expected_spend, 2)),
            Number(_("margin"), percent(margin, 1), _margin_words(valuation)),
        ],
        text=_("In 80 of 100 cases it comes to between %(low)s and %(high)s.") % ends,
        rows_url=url,
        basis=basis_words("computed"),
    )


def risk(valuation: Valuation, standing, url: str) -> Figure:
    """Nothing is at risk until the decision about the next term is near."""
    return Figure(
        key="risk",
        label=_("Value at risk"),
        value=worded(standing.value_at_risk, 2),
        formula=_("value if it renews × (risk − risk while nothing is to be decided)"),
        numbers=[
            *_term(valuation),
            Number(
                _("risk"),
                percent(valuation.risk, 1),
                _("chance that the contract is not renewed"),
            ),
            Number(
                _("risk while nothing is to be decided"), percent(valuation.risk_after_purchase, 1)
            ),
            Number(
                _("value if it renews"),
                worded(valuation.value_if_active, 2),
                _("transaction value as it were if it surely renews the next time"),
            ),
        ],
        text=_(
            "Until the end of the contract is near, nothing is to be decided, so nothing is at"
            " risk. A customer under contract does not fall silent: it renews or it does not."
            " Its volume is what is signed, by the days that it covers, so less signed is a fall;"
            " the size of an invoice and weeks without one say nothing."
        ),
        rows_url=url,
    )


def _term(valuation: Valuation) -> list[Number]:
    if valuation.contract_ends is None:
        return []
    return [
        Number(
            _("last day signed"),
            day(valuation.contract_ends),
            _("renewals so far: %(count)s") % {"count": worded(valuation.renewals)},
        ),
        Number(
            _("chance of the next renewal"),
            percent(valuation.renewal_chance, 1),
            _("from how contracts of such length were renewed so far"),
        ),
    ]


def _margin_words(valuation: Valuation) -> str:
    if valuation.margin_is_assumed:
        return _("assumed: no costs are known")
    return _("from the costs of its transactions")
