"""The demo company moves into the tables and goes on buying there, each day once."""

import datetime as dt
import io

import pytest
from django.core.management import call_command

from complaints.models import CaseFigure
from crm import demo
from crm.accounts.models import Role, Team, User
from crm.demo import company, staff
from crm.demo.advance import add_day, advance
from crm.demo.load import load
from crm.management.commands.demo import Command, nights
from crm.platform.models import Installation
from customers.models import (
    Contact,
    Customer,
    CustomerTokens,
    Interaction,
    Standing,
    Task,
    TouchedCustomer,
    Transaction,
)
from lifecycle.models import StageOverride, TierOverride
from satisfaction.models import Wave, WaveFigure

TODAY = dt.date(2026, 7, 15)
FEW = 240


@pytest.fixture
def loaded(db, demo_company):
    return demo_company


class TestLoading:
    def test_everything_of_the_company_is_in_the_tables(self, loaded):
        assert (loaded.users, loaded.customers) == (12, FEW)
        assert Team.objects.count() == 3
        assert User.objects.filter(is_team_lead=True).count() == 3
        assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
        assert Customer.objects.count() == FEW
        assert Transaction.objects.count() == loaded.lines > 4_000
        assert Contact.objects.count() > FEW
        assert Interaction.objects.filter(contact__isnull=False).count() > 100
        assert Task.objects.filter(state="open").exists()

    def test_what_imports_derive_is_derived(self, loaded):
        assert Standing.objects.count() == CustomerTokens.objects.count() == FEW
        assert TouchedCustomer.objects.count() == FEW
        assert Standing.objects.filter(owner__isnull=False, team__isnull=False).exists()

    def test_totals_are_those_of_the_generator_to_the_cent(self, loaded):
        made = company.build(company.SEED, TODAY, FEW)
        stored = sum(Transaction.objects.values_list("amount", flat=True))
        assert float(stored) == pytest.approx(made.transactions["amount"].sum(), abs=0.005)

    def test_people_said_something_else_than_the_figures(self, loaded):
        tiers, stages = TierOverride.objects, StageOverride.objects
        assert tiers.holding(TODAY).count() == 2
        assert stages.holding(TODAY).count() == tiers.proposed().count() == 1
        assert stages.proposed().count() == 1
        gone = tiers.filter(state="approved", ended_on=None, until__lt=TODAY)
        assert gone.exists()
        assert set(tiers.values_list("state", flat=True)) == {"approved", "proposed", "refused"}
        for override in [*tiers.select_related("customer"), *stages.select_related("customer")]:
            assert override.proposed_by_id == override.customer.account_manager_id

    def test_loading_twice_does_nothing(self, loaded):
        assert load(today=TODAY, customers=FEW) is None
        assert Customer.objects.count() == FEW

    def test_the_command_leaves_a_database_with_customers_alone(self, loaded, capsys):
        call_command("demo")
        assert "already" in capsys.readouterr().out
        assert Transaction.objects.count() == loaded.lines

    def test_its_surveys_and_complaints_are_counted_before_anybody_looks(self, loaded):
        Command(stdout=io.StringIO())._count()
        finished = Wave.objects.filter(state=Wave.State.CLOSED)
        assert not finished.exclude(pk__in=WaveFigure.objects.values("wave")).exists()
        assert CaseFigure.objects.made_at() is not None

    def test_account_managers_see_their_team_and_nobody_elses(self, loaded):
        emma = User.objects.get(username="emma.whitfield")
        seen = Customer.objects.visible_to(emma)
        assert seen.exists()
        assert set(seen.values_list("team", flat=True)) == {emma.team_id}

    def test_it_offers_one_sign_in_a_role(self, loaded):
        offered = demo.sign_ins()
        roles = [User.objects.get(username=name).role for _, name, _ in offered]
        assert roles == list(Role.values)

    def test_a_changed_password_is_no_longer_offered(self, loaded):
        user = User.objects.get(username=staff.SHOWN[0])
        user.set_password("something of my own 1")
        user.save()
        assert user.username not in [name for _, name, _ in demo.sign_ins()]


class TestAdvancing:
    def test_days_are_added_up_to_the_one_asked_for_and_once(self, loaded):
        until = TODAY + dt.timedelta(days=6)
        assert advance(until=until, customers=FEW) == 7
        lines, talks = Transaction.objects.count(), Interaction.objects.count()
        assert lines > loaded.lines
        assert advance(until=until, customers=FEW) == 0
        assert (Transaction.objects.count(), Interaction.objects.count()) == (lines, talks)
        assert Installation.get().demo_day == until

    def test_a_day_that_is_run_again_adds_nothing(self, loaded):
        advance(until=TODAY + dt.timedelta(days=2), customers=FEW)
        before = Transaction.objects.count(), Customer.objects.count(), Interaction.objects.count()
        assert add_day(company.SEED, TODAY + dt.timedelta(days=1), FEW) == 0
        after = Transaction.objects.count(), Customer.objects.count(), Interaction.objects.count()
        assert before == after

    def test_what_is_added_is_marked_for_the_nightly_run(self, loaded):
        TouchedCustomer.objects.all().delete()
        advance(until=TODAY + dt.timedelta(days=1), customers=FEW)
        marked = set(TouchedCustomer.objects.values_list("customer", flat=True))
        bought = Transaction.objects.filter(date__gte=TODAY).values_list("customer", flat=True)
        assert marked == set(bought)

    def test_newcomers_are_customers_with_contacts_and_standings(self, loaded):
        advance(until=TODAY + dt.timedelta(days=9), customers=FEW)
        fresh = Customer.objects.filter(number__gt=f"C{10_000 + FEW}")
        assert fresh.exists()
        assert all(one.contacts.exists() and one.standing for one in fresh)


def test_figures_are_computed_for_the_last_month_ends_and_yesterday():
    assert nights(dt.date(2026, 3, 1), 2) == [dt.date(2026, 1, 31), dt.date(2026, 2, 28)]
    assert nights(dt.date(2026, 3, 9), 1) == [dt.date(2026, 2, 28), dt.date(2026, 3, 8)]
