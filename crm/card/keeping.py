"""The panels of key-account work: plan, opportunities, promises, people, what each side gives."""

from crm.card.facts import Facts
from crm.platform.models.texts import in_language
from customers import wallet
from customers.models import Contact
from lifecycle import portfolio

MOST_CONTACTS = 6
# Who decides stands first; then who moves the one who decides.
ROLE_ORDER = (
    Contact.Role.DECISION_MAKER,
    Contact.Role.SPONSOR,
    Contact.Role.INFLUENCER,
    Contact.Role.BUYER,
    Contact.Role.GATEKEEPER,
    Contact.Role.USER,
    "",
)


def contacts(facts: Facts) -> dict:
    """The people that matter most to its buying."""
    people = [person for person in facts.coverage.people if person.erased_at is None]
    here = [person for person in people if person.left_on is None]
    here.sort(key=lambda person: (ROLE_ORDER.index(person.role), person.name))
    for person in here[:MOST_CONTACTS]:
        person.touch = facts.coverage.touches.get(person.pk)
    return {
        "people": here[:MOST_CONTACTS],
        "present": len(here),
        "gone": len(people) - len(here),
        "more": len(here) - MOST_CONTACTS,
    }


def promises(facts: Facts) -> dict | None:
    """What we said we would do, the next due first, and how often we kept our word."""
    rows, counts = facts.records["promises"], facts.records["promises_kept"]
    for promise in rows:
        promise.days_late = (facts.today - promise.due_on).days
    if not rows and not counts["settled"]:
        return None
    share = counts["kept"] / counts["settled"] if counts["settled"] else None
    return {"rows": rows, "share": share, **counts}


def opportunities(facts: Facts) -> dict | None:
    """What it may buy next, and what customers like it buy that it does not."""
    rows = facts.records["opportunities"]
    proposals = facts.proposals
    if not facts.worth or not (rows or proposals):
        return None
    return {"rows": rows, "proposals": proposals, "today": facts.today}


def plan(facts: Facts) -> dict | None:
    """Where we want to get with it, and where it stands among all others."""
    if not facts.worth:
        return None
    records = facts.records
    current = records["plan"][0] if records["plan"] else None
    assessment = records["assessment"][0] if records["assessment"] else None
    is_key = facts.standing.tier == "A" or facts.customer.is_key_account
    if not (current or assessment or records["fit"] or is_key):
        return None
    return {
        "current": current,
        "is_late": bool(current and current.review_on < facts.today),
        "objectives": records["objectives"],
        "assessment": assessment,
        "place": portfolio.place(assessment) if assessment else None,
        "fit": records["fit"][0] if records["fit"] else None,
        "nomination": records["nomination"][0] if records["nomination"] else None,
        "is_key": is_key,
        "today": facts.today,
    }


def business(facts: Facts) -> dict | None:
    """Its own figures, our share of what it buys, and its credit."""
    if not facts.worth:
        return None
    years, credit = facts.records["years"], facts.records["credit"]
    if not (years or credit):
        return None
    return {
        "shares": wallet.of(facts.customer.pk, years),
        "credit": credit[0] if credit else None,
    }


def exchange(facts: Facts) -> dict | None:
    """What each side gives the other beside goods and money; who else it buys from."""
    records = facts.records
    shown = {name: records[name] for name in ("benefits", "ideas", "referrals", "competitors")}
    if not any(shown.values()):
        return None
    return {**shown, "years": sorted(records["benefit_years"].items(), reverse=True)}


def together(facts: Facts) -> dict | None:
    """Who of us works for it, what is asked of colleagues, its clubs and its files."""
    records = facts.records
    shown = {name: records[name] for name in ("team", "help", "memberships", "files")}
    if not any(shown.values()):
        return None
    for membership in shown["memberships"]:
        membership.words = in_language(membership.club_names)
        level = membership.level_names
        membership.level_words = in_language(level) if level else ""
    for request in shown["help"]:
        request.days_late = (facts.today - request.due_on).days
    return shown


def care(facts: Facts) -> dict | None:
    """What its tier is owed: next, overdue, and how much of it was kept in twelve months."""
    summary = facts.care
    return summary if summary and (summary["next"] or summary["settled"]) else None
