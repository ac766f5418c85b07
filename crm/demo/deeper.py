"""Further surveys of the demo company: other questionnaires, our own staff, after complaints.

Planted, so that pages and tests can be held against the truth: the climate in a team goes with
what its people can do, and a quarter later with what its customers say; customers expect
reliability most; whoever was answered late is less content with how a complaint was handled; what
is planted in the smaller ones stands in `further`.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from complaints.models import Case
from complaints.states import State
from crm.accounts.models import Team, User
from crm.demo import company, further, standings, surveys
from crm.demo.bulk import copy_models, new_ids
from crm.demo.draws import coins, midnight
from crm.demo.staff import TEAMS
from crm.demo.survey_records import (
    add_invitations,
    add_responses,
    add_wave,
    call_the_unhappy,
    complaints_of,
    ordinals,
)
from crm.platform.models import Installation
from satisfaction.models import (
    Answer,
    Channel,
    Frequency,
    Instrument,
    InstrumentVersion,
    Invitation,
    QuestionKind,
    Response,
    StaffCompetence,
    Wave,
)
from satisfaction.questionnaire import Questionnaire, is_given
from satisfaction.services.answering import figures

QUARTERS, PEOPLE_OF_TEAM = 7, 9
STAFF_LEVEL = 66.0
# How far what the staff are asked stands from the climate; the links of one chain.
LINKS = {"capability": 2, "staff_satisfaction": 0, "productivity": -3, "delivering": -1}
# What moves each of them beside the climate, from quarter to quarter in a team.
OWN_MOVES = 5.5
MARKS = {"company_values": 0.3, "product": 0.0, "market": -0.3, "selling": 0.1, "procedures": -0.1}
HANDLED, HANDLED_LATE, ANSWERS_HANDLING = 4.2, 2.4, 0.45


@dataclass(frozen=True)
class _Ground:
    """What each of the questionnaires is answered from."""

    seed: int
    made: company.Company
    ids: pd.Series
    contacts: pd.Series
    opted_out: set[int]
    today: dt.date
    sums: pd.DataFrame
    cases: pd.DataFrame


def add_deeper(
    seed: int,
    made: company.Company,
    ids: pd.Series,
    contacts: pd.Series,
    opted_out: set[int],
    today: dt.date,
) -> int:
    """All of them; says how many answered."""
    sums, cases = standings.margins(made.transactions), complaints_of(ids)
    here = _Ground(seed, made, ids, contacts, opted_out, today, sums, cases)
    count = 0
    for plan in surveys.deeper_plans(today):
        count += _add_questionnaire(here, plan, surveys.deeper_of(seed, plan, made.contacts))
    for place, plan in enumerate(further.plans(today)):
        people = further.whom(seed, place, made.contacts, _asked_near(plan, ids))
        count += _add_questionnaire(here, plan, people)
    add_competences(seed, today)
    return count + add_staff_surveys(seed, today) + add_after_complaints(seed, today)


def _asked_near(plan: surveys.Plan, ids: pd.Series) -> set[int]:
    """The customers whom a wave by plan asks within the pause before this one or after it."""
    pause = dt.timedelta(days=Installation.cached().survey_pause_days)
    near = Invitation.objects.filter(
        wave__occasion=Wave.Occasion.PLAN,
        wave__opens_on__range=(plan.opens - pause, plan.opens + pause),
        customer__isnull=False,
    )
    asked = near.order_by().values_list("customer", flat=True).distinct()
    return set(ordinals(ids).reindex(list(asked)).dropna().astype(int))


def _add_questionnaire(here: _Ground, plan: surveys.Plan, people: pd.DataFrame) -> int:
    seed, made, today = here.seed, here.made, here.today
    standing = standings.at(here.sums, len(made.customers), plan.opens)
    standing = standing[made.customers["is_active"].loc[standing.index]]
    rows, _skipped = surveys.asked(seed, made.market, people, plan, standing, here.opted_out)
    if not len(rows):
        return 0
    facts = made.planted.dropna(subset=["last"])
    yesterday = today - dt.timedelta(days=1)
    trouble = surveys.troubles(made.market, facts["last"], facts["alive"], plan, yesterday)
    rows = surveys.reactions(seed, made.market, plan, rows, trouble)
    # Who opted out did so at a survey that the list of addresses knows of.
    rows["opts_out"] = False
    rows = surveys.answers(seed, made.market, plan, rows, here.cases)
    questions = list(Instrument.objects.get(code=plan.instrument).current.questions.all())
    values = _values(here, questions, rows, plan)
    rows["values_given"] = pd.Series(values, index=rows.index, dtype=object)
    asked = add_wave(plan, rows, [], here.ids, today)
    add_invitations(asked, here.ids, here.contacts, midnight(today))
    responses = add_responses(asked, midnight(today))
    call_the_unhappy(seed, responses, today)
    return len(responses)


def _values(here: _Ground, questions: list, rows: pd.DataFrame, plan: surveys.Plan) -> list[dict]:
    """What each row says to what it is asked: some of it hangs on earlier answers."""
    calendars = here.made.market.traits.loc[rows["ordinal"], "calendar"].to_numpy()
    texts = {one.code for one in questions if one.kind == QuestionKind.TEXT}
    is_small = plan.instrument in {instrument for _ago, instrument, *_words in further.FURTHER}
    found = []
    given = surveys.deeper_values(here.seed, questions, rows, plan)
    for row, calendar, values in zip(rows.itertuples(), calendars, given, strict=True):
        asked = [question.code for question in Questionnaire(questions, values).asked]
        kept = {code: values[code] for code in asked if is_given(values.get(code))}
        first = next((code for code in asked if code in texts), "")
        if first and is_small and (words := further.written(here.seed, first, row, calendar, plan)):
            kept[first] = words
        found.append(kept)
    return found


def climate(seed: int, team: str, quarter: int) -> float:
    """How it is to work in a team, in points off the usual."""
    return surveys.CLIMATE[team] + surveys.climate_moves(seed, team, quarter)


def add_staff_surveys(seed: int, today: dt.date) -> int:
    """One a quarter, on paper and without names: only the team is on the sheet."""
    teams = {key: Team.objects.filter(name=name).first() for key, name in TEAMS.items()}
    version = Instrument.objects.get(code="employees").current
    questions = list(version.questions.all())
    manager = User.objects.filter(username="helen.zhao").first()
    newest = surveys.quarter_of_day((today - dt.date(1970, 1, 1)).days) - 1
    responses, answers = [], []
    for quarter in range(newest - QUARTERS + 1, newest + 1):
        opens = dt.date(quarter // 4, 3 * (quarter % 4) + 1, 1) + dt.timedelta(days=13)
        wave = Wave.objects.create(
            name=f"Staff {quarter // 4} Q{quarter % 4 + 1} 员工调查",
            version=version,
            purpose="Can our people serve customers the way they would like to? 员工能否服务好客户",
            frequency=Frequency.QUARTERLY,
            channel=Channel.PRINT,
            is_anonymous=True,
            opens_on=opens,
            closes_on=opens + dt.timedelta(days=14),
            state=Wave.State.CLOSED,
            in_charge=manager,
            created_by=manager,
            sent_at=midnight(opens),
        )
        for key, team in teams.items():
            if team is not None:
                moods = _moods(seed, key, quarter)
                made = _staff_answers(seed, wave, team, questions, moods, quarter)
                responses += made[0]
                answers += made[1]
    for response, pk in zip(responses, new_ids(Response, len(responses)), strict=True):
        response.pk = pk
    for answer in answers:
        answer.response_id = answer.response.pk
    copy_models(responses)
    copy_models(answers)
    _freeze(version, responses)
    return len(responses)


def _moods(seed: int, team: str, quarter: int) -> dict[str, float]:
    """How a team stands in each link: by its climate, and by what moves that link alone."""
    mood = STAFF_LEVEL + climate(seed, team, quarter)
    return {
        measure: mood + shift + OWN_MOVES * float(ndtri(coins(seed, f"{measure}, {team}", quarter)))
        for measure, shift in LINKS.items()
    }


def _freeze(version: InstrumentVersion, responses: list[Response]) -> None:
    if responses:
        first = min(response.started_at for response in responses)
        InstrumentVersion.objects.filter(pk=version.pk, frozen_at=None).update(frozen_at=first)


def _staff_answers(
    seed: int, wave: Wave, team: Team, questions: list, moods: dict[str, float], quarter: int
) -> tuple[list[Response], list[Answer]]:
    responses, answers = [], []
    for person in range(PEOPLE_OF_TEAM):
        key = (team.pk, quarter, person)
        own = 7 * float(ndtri(coins(seed, "staff person", *key)))
        values = {}
        for question in questions:
            if not question.scale:
                continue
            noise = 9 * float(ndtri(coins(seed, question.code, *key)))
            share = moods.get(question.measure, STAFF_LEVEL) + own + noise
            low, high = question.scale
            values[question.code] = int(np.clip(round(low + share / 100 * (high - low)), low, high))
        done = midnight(wave.closes_on)
        response = Response(
            wave=wave, team=team, language="en", page=3, started_at=done, finished_at=done
        )
        for name, figure in figures(Questionnaire(questions, values)).items():
            setattr(response, name, figure)
        responses.append(response)
        answers += [
            Answer(response=response, question=question, score=values[question.code])
            for question in questions
            if question.code in values
        ]
    return responses, answers


def add_competences(seed: int, today: dt.date) -> None:
    """Two ratings of each account manager: better where the climate is."""
    rater = User.objects.filter(username="helen.zhao").first()
    names = {name: key for key, name in TEAMS.items()}
    rows = []
    for user in User.objects.filter(team__name__in=names, role="account_manager").order_by("pk"):
        climate_of = surveys.CLIMATE[names[user.team.name]]
        for place, ago in enumerate((520, 150)):
            marks = {}
            for area, shift in MARKS.items():
                noise = 0.5 * float(ndtri(coins(seed, f"rated {area}", user.pk, place)))
                mark = 3.3 + climate_of / 14 + shift + 0.2 * place + noise
                marks[area] = int(np.clip(round(mark), 1, 5))
            on = today - dt.timedelta(days=ago)
            rows.append(StaffCompetence(user=user, on=on, rated_by=rater, **marks))
    if rater:
        StaffCompetence.objects.bulk_create(rows)


def add_after_complaints(seed: int, today: dt.date) -> int:
    """What customers said of how their complaints were handled, in the two quarters before last."""
    version = Instrument.objects.get(code="after-complaint").current
    questions = {question.code: question for question in version.questions.all()}
    this = surveys.quarter_of_day((today - dt.date(1970, 1, 1)).days)
    responses, answers, invitations = [], [], []
    for quarter in (this - 3, this - 2):
        first = dt.date(quarter // 4, 3 * (quarter % 4) + 1, 1)
        after = (first + dt.timedelta(days=93)).replace(day=1)
        wave = _wave_after(version, quarter, first, after, today)
        cases = Case.objects.complaints().filter(
            state=State.CLOSED,
            customer__isnull=False,
            contact__isnull=False,
            ended_at__range=(midnight(first), midnight(after)),
        )
        for case in cases.select_related("customer", "contact").order_by("pk"):
            made = _after(seed, wave, case)
            invitations.append(made[0])
            if made[1]:
                responses.append(made[1])
                answers += _handling(seed, case, made[1], questions)
    for rows, model in ((invitations, Invitation), (responses, Response)):
        for row, pk in zip(rows, new_ids(model, len(rows)), strict=True):
            row.pk = pk
    for response in responses:
        response.invitation_id = response.invitation.pk
    for answer in answers:
        answer.response_id = answer.response.pk
    for rows in (invitations, responses, answers):
        copy_models(rows)
    _freeze(version, responses)
    call_the_unhappy(seed, responses, today)
    return len(responses)


def _wave_after(
    version: InstrumentVersion, quarter: int, first: dt.date, after: dt.date, today: dt.date
) -> Wave:
    """The wave of those whose complaints ended in a quarter; answers come a little later."""
    return Wave.objects.create(
        name=f"After complaints {quarter // 4} Q{quarter % 4 + 1} 投诉之后",
        version=version,
        purpose="Is who complained content with how it was handled? 投诉处理满意度",
        occasion=Wave.Occasion.COMPLAINT,
        frequency=Frequency.STEADILY,
        opens_on=first,
        closes_on=min(after + dt.timedelta(days=20), today - dt.timedelta(days=1)),
        state=Wave.State.CLOSED,
        sent_at=midnight(first),
    )


def _after(seed: int, wave: Wave, case: Case) -> tuple[Invitation, Response | None]:
    """Asked half an hour after the end; some answer within days."""
    sent = case.ended_at + dt.timedelta(minutes=31)
    luck = float(coins(seed, "says how it was handled", case.pk))
    done = sent + dt.timedelta(hours=1 + 90 * float(coins(seed, "says it after", case.pk)))
    answers = luck < ANSWERS_HANDLING
    common = {
        **{"wave": wave, "customer": case.customer, "contact": case.contact, "tier": case.tier},
        **{"owner_id": case.customer.account_manager_id, "team_id": case.customer.team_id},
        "language": case.contact.language or "en",
    }
    state = Invitation.State.FINISHED if answers else Invitation.State.SENT
    invitation = Invitation(
        case=case, email=case.contact.email, state=state, sent_at=sent, **common
    )
    if not answers:
        return invitation, None
    invitation.finished_at = done
    times = {"started_at": done - dt.timedelta(minutes=1), "finished_at": done}
    return invitation, Response(invitation=invitation, **times, **common)


def _handling(seed: int, case: Case, response: Response, questions: dict) -> list[Answer]:
    level = HANDLED_LATE if case.clocks.filter(breached_at__isnull=False).exists() else HANDLED
    values = {}
    for code in ("handling", "overall"):
        noise = 0.7 * float(ndtri(coins(seed, f"after {code}", case.pk)))
        values[code] = int(np.clip(round(level + noise), 1, 5))
    for name, figure in figures(Questionnaire(list(questions.values()), values)).items():
        setattr(response, name, figure)
    return [
        Answer(response=response, question=questions[code], score=value)
        for code, value in values.items()
    ]
