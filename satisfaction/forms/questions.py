"""A question of a questionnaire in the making."""

from django import forms
from django.conf import settings
from django.core.validators import validate_slug
from django.utils.text import Truncator, format_lazy, slugify
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.models.texts import in_language
from customers.models import Touchpoint
from satisfaction.forms.instruments import in_languages, missing_languages
from satisfaction.models import (
    ACSI,
    BENEFITS,
    COSTS,
    DIMENSIONS,
    EQUATION_OVER,
    EQUATION_UNDER,
    INNER_LINKS,
    SCALES,
    Aspect,
    Audience,
    Measure,
    Question,
    QuestionKind,
)
from satisfaction.models.choices import BURDENS, CHOSEN
from satisfaction.questionnaire import words_of

LONGEST_TEXT, LONGEST_OPTION = 300, 120
MOST_OPTIONS, BLANK_ROWS, MOST_WEIGHT = 20, 3, 10
LABELLED = 60
# The measures of customers by what they belong to; staff are asked the inner links.
GROUPS = [
    (_("Satisfaction"), (*ACSI, Measure.RECOMMEND, Measure.EFFORT, Measure.HANDLING)),
    (_("Service quality"), DIMENSIONS),
    (_("Delivered value: benefits"), BENEFITS),
    (_("Delivered value: costs"), COSTS),
    (_("Value equation"), (*EQUATION_OVER, *EQUATION_UNDER)),
    (_("Others"), (Measure.COMPARED, Measure.LEAVING)),
]
STAFF_GROUPS = [(_("Service-profit chain"), INNER_LINKS)]


