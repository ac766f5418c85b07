"""The page of a group of customers; it crosses the floors, since it counts complaints."""

from django.db.models import Count
from django.shortcuts import render
from django.views.decorators.http import require_safe

from complaints.models import Case
from customers import groups
from customers.views.shared import visible_customer

PAGE = 50


@require_safe
def group(request, pk: int):
    """The tree of a customer's group, the figures of all members rolled up."""
    customer = visible_customer(request, pk)

    def count_complaints(customer_ids: list[int]) -> dict[int, int]:
        cases = Case.objects.visible_to(request.user).complaints().open()
        counted = cases.filter(customer__in=customer_ids).order_by().values_list("customer")
        return dict(counted.annotate(Count("pk")))

    found = groups.read(customer, request.user, count_complaints)
    start = _start(request.GET.get("from", ""), len(found.members))
    context = {
        "customer": customer,
        "group": found,
        "total": found.total,
        "shown": found.members[start : start + PAGE],
        "first": start + 1,
        "last": min(start + PAGE, len(found.members)),
        "newer_url": f"?from={max(0, start - PAGE)}" if start else "",
        "older_url": f"?from={start + PAGE}" if start + PAGE < len(found.members) else "",
        "cap": groups.MOST,
    }
    return render(request, "crm/group.html", context)


def _start(asked: str, count: int) -> int:
    start = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    return start if start < count else 0
