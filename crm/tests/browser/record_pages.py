"""The pages of records about customers, of competitors and of clubs: who opens them, and where."""

from django.urls import reverse

from crm.tests.browser.site import ACCOUNT_MANAGER, MANAGER, SERVICE, Site
from customers.models import ClubEvent, ClubLevel, Competitor, Promise
from customers.records import KINDS


def of_records(site: Site) -> list[tuple[str, str, str]]:
    """Every kind at a customer that has some, its forms, and what stands across customers."""
    mine = Promise.objects.visible_to(site.user(ACCOUNT_MANAGER)).settled().first()
    best, late = mine.customer_id, Promise.objects.open().first()
    event, level = ClubEvent.objects.order_by("on").first(), ClubLevel.objects.first()
    rival = Competitor.objects.first()
    shown = [("records", ACCOUNT_MANAGER, [best, kind]) for kind in KINDS]
    shown += [("record_create", ACCOUNT_MANAGER, [best, kind]) for kind in KINDS]
    shown += [("records", SERVICE, [best, kind]) for kind in ("idea", "team")]
    shown += [
        (name, MANAGER, [kind.key, kind.model.objects.filter(removed_at=None).first().pk])
        for name in ("record_edit", "record_settle")
        for kind in (KINDS["opportunity"], KINDS["idea"])
    ]
    shown += [("record_settle", MANAGER, ["promise", late.pk])]
    for who in (ACCOUNT_MANAGER, MANAGER):
        shown += [(name, who, []) for name in ("promises", "opportunities", "help_requests")]
        shown += [(name, who, []) for name in ("competitors", "clubs")]
    shown += [("competitor", ACCOUNT_MANAGER, [rival.pk]), ("club", SERVICE, [event.club_id])]
    shown += [("club_attendance", who, [event.pk]) for who in (ACCOUNT_MANAGER, SERVICE)]
    shown += [(name, MANAGER, []) for name in ("competitor_create", "club_create")]
    shown += [("competitor_edit", MANAGER, [rival.pk]), ("club_level_edit", MANAGER, [level.pk])]
    of_club = ("club", "club_edit", "club_level_create", "club_event_create")
    shown += [(name, MANAGER, [event.club_id]) for name in of_club]
    shown += [("club_event_edit", MANAGER, [event.pk])]
    return [
        (f"customers:{name}", who, reverse(f"customers:{name}", args=args))
        for name, who, args in shown
    ]
