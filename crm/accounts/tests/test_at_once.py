"""Two people at the same time, on real connections."""

import threading

import pytest
from django.db import connection

from crm.accounts import services
from crm.accounts.models import User
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    InvitationFactory,
    ManagerFactory,
)
from crm.platform.edits import NewerChange

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls) -> list:
    """Runs the calls in threads of their own that start together; what each gave or raised."""
    start = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(position: int, call) -> None:
        start.wait(timeout=10)
        try:
            outcomes[position] = call()
        except (services.Refused, NewerChange) as outcome:
            outcomes[position] = outcome
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return outcomes


@pytest.mark.parametrize("_time", range(3))
def test_two_administrators_who_deactivate_each_other_leave_one(_time):
    one, two = AdministratorFactory.create_batch(2)
    outcomes = at_once(
        lambda: services.deactivate(actor=one, user_id=two.pk),
        lambda: services.deactivate(actor=two, user_id=one.pk),
    )
    assert sum(isinstance(outcome, services.Refused) for outcome in outcomes) == 1
    assert User.objects.administrators().count() == 1


@pytest.mark.parametrize("_time", range(3))
def test_two_administrators_who_step_down_at_once_leave_one(_time):
    both = AdministratorFactory.create_batch(2)

    def step_down(user):
        values = {"role": "manager"}
        return lambda: services.change_user(
            actor=user, user_id=user.pk, values=values, version=user.version
        )

    outcomes = at_once(*map(step_down, both))
    assert sum(isinstance(outcome, services.Refused) for outcome in outcomes) == 1
    assert User.objects.administrators().count() == 1


def test_two_managers_who_save_one_user_at_once_do_not_overwrite_each_other():
    user, manager = AccountManagerFactory(), ManagerFactory()

    def rename(name):
        return lambda: services.change_user(
            actor=manager, user_id=user.pk, values={"name": name}, version=user.version
        )

    outcomes = at_once(rename("Mine"), rename("Theirs"))
    refused = [outcome for outcome in outcomes if isinstance(outcome, NewerChange)]
    assert len(refused) == 1
    user.refresh_from_db()
    assert refused[0].current.name == user.name
    assert user.version == 2


def test_an_invitation_accepted_twice_at_once_makes_one_user():
    invitation = InvitationFactory()

    def accept(username):
        return lambda: services.accept(
            invitation_id=invitation.pk,
            username=username,
            name="Lena",
            password="a quiet green hill 7",
        )

    outcomes = at_once(accept("lena"), accept("lena2"))
    assert sum(isinstance(outcome, services.Refused) for outcome in outcomes) == 1
    assert User.objects.filter(email=invitation.email).count() == 1