class QuestionForm(VersionedForm):
    """Texts in every language; what may hang on it is held against what it still answers.

    A new question is given with the place that it will take: `Question(version=, position=)`.
    """

    count_of_edits = "revision"

    version = None
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    condition_question = forms.ChoiceField(label=_("This question is asked"), required=False)
    condition_values = forms.MultipleChoiceField(
        label=_("where the answer is"), required=False, widget=forms.CheckboxSelectMultiple
    )
    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=40,
        validators=[validate_slug],
        help_text=_("By it results compare versions. Empty: made from the English words."),
    )

    class Meta:
        model = Question
        fields = ("kind", "is_required", "weight", "measure", "aspect", "touchpoint")
        labels = {
            "kind": _("Way of answering"),
            "is_required": _("Must be answered"),
            "weight": _("Weight in the index"),
            "touchpoint": _("Touchpoint"),
        }
        help_texts = {
            "measure": _("Results gather questions by it."),
            "aspect": _("Service quality is the gap between the two."),
        }

    def _adapt_to_user(self) -> None:
        question = self.instance
        self.others = list(question.version.questions.exclude(code=question.code))
        self.earlier = [one for one in self.others if one.position < question.position]
        self.fields["kind"].choices = QuestionKind.choices
        if not self.initial.get("kind"):
            self.initial["kind"] = QuestionKind.SCALE_5
        self._add_texts("text", _("Question ({language})"), question.texts or {}, rows=2)
        for end, label in (("low", _("Lowest ({language})")), ("high", _("Highest ({language})"))):
            self._add_line(end, label, question.ends.get(end, {}))
        self._add_options()
        self._add_condition()
        is_of_staff = question.version.instrument.audience == Audience.STAFF
        groups = STAFF_GROUPS if is_of_staff else GROUPS
        self.fields["measure"].choices = [
            ("", _("nothing in particular")),
            *((name, [(one.value, one.label) for one in group]) for name, group in groups),
        ]
        self.fields["weight"].widget.attrs |= {"min": 0, "max": MOST_WEIGHT}
        in_use = Touchpoint.objects.filter(is_active=True)
        self.fields["touchpoint"].queryset = in_use | Touchpoint.objects.filter(
            pk=question.touchpoint_id
        )
        if question.pk:
            del self.fields["code"]

    def _add_texts(self, stem: str, label, texts: dict, rows: int) -> None:
        for code, language in settings.LANGUAGES:
            self.fields[f"{stem}_{code}"] = forms.CharField(
                label=format_lazy(label, language=language),
                max_length=LONGEST_TEXT,
                widget=forms.Textarea(attrs={"rows": rows, "lang": code}),
                error_messages={"required": _("Write it in each language.")},
            )
            self.initial.setdefault(f"{stem}_{code}", texts.get(code, ""))

    def _add_line(self, stem: str, label, texts: dict, most: int = 60) -> None:
        for code, language in settings.LANGUAGES:
            self.fields[f"{stem}_{code}"] = forms.CharField(
                label=format_lazy(label, language=language),
                required=False,
                max_length=most,
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.initial.setdefault(f"{stem}_{code}", texts.get(code, ""))

    def _add_options(self) -> None:
        """A row for each option by its value, which stays; and empty rows for further ones.

        In the order in which they came: browsers send fields as they stand on the page.
        """
        there = self.instance.options or []
        self.option_rows = [f"option_{option['value']}" for option in there]
        for stem, option in zip(self.option_rows, there, strict=True):
            self._add_line(stem, _("Option ({language})"), option["texts"], LONGEST_OPTION)
        for number in range(1, MOST_OPTIONS - len(there) + 1):
            self._add_line(f"new_{number}", _("New option ({language})"), {}, LONGEST_OPTION)
            self.option_rows.append(f"new_{number}")
        if self.is_bound:
            came = {name: place for place, name in enumerate(self.data)}
            first, _name = settings.LANGUAGES[0]
            self.option_rows.sort(key=lambda stem: came.get(f"{stem}_{first}", len(came)))

    def _add_condition(self) -> None:
        asked = self.instance.condition or {}
        self.initial.setdefault("condition_question", asked.get("question", ""))
        self.initial.setdefault("condition_values", [str(one) for one in asked.get("values", ())])
        choices = [
            (one.code, f"{one.position}. {Truncator(str(one)).chars(LABELLED)}")
            for one in self.earlier
            if one.possible_values
        ]
        field = self.fields["condition_question"]
        field.choices = [("", _("always")), *choices]
        chosen = self.data.get("condition_question") if self.is_bound else None
        code = self.initial["condition_question"] if chosen is None else chosen
        self.asked_after = next((one for one in self.earlier if one.code == code), None)
        self.fields["condition_values"].choices = answers_of(self.asked_after)

    def clean(self) -> dict:
        cleaned = super().clean()
        kind = cleaned.get("kind")
        cleaned["ends"] = self._ends() if kind in SCALES else {}
        cleaned["options"] = self._options() if kind in CHOSEN else []
        cleaned["condition"] = self._condition()
        self._check_weight(cleaned)
        self._check_measure(cleaned)
        self._check_dependants(cleaned)
        return cleaned

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if any(one.code == code for one in self.others):
            raise forms.ValidationError(_("Another question has this code."))
        return code

    def _ends(self) -> dict:
        """What both ends mean, in each language, or nothing where the points have words."""
        cleaned = self.cleaned_data
        missing = missing_languages(cleaned, "low") + missing_languages(cleaned, "high")
        has_words = cleaned["kind"] != QuestionKind.SCALE_10
        if len(missing) == 2 * len(settings.LANGUAGES) and has_words:
            return {}
        wanted = _("Say what both ends mean, in each language.")
        for name in missing:
            if name not in self.errors:
                self.add_error(name, wanted)
        return {end: in_languages(cleaned, end) for end in ("low", "high")}

    def _options(self) -> list[dict]:
        options: list[dict] = []
        said: dict[str, set] = {code: set() for code, _name in settings.LANGUAGES}
        values = {option["value"] for option in self.instance.options}
        for stem in self.option_rows:
            texts = in_languages(self.cleaned_data, stem)
            if not texts:
                continue
            for name in missing_languages(self.cleaned_data, stem):
                self.add_error(name, _("Write it in each language."))
            for code, text in texts.items():
                if text.casefold() in said[code]:
                    self.add_error(f"{stem}_{code}", _("Another option says the same."))
                said[code].add(text.casefold())
            value = stem.removeprefix("option_")
            if stem.startswith("new_"):
                value = free_value(texts, values)
            values.add(value)
            options.append({"value": value, "texts": texts})
        if len(options) < 2:
            first = self.option_rows[len(options)] + f"_{settings.LANGUAGES[0][0]}"
            self.add_error(first, _("Offer two options at least."))
        return options

    def _condition(self) -> dict:
        chosen, ticked = self.asked_after, self.cleaned_data.get("condition_values")
        if "condition_question" in self.errors or not self.cleaned_data.get("condition_question"):
            return {}
        if not ticked:
            if "condition_values" not in self.errors:
                self.add_error("condition_values", _("Tick the answers that lead to it."))
            return {}
        values = [int(one) for one in ticked] if chosen.scale else list(ticked)
        return {"question": chosen.code, "values": values}

    def _check_weight(self, cleaned: dict) -> None:
        weight = cleaned.get("weight") or 0
        if not weight or "kind" not in cleaned:
            return
        if weight > MOST_WEIGHT:
            self.add_error("weight", _("Choose %(most)d at most.") % {"most": MOST_WEIGHT})
        elif cleaned["kind"] not in SCALES:
            self.add_error("weight", _("Only scales count in the index: choose 0."))
        elif cleaned.get("measure") in BURDENS:
            self.add_error("weight", _("A high cost is no satisfaction: choose 0."))
        elif cleaned.get("aspect") == Aspect.EXPECTATION:
            self.add_error("weight", _("What is expected is no satisfaction: choose 0."))

    def _check_measure(self, cleaned: dict) -> None:
        measure, kind = cleaned.get("measure"), cleaned.get("kind")
        if cleaned.get("aspect") == Aspect.EXPECTATION and measure not in DIMENSIONS:
            self.add_error("aspect", _("Only service quality asks for both."))
        if not measure or not kind:
            return
        if measure == Measure.LEAVING:
            if kind not in CHOSEN:
                self.add_error("measure", _("Reasons are chosen from options."))
        elif kind not in SCALES:
            self.add_error("measure", _("Only a scale measures it."))
        elif measure == Measure.RECOMMEND and kind != QuestionKind.SCALE_10:
            self.add_error("measure", _("Recommendation is asked from 0 to 10."))

    def _check_dependants(self, cleaned: dict) -> None:
        """Later questions that are asked after an answer which could no longer be given."""
        if not self.instance.pk or "kind" not in cleaned:
            return
        after = Question(kind=cleaned["kind"], options=cleaned["options"])
        possible = {str(value) for value in after.possible_values}
        for other in self.others:
            if other.condition.get("question") != self.instance.code:
                continue
            if not {str(value) for value in other.condition["values"]} <= possible:
                words = _("“%(question)s” is asked after an answer that this takes away.")
                self.add_error("kind", words % {"question": other})

    @property
    def values(self) -> dict:
        made = {name: self.cleaned_data[name] for name in ("ends", "options", "condition")}
        return super().values | made | {"texts": in_languages(self.cleaned_data, "text")}

    # What the page shows, part by part.

    @property
    def text_fields(self) -> list:
        return self._of("text")

    @property
    def end_fields(self) -> list:
        return [*self._of("low"), *self._of("high")]

    @property
    def options_there(self) -> list[dict]:
        """The rows to begin with; more are behind a fold."""
        return self._rows()[: self._folded_from]

    @property
    def options_more(self) -> list[dict]:
        return self._rows()[self._folded_from :]

    def move_option(self, how: str) -> None:
        """One place, "up stem" or "down stem", in the form as it is shown; nothing is saved."""
        way, _blank, stem = how.partition(" ")
        rows, step = self.option_rows, {"up": -1, "down": 1}.get(way)
        if step is None or stem not in rows:
            return
        place = rows.index(stem)
        beside = min(max(place + step, 0), len(rows) - 1)
        rows[place], rows[beside] = rows[beside], rows[place]
        # Whoever moves by keyboard goes on with the same button; at the top with the other one.
        self.moved = f"down {stem}" if beside == 0 else how

    def _rows(self) -> list[dict]:
        moved = getattr(self, "moved", "")
        return [
            {
                "stem": stem,
                "number": number,
                "fields": self._of(stem),
                "is_at_up": moved == f"up {stem}",
                "is_at_down": moved == f"down {stem}",
            }
            for number, stem in enumerate(self.option_rows, 1)
        ]

    @property
    def _folded_from(self) -> int:
        filled = [place for place, stem in enumerate(self.option_rows, 1) if self._is_filled(stem)]
        return max([BLANK_ROWS, *filled]) + (BLANK_ROWS if filled else 0)

    def _is_filled(self, stem: str) -> bool:
        return any(field.value() or field.errors for field in self._of(stem))

    def _of(self, stem: str) -> list:
        return [self[f"{stem}_{code}"] for code, _name in settings.LANGUAGES]


def answers_of(question: Question | None) -> list[tuple[str, str]]:
    """What can be answered to it, as the page of customers words it."""
    if question is None:
        return []
    if question.has_options:
        return [(option["value"], in_language(option["texts"])) for option in question.options]
    words = words_of(question)
    points = [str(value) for value in question.possible_values]
    return list(zip(points, words or points, strict=True))


def free_value(texts: dict[str, str], taken: set[str]) -> str:
    """A value for a new option, from its English words."""
    stem = slugify(texts.get("en", ""))[:30].strip("-") or "option"
    endings = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(value for value in (stem, *endings) if value not in taken)
