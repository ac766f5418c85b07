"""The evidence of each item of satisfaction management, as sentences that lead to their rows."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.platform.words import percent, whole
from satisfaction.baldrige_reads import Compared
from satisfaction.models import Item, Source, Wave
from satisfaction.services.groups import Group, Groups
from satisfaction.views import words
from satisfaction.views.charts import comparison


@dataclass(frozen=True)
class Fact:
    """What is known, and where its rows are."""

    words: str
    url: str


def facts(
    counts: dict, waves: list[Wave], groups: Groups, compared: Compared | None
) -> dict[str, list[Fact]]:
    """By item; what there is none of is said too, since that is evidence."""
    return {
        Item.KNOWLEDGE: _knowledge(counts),
        Item.RELATIONSHIPS: _relationships(counts),
        Item.STANDARDS: _standards(counts),
        Item.COMMITMENTS: _commitments(counts),
        Item.RESOLUTION: _resolution(counts),
        Item.DETERMINING: _determining(counts),
        Item.RESULTS: _results(waves, groups),
        Item.COMPARISON: _comparison(compared),
    }


def _knowledge(counts: dict) -> list[Fact]:
    heard = counts["feedback"]
    address = reverse("satisfaction:feedback")
    known = [
        Fact(
            _("%(source)s: %(number)s in twelve months")
            % {"source": Source(source).label, "number": whole(number)},
            f"{address}?source={source}",
        )
        for source, number in sorted(heard.items(), key=lambda one: (-one[1], one[0]))
    ]
    return known or [Fact(_("No feedback beside surveys and complaints in twelve months"), address)]


def _relationships(counts: dict) -> list[Fact]:
    rules, late, plans = counts["rules"], counts["care_late"], counts["plans"]
    return [
        Fact(
            ngettext("%(n)s rule of care in use", "%(n)s rules of care in use", rules)
            % {"n": whole(rules)},
            reverse("customers:care_rules"),
        ),
        Fact(
            ngettext("%(n)s act of care overdue", "%(n)s acts of care overdue", late)
            % {"n": whole(late)},
            reverse("customers:care_dues"),
        ),
        Fact(
            ngettext("%(n)s account plan in force", "%(n)s account plans in force", plans)
            % {"n": whole(plans)},
            reverse("customers:plans"),
        ),
    ]


def _standards(counts: dict) -> list[Fact]:
    values = {name: whole(counts[name]) for name in ("touchpoints", "with_standard", "with_owner")}
    address = reverse("satisfaction:touchpoints")
    return [
        Fact(
            _("%(with_standard)s of %(touchpoints)s touchpoints have a standard") % values, address
        ),
        Fact(_("%(with_owner)s of %(touchpoints)s touchpoints have an owner") % values, address),
    ]


def _commitments(counts: dict) -> list[Fact]:
    settled, address = counts["kept"] + counts["broken"], reverse("customers:promises")
    late = counts["promises_late"]
    kept = (
        _("%(share)s of %(n)s promises kept in twelve months")
        % {"share": percent(counts["kept"] / settled), "n": whole(settled)}
        if settled
        else _("No promise settled in twelve months")
    )
    return [
        Fact(kept, address),
        Fact(
            ngettext("%(n)s promise overdue", "%(n)s promises overdue", late) % {"n": whole(late)},
            address,
        ),
    ]


def _resolution(counts: dict) -> list[Fact]:
    met, loops = counts["met"], counts["loops"]
    values = {"n": whole(met)}
    resolved = (
        _("%(share)s of %(n)s complaints of 90 days resolved in time")
        % (values | {"share": percent(counts["in_time"] / met)})
        if met
        else _("No complaint resolved in 90 days")
    )
    values = {name: whole(counts[f"actions_{name}"]) for name in ("open", "late", "done")}
    actions = _("Improvement actions: %(open)s open, %(late)s overdue, %(done)s done in a year")
    found = [
        Fact(resolved, reverse("complaints:dashboard")),
        Fact(actions % values, reverse("satisfaction:improvements")),
    ]
    if loops:
        acted = _("%(share)s of %(n)s unhappy answers acted on in time") % {
            "share": percent(counts["loops_in_time"] / loops),
            "n": whole(loops),
        }
        found.append(Fact(acted, reverse("satisfaction:loops")))
    return found


def _determining(counts: dict) -> list[Fact]:
    waves, sent = counts["waves"], counts["sent"]
    held = ngettext("%(n)s survey in twelve months", "%(n)s surveys in twelve months", waves) % {
        "n": whole(waves)
    }
    found = [Fact(held, reverse("satisfaction:waves"))]
    if sent:
        rate = min(1.0, counts["responses"] / sent)
        words_of_rate = _("%(share)s of %(n)s invitations answered") % {
            "share": percent(rate),
            "n": whole(sent),
        }
        found.append(Fact(words_of_rate, reverse("satisfaction:waves")))
    plan = _("%(n)s of 8 sources have somebody in charge") % {"n": whole(counts["sources"])}
    return [*found, Fact(plan, reverse("satisfaction:plan"))]


def _results(waves: list[Wave], groups: Groups) -> list[Fact]:
    address = reverse("satisfaction:dashboard")
    if not waves:
        return [Fact(_("No survey of customers has ended yet"), address)]
    now = groups.of(waves[0])
    values = {
        "wave": waves[0].name,
        "score": words.score(now.index.value),
        "n": whole(now.customers),
    }
    results = reverse("satisfaction:results", args=[waves[0].pk])
    found = [Fact(_("%(wave)s: index %(score)s (%(n)s customers)") % values, results)]
    if len(waves) > 1:
        found.append(Fact(_moved(now, groups.of(waves[1]), waves[1]), address))
    return found


def _moved(now: Group, before: Group, wave: Wave) -> str:
    return words.moved(comparison(now, before, "index"), wave.name)


def _comparison(compared: Compared | None) -> list[Fact]:
    if compared is None:
        address = reverse("satisfaction:instruments")
        return [Fact(_("No survey has asked yet how we compare with other suppliers"), address)]
    values = {
        "score": whole(compared.score),
        "n": whole(compared.customers),
        "wave": compared.wave.name,
    }
    told = _("%(wave)s: %(score)s of 100 against other suppliers (50 is equal), %(n)s customers")
    return [Fact(told % values, reverse("satisfaction:results", args=[compared.wave.pk]))]
