"""The pages of exports: columns to choose, what was taken out, and long ones in their states."""

from django.urls import reverse
from django.utils import timezone

from crm.exports.service import rights_of
from crm.platform import exports
from crm.platform.models import Export, Job
from crm.platform.models.exports import KEPT_FOR
from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, SERVICE, Site


def of_exports(site: Site) -> list[tuple[str, str, str]]:
    """Short lists of each kind of reader, and long ones in their states."""
    asked = [
        (ACCOUNT_MANAGER, "customers"),
        (SERVICE, "customers"),
        (SERVICE, "cases"),
        (MANAGER, "users"),
    ]
    found = [("export", who, reverse("export", args=[key])) for who, key in asked]
    found += [("exports", who, reverse("exports")) for who in (ACCOUNT_MANAGER, SERVICE)]
    found.append(("exports", MANAGER, reverse("exports") + "?whose=all"))
    for made in _made(site):
        address = reverse("export_detail", args=[made.pk])
        found += [("export_detail", who, address) for who in (ACCOUNT_MANAGER, MANAGER)]
    return found


def _made(site: Site) -> list[Export]:
    """One of each state, made when the first asks for them."""
    owner = site.user(ACCOUNT_MANAGER)
    if not (made := list(Export.objects.filter(user=owner, job__isnull=False))):
        path = exports.new_path()
        path.write_bytes(b"name\r\n")
        ready = {
            "stored_name": path.name,
            "size": 6,
            "rights": rights_of(owner),
            "expires_at": timezone.now() + KEPT_FOR,
        }
        shown = {"done": ready, "writing": {"rows": 2_000, "expected": 8_000}, "failed": {}}
        made = [_export(owner, state, values) for state, values in shown.items()]
    return made


def _export(owner, state: str, values: dict) -> Export:
    """Its job is over, so that no worker takes it."""
    return Export.objects.create(
        user=owner,
        table="customers",
        format="csv",
        query={"tier": ["A"]},
        language="en",
        state=state,
        job=Job.objects.create(kind=Job.Kind.EXPORT, state=Job.State.DONE),
        **values,
    )
