"""Signals of what a customer buys and how it pays."""

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from crm.platform.words import listed
from customers.models import CreditRecord
from lifecycle.signal_words.figures import date, percent


def silent(evidence: dict) -> str:
    days, gap = round(evidence["days_since"]), evidence.get("usual_gap")
    if not gap:
        return ngettext("No order for %d day", "No order for %d days", days) % days
    values = {"days": days, "gap": max(1, round(gap))}
    if slow := evidence.get("season_gap"):
        values["slow"] = max(1, round(slow))
        return (
            ngettext(
                "No order for %(days)d day, usually every %(gap)d, a year ago every %(slow)d"
                " at this time",
                "No order for %(days)d days, usually every %(gap)d, a year ago every %(slow)d"
                " at this time",
                days,
            )
            % values
        )
    return (
        ngettext(
            "No order for %(days)d day, usually every %(gap)d",
            "No order for %(days)d days, usually every %(gap)d",
            days,
        )
        % values
    )


def volume_down(evidence: dict) -> str:
    fall = {"percent": percent(-evidence["change"])}
    if evidence.get("kind") == "slowly":
        return gettext("Volume falling for four quarters, %(percent)d %% in all") % fall
    if evidence.get("kind") == "lately":
        fall["days"] = round(evidence["days"])
        return gettext("Volume of the last %(days)d days %(percent)d %% below its own level") % fall
    return gettext("Volume down %(percent)d %% against its own level") % fall


def fewer_categories(evidence: dict) -> str:
    count, names = evidence["given_up"], [f"“{name}”" for name in evidence["names"]]
    values = {"count": count, "categories": evidence["categories"], "names": listed(names)}
    if count > len(names):
        return (
            ngettext(
                "Has given up %(count)d of its %(categories)d category, among them %(names)s",
                "Has given up %(count)d of its %(categories)d categories, among them %(names)s",
                evidence["categories"],
            )
            % values
        )
    return (
        ngettext(
            "Has given up %(count)d of its %(categories)d category: %(names)s",
            "Has given up %(count)d of its %(categories)d categories: %(names)s",
            evidence["categories"],
        )
        % values
    )


def smaller_orders(evidence: dict) -> str:
    orders = round(evidence["orders"])
    return ngettext(
        "The last order is %(percent)d %% smaller: %(now)s, on average %(before)s before",
        "The last %(orders)d orders are %(percent)d %% smaller: %(now)s on average,"
        " %(before)s before",
        orders,
    ) % {
        "orders": orders,
        "percent": percent(-evidence["change"]),
        "now": number_format(round(evidence["order_now"]), force_grouping=True),
        "before": number_format(round(evidence["order_before"]), force_grouping=True),
    }


def more_returns(evidence: dict) -> str:
    return gettext("Returns are %(now)d %% of what it bought, %(before)d %% before") % {
        "now": percent(evidence["share_now"]),
        "before": percent(evidence["share_before"]),
    }


def margin_down(evidence: dict) -> str:
    return gettext("Margin %(now)d %%, %(before)d %% before") % {
        "now": percent(evidence["margin_now"]),
        "before": percent(evidence["margin_before"]),
    }


def paying_slower(evidence: dict) -> str:
    return gettext("Pays slower: %(now)s (%(date)s), %(before)s before") % {
        "now": CreditRecord.Payment(evidence["now"]).label.lower(),
        "before": CreditRecord.Payment(evidence["before"]).label.lower(),
        "date": date(evidence["on"]),
    }


def peers_fall(evidence: dict) -> str:
    values = {
        "percent": percent(-evidence["change"]),
        "peers": evidence["peers"],
        "name": evidence["name"],
    }
    if evidence["of"] == "industry":
        return (
            gettext(
                "Not only with us: %(peers)d other customers in %(name)s buy %(percent)d %% less"
            )
            % values
        )
    return (
        gettext("Not only here: %(peers)d other customers of %(name)s buy %(percent)d %% less")
        % values
    )
