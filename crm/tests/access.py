"""How access to an address is declared: the status that each role gets.

Statuses stand in the order of ROLES: the owner of the customer, an account manager of another
team, service, the manager of the owner's team, an administrator. One status stands for all five.
302 of an anonymous visitor is the way to the sign-in page. What a person may not see is 404, what
they see but may not do 403, a method that the page does not have 405.
"""

from dataclasses import dataclass

ROLES = ("owner", "outsider", "service", "manager", "administrator")


@dataclass(frozen=True)
class Access:
    """The statuses of GET and of an empty POST; `anonymous` is for (GET, POST)."""

    get: str
    post: str = "405"
    anonymous: tuple[str, str] = ("login", "login")

    def of(self, method: str, role: str) -> str:
        if role == "anonymous":
            return self.anonymous[method == "POST"]
        statuses = (self.get if method == "GET" else self.post).split()
        return statuses[ROLES.index(role)] if len(statuses) > 1 else statuses[0]


EVERYBODY = "200"
WITH_WORTH = "200 200 403 200 200"
MANAGERS = "403 403 403 200 200"
ADMINISTRATORS = "403 403 403 403 200"
OF_CUSTOMER = "200 404 200 200 200"
OF_EDITORS = "200 404 403 200 200"  # service staff see the customer, and don't edit this
# The interface asks for a token: without one nobody is anybody, signed in or not. A post that is
# not JSON (415) is not even read.
PUSHED = Access("405", post="415", anonymous=("405", "415"))
READ = Access("401", post="415", anonymous=("401", "415"))
NOWHERE = Access("404", post="415", anonymous=("404", "415"))
