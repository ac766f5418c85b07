"""What a case can be found by."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Reverse

from complaints.models.cases import Case
from customers.querysets import DictionaryQuerySet, TokensQuerySet


class CaseTokens(models.Model):
    """Words of the title, order and caller of a case; pairs of characters where they are Chinese.

    The database itself deletes them with their case (migration 0010).
    """

    case = models.OneToOneField(
        Case,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="tokens",
        db_constraint=False,  # the database's own deletes with the case
    )
    tokens = ArrayField(models.CharField(max_length=60))

    objects = TokensQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["tokens"], name="case_tokens")]

    def __str__(self) -> str:
        return " ".join(self.tokens)


class CaseWord(models.Model):
    """The dictionary of all tokens of cases: a part of a word is looked up here."""

    token = models.CharField(max_length=60, primary_key=True)

    objects = DictionaryQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(OpClass("token", name="gin_trgm_ops"), name="case_word_parts"),
            models.Index(OpClass(Reverse("token"), name="text_pattern_ops"), name="case_word_ends"),
        ]

    def __str__(self) -> str:
        return self.token
