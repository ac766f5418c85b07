"""What lies behind a link: a questionnaire to fill in, whoever it was given to.

Three kinds of the same: somebody's own, whose draft is the response itself; somebody's in an
anonymous wave, whose draft only the link opens; and a public one, whose draft only the browser
opens. The pages know no difference.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cached_property

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.views.decorators.debug import sensitive_variables

from crm.platform.secret_links import hash_of
from satisfaction.models import Invitation, PublicLink, Wave
from satisfaction.questionnaire import Questionnaire, Value
from satisfaction.services import anonymous, answering, open_links, sealing, versions
from satisfaction.services.answering import Over
from satisfaction.services.sealing import Draft

# One look-up for any token: what is found in none of both costs the same, whatever it looks like.
FIND = """
SELECT invitation_id, NULL::bigint FROM satisfaction_invitationlink WHERE token_hash = %(hash)s
UNION ALL
SELECT NULL, id FROM satisfaction_publiclink WHERE token_hash = %(hash)s
"""
FROZEN_AT = F("wave__version__frozen_at")


class Sheet:
    """Of somebody's own link, in a wave that is not anonymous."""

    invitation: Invitation | None
    wave: Wave
    language: str  # of who was asked

    def __init__(self, invitation: Invitation):
        self.invitation, self.wave = invitation, invitation.wave
        self.language = invitation.language

    @cached_property
    def draft(self) -> Draft | None:
        """What was filled in; None where nothing was."""
        response = answering.draft_of(self.invitation)
        if response is None:
            return None
        questionnaire = answering.so_far(self.invitation)
        return Draft(response.page, response.language, questionnaire.values)

    @cached_property
    def questionnaire(self) -> Questionnaire:
        """The questions with what was filled in."""
        values = self.draft.values if self.draft else {}
        return Questionnaire(self.wave.version.questions.all(), values)

    @property
    def page(self) -> int:
        """Where it goes on."""
        return self.questionnaire.nearest(self.draft.page if self.draft else 1)

    def over(self) -> Over | None:
        return answering.over(self.invitation)

    def save(self, page: int, answers: Mapping[str, Value], language: str, now: dt.datetime):
        """Keep a page; IsOverError where another browser was faster with the end."""
        return answering.save_page(
            invitation=self.invitation, page=page, answers=answers, language=language, now=now
        )

    def send(self, page: int, answers: Mapping[str, Value], language: str, now: dt.datetime):
        """Keep the last page, and send all."""
        return answering.send_page(
            invitation=self.invitation, page=page, answers=answers, language=language, now=now
        )

    def decline(self, *, for_ever: bool) -> None:
        self.invitation = answering.decline(invitation=self.invitation, for_ever=for_ever)


class AnonymousSheet(Sheet):
    """Of somebody's link, from whom nothing may lead to the answers."""

    @sensitive_variables("token")
    def __init__(self, invitation: Invitation, token: str):
        super().__init__(invitation)
        self._token = token

    @cached_property
    def draft(self) -> Draft | None:
        return sealing.read_draft(self.wave.pk, self._token)

    def save(self, page: int, answers: Mapping[str, Value], language: str, now: dt.datetime):
        draft = {"page": page, "answers": answers, "language": language, "now": now}
        return anonymous.save_page(invitation=self.invitation, token=self._token, **draft)

    def send(self, page: int, answers: Mapping[str, Value], language: str, now: dt.datetime):
        last = {"answers": answers, "language": language, "now": now}
        return anonymous.send_page(invitation=self.invitation, token=self._token, **last)

    @transaction.atomic
    def decline(self, *, for_ever: bool) -> None:
        sealing.forget_draft(self._token)
        super().decline(for_ever=for_ever)


class PublicSheet(Sheet):
    """Of a link for everybody; `visitor` is the token that this browser holds, if it holds one."""

    invitation = None
    language = ""

    def __init__(self, link: PublicLink):
        self.link, self.wave, self.visitor = link, link.wave, ""

    @cached_property
    def draft(self) -> Draft | None:
        return sealing.read_draft(self.wave.pk, self.visitor) if self.visitor else None

    def over(self) -> Over | None:
        return open_links.over(self.link, self.visitor)

    def save(self, page: int, answers: Mapping[str, Value], language: str, now: dt.datetime):
        draft = {"page": page, "answers": answers, "language": language, "now": now}
        return open_links.save_page(link=self.link, visitor=self.visitor, **draft)

    def send(self, page: int, answers: Mapping[str, Value], language: str, now: dt.datetime):
        last = {"answers": answers, "language": language, "now": now}
        return open_links.send_page(link=self.link, visitor=self.visitor, **last)


@sensitive_variables("token")
def find(token: str) -> Sheet | None:
    """What the link leads to. Any wrong token costs the same: one hash, one look-up."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"hash": hash_of(token)})
        invitation_id, link_id = cursor.fetchone() or (None, None)
    if link_id:
        found = _only(PublicLink.objects.select_related("wave").filter(pk=link_id))
    else:
        rows = Invitation.objects.select_related("wave", "response")
        found = _only(rows.filter(pk=invitation_id)) if invitation_id else None
    if found is None:
        return None
    found.wave.version = versions.to_ask(found.wave.version_id, found.frozen_at)
    if link_id:
        return PublicSheet(found)
    return AnonymousSheet(found, token) if found.wave.is_anonymous else Sheet(found)


def _only(rows: QuerySet):
    """The one row there is, or None; not `first`, which would sort."""
    return next(iter(rows.annotate(frozen_at=FROZEN_AT).order_by()), None)
