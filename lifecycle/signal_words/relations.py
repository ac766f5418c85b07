"""Signals of the people behind a customer, and of who else it buys from."""

from django.utils.translation import gettext, ngettext

from lifecycle.signal_words.figures import date, percent


def no_contact(evidence: dict) -> str:
    days, habit, rhythm = evidence["days"], evidence.get("habit"), evidence.get("rhythm")
    if habit is not None and (rhythm is None or habit < rhythm):
        return gettext("No contact for %(days)d days, usually every %(habit)d") % {
            "days": days,
            "habit": max(1, round(habit)),
        }
    return gettext("No contact for %(days)d days, tier %(tier)s is owed one every %(rhythm)d") % {
        "days": days,
        "tier": evidence["tier"],
        "rhythm": rhythm,
    }


def decision_maker_left(evidence: dict) -> str:
    others = evidence["others"]
    if not others:
        return gettext("The decision maker left on %(date)s, no other is known") % {
            "date": date(evidence["on"])
        }
    return ngettext(
        "A decision maker left on %(date)s, %(others)d other is still there",
        "A decision maker left on %(date)s, %(others)d others are still there",
        others,
    ) % {"date": date(evidence["on"]), "others": others}


def one_contact(evidence: dict) -> str:
    return gettext("We know one person there only")


def care_missed(evidence: dict) -> str:
    care, promises = evidence["care"], evidence["promises"]
    broken = ngettext("%d promise not kept", "%d promises not kept", promises) % promises
    missed = (
        ngettext("%d care action missed", "%d care actions missed", care) % care if care else ""
    )
    if not promises:
        what = missed
    elif not care:
        what = broken
    else:
        what = gettext("%(one)s and %(other)s") % {"one": broken, "other": missed}
    return gettext("%(what)s within %(days)d days") % {"what": what, "days": evidence["days"]}


def speaks_of_ending(evidence: dict) -> str:
    day = {"date": date(evidence["on"])}
    if evidence["heard"] == "ending":
        return gettext("Spoke of ending (%(date)s)") % day
    return gettext("Compares suppliers (%(date)s)") % day


def competitor(evidence: dict) -> str:
    values = {"name": evidence.get("name"), "date": date(evidence["on"])}
    if not values["name"]:
        return gettext("Named a competitor (%(date)s)") % values
    if evidence["how"] == "gaining":
        return gettext("%(name)s is gaining there (%(date)s)") % values
    if evidence["how"] == "new":
        return gettext("Buys from %(name)s too (known since %(date)s)") % values
    return gettext("Named %(name)s (%(date)s)") % values


def share_down(evidence: dict) -> str:
    return gettext(
        "We have %(now)d %% of its purchases in %(year)d, %(before)d %% in %(year_before)d"
    ) % {
        "now": percent(evidence["share"]),
        "year": evidence["year"],
        "before": percent(evidence["share_before"]),
        "year_before": evidence["year_before"],
    }
