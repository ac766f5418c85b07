"""Pages about other systems: tokens and web hooks."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import ApiToken
from crm.accounts.tokens import create_token
from crm.platform.models import HookEvent, WebHook
from crm.tests.browser.site import ADMINISTRATOR, Site

EVENTS = [HookEvent.TIER_CHANGED, HookEvent.COMPLAINT_OPENED]


def of_systems(site: Site) -> list[tuple[str, str, str]]:
    """With a token and a hook that has something to tell."""
    administrator = site.user(ADMINISTRATOR)
    if not ApiToken.objects.exists():
        expires = timezone.now() + dt.timedelta(days=90)
        kept = {"name": "ERP", "source": "erp", "team": None, "expires_at": expires}
        create_token(actor=administrator, scopes=["customers:write", "signals:read"], **kept)
    hook = WebHook.objects.first()
    if hook is None:
        hook = WebHook.objects.create(
            url="https://erp.example.com/hook", events=EVENTS, salt="s", created_by=administrator
        )
        hook.deliveries.create(
            event=HookEvent.TIER_CHANGED,
            cause="tier",
            at=timezone.now(),
            data={"customer": {"number": "10001", "keys": []}, "from": "B", "to": "A"},
            next_attempt_at=timezone.now() + dt.timedelta(days=1),
        )
    names = ("api_tokens", "api_token_create", "web_hooks", "web_hook_create")
    found = [(name, reverse(name)) for name in names]
    found += [(name, reverse(name, args=[hook.pk])) for name in ("web_hook", "web_hook_edit")]
    return [(name, ADMINISTRATOR, address) for name, address in found]
