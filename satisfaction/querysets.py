"""All reads of waves, invitations and responses, `visible_to(user)` first.

Service staff see no answers here: theirs are those after a complaint, which have their own wave.
"""

from django.db import models

from customers.querysets import visible


class VersionQuerySet(models.QuerySet):
    def askable(self, also: int | None = None):
        """What a new wave can ask with: the newest of each questionnaire in use; and this one."""
        active = self.filter(instrument__is_active=True)
        newest = active.order_by("instrument_id", "-number").distinct("instrument_id").values("pk")
        either = self.filter(models.Q(pk__in=newest) | models.Q(pk=also))
        return either.select_related("instrument").order_by("instrument__position", "-number")


class WaveQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The plan is no secret of a customer; what came back is for `Response`."""
        return self.all() if user.sees_worth else self.none()


class _OfCustomers(models.QuerySet):
    def visible_to(self, user):
        if not user.sees_worth:
            return self.none()
        return self.filter(visible(user, "customer__account_manager_id", "customer__team_id"))


class InvitationQuerySet(_OfCustomers):
    def states_of(self, waves) -> dict[int, dict[str, int]]:
        """How many invitations of each wave are in each state: counts, no secret of a customer."""
        counted = self.filter(wave__in=waves).order_by().values_list("wave", "state")
        states: dict[int, dict[str, int]] = {}
        for wave, state, number in counted.annotate(number=models.Count("pk")):
            states.setdefault(wave, {})[state] = number
        return states


class SkipQuerySet(_OfCustomers):
    def counts_of(self, wave) -> dict[str, int]:
        """How many were skipped for each reason."""
        counted = self.filter(wave=wave).order_by().values_list("reason")
        return dict(counted.annotate(number=models.Count("pk")))


class ResponseQuerySet(_OfCustomers):
    def finished(self):
        return self.filter(finished_at__isnull=False)
