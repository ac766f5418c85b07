"""The forms of an import: the upload, and the match of its columns."""

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Installation
from customers.imports.fields import match, propose
from customers.imports.kinds import KINDS
from customers.imports.reading import MEGABYTE
from customers.imports.refusals import Refused
from customers.imports.service import OWN_SOURCE
from customers.models import ImportMapping, ImportRun, Source
from customers.models.imports import DateOrder, ImportKind


def kind_choices() -> list[tuple[str, str]]:
    """The kinds that can be imported, in their usual order."""
    return [(kind, label) for kind, label in ImportKind.choices if kind in KINDS]


class UploadForm(forms.Form):
    """What the file holds, where it comes from, and the file."""

    kind = forms.ChoiceField(label=_("What is in the file"), choices=kind_choices)
    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.none(),
        required=False,
        empty_label=_("our own numbers"),
        help_text=_("The system that the customers' keys belong to: two may use the same key."),
    )
    new_source = forms.SlugField(
        label=_("or a new source"),
        max_length=60,
        required=False,
        help_text=_("A short name: letters, digits, - and _."),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV (UTF-8, UTF-16 or GB18030) or XLSX, gzipped or not."),
        allow_empty_file=True,
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.gz"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = Source.objects.exclude(code=OWN_SOURCE).order_by("code")

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > Installation.get().upload_megabytes * MEGABYTE:
            text = _("The file has %(size)s; this installation takes at most %(most)s MB.")
            most = Installation.get().upload_megabytes
            raise ValidationError(text % {"size": filesizeformat(upload.size), "most": most})
        if not upload.size:
            raise ValidationError(str(Refused("empty")))
        return upload

    def clean(self):
        values = super().clean()
        if values.get("source") and values.get("new_source"):
            self.add_error("new_source", _("Choose a source or name a new one, not both."))
        return values

    @property
    def source_code(self) -> str:
        """The chosen or the new source; without either, our own numbers."""
        chosen = self.cleaned_data["source"]
        return chosen.code if chosen else self.cleaned_data["new_source"] or OWN_SOURCE


class MatchForm(forms.Form):
    """One choice of a column for each field of the kind."""

    def __init__(self, *args, import_run: ImportRun, **kwargs):
        self.import_run = import_run
        self.kind = KINDS[import_run.kind]
        self.headers = import_run.sample.get("headers", [])
        super().__init__(*args, initial=self._proposed(), **kwargs)
        columns = [("", "–"), *((name, name) for name in dict.fromkeys(self.headers) if name)]
        for one in self.kind.fields:
            self.fields[one.name] = forms.ChoiceField(
                label=capfirst(one.label), choices=columns, required=False, help_text=one.help
            )
        if import_run.kind == ImportKind.TRANSACTIONS:
            self.fields["create_customers"] = forms.BooleanField(
                label=_("Create customers that are not known yet"), required=False
            )
        if import_run.is_asked_for_dates or import_run.date_order:
            self.fields["date_order"] = forms.ChoiceField(
                label=_("Dates are written"),
                choices=[("", _("as the file shows")), *DateOrder.choices],
                required=False,
            )

    def _proposed(self) -> dict:
        """As matched before: this file, else the source's last one, else by the headers."""
        run = self.import_run
        initial = {"create_customers": run.create_customers, "date_order": run.date_order}
        former = run.mapping
        if not former:
            last = ImportMapping.objects.filter(source=run.source_id, kind=run.kind).first()
            former = last.mapping if last else {}
        # Columns of the last file that this one lacks are looked for anew.
        kept = {name: column for name, column in former.items() if column in self.headers}
        free = [header for header in self.headers if header not in kept.values()]
        missing = [
            one for one in self.kind.fields if former.get(one.name, "?") and one.name not in kept
        ]
        return {**propose(missing, free), **kept, **initial}

    def clean(self):
        values = super().clean()
        try:
            matched = match(self.kind.fields, self.headers, self.mapping)
            self.kind.check_columns(frozenset(matched))
        except Refused as refused:
            raise ValidationError(str(refused)) from None
        return values

    @property
    def mapping(self) -> dict[str, str]:
        """Field -> column, empty where it has none."""
        return {one.name: self.cleaned_data.get(one.name, "") for one in self.kind.fields}
