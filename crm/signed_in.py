"""Who is signed in, with what the frame of every page says: how many notices wait.

The count comes with the user, in the one question that each request asks anyway: a question of its
own would cost every page one more, and a remembered count would still show what was seen already.
"""

from allauth.account.auth_backends import AuthenticationBackend

from complaints.querysets import CappedCount
from crm.accounts.models import User
from customers.models import Notice
from customers.services.following import SHOWN_AT_MOST


class SignedIn(AuthenticationBackend):
    """As allauth's, but a user that it reads has `unseen`."""

    def get_user(self, user_id: int) -> User | None:
        waiting = Notice.objects.unseen_of_each().order_by().values("pk")
        people = User.objects.annotate(unseen=CappedCount(waiting[: SHOWN_AT_MOST + 1]))
        try:
            user = people.get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
