"""One customer, its people and what hangs on it: for the tests that ask every address."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.models import RootCause
from crm import handover
from crm.accounts.models import Team, User
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    InvitationFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.accounts.tokens import create_token
from crm.exports.service import rights_of
from crm.platform import exports
from crm.platform.calendars import default_calendar
from crm.platform.models import Export, Heartbeat, Job, WebHook
from crm.platform.models.exports import KEPT_FOR
from crm.platform.secret_links import hash_of, new_token
from crm.tests.world_desk import of_cases
from crm.tests.world_leaving import of_leaving
from crm.tests.world_questionnaires import of_questionnaires
from crm.tests.world_surveys import of_surveys
from crm.tests.world_value import of_backtests, of_key_accounts, of_movement
from customers.models import (
    CareRule,
    Customer,
    CustomField,
    DuplicatePair,
    Mailing,
    MailingRecipient,
    MassAction,
    Merge,
    ReviewReport,
    SavedView,
    Tag,
)
from customers.services.interactions import attach_files
from customers.tests.factories import (
    AccountPlanFactory,
    ContactFactory,
    CustomerFactory,
    ImportRunFactory,
    InteractionFactory,
    PlanObjectiveFactory,
    RecurrenceFactory,
    StandingFactory,
    TaskFactory,
    ready_care_rules,
)
from customers.tests.record_factories import (
    ClubEventFactory,
    ClubLevelFactory,
    CompetitorFactory,
    PromiseFactory,
)
from lifecycle.models import NightlyRun, Signal

DAY = dt.date(2026, 1, 5)


@cache
def password_hash() -> str:
    return make_password("a-long-enough-password")


@dataclass
class World:
    """Who asks, and with which arguments each address is asked."""

    users: dict[str, User]
    args: dict[str, list]

    def url(self, name: str) -> str:
        return reverse(name, args=self.args.get(name, []))

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        if role != "anonymous":
            client.force_login(self.users[role])
        return client


def make_world() -> World:
    team = TeamFactory()
    users = {
        "owner": AccountManagerFactory(team=team),
        "outsider": AccountManagerFactory(),
        "service": ServiceFactory(),
        "manager": ManagerFactory(team=team),
        "administrator": AdministratorFactory(),
    }
    User.objects.update(password=password_hash())
    for user in users.values():
        user.refresh_from_db()
    # However long a test takes that asks whether somebody works there.
    Heartbeat.objects.create(machine="here", seen_at=timezone.now() + dt.timedelta(days=1))
    args = _of_customer(users["owner"]) | _of_work() | _of_accounts(team)
    args |= of_questionnaires()
    args |= _of_plans(users["owner"]) | of_key_accounts(users["owner"])
    args |= of_leaving(users["owner"], users["manager"])
    args |= of_movement(users["owner"])
    args |= _of_records(users["owner"])
    args |= _of_handover(users) | _of_list(users["owner"])
    args |= _of_care(users["owner"]) | _of_reports(users["owner"]) | _of_exports(users["owner"])
    return World(users, args | of_cases(users) | of_surveys(users["owner"]))


def _of_merging(customer: Customer, owner: User) -> dict[str, list]:
    other = CustomerFactory(account_manager=owner)
    pair = DuplicatePair.objects.create(first=customer, second=other, score=60, reasons=["name"])
    done = Merge.objects.create(
        customer=customer,
        gone_id=0,
        gone_number="OLD",
        gone_name="Gone",
        by=owner,
        undone_at=timezone.now(),
    )
    return {
        "merge_with": [customer.pk],
        "merge_customers": [customer.pk, other.pk],
        "merge": [done.pk],
        "merge_undo": [done.pk],
        "double_dismiss": [pair.pk],
        "double_restore": [pair.pk],
    }


def _of_customer(owner: User) -> dict[str, list]:
    customer = CustomerFactory(account_manager=owner)
    StandingFactory(customer=customer)
    signal = Signal.objects.create(
        customer=customer,
        kind="silent",
        strength=0.9,
        evidence={"days_since": 41, "usual_gap": 12},
        first_seen=DAY,
        last_seen=DAY,
    )
    pages = ("edit", "dealings", "contact_create", "interaction_create", "task_create")
    return {
        "card": [customer.pk],
        "timeline": [customer.pk],
        "months": [customer.pk],
        "group": [customer.pk],
        **_of_merging(customer, owner),
        "customers:buying_profile": [customer.pk],
        "customers:organisation": [customer.pk],
        "value:figures": [customer.pk],
        "value:rows": ["segment"],
        **{f"customers:{page}": [customer.pk] for page in ("history", "watch")},
        **{f"customers:{page}": [customer.pk] for page in pages},
        **{f"value:signal_{action}": [signal.pk] for action in ("dismiss", "restore", "task")},
        "customers:contacts": [customer.pk],
        "customers:contact_edit": [ContactFactory(customer=customer).pk],
        "contact_erase": [ContactFactory(customer=customer).pk],
        "customers:contact_successor": [ContactFactory(customer=customer, left_on=DAY).pk],
        **_of_tasks(customer),
        **_of_interaction(customer),
    }


def _of_tasks(customer: Customer) -> dict[str, list]:
    task, again = TaskFactory(customer=customer), RecurrenceFactory(customer=customer)
    return {
        "customers:calendar_feed": ["t" * 43],
        "customers:task_edit": [task.pk],
        "customers:task_close": [task.pk],
        "customers:recurrence_create": [customer.pk],
        "customers:recurrence_edit": [again.pk],
        "customers:recurrence_end": [again.pk],
    }


def _of_interaction(customer: Customer) -> dict[str, list]:
    interaction = InteractionFactory(customer=customer)
    file = SimpleUploadedFile("minutes.txt", b"We agreed on the price.")
    attach_files(interaction=interaction, files=[file], by=customer.account_manager)
    attachment = interaction.attachments.get()
    pages = ("interaction", "interaction_edit", "interaction_attach")
    return {
        **{f"customers:{page}": [interaction.pk] for page in pages},
        "customers:attachment": [attachment.pk],
        "customers:attachment_remove": [attachment.pk],
    }


def _of_records(owner: User) -> dict[str, list]:
    promise = PromiseFactory(customer__account_manager=owner)
    level, event = ClubLevelFactory(), ClubEventFactory()
    pages = ("edit", "remove", "settle")
    return {
        "customers:records": [promise.customer_id, "promise"],
        "customers:record_create": [promise.customer_id, "promise"],
        **{f"customers:record_{page}": ["promise", promise.pk] for page in pages},
        **{f"customers:competitor{page}": [CompetitorFactory().pk] for page in ("", "_edit")},
        "customers:club": [level.club_id],
        "customers:club_edit": [level.club_id],
        "customers:club_level_create": [level.club_id],
        "customers:club_level_edit": [level.pk],
        "customers:club_event_create": [event.club_id],
        "customers:club_event_edit": [event.pk],
        "customers:club_attendance": [event.pk],
    }


def _of_plans(owner: User) -> dict[str, list]:
    plan = AccountPlanFactory(customer__account_manager=owner)
    objective = PlanObjectiveFactory(plan=plan)
    of_plan = ("plan_edit", "plan_close", "plan_attach", "plan_action_create")
    return {
        "customers:plan": [plan.customer_id],
        "customers:plan_create": [plan.customer_id],
        **{f"customers:{page}": [plan.pk] for page in of_plan},
        "customers:plan_review_create": [plan.pk],
        "customers:objective_create": [plan.pk],
        "customers:objective_edit": [objective.pk],
    }


def _of_handover(users: dict[str, User]) -> dict[str, list]:
    """Offered by the owner to the manager."""
    customer = CustomerFactory(account_manager=users["owner"])
    StandingFactory(customer=customer)
    offered = handover.offer(
        by=users["owner"], taker=users["manager"], customer_ids=[customer.pk], note=""
    ).handover
    names = ("handover", "handover_answer", "handover_withdraw")
    return {name: [offered.pk] for name in names}


def _of_list(owner: User) -> dict[str, list]:
    view = SavedView.objects.create(user=owner, name="Mine", query="tier=A")
    done = MassAction.objects.create(
        by=owner,
        kind="tag",
        what="Of the list",
        values={"tag": Tag.objects.create(name="Of the list").pk},
    )
    return {
        **{f"customers:view_{action}": [view.pk] for action in ("edit", "delete")},
        **{f"customers:mass_{name}": [done.pk] for name in ("action", "undo")},
    }


def _of_care(owner: User) -> dict[str, list]:
    ready_care_rules()
    contact = ContactFactory(customer=CustomerFactory(account_manager=owner))
    # A secret of its own each time: no other test has refused by it.
    token, draft = new_token(), Mailing.objects.create(name="News", made_by=owner)
    MailingRecipient.objects.create(
        mailing=draft, customer=contact.customer, contact=contact, token_hash=hash_of(token)
    )
    return {
        "customers:care": [contact.customer_id],
        "customers:care_rule_edit": [CareRule.objects.first().pk],
        **{f"customers:mailing{action}": [draft.pk] for action in ("", "_edit", "_send")},
        "customers:mailing_refuse": [token],
    }


def _of_reports(owner: User) -> dict[str, list]:
    report = ReviewReport.objects.create(
        customer=CustomerFactory(account_manager=owner),
        since=DAY,
        until=DAY,
        language="en",
        made_by=owner,
    )
    papers = ("", "_edit", "_pdf", "_given")
    return {
        **{name: [report.customer_id] for name in ("review_reports", "review_report_create")},
        **{f"account_card{paper}": [report.customer_id] for paper in ("", "_pdf")},
        **{f"proposal{paper}": [report.customer_id] for paper in ("", "_pdf")},
        **{f"review_report{paper}": [report.pk] for paper in papers},
    }


def _of_exports(owner: User) -> dict[str, list]:
    """A list that a worker wrote, with its file."""
    path = exports.new_path()
    path.write_bytes(b"name\r\n")
    made = Export.objects.create(
        user=owner,
        table="customers",
        format="csv",
        language="en",
        state="done",
        stored_name=path.name,
        rights=rights_of(owner),
        expires_at=timezone.now() + KEPT_FOR,
        job=Job.objects.create(kind="export", state="done", finished_at=timezone.now()),
    )
    names = ("export_detail", "export_file", "export_cancel")
    return {"export": ["customers"], **{name: [made.pk] for name in names}}


def _of_work() -> dict[str, list]:
    job = Job.objects.create(kind="nightly", state="done", finished_at=timezone.now())
    run = NightlyRun.objects.create(as_of=DAY, job=job)
    imported = ImportRunFactory(state="checked")
    pages = ("detail", "progress", "commit", "cancel", "undo", "wrong_rows")
    return {
        "customers:tag_edit": [Tag.objects.create(name="Fair").pk],
        "customers:custom_field_edit": [CustomField.objects.create(names={"en": "Machines"}).pk],
        "complaints:entry_create": ["categories"],
        "complaints:entry_edit": ["causes", RootCause.objects.first().pk],
        "value:nightly_progress": [run.pk],
        "value:nightly_run": [run.pk],
        **of_backtests(),
        "calendar_day_delete": [default_calendar().days.create(date=DAY, name="Holiday").pk],
        **{f"customers:import_{page}": [imported.pk] for page in pages},
    }


def _of_accounts(team: Team) -> dict[str, list]:
    colleague = AccountManagerFactory(team=team)
    token = "t" * 43
    waiting = InvitationFactory(team=team, token_hash=hash_of(token))
    return {
        "user_deactivate": [colleague.pk],
        "user_team": [colleague.pk],
        "accounts:user_edit": [colleague.pk],
        "accounts:user_reactivate": [colleague.pk],
        "accounts:user_two_step_reset": [colleague.pk],
        "accounts:team_edit": [team.pk],
        "accounts:invitation_accept": [token],
        "accounts:invitation_send_again": [waiting.pk],
        "accounts:invitation_revoke": [waiting.pk],
        "account_reset_password_from_key": ["1", "set-password"],
        **_of_systems(),
        "mfa_remove_webauthn": [1],
        "mfa_edit_webauthn": [1],
    }


def _of_systems() -> dict[str, list]:
    """A token, and a hook whose address nobody may call."""
    creator = AdministratorFactory()
    expires = timezone.now() + dt.timedelta(days=30)
    common = {"actor": creator, "name": "ERP", "source": "erp", "team": None}
    token, _secret = create_token(**common, scopes=["standings:read"], expires_at=expires)
    hook = WebHook.objects.create(url="https://127.0.0.1/hook", events=["tier.changed"], salt="s")
    delivery = hook.deliveries.create(event="tier.changed", cause="tier", at=expires)
    return {
        "api_token_revoke": [token.pk],
        **{f"web_hook{page}": [hook.pk] for page in ("", "_edit", "_renew", "_test")},
        "web_hook_resend": [delivery.pk],
        "api:read_complaint": ["R-1"],
        "api:read_customer": ["erp", "D-1"],
        "api:nothing": ["nowhere"],
    }
