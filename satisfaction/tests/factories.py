"""Waves, invitations and what came back, for tests."""

import datetime as dt
from importlib import import_module

import factory
from django.apps import apps
from django.utils import timezone

from crm.accounts.tests.factories import ManagerFactory
from crm.platform.secret_links import hash_of, new_token
from customers.tests.factories import CustomerFactory
from satisfaction.models import (
    Answer,
    Instrument,
    InstrumentVersion,
    Invitation,
    InvitationLink,
    Response,
    Wave,
)
from satisfaction.ready import FIRST, load
from satisfaction.services.instruments import copy_instrument


def ready_version(code: str = FIRST) -> InstrumentVersion:
    """A questionnaire that comes with the product; put back where a test emptied all tables."""
    versions = InstrumentVersion.objects.filter(instrument__code=code, number=1)
    if not versions.exists():
        if not Instrument.objects.filter(code=FIRST).exists():
            import_module("satisfaction.migrations.0002_ready_instrument").add(apps, None)
        load(apps)
    return versions.get()


def own_version(code: str = FIRST) -> InstrumentVersion:
    """The version of a copy, to be edited."""
    copy = copy_instrument(by=ManagerFactory(), version=ready_version(code))
    return copy.current


class WaveFactory(factory.django.DjangoModelFactory):
    """A planned wave of the ready questionnaire that would ask everybody."""

    class Meta:
        model = Wave

    name = factory.Sequence(lambda n: f"Wave {n}")
    version = factory.LazyFunction(ready_version)
    opens_on = factory.LazyFunction(lambda: timezone.now().date())
    closes_on = factory.LazyAttribute(lambda wave: wave.opens_on + dt.timedelta(days=21))
    created_by = factory.SubFactory(ManagerFactory)

    class Params:
        is_open = factory.Trait(
            state=Wave.State.OPEN, sent_at=factory.LazyFunction(lambda: timezone.now())
        )


class InvitationFactory(factory.django.DjangoModelFactory):
    """A sent invitation of an open wave; `token=` is its secret link's, else a random one.

    The token stays on the object: `invitation.token`.
    """

    class Meta:
        model = Invitation
        skip_postgeneration_save = True

    wave = factory.SubFactory(WaveFactory, is_open=True)
    customer = factory.SubFactory(CustomerFactory)
    email = factory.Sequence(lambda n: f"asked{n}@example.com")
    language = "en"
    state = Invitation.State.SENT
    tier = "B"
    stage = "stability"
    owner = factory.SelfAttribute("customer.account_manager")
    team = factory.SelfAttribute("customer.team")
    sent_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def token(self, create, given, **kwargs):
        if create:
            self.token = given or new_token()
            InvitationLink.objects.create(invitation=self, token_hash=hash_of(self.token))


class ResponseFactory(factory.django.DjangoModelFactory):
    """A finished response without answers; `answers={"overall": 2, "better": "text"}` adds them.

    `finished_at=None` makes a draft.
    """

    class Meta:
        model = Response
        skip_postgeneration_save = True

    invitation = factory.SubFactory(InvitationFactory)
    wave = factory.SelfAttribute("invitation.wave")
    customer = factory.SelfAttribute("invitation.customer")
    contact = factory.SelfAttribute("invitation.contact")
    tier = factory.SelfAttribute("invitation.tier")
    stage = factory.SelfAttribute("invitation.stage")
    owner = factory.SelfAttribute("invitation.owner")
    team = factory.SelfAttribute("invitation.team")
    language = factory.SelfAttribute("invitation.language")
    started_at = factory.LazyFunction(timezone.now)
    finished_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def settled(self, create, given, **kwargs):
        """The invitation's state follows, as the services would have it."""
        if create and self.invitation_id:
            invitation = self.invitation
            invitation.state = (
                Invitation.State.FINISHED if self.finished_at else Invitation.State.STARTED
            )
            invitation.finished_at = self.finished_at
            invitation.save(update_fields=["state", "finished_at"])

    @factory.post_generation
    def answers(self, create, given, **kwargs):
        if not create or not given:
            return
        questions = {question.code: question for question in self.wave.version.questions.all()}
        for code, answer in given.items():
            field = "text" if isinstance(answer, str) else "score"
            Answer.objects.create(response=self, question=questions[code], **{field: answer})
