"""Surveys of the demo company on their way into the tables: waves, invitations, answers, tasks.

Figures of the responses and tasks about the unhappy ones are made by satisfaction's own services.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from django.utils import timezone

from complaints.models import Case, ClockKind, Kind
from complaints.states import State
from crm.accounts.models import User
from crm.demo import seasons, surveys
from crm.demo.bulk import copy_models, new_ids
from crm.demo.draws import coins, midnight
from customers.models import Contact, Customer, Task
from satisfaction.models import (
    Answer,
    Instrument,
    InstrumentVersion,
    Invitation,
    Loop,
    LoopStep,
    OptOut,
    Outcome,
    Response,
    Skip,
    Wave,
)
from satisfaction.questionnaire import Questionnaire
from satisfaction.services.answering import figures
from satisfaction.services.closed_loop import (
    due_on,
    is_unhappy,
    reason_of,
    title_for,
    who_acts,
)
from satisfaction.services.loops import day_of
from satisfaction.services.sending import mail_links

INSTRUMENT = "service-quality"
IN_CHARGE = "helen.zhao"
# Of the running wave so many mails lie in the outbox, so that somebody may try to answer.
TO_TRY = 3


@dataclass(frozen=True)
class Asked:
    """A wave with its invitations as they are drawn, and what is needed to write them."""

    plan: surveys.Plan
    wave: Wave
    rows: pd.DataFrame  # of `surveys.answers`, with `invitation`, the id


def complaints_of(ids: pd.Series) -> pd.DataFrame:
    """Complaints as `surveys.answers` takes them: ordinal, received, breached, ended."""
    found = Case.objects.complaints().exclude(state=State.MERGED)
    found = found.filter(
        customer__in=set(ids), clocks__kind=ClockKind.RESOLUTION, kind=Kind.COMPLAINT
    )
    rows = found.values_list("customer", "received_at", "clocks__breached_at", "ended_at")
    cases = pd.DataFrame(rows, columns=["customer", "received", "breached", "ended"])
    for name in ("received", "breached", "ended"):
        cases[name] = pd.to_datetime(cases[name], utc=True)
    cases["ordinal"] = cases.pop("customer").map(ordinals(ids)).astype("int64")
    return cases


def ordinals(ids: pd.Series) -> pd.Series:
    """Ordinal by customer id; of two customers merged into one the first."""
    found = pd.Series(ids.index, index=ids.to_numpy())
    return found[~found.index.duplicated()]


def add_wave(
    plan: surveys.Plan, rows: pd.DataFrame, skipped: Iterable[int], ids: pd.Series, today: dt.date
) -> Asked:
    """The wave as of the beginning of a day, with whom it asked and whom it passed over."""
    version = Instrument.objects.get(code=plan.instrument).current
    manager = User.objects.filter(username=IN_CHARGE).first()
    wave = Wave.objects.create(
        name=plan.name,
        version=version,
        purpose=plan.purpose,
        selection={"stages": ["exploration", "formation", "stability", "decline"]},
        sample_size=plan.sample,
        opens_on=plan.opens,
        closes_on=plan.closes,
        in_charge=manager,
        created_by=manager,
        state=Wave.State.OPEN if plan.closes >= today else Wave.State.CLOSED,
        sent_at=min(rows["at"]),
    )
    planned = midnight(plan.opens) - dt.timedelta(days=6, hours=-10)
    Wave.objects.filter(pk=wave.pk).update(created_at=planned)
    Skip.objects.bulk_create(
        Skip(wave=wave, customer_id=int(ids[ordinal]), reason=Skip.Reason.OPTED_OUT)
        for ordinal in skipped
    )
    rows = rows.assign(invitation=new_ids(Invitation, len(rows)))
    return Asked(plan, wave, rows)


def add_invitations(asked: Asked, ids: pd.Series, contacts: pd.Series, until: dt.datetime) -> None:
    """Everybody who was asked, as far as it is known at a moment."""
    known = ids[asked.rows["ordinal"]].tolist()
    customers = Customer.objects.in_bulk(known)
    people = Contact.objects.in_bulk(contacts[asked.rows["contact"]].tolist())
    invitations, gone = [], []
    for row, customer_id in zip(asked.rows.itertuples(), known, strict=True):
        customer, contact = customers[customer_id], people[int(contacts[row.contact])]
        invitations.append(_invitation(asked, row, customer, contact, until))
        if row.opts_out and row.done < until:
            gone.append(OptOut(email=contact.email.lower()))
    copy_models(invitations)
    OptOut.objects.bulk_create(gone, ignore_conflicts=True)


def _invitation(
    asked: Asked, row, customer: Customer, contact: Contact, until: dt.datetime
) -> Invitation:
    is_done = row.done < until and row.reaction
    reminded = row.at + surveys.REMINDED_AFTER
    was_reminded = reminded < until and row.reaction != "bounced"
    was_reminded &= not (row.done < reminded and row.reaction in ("finished", "declined"))
    return Invitation(
        pk=row.invitation,
        wave=asked.wave,
        customer=customer,
        contact=contact,
        email=contact.email,
        language=contact.language,
        state=row.reaction if is_done else Invitation.State.SENT,
        tier=row.tier,
        stage=row.stage,
        owner_id=customer.account_manager_id,
        team_id=customer.team_id,
        sent_at=row.at,
        reminders=int(was_reminded),
        reminded_at=reminded if was_reminded else None,
        finished_at=row.done if is_done and row.reaction == "finished" else None,
    )


def add_responses(asked: Asked, until: dt.datetime) -> list[Response]:
    """What came back before `until`, with its figures; drafts of those who broke off."""
    version = asked.wave.version
    questions = list(version.questions.all())
    came = asked.rows[asked.rows["reaction"].isin(["finished", "started"])]
    came = came[np.array([done < until for done in came["done"]], dtype=bool)]
    invitations = Invitation.objects.in_bulk(came["invitation"].tolist())
    responses, answers = [], []
    for row, pk in zip(came.itertuples(), new_ids(Response, len(came)), strict=True):
        response = _response(row, pk, invitations[row.invitation])
        values = row.values_given if asked.plan.instrument != INSTRUMENT else _values(row)
        if response.finished_at:
            for name, figure in figures(Questionnaire(questions, values)).items():
                setattr(response, name, figure)
        else:
            first = {question.code for question in questions if question.page == 1}
            values = {code: value for code, value in values.items() if code in first}
        responses.append(response)
        answers += [_answer(response, q, values[q.code]) for q in questions if q.code in values]
    copy_models(responses)
    copy_models(answers)
    if responses:
        first = min(response.started_at for response in responses)
        InstrumentVersion.objects.filter(pk=version.pk, frozen_at=None).update(frozen_at=first)
    return [response for response in responses if response.finished_at]


def _response(row, pk: int, invitation: Invitation) -> Response:
    is_finished = row.reaction == "finished"
    copied = ("customer_id", "contact_id", "tier", "stage", "owner_id", "team_id", "language")
    return Response(
        pk=pk,
        wave_id=invitation.wave_id,
        invitation=invitation,
        page=2,
        started_at=row.done - row.took if is_finished else row.done,
        finished_at=row.done if is_finished else None,
        **{name: getattr(invitation, name) for name in copied},
    )


def _values(row) -> dict[str, int | str]:
    """Answers by the questions' codes, without those that were left out."""
    scores = {code: getattr(row, code) for code in (*surveys.QUESTIONS, "recommend")}
    values = {code: int(score) for code, score in scores.items() if not pd.isna(score)}
    return values | ({"better": row.comment} if row.comment else {})


