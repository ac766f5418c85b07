"""Users and teams for tests."""

import datetime as dt

import factory
from django.utils import timezone

from crm.accounts.models import Invitation, Team, User
from crm.accounts.roles import Role

PASSWORD = "a-long-enough-password"


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(factory.django.DjangoModelFactory):
    """An account manager with a team; the password is PASSWORD only where `password` is asked."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"User {n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    # Hashing costs 50 ms: only tests that sign in by the form pass password=PASSWORD.
    password = "!"
    role = Role.ACCOUNT_MANAGER
    team = factory.SubFactory(TeamFactory)

    @classmethod
    def _create(cls, model_class, *args, password="!", **kwargs):
        user = model_class(*args, **kwargs)
        if password == "!":
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save()
        return user


class AccountManagerFactory(UserFactory):
    pass


class ServiceFactory(UserFactory):
    role = Role.SERVICE


class ManagerFactory(UserFactory):
    role = Role.MANAGER


class AdministratorFactory(UserFactory):
    role = Role.ADMINISTRATOR
    team = None


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    email = factory.Sequence(lambda n: f"invited{n}@example.com")
    name = "New Colleague"
    role = Role.ACCOUNT_MANAGER
    team = factory.SubFactory(TeamFactory)
    token_hash = factory.Sequence(lambda n: f"{n:064d}")
    invited_by = factory.SubFactory(AdministratorFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=7))
