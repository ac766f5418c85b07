"""The pages of the service desk: who opens them, and where."""

from django.urls import reverse

from complaints.models import Case, Category, CorrectiveAction, GuideEntry, ImprovementProposal
from complaints.states import State
from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, SERVICE, Site


def case_of(site: Site, who: str, state: str) -> Case:
    """The newest case of this state at a customer of this account manager."""
    return Case.objects.filter(customer__account_manager=site.user(who), state=state).last()


def of_desk(site: Site) -> list[tuple[str, str, str]]:
    """The queue with its tabs, cases of every state, their lists, and what is learnt from them."""
    cases = {state: case_of(site, ACCOUNT_MANAGER, state) for state in State}
    late = Case.objects.filter(is_safety=True).last()
    unknown = Case.objects.filter(customer=None).last()
    found = [*of_queue(), *of_logging(cases[State.NEW].customer_id)]
    shown = [(SERVICE, case) for case in (*cases.values(), late, unknown)]
    shown += [(who, cases[State.PROPOSED]) for who in (ACCOUNT_MANAGER, MANAGER)]
    found += [("complaints:case", who, reverse("complaints:case", args=[c.pk])) for who, c in shown]
    found += [("complaints:why", who, reverse("complaints:why", args=[c.pk])) for who, c in shown]
    return [*found, *of_lists(late), *of_learning()]


def of_queue() -> list[tuple[str, str, str]]:
    queue = reverse("complaints:queue")
    tabs = {
        SERVICE: ("mine", "all", "unassigned", "late", "watched", "waiting", "ended"),
        ACCOUNT_MANAGER: ("mine", "customers", "all"),
        MANAGER: ("all", "approval"),
    }
    found = [(who, f"{queue}?tab={tab}") for who, shown in tabs.items() for tab in shown]
    found += [
        (SERVICE, f"{queue}?tab=all&severity=critical&kind=request&tier=A"),
        (MANAGER, f"{queue}?tab=all&late=1&kind=complaint"),
    ]
    return [("complaints:queue", who, address) for who, address in found]


def of_logging(customer: int) -> list[tuple[str, str, str]]:
    log = reverse("complaints:log")
    addresses = (log, f"{log}?customer={customer}", f"{log}?what=It+leaks&channel=phone")
    found = [("complaints:log", SERVICE, address) for address in addresses]
    return [*found, ("complaints:log", ACCOUNT_MANAGER, f"{log}?customer={customer}")]


def of_lists(late: Case) -> list[tuple[str, str, str]]:
    found = []
    category = Category.objects.first().pk
    for name, arguments in (
        ("complaints:entry_create", ["causes"]),
        ("complaints:entry_edit", ["categories", category]),
        ("complaints:entry_create", ["texts"]),
        ("complaints:entry_edit", ["guide", GuideEntry.objects.first().pk]),
        ("complaints:corrective_create", [late.pk]),
        ("complaints:corrective_edit", [CorrectiveAction.objects.last().pk]),
    ):
        found.append((name, MANAGER, reverse(name, args=arguments)))
    return found


def of_learning() -> list[tuple[str, str, str]]:
    learning = [("complaints:learning", ""), ("complaints:proposals", "")]
    learning += [("value:silence", ""), ("value:recovery", "")]
    learning += [("complaints:control", ""), ("complaints:control", "?by=week")]
    found = [(name, MANAGER, reverse(name) + query) for name, query in learning]
    raised = ImprovementProposal.objects.values_list("pk", flat=True)[:1]
    found += [
        ("complaints:proposal", MANAGER, reverse("complaints:proposal", args=[pk])) for pk in raised
    ]
    for name in (
        *("complaints:dashboard", "complaints:policies", "complaints:lists"),
        *("complaints:corrective", "complaints:guide"),
    ):
        found += [(name, who, reverse(name)) for who in (SERVICE, ACCOUNT_MANAGER, MANAGER)]
    return found
