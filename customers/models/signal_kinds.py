"""The kinds of churn signals, in four groups."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignalGroup(models.TextChoices):
    """What a signal is about, in the order in which pages show it."""

    CUSTOMER = "customer", _("Customer signals")
    MARKET = "market", _("Market signals")
    REVENUE = "revenue", _("Revenue and profit signals")
    COMPETITIVENESS = "competitiveness", _("Competitiveness signals")

    @property
    def kinds(self) -> list["SignalKind"]:
        return [kind for kind in SignalKind if kind.group == self]


class SignalKind(models.TextChoices):
    """One observed reason to fear that a customer leaves."""

    SILENT = "silent", _("Silent beyond its own rhythm")
    NO_CONTACT = "no_contact", _("No contact")
    DECISION_MAKER_LEFT = "decision_maker_left", _("Decision maker left")
    ONE_CONTACT = "one_contact", _("One contact only")
    CARE_MISSED = "care_missed", _("Care or promise missed")
    SPEAKS_OF_ENDING = "speaks_of_ending", _("Speaks of ending or compares suppliers")
    COMPLAINT_OPEN = "complaint_open", _("Complaint open")
    COMPLAINT_LATE = "complaint_late", _("Complaint past its deadline")
    COMPLAINT_REPEATED = "complaint_repeated", _("Complaint repeated")
    COMPLAINT_REOPENED = "complaint_reopened", _("Complaint reopened")
    COMPLAINT_SILENCE = "complaint_silence", _("Silent since a complaint")
    LOW_SCORE = "low_score", _("Low satisfaction")
    SCORE_FALLING = "score_falling", _("Satisfaction falling")
    STOPPED_ANSWERING = "stopped_answering", _("Stopped answering surveys")

    PEERS_FALL = "peers_fall", _("Its peers buy less too")

    VOLUME_DOWN = "volume_down", _("Volume down")
    FEWER_CATEGORIES = "fewer_categories", _("Fewer categories")
    SMALLER_ORDERS = "smaller_orders", _("Smaller orders")
    MORE_RETURNS = "more_returns", _("More returns")
    MARGIN_DOWN = "margin_down", _("Margin down")
    PAYING_SLOWER = "paying_slower", _("Pays slower")

    COMPETITOR = "competitor", _("Competitor named or gaining")
    SHARE_DOWN = "share_down", _("Share of wallet down")
    BELOW_OTHERS = "below_others", _("Below other suppliers")

    @property
    def group(self) -> SignalGroup:
        return _GROUP_OF.get(self, SignalGroup.CUSTOMER)

    @property
    def is_reason(self) -> bool:
        """Whether it may stand on lists as the strongest: a market's fall is our reading of it."""
        return self.group != SignalGroup.MARKET

    @classmethod
    def grouped_choices(cls) -> list[tuple[str, list[tuple[str, str]]]]:
        """For a field of choice, under the names of the groups."""
        return [
            (group.label, [(kind.value, kind.label) for kind in group.kinds])
            for group in SignalGroup
        ]


_GROUP_OF = {
    SignalKind.PEERS_FALL: SignalGroup.MARKET,
    **dict.fromkeys(
        (
            *(SignalKind.VOLUME_DOWN, SignalKind.FEWER_CATEGORIES, SignalKind.SMALLER_ORDERS),
            *(SignalKind.MORE_RETURNS, SignalKind.MARGIN_DOWN, SignalKind.PAYING_SLOWER),
        ),
        SignalGroup.REVENUE,
    ),
    **dict.fromkeys(
        (SignalKind.COMPETITOR, SignalKind.SHARE_DOWN, SignalKind.BELOW_OTHERS),
        SignalGroup.COMPETITIVENESS,
    ),
}
# Those that say more of the market than of the customer; the strongest is chosen without them.
NO_REASON = tuple(kind for kind in SignalKind if not kind.is_reason)