def _answer(response: Response, question, value: int | str) -> Answer:
    if isinstance(value, str):
        return Answer(response=response, question=question, text=value)
    if isinstance(value, list):
        return Answer(response=response, question=question, values=value)
    return Answer(response=response, question=question, score=value)


def call_the_unhappy(seed: int, responses: Iterable[Response], today: dt.date) -> None:
    """The tasks that `follow_up` makes, as of the beginning of a day: the old ones are done."""
    unhappy = [response for response in responses if is_unhappy(response)]
    customers = Customer.objects.select_related("account_manager")
    customers = customers.in_bulk({response.customer_id for response in unhappy})
    due = {hour: due_on(hour) for hour in {_hour(response.finished_at) for response in unhappy}}
    tasks, loops = [], []
    for response in unhappy:
        customer = customers[response.customer_id]
        if assignee := who_acts(customer):
            task = Task(
                customer=customer,
                title=title_for(assignee, response),
                assignee=assignee,
                due_on=due[_hour(response.finished_at)],
                origin=Task.Origin.SURVEY,
                reason=reason_of(response),
                created_at=response.finished_at + dt.timedelta(seconds=1),
            )
            _close_old(seed, task, response, midnight(today))
            tasks.append(task)
            loops.append(Loop(response=response, **_loop_of(task)))
    for rows, model in ((tasks, Task), (loops, Loop)):
        for row, pk in zip(rows, new_ids(model, len(rows)), strict=True):
            row.pk = pk
    copy_models(tasks)
    for loop, task in zip(loops, tasks, strict=True):
        loop.task_id = task.pk
    copy_models(loops)
    copy_models(
        [step for loop, task in zip(loops, tasks, strict=True) for step in _steps(loop, task)]
    )


