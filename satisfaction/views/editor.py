"""Managers make questionnaires of their own: copied from a ready one, or from nothing."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_managers
from crm.platform.edits import CONFLICT, NewerChange
from satisfaction.forms.instruments import InstrumentForm
from satisfaction.forms.questions import QuestionForm
from satisfaction.models import Instrument, InstrumentVersion, Question, QuestionKind
from satisfaction.services import instruments as services
from satisfaction.services.waves import Refused
from satisfaction.views.instruments import only_if

HOWS = ("up", "down", "break", "join")
# Short, for a card: the ends of a scale may have words of their own.
WAYS = {
    QuestionKind.SCALE_5: gettext_lazy("5 points"),
    QuestionKind.SCALE_7: gettext_lazy("7 points"),
} | {kind: kind.label for kind in QuestionKind if not kind.value.endswith(("_5", "_7"))}


def _own(pk: int) -> Instrument:
    """One that can be edited: ready ones never are."""
    return get_object_or_404(Instrument, pk=pk, is_ready=False)


def _place(pk: int, code: str):
    """The editor, at a question."""
    address = redirect("satisfaction:instrument_edit", pk)
    address["Location"] += f"#q-{code}"
    return address


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def instrument_create(request):
    form = InstrumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        instrument = services.create_instrument(by=request.user, values=form.values)
        return redirect("satisfaction:instrument_edit", instrument.pk)
    return render(request, "satisfaction/instrument_words.html", {"form": form})


@require_POST
@only_managers
def instrument_copy(request, pk: int):
    """Of a version; the copy is opened at once."""
    version = get_object_or_404(InstrumentVersion.objects.select_related("instrument"), pk=pk)
    instrument = services.copy_instrument(by=request.user, version=version)
    messages.success(request, _("This copy is yours to change."))
    return redirect("satisfaction:instrument_edit", instrument.pk)


@require_safe
@only_managers
def instrument_edit(request, pk: int):
    """All questions in their order, one a card."""
    instrument = _own(pk)
    version = instrument.current
    questions = list(version.questions.select_related("touchpoint"))
    by_code = {question.code: question for question in questions}
    at = request.GET.get("at", "")
    for question, before in zip(questions, [None, *questions], strict=False):
        question.at = f"questions/{question.code}/"
        question.way = WAYS[question.kind]
        question.only_if = only_if(question, by_code)
        question.begins_page = before is None or before.page != question.page
        # Whoever moves by keyboard goes on with the same button; at an end, with the other one.
        is_first, is_last = question.position == 1, question.position == len(questions)
        is_up, is_down = at == f"{question.code}-up", at == f"{question.code}-down"
        question.is_at_up = (is_up or (is_down and is_last)) and not is_first
        question.is_at_down = (is_down or (is_up and is_first)) and not is_last
    context = {
        "instrument": instrument,
        "version": version,
        "questions": questions,
        "add_below": "add/?after=",
        "next_number": version.number + 1,
        "is_unused": not instrument.versions.filter(waves__isnull=False).exists(),
    }
    return render(request, "satisfaction/instrument_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def instrument_words(request, pk: int):
    instrument = _own(pk)
    name = str(instrument)
    form = InstrumentForm(request.POST or None, instance=instrument)
    if request.method == "POST" and form.is_valid():
        revision = form.opened_version
        try:
            services.edit_words(by=request.user, pk=pk, revision=revision, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("satisfaction:instrument_edit", pk)
    context = {"form": form, "instrument": instrument, "name": name}
    return render(request, "satisfaction/instrument_words.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def question_create(request, pk: int):
    """A new one, behind the question that the address names, else at the end."""
    version = _own(pk).current
    places = dict(version.questions.values_list("code", "position"))
    after = request.GET.get("after", "")
    position = places.get(after, len(places)) + 1
    blank = Question(version=version, position=position)
    if request.method == "POST" and "look" in request.POST:
        return _question(request, version, looked_at(request.POST, blank))
    form = QuestionForm(request.POST or None, instance=blank)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            question = services.add_question(
                by=request.user, pk=pk, values=form.values, code=code, after=after
            )
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            return _place(pk, question.code)
    return _question(request, version, form)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def question_edit(request, pk: int, code: str):
    version = _own(pk).current
    question = version.questions.filter(code=code).first()
    if question is None and request.method == "POST":
        return _gone(request, version)
    question = question or get_object_or_404(version.questions, code=code)
    if request.method == "POST" and "look" in request.POST:
        return _question(request, version, looked_at(request.POST, question))
    form = QuestionForm(request.POST or None, instance=question)
    if request.method == "POST" and form.is_valid():
        edit = {"code": code, "revision": form.opened_version, "values": form.values}
        try:
            services.edit_question(by=request.user, pk=pk, **edit)
        except NewerChange as newer:
            form = form.merged(newer.current)
        except Question.DoesNotExist:
            return _gone(request, version)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, _("Saved."))
            return _place(pk, code)
    return _question(request, version, form)


def _question(request, version: InstrumentVersion, form: QuestionForm, **context):
    context = {
        "form": form,
        "question": form.instance if form.instance.pk else None,
        "version": version,
        "instrument": version.instrument,
        **context,
    }
    context.setdefault("status", form.status)
    status = context.pop("status")
    return render(request, "satisfaction/question_form.html", context, status=status)


def _gone(request, version: InstrumentVersion):
    """Somebody deleted it meanwhile: what was typed can be added again."""
    blank = Question(version=version, position=version.questions.count() + 1)
    form = looked_at(request.POST, blank)
    return _question(request, version, form, was_deleted=True, status=CONFLICT)


def looked_at(posted, question: Question) -> QuestionForm:
    """The form with what was typed, before anything of it is judged; an option may be moved."""
    typed, bound = {}, QuestionForm(posted, instance=question)
    for name, field in bound.fields.items():
        value = field.widget.value_from_datadict(posted, posted, name)
        typed[name] = value if value is not None else ""
    form = QuestionForm(instance=question, initial=typed)
    # What it was opened at stays, or somebody else's newer change would be saved over.
    form.initial |= {name: posted.get(name, "") for name in ("revision", "seen")}
    form.option_rows = bound.option_rows
    form.move_option(posted.get("look", ""))
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def question_delete(request, pk: int, code: str):
    """Asked back: what is asked by its answer would be asked of everybody."""
    version = _own(pk).current
    question = get_object_or_404(version.questions, code=code)
    if request.method == "POST":
        try:
            services.delete_question(by=request.user, pk=pk, code=code)
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("The question is deleted."))
        return redirect("satisfaction:instrument_edit", pk)
    context = {
        "instrument": version.instrument,
        "version": version,
        "question": question,
        "freed": version.questions.filter(condition__question=code),
    }
    return render(request, "satisfaction/question_delete.html", context)


@require_POST
@only_managers
def question_arrange(request, pk: int):
    """One place up or down, or on a page with others; focus stays on the button.

    The button says both, "up code": one form serves all questions of the page.
    """
    how, _blank, code = request.POST.get("how", "").partition(" ")
    address = redirect("satisfaction:instrument_edit", pk)
    codes = _own(pk).current.questions.values_list("code", flat=True)
    if code not in set(codes) or how not in HOWS:  # not asked of the database: it may be no text
        return address  # deleted meanwhile
    try:
        services.arrange(by=request.user, pk=pk, code=code, how=how)
    except Refused as refused:
        messages.error(request, refused.message)
    # Browsers don't set the focus on a page that is opened at a place in it.
    address["Location"] += f"?at={code}-{how}" if how in ("up", "down") else f"#q-{code}"
    return address


@require_POST
@only_managers
def instrument_use(request, pk: int):
    """Offer it for new waves, or no longer."""
    get_object_or_404(Instrument, pk=pk)
    is_active = request.POST.get("use") == "1"
    try:
        instrument = services.set_in_use(by=request.user, pk=pk, is_active=is_active)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("satisfaction:instruments")
    words = _("%(name)s is offered for new waves.") if is_active else _("%(name)s is out of use.")
    messages.success(request, words % {"name": instrument})
    return redirect("satisfaction:instruments")


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def instrument_delete(request, pk: int):
    instrument = _own(pk)
    if request.method == "POST":
        try:
            services.delete_instrument(by=request.user, pk=pk)
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect("satisfaction:instrument_edit", pk)
        messages.success(request, _("The questionnaire is deleted."))
        return redirect("satisfaction:instruments")
    return render(request, "satisfaction/instrument_delete.html", {"instrument": instrument})
