"""What customers said by a moment: cases with their events and clocks, and finished responses."""

import datetime as dt
import zoneinfo

from complaints.models import Case, CaseEvent, Clock
from complaints.services.terms import current_terms
from complaints.states import BEGINNING, ENDED, SOLVED, after
from crm.accounts.tests.factories import ServiceFactory
from crm.tests.nightly.companies import LAST_DAY
from customers.models import Customer
from satisfaction.models import Response
from satisfaction.tests.factories import InvitationFactory, ResponseFactory

LONDON = zoneinfo.ZoneInfo("Europe/London")


def ago(days: float) -> dt.datetime:
    """So many days before the end of the last day."""
    end = dt.datetime.combine(LAST_DAY + dt.timedelta(days=1), dt.time.min, tzinfo=LONDON)
    return end - dt.timedelta(days=days)


def complain(customer_id: int, received: dt.datetime, *steps: tuple, **fields) -> Case:
    """A case and what then happened to it: (action, moment) or (action, moment, values)."""
    by = ServiceFactory()
    severity = fields.pop("severity", "moderate")
    case = Case.objects.create(
        **{
            "customer_id": customer_id,
            "title": "Wrong goods",
            "description": "Red instead of blue.",
            "received_at": received,
            "severity": severity,
            "terms": current_terms(),
        }
        | fields
    )
    case.last_seq = 0
    step(case, "log", received, {"severity": severity, "tier": "C"}, by=by)
    for action, at, *values in steps:
        step(case, action, at, *values, by=by)
    return case


def step(case: Case, action: str, at: dt.datetime, values: dict | None = None, by=None) -> None:
    """One more thing that happened to the case."""
    before = case.state if case.last_seq else BEGINNING
    state, seq = after(action, before), case.last_seq + 1
    CaseEvent.objects.create(
        case=case,
        seq=seq,
        follows=seq - 1 or None,
        action=action,
        before=before,
        after=state,
        at=at,
        by=by or ServiceFactory(),
        data={"values": values} if values else {},
    )
    if before != state:
        case.ended_at = at if state in ENDED else None
        case.resolved_at = at if action == "resolve" else case.resolved_at
    if state not in SOLVED:
        case.resolved_at = None
    case.state, case.last_seq = state, seq
    case.save()


def solving(at: dt.datetime) -> list[tuple]:
    """All steps to the solution, taken at once."""
    return [(action, at) for action in ("acknowledge", "assess", "propose", "resolve")]


def run_out(
    case: Case, due: dt.datetime, stopped: dt.datetime | None = None, kind: str = "resolution"
) -> Clock:
    """A clock of the case that ran out; without `stopped` it still runs."""
    return Clock.objects.create(
        case=case,
        kind=kind,
        state="met" if stopped else "running",
        target=60,
        due_at=due,
        warn_at=due,
        breached_at=due,
        stopped_at=stopped,
    )


def answer(customer_id: int, finished: dt.datetime, **scores) -> Response:
    customer = Customer.objects.get(pk=customer_id)
    invitation = InvitationFactory(customer=customer, contact=None)
    return ResponseFactory(invitation=invitation, finished_at=finished, **scores)
