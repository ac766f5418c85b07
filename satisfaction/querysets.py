"""All reads of waves, invitations and responses, `visible_to(user)` first.

Service staff see no answers here: theirs are those after a complaint, which have their own wave.
"""

from django.db import models

from customers.querysets import visible


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
    pass


class ResponseQuerySet(_OfCustomers):
    def finished(self):
        return self.filter(finished_at__isnull=False)
