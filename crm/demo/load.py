"""The demo company moves into an empty installation."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from crm.accounts.models import Team, User
from crm.demo import (
    agenda,
    care,
    case_records,
    changes,
    company,
    complaints,
    deeper,
    doubles,
    file_records,
    followed,
    from_outside,
    keeping_records,
    key_account_records,
    leaving_records,
    list_work,
    overrides,
    people_records,
    records,
    reviews,
    staff,
    standings,
    survey_records,
    surveys,
    voices,
)
from crm.demo.draws import midnight
from crm.demo.model import HISTORY_DAYS
from crm.platform.models import Installation
from customers.models import Customer, Source
from customers.services.derived import refresh_derived
from lifecycle.models import ValueAmounts

# Serialises two loaders; any number that nobody else uses.
LOADING = 20_260_011


@dataclass(frozen=True)
class Loaded:
    """What came in."""

    users: int
    customers: int
    lines: int
    cases: int
    responses: int


def is_possible() -> bool:
    """The demo company goes only where there are neither customers nor users of its names."""
    names = [person.username for person in staff.PEOPLE]
    return not (
        Customer.objects.exists()
        or User.objects.filter(username__in=names).exists()
        or Team.objects.filter(name__in=staff.TEAMS.values()).exists()
    )


@transaction.atomic
def load(
    *, today: dt.date, seed: int = company.SEED, customers: int = company.CUSTOMERS
) -> Loaded | None:
    """Users, customers and three years of dealings up to yesterday; None where it can't be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
    if not is_possible():
        return None
    made = company.build(seed, today, customers)
    add_staff()
    _remember(seed, today - dt.timedelta(days=1))
    home = Source.objects.get_or_create(code=records.SOURCE)[0]
    added = records.add_customers(made.customers, home)
    ids = records.customer_ids(home)
    records.join_groups(made.customers["parent"], ids)
    contacts = records.add_contacts(made.contacts, ids, today)
    products = records.add_products(made.market.shelf.products, home)
    lines = records.add_lines(made.transactions, ids, products, home)
    records.add_interactions(made.interactions, ids, contacts)
    records.add_tasks(made.tasks, ids)
    agenda.add_agenda(seed, today)
    keeping_records.add_kept(seed, made, ids, contacts, today)
    file_records.add_files(seed, made, ids, today)
    people_records.add_people(seed, made.contacts, contacts, today)
    names = case_records.Names.read(ids, contacts, products)
    cases = _add_cases(seed, made, names, today)
    cases += from_outside.add_from_outside(midnight(today))
    changes.keep_changes(seed, today)
    responses = _add_surveys(seed, made, ids, contacts, today)
    voices.add_voices(seed, ids, today)
    sums = standings.margins(made.transactions)
    care.add(seed, ids, standings.at(sums, len(made.customers), today)["tier"], today)
    reviews.add_drafts(seed, today)
    _add_key_accounts(seed, made, sums, ids, today)
    refresh_derived(added)
    list_work.add_list_work()
    doubles.add_doubles()
    followed.add_followed()
    return Loaded(len(staff.PEOPLE), len(added), lines, cases, responses)


def _add_key_accounts(
    seed: int, made: company.Company, sums: pd.DataFrame, ids: pd.Series, today: dt.date
) -> None:
    """Plans, assessments, nominations and fit decisions about the customers as they stand."""
    standing = standings.at(sums, len(made.customers), today)
    year = sums[sums["date"] >= pd.Timestamp(today) - pd.DateOffset(years=1)]
    margin = year.groupby("ordinal")["margin"].sum()
    standing["margin"] = margin.reindex(standing.index, fill_value=0.0)
    key_account_records.add(seed, made, ids, standing, today)
    leaving_records.add(seed, made, ids, standing["tier"], today)
    overrides.add(seed, _owners(made), ids, standing["tier"], today)


def _owners(made: company.Company) -> dict[int, User]:
    """The account manager of each customer that has one."""
    users = {user.username: user for user in User.objects.all()}
    owned = made.customers["owner"].items()
    return {ordinal: users[name] for ordinal, name in owned if name in users}


def _add_cases(seed: int, made: company.Company, names: case_records.Names, today: dt.date) -> int:
    """Complaints and requests as they stand at the beginning of the day."""
    lives = complaints.history(seed, made, today)
    sums = standings.margins(made.transactions)
    begin = today - dt.timedelta(days=HISTORY_DAYS)
    tiers = standings.monthly_tiers(sums, len(made.customers), begin, today)

    def tier_of(case: complaints.Case) -> str:
        return tiers[case.received_at.date().replace(day=1)][case.ordinal]

    return case_records.add_cases(lives, names, tier_of, midnight(today))


def _add_surveys(
    seed: int, made: company.Company, ids: pd.Series, contacts: pd.Series, today: dt.date
) -> int:
    """Two waves that are over and one that runs; says how many answered."""
    cases, active = survey_records.complaints_of(ids), made.customers["is_active"]
    sums, yesterday = standings.margins(made.transactions), today - dt.timedelta(days=1)
    count, opted_out = 0, set()
    for plan in surveys.plans(today):
        standing = standings.at(sums, len(made.customers), plan.opens)
        standing = standing[active.loc[standing.index]]
        rows, skipped = surveys.asked(seed, made.market, made.contacts, plan, standing, opted_out)
        facts = made.planted.dropna(subset=["last"])
        trouble = surveys.troubles(made.market, facts["last"], facts["alive"], plan, yesterday)
        rows = surveys.reactions(seed, made.market, plan, rows, trouble)
        rows = surveys.answers(seed, made.market, plan, rows, cases)
        asked = survey_records.add_wave(plan, rows, skipped, ids, today)
        survey_records.add_invitations(asked, ids, contacts, midnight(today))
        responses = survey_records.add_responses(asked, midnight(today))
        survey_records.call_the_unhappy(seed, responses, today)
        count += len(responses)
        opted_out |= set(rows.loc[rows["opts_out"], "contact"])
    survey_records.leave_some_to_try(asked)
    return count + deeper.add_deeper(seed, made, ids, contacts, opted_out, today)


def add_staff() -> None:
    """Teams and users, all with the demo password."""
    teams = {key: Team.objects.create(name=name) for key, name in staff.TEAMS.items()}
    # One hash for all: hashing twelve times would take longer than all the rest of the users.
    password = make_password(staff.DEMO_PASSWORD)
    User.objects.bulk_create(
        User(
            username=person.username,
            name=person.name,
            email=staff.email(person),
            role=person.role,
            team=teams.get(person.team),
            is_team_lead=person.is_lead,
            language=staff.language(person),
            password=password,
        )
        for person in staff.PEOPLE
    )


def _remember(seed: int, day: dt.date) -> None:
    installation = Installation.get()
    Installation.objects.filter(pk=installation.pk).update(
        is_demo=True,
        demo_seed=seed,
        demo_day=day,
        name=installation.name or staff.COMPANY,
    )
    Installation.forget()
    ValueAmounts.objects.update_or_create(id=1, defaults=staff.AMOUNTS)
