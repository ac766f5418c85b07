"""What a customer can be found by."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Reverse

from customers.models.customer import Customer
from customers.querysets import DictionaryQuerySet, TokensQuerySet


class CustomerTokens(models.Model):
    """Words, pairs of Chinese characters, numbers and phone digits of a customer.

    `own` are those of the customer itself; `tokens` has those of its contacts too, so that words
    of both find it together.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="tokens"
    )
    tokens = ArrayField(models.CharField(max_length=60))
    own = ArrayField(models.CharField(max_length=60), default=list, db_default=[])

    objects = TokensQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["tokens"], name="customer_tokens")]

    def __str__(self) -> str:
        return " ".join(self.tokens)


class SearchToken(models.Model):
    """The dictionary of all tokens: a part of a word is looked up here, not in the customers."""

    token = models.CharField(max_length=60, primary_key=True)

    objects = DictionaryQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(OpClass("token", name="gin_trgm_ops"), name="search_token_parts"),
            # A phone number is known by its last digits.
            models.Index(
                OpClass(Reverse("token"), name="text_pattern_ops"), name="search_token_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.token
