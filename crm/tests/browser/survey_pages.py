"""The pages of surveys, and what those see who follow the link of one."""

from django.urls import reverse

from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, SERVICE, Site
from customers.models import Touchpoint
from satisfaction.models import (
    Feedback,
    ImprovementAction,
    Instrument,
    Response,
    SatisfactionTarget,
    StaffCompetence,
    Wave,
)

NOBODY = None


def of_surveys(site: Site, language: str) -> list[tuple[str, str | None, str]]:
    """Name of the address, who opens it, and the address; new pages get a function of their own."""
    return [
        *_of_satisfaction(site),
        *_of_questionnaires(),
        *_of_channels(),
        *_of_results(),
        *_of_loop(site),
        *_of_staff(site),
        *_of_customers(site, language),
    ]


def _of_satisfaction(site: Site):
    newest = {state: Wave.objects.filter(state=state).first() for state in Wave.State}
    names = ["dashboard", "waves", "instruments", "responses"]
    addresses = [(name, reverse(f"satisfaction:{name}")) for name in names]
    can_be_sent = Wave.objects.filter(state=Wave.State.PLANNED)[1]
    waves = (*newest.values(), can_be_sent)
    addresses += [("wave", reverse("satisfaction:wave", args=[wave.pk])) for wave in waves]
    sent = [newest[Wave.State.OPEN], newest[Wave.State.CLOSED]]
    addresses += [("results", reverse("satisfaction:results", args=[wave.pk])) for wave in sent]
    addresses += [("responses", reverse("satisfaction:responses") + "?q=zzzzz&tier=A")]
    version = newest[Wave.State.OPEN].version_id
    addresses += [("instrument", reverse("satisfaction:instrument", args=[version]))]
    answered = Response.objects.visible_to(site.user(ACCOUNT_MANAGER)).finished()
    for response in (answered.order_by("lowest").first(), answered.order_by("-lowest").first()):
        addresses.append(("response", reverse("satisfaction:response", args=[response.pk])))
    planning = [("wave_create", reverse("satisfaction:wave_create"))]
    planned = newest[Wave.State.PLANNED].pk
    planning += [("wave_edit", reverse("satisfaction:wave_edit", args=[planned]))]
    shown = [(ACCOUNT_MANAGER, *one) for one in addresses]
    shown += [(MANAGER, *one) for one in [*addresses, *planning]]
    return [(f"satisfaction:{name}", who, address) for who, name, address in shown]


def _of_questionnaires():
    """A copy in the editor, with a question that hangs on another; furnish made it."""
    copy = Instrument.objects.filter(is_ready=False).last()
    asked = copy.current.questions.exclude(condition={}).first()
    of_copy = ["instrument_edit", "instrument_words", "instrument_delete", "question_create"]
    of_question = [(name, [copy.pk, asked.code]) for name in ("question_edit", "question_delete")]
    pages = [(name, [copy.pk]) for name in of_copy] + of_question
    pages += [("instrument_create", []), ("instrument", [copy.current.pk])]
    named = [(f"satisfaction:{name}", args) for name, args in pages]
    return [(name, MANAGER, reverse(name, args=args)) for name, args in named]


def _of_results():
    """Each question, one of them by group, and what is aimed at."""
    closed = Wave.objects.filter(state=Wave.State.CLOSED).first()
    code = closed.version.questions.filter(kind="scale_5").first().code
    each = reverse("satisfaction:questions", args=[closed.pk])
    target = SatisfactionTarget.objects.order_by("pk").first()
    found = [
        ("questions", f"{each}?of={code}&by=team"),
        ("targets", reverse("satisfaction:targets")),
    ]
    found += [("target_create", reverse("satisfaction:target_create"))]
    found += [("target_edit", reverse("satisfaction:target_edit", args=[target.pk]))]
    shown = [(name, MANAGER, address) for name, address in found]
    shown += [("questions", ACCOUNT_MANAGER, each)]
    return [(f"satisfaction:{name}", who, address) for name, who, address in shown]


def _of_channels():
    """Invitations one by one, on paper, typed in, behind a public link."""
    waves = {wave.channel: wave for wave in Wave.objects.filter(name__startswith="By ")}
    called = waves["interview"].invitations.first()
    found = [("wave_invitations", wave.pk) for wave in (waves["print"], waves["interview"])]
    found += [("wave", wave.pk) for wave in waves.values()]
    found += [("wave_sheets", waves["print"].pk), ("interview", called.pk)]
    shown = [(name, MANAGER, reverse(f"satisfaction:{name}", args=[pk])) for name, pk in found]
    shown += [("silent", MANAGER, reverse("satisfaction:silent") + f"?least={n}") for n in (2, 8)]
    return [(f"satisfaction:{name}", who, address) for name, who, address in shown]


def _of_loop(site: Site):
    """What is heard, what came of unhappy answers, and whether it helped."""
    lists = ["heard", "plan", "feedback", "feedback_create", "touchpoints", "loops"]
    found = [(MANAGER, name, reverse(f"satisfaction:{name}")) for name in lists]
    found += [(ACCOUNT_MANAGER, name, reverse(f"satisfaction:{name}")) for name in lists]
    found += [(SERVICE, name, reverse(f"satisfaction:{name}")) for name in lists[2:4]]
    found.append((MANAGER, "loops", reverse("satisfaction:loops") + "?show=closed"))
    first = {
        "plan_edit": "talk",
        "feedback_edit": Feedback.objects.first(),
        "touchpoint_edit": Touchpoint.objects.first(),
        "improvement": ImprovementAction.objects.exclude(wave_after=None).first(),
    }
    for name, one in first.items():
        if one:
            address = reverse(f"satisfaction:{name}", args=[getattr(one, "pk", one)])
            found.append((MANAGER, name, address))
    found.append((MANAGER, "touchpoint_create", reverse("satisfaction:touchpoint_create")))
    return [(f"satisfaction:{name}", who, address) for who, name, address in found]


def _of_staff(site: Site):
    """The service-profit chain with what stands beside it."""
    me = site.user(ACCOUNT_MANAGER)
    rated = StaffCompetence.objects.exclude(user=me).first()
    addresses = [
        ("value:chain", []),
        ("value:unprofitable", []),
        ("satisfaction:competences", []),
        ("satisfaction:competence_profile", [rated.user_id]),
        ("satisfaction:competence_rate", [rated.user_id]),
        ("satisfaction:competence_edit", [rated.pk]),
        ("satisfaction:baldrige", []),
        ("satisfaction:baldrige_assess", ["commitments"]),
    ]
    shown = [(name, MANAGER, reverse(name, args=args)) for name, args in addresses]
    own = [("satisfaction:competence_profile", [me.pk]), ("satisfaction:competences", [])]
    return shown + [(name, ACCOUNT_MANAGER, reverse(name, args=args)) for name, args in own]


def _of_customers(site: Site, language: str):
    """What those see who follow the link of a survey: in the language of their invitation."""
    tokens = site.desks.tokens[language]
    names = {"over": "410"}
    found = [
        (names.get(place, "satisfaction:answer"), reverse("satisfaction:answer", args=[token]))
        for place, token in tokens.items()
    ]
    found += [("404", reverse("satisfaction:answer", args=["x" * 43]))]
    found += [
        ("satisfaction:decline", reverse("satisfaction:decline", args=[tokens[place]]))
        for place in ("first", "finished", "declined")
    ]
    return [(name, NOBODY, address) for name, address in found]
