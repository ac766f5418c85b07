"""How words are looked for."""

from django.apps import apps
from django.db.models import F, Q
from django.db.models.lookups import IContains

from customers.querysets.finding import SHORTEST_PART, by_index
from customers.services import tokens

# A part of a word may stand for so many whole ones, and they for so many customers: where there are
# more, a list soon has enough rows by going on in its own order.
MOST_TOKENS, MOST_CUSTOMERS = 100, 1_000


class Says(IContains):
    """Has these words in it, whatever their case: `Says(F("comment"), words)`.

    By ILIKE, which finds them by an index of trigrams on the column itself. Django's own way
    compares upper case, of which the database knows neither an index nor how frequent words are.
    Words of a script without case, such as Chinese, by LIKE, which finds the same and is three
    times as fast where no index helps: one of trigrams knows nothing of two characters.
    """

    def as_sql(self, compiler, connection):
        left, params = compiler.compile(self.lhs)
        right, words = self.process_rhs(compiler, connection)
        has_case = any(word.lower() != word.upper() for word in words)
        return f"{left} {'ILIKE' if has_case else 'LIKE'} {right}", [*params, *words]


def named(words: str) -> Q:
    """Invitations in which the customer's name, or the contact's, has these words in it.

    Rare ones are found through the words that the search box knows customers by, their contacts'
    among them: else all names of a wave would be read.
    """
    says = Q(Says(F("customer__name"), words)) | Q(Says(F("contact__name"), words))
    groups = _groups(words)
    if not groups:
        return says
    known = apps.get_model("customers", "CustomerTokens").objects.all()
    for group in groups:
        known = known.filter(tokens__overlap=group)
    with by_index():
        found = list(known.values_list("pk", flat=True)[: MOST_CUSTOMERS + 1])
    return says if len(found) > MOST_CUSTOMERS else Q(customer__in=found) & says


def _groups(words: str) -> list[list[str]]:
    """All words that have a part of what was typed in them, part by part; telling parts alone.

    The index of three letters finds a part anywhere in a word; Chinese words are pairs of
    characters anyway. Any other part may stand anywhere, and tells nothing.
    """
    dictionary = apps.get_model("customers", "SearchToken").objects.all()
    found: list[list[str]] = []
    for part in tokens.words(words):
        if tokens.CJK.search(part):
            if len(part) > 1:
                found.append([part])
        elif len(part) >= SHORTEST_PART:
            having = dictionary.filter(token__contains=part).values_list("token", flat=True)
            found.append(list(having[: MOST_TOKENS + 1]))
    return [group for group in found if len(group) <= MOST_TOKENS]
