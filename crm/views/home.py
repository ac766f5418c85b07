from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.today import account_manager, manager, service


@require_safe
def home(request):
    """What to do next, by role."""
    user = request.user
    if user.is_manager:
        return render(request, "crm/home_manager.html", manager.page(user))
    if user.sees_worth:
        return render(request, "crm/home_account_manager.html", account_manager.page(user))
    return render(request, "crm/home_service.html", service.page(user))
