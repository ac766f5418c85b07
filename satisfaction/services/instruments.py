"""Questionnaires of the installation's own: copied, made, edited, put to use.

A version that was answered never changes: whatever is edited then makes the next one, with the
same codes. Whoever edits holds the row of the questionnaire, and that of its newest version, so
that the first answer and an edit never pass each other by.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.platform.edits import NewerChange
from crm.platform.named import LONGEST
from satisfaction import layout
from satisfaction.models import Instrument, InstrumentVersion, Question
from satisfaction.questionnaire import unfitting
from satisfaction.services.waves import Refused

MOST_QUESTIONS = 100
LONGEST_CODE = 32
VERSIONED = ("introduction", "thanks")
# Where a question stands and what it is called by, not what it asks.
OF_PLACE = ("id", "version", "code", "position", "page", "revision")


@transaction.atomic
def create_instrument(*, by: User, values: Mapping[str, Any]) -> Instrument:
    """An empty one, not in use before it asks something."""
    words = {name: values[name] for name in VERSIONED}
    own = {name: value for name, value in values.items() if name not in VERSIONED}
    instrument = _made(is_active=False, **own)
    InstrumentVersion.objects.create(instrument=instrument, **words)
    audit(by, Action.SETTINGS_CHANGED, instrument, entry=[None, str(instrument)])
    return instrument


@transaction.atomic
def copy_instrument(*, by: User, version: InstrumentVersion) -> Instrument:
    """All of a version, to be edited."""
    names = {}
    for code, _language in settings.LANGUAGES:
        if name := version.instrument.names.get(code):
            with override(code):
                names[code] = _("%(name)s (copy)") % {"name": name[: LONGEST - 10]}
    instrument = _made(names=names, audience=version.instrument.audience)
    _copied(version, instrument, number=1)
    audit(by, Action.SETTINGS_CHANGED, instrument, entry=[None, str(instrument)])
    return instrument


@transaction.atomic
def edit_words(*, by: User, pk: int, revision: int, values: Mapping[str, Any]) -> Instrument:
    """Its names, and what is said before and after, unless somebody saved since (NewerChange)."""
    instrument = _locked(pk)
    if instrument.revision != revision:
        raise NewerChange(instrument)
    words = {name: values[name] for name in VERSIONED}
    if any(getattr(instrument.current, name) != text for name, text in words.items()):
        version = _opened(instrument)
        InstrumentVersion.objects.filter(pk=version.pk).update(**words)
    before = str(instrument)
    instrument.names = values["names"]
    instrument.revision += 1
    instrument.save(update_fields=["names", "revision"])
    audit(by, Action.SETTINGS_CHANGED, instrument, name=[before, str(instrument)])
    return instrument


@transaction.atomic
def add_question(
    *, by: User, pk: int, values: Mapping[str, Any], code: str = "", after: str = ""
) -> Question:
    """A new question, behind another one or at the end; the same click sent twice adds one."""
    instrument = _locked(pk)
    if not code and (twin := _twin(instrument.current, values)):
        return twin
    version = _opened(instrument)
    questions = list(version.questions.all())
    if len(questions) >= MOST_QUESTIONS:
        raise Refused(
            _("A questionnaire has %(most)d questions at most.") % {"most": len(questions)}
        )
    codes = {question.code for question in questions}
    if code in codes:
        raise Refused(_("Another question has this code."), "code")
    code = code or _free_code(version, values["texts"])
    question = Question(version=version, code=code, position=len(questions) + 1, **values)
    question.save()
    pages = layout.added(_pages(questions), code, after if after in codes else "")
    _arrange([*questions, question], pages)
    _check(version)
    _note(by, version, code)
    return question


@transaction.atomic
def edit_question(
    *, by: User, pk: int, code: str, revision: int, values: Mapping[str, Any]
) -> Question:
    """Write the values, unless somebody saved since (NewerChange) or deleted it (DoesNotExist)."""
    instrument = _locked(pk)
    current = instrument.current.questions.get(code=code)
    if current.revision != revision:
        raise NewerChange(current)
    if all(getattr(current, name) == value for name, value in values.items()):
        return current
    version = _opened(instrument)
    question = version.questions.get(code=code)
    for name, value in values.items():
        setattr(question, name, value)
    question.revision += 1
    question.save()
    _check(version)
    _note(by, version, code)
    return question


@transaction.atomic
def delete_question(*, by: User, pk: int, code: str) -> None:
    """Take it out; what was asked by its answer is asked of everybody from then on."""
    instrument = _locked(pk)
    if not instrument.current.questions.filter(code=code).exists():
        return
    version = _opened(instrument)
    questions = list(version.questions.all())
    if len(questions) == 1 and (instrument.is_active or version.waves.exists()):
        raise Refused(_("It is the only question of a questionnaire in use."))
    freed = [one for one in questions if one.condition.get("question") == code]
    for one in freed:
        one.condition, one.revision = {}, one.revision + 1
    Question.objects.bulk_update(freed, ["condition", "revision"])
    version.questions.get(code=code).delete()
    rest = [one for one in questions if one.code != code]
    _arrange(rest, layout.without(_pages(questions), code))
    _note(by, version, code)


@transaction.atomic
def arrange(*, by: User, pk: int, code: str, how: str) -> None:
    """Move a question up or down, begin a page with it, or join its page to the one before."""
    ways = {
        "up": lambda pages: layout.moved(pages, code, up=True),
        "down": lambda pages: layout.moved(pages, code, up=False),
        "break": lambda pages: layout.broken(pages, code),
        "join": lambda pages: layout.joined(pages, code),
    }
    instrument = _locked(pk)
    before = list(instrument.current.questions.all())
    pages = ways[how](_pages(before))
    if pages == _pages(before):
        return
    version = _opened(instrument)
    _arrange(list(version.questions.all()), pages)
    _check(version)
    _note(by, version, code)


@transaction.atomic
def set_in_use(*, by: User, pk: int, is_active: bool) -> Instrument:
    """Offer it for new waves, or no longer; ready ones too."""
    instrument = Instrument.objects.select_for_update(no_key=True).get(pk=pk)
    if is_active and not instrument.current.questions.exists():
        raise Refused(_("It asks nothing yet."))
    if instrument.is_active != is_active:
        instrument.is_active = is_active
        instrument.save(update_fields=["is_active"])
        change = [str(not is_active), str(is_active)]
        audit(by, Action.SETTINGS_CHANGED, instrument, is_active=change)
    return instrument


@transaction.atomic
def delete_instrument(*, by: User, pk: int) -> None:
    """Only while nothing was asked or planned with it."""
    instrument = _locked(pk)
    if instrument.versions.filter(waves__isnull=False).exists():
        raise Refused(_("Waves ask with it: take it out of use instead."))
    audit(by, Action.SETTINGS_CHANGED, instrument, entry=[str(instrument), None])
    instrument.versions.all().delete()
    instrument.delete()


def _made(**values) -> Instrument:
    last = Instrument.objects.order_by("position").values_list("position", flat=True).last()
    code = f"own-{uuid4().hex[:12]}"
    return Instrument.objects.create(code=code, position=(last or 0) + 1, **values)


def _locked(pk: int) -> Instrument:
    """To be edited: a ready one never is."""
    instrument = Instrument.objects.select_for_update(no_key=True).get(pk=pk)
    if instrument.is_ready:
        raise PermissionDenied
    return instrument


def _opened(instrument: Instrument) -> InstrumentVersion:
    """The version that takes edits: the newest, or the one after it where that was answered."""
    newest = instrument.versions.select_for_update(no_key=True).order_by("-number").first()
    return _copied(newest, instrument, newest.number + 1) if newest.is_frozen else newest


def _copied(version: InstrumentVersion, to: Instrument, number: int) -> InstrumentVersion:
    words = {name: getattr(version, name) for name in VERSIONED}
    made = InstrumentVersion.objects.create(instrument=to, number=number, **words)
    questions = list(version.questions.all())
    for question in questions:
        question.pk, question.version = None, made
    Question.objects.bulk_create(questions)
    return made


def _pages(questions: Iterable[Question]) -> layout.Pages:
    pages: dict[int, list[str]] = {}
    for question in questions:
        pages.setdefault(question.page, []).append(question.code)
    return [pages[page] for page in sorted(pages)]


def _arrange(questions: list[Question], pages: layout.Pages) -> None:
    places = layout.placed(pages)
    for question in questions:
        question.position, question.page = places[question.code]
    Question.objects.bulk_update(questions, ["position", "page"])


def _check(version: InstrumentVersion) -> None:
    """Every condition looks back at an answer that can be given."""
    if found := unfitting(version.questions.order_by("position")):
        raise Refused(
            _("“%(question)s” is asked only after a certain answer to an earlier question.")
            % {"question": found[0]}
        )


def _twin(version: InstrumentVersion, values: Mapping[str, Any]) -> Question | None:
    """A question that asks just this in just this way."""
    asked = Question(**values)
    alike = [one.attname for one in Question._meta.concrete_fields if one.name not in OF_PLACE]
    return next(
        (
            one
            for one in version.questions.all()
            if all(getattr(one, name) == getattr(asked, name) for name in alike)
        ),
        None,
    )


def _free_code(version: InstrumentVersion, texts: Mapping[str, str]) -> str:
    """From its English words; never one that an earlier version asked something else by."""
    taken = {
        *Question.objects.filter(version__instrument=version.instrument_id).values_list(
            "code", flat=True
        )
    }
    stem = slugify(texts.get("en", ""))[:LONGEST_CODE].strip("-") or "question"
    endings = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (stem, *endings) if code not in taken)


def _note(by: User, version: InstrumentVersion, code: str) -> None:
    audit(by, Action.SETTINGS_CHANGED, version.instrument, question=[None, code])
