"""Texts that an installation writes itself, once for each of its languages."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_language(texts: dict[str, str], language: str | None = None) -> str:
    """The text in a language (the reader's), else in the first language that has one."""
    order = [language or get_language() or "", *(code for code, _name in settings.LANGUAGES)]
    return next((texts[code] for code in order if texts.get(code)), "")


def validate_texts(texts: object) -> None:
    """A text for one language at least, and for no other than the installation's."""
    known = {code for code, _name in settings.LANGUAGES}
    if not isinstance(texts, dict) or not set(texts) <= known or not any(texts.values()):
        raise ValidationError(_("Write the text in one language at least."))


class Listed(models.Model):
    """An entry of a list that managers edit: a name in each language, its place, in use or not."""

    # Entries that came with the product have one, so that code and imports can name them.
    code = models.SlugField(_("code"), max_length=40, unique=True)
    names = models.JSONField(_("names"), default=dict, validators=[validate_texts])
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(names={}), name="%(app_label)s_%(class)s_has_name")
        ]

    def __str__(self) -> str:
        return in_language(self.names)
