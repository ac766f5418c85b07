from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm import today


@require_safe
def home(request):
    """What to do next, by role."""
    user = request.user
    if user.is_manager:
        return render(request, "crm/home_manager.html", today.manager(user))
    if user.sees_worth:
        return render(request, "crm/home_account_manager.html", today.account_manager(user))
    return render(request, "crm/home_service.html", today.service(user))