def _hour(moment: dt.datetime) -> dt.datetime:
    """The tasks of an hour are due on the same day, wherever the day begins."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _close_old(seed: int, task: Task, response: Response, until: dt.datetime) -> None:
    moment = int(response.finished_at.timestamp())
    luck, which, speed = (
        float(coins(seed, part, moment)) for part in ("called", "outcome", "speed")
    )
    closed = task.created_at + dt.timedelta(hours=20 + 120 * speed)
    is_old = until - task.created_at > dt.timedelta(days=30)
    if closed >= until or luck > (0.97 if is_old else 0.45):
        return
    calendar = seasons.CHINA if response.language == "zh-hans" else seasons.EUROPE
    is_dropped = luck < 0.05
    task.state = Task.State.DROPPED if is_dropped else Task.State.DONE
    task.closed_at = closed
    task.notes = surveys.said(calendar, "dropped" if is_dropped else "outcomes", which)


def _loop_of(task: Task) -> dict:
    """What became of the answer, as the task tells it."""
    opened = {"customer": task.customer, "opened_at": task.created_at, "due_on": task.due_on}
    opened |= {"outcome": ""}
    if task.closed_at is None:
        return opened
    found = Outcome.CALLED if task.state == Task.State.DROPPED else Outcome.SOLVED
    in_time = day_of(task.closed_at) <= task.due_on
    acted = {"acted_at": task.closed_at, "acted_in_time": in_time, "closed_at": task.closed_at}
    return opened | acted | {"outcome": found}


def _steps(loop: Loop, task: Task) -> list[LoopStep]:
    if loop.acted_at is None:
        return []
    said = {"outcome": loop.outcome, "words": task.notes, "by_id": task.assignee_id}
    return [LoopStep(loop=loop, at=loop.acted_at, **said)]


def leave_some_to_try(asked: Asked) -> None:
    """Mails of the running wave to customers who have not answered, now in the outbox."""
    quiet = asked.rows[asked.rows["reaction"] == ""]["invitation"].tolist()
    shown = Invitation.objects.filter(pk__in=quiet, owner__isnull=False).order_by("pk")
    # One in Chinese among them, if there is one.
    english = list(shown.filter(language="en").values_list("pk", flat=True)[: TO_TRY - 1])
    others = list(shown.exclude(pk__in=english).values_list("pk", flat=True)[:TO_TRY])
    chosen = sorted([*english, *others[: TO_TRY - len(english)]])
    values = {"sent_at": timezone.now(), "reminders": 0, "reminded_at": None}
    Invitation.objects.filter(pk__in=chosen).update(**values)
    mail_links(wave=asked.wave, ids=chosen)


def running(ids: pd.Series, day: dt.date) -> list[Asked]:
    """The demo company's waves that take answers on a day, with whom has not answered."""
    waves = Wave.objects.filter(state=Wave.State.OPEN, opens_on__lte=day, closes_on__gte=day)
    named = [wave for wave in waves if wave.name == surveys.name_of(wave.opens_on)]
    return [_still_asked(wave, ids) for wave in named]


def _still_asked(wave: Wave, ids: pd.Series) -> Asked:
    plan = surveys.Plan(wave.name, wave.opens_on, wave.closes_on, wave.sample_size, wave.purpose)
    silent = Invitation.objects.filter(wave=wave, state=Invitation.State.SENT, response=None)
    columns = ("customer", "contact", "tier", "stage", "sent_at", "pk")
    rows = pd.DataFrame(list(silent.values_list(*columns)), columns=[*columns[:4], "at", "pk"])
    rows = rows.rename(columns={"pk": "invitation"})
    rows["ordinal"] = rows.pop("customer").map(ordinals(ids))
    rows = rows.dropna(subset=["ordinal"]).astype({"ordinal": "int64"}).sort_values("ordinal")
    rows["at"] = rows["at"].astype(object)
    return Asked(plan, wave, rows.reset_index(drop=True))


def add_day(seed: int, asked: Asked, here, ids: pd.Series, day: dt.date) -> None:
    """The reactions of a day, of `surveys.reactions`."""
    since, until = midnight(day), midnight(day + dt.timedelta(days=1))
    rows = asked.rows
    came = np.array([since <= done < until for done in rows["done"]], dtype=bool)
    came &= (rows["reaction"] != "").to_numpy()
    rows = surveys.answers(seed, here, asked.plan, rows[came], complaints_of(ids))
    asked = replace(asked, rows=rows)
    responses = add_responses(asked, until)
    for row in rows.itertuples():
        finished = row.done if row.reaction == "finished" else None
        answered = Invitation.objects.filter(pk=row.invitation)
        answered.update(state=row.reaction, finished_at=finished)
        if row.opts_out:
            OptOut.objects.get_or_create(email=answered.get().email.lower())
    call_the_unhappy(seed, responses, day + dt.timedelta(days=1))
