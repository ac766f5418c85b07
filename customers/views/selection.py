"""Which customers of the list somebody has chosen: the rows ticked, or all of the filter."""

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from customers.services.handover import MOST
from customers.views.columns import chosen_sort
from customers.views.listing import list_filter, rows_of

LONGEST_ID = 18


@dataclass(frozen=True)
class Selection:
    """The customers' ids, whether there were more than `MOST`, and the fields that say so again."""

    ids: list[int]
    is_capped: bool
    hidden: list[tuple[str, str]]
    query: str  # of the list it comes from

    def __bool__(self) -> bool:
        return bool(self.ids)

    @property
    def most(self) -> int:
        return MOST


def selection_of(request: HttpRequest) -> Selection:
    """What a form posted, or the address of a link names."""
    data = request.POST if request.method == "POST" else request.GET
    query = data.get("query", "")
    if data.get("all"):
        return _all_of(request.user, query)
    asked = dict.fromkeys(data.getlist("customer"))
    numbers = [int(text) for text in asked if text.isdecimal() and len(text) <= LONGEST_ID]
    ids = numbers[:MOST]
    hidden = [*(("customer", str(pk)) for pk in ids), ("query", query)]
    return Selection(ids, len(numbers) > MOST, hidden, query)


def _all_of(user, query: str) -> Selection:
    """Those of a filter in its order, up to the cap."""
    parameters = QueryDict(query)
    form = list_filter(user, parameters)
    key, descending, _refused = chosen_sort(parameters.get("sort", ""), user)
    rows = rows_of(user, form).sorted_by(key, descending)
    ids = list(rows.values_list("pk", flat=True)[: MOST + 1])
    return Selection(ids[:MOST], len(ids) > MOST, [("all", "1"), ("query", query)], query)
