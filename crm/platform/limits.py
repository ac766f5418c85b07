"""How often something may be asked for, counted for all processes together."""

import functools
import ipaddress
import logging
import time

import redis
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from crm.platform.secret_links import hash_of

logger = logging.getLogger(__name__)
# One household or office holds a whole /64 of the addresses of version 6.
IPV6_PREFIX = 64


class Limit:
    """So many of a thing in so many seconds for each who; counted by the clock's windows.

    The counts are in the shared cache. While it is away nothing is refused: a limit takes load
    off, and what it stands before is safe without it.
    """

    def __init__(self, what: str, *, most: int, seconds: int):
        self.what, self.most, self.seconds = what, most, seconds

    def count(self, who: str) -> bool:
        """Count one more; True while that is within the limit. One way to the server and back."""
        key = self._key(who)
        with _server().pipeline() as both:
            both.set(key, 0, ex=self.seconds, nx=True)
            both.incr(key)
            try:
                return both.execute()[1] <= self.most
            except redis.RedisError:
                logger.warning("The cache is away: %s is not limited.", self.what)
                return True

    def seconds_left(self) -> int:
        """How long until one who is over the limit may come again: the end of the window."""
        return self.seconds - int(time.time()) % self.seconds

    def _key(self, who: str) -> str:
        window = int(time.time()) // self.seconds
        return cache.make_key(f"limit:{self.what}:{window}:{hash_of(who)}")


def _server() -> redis.Redis:
    """That of the cache, which itself can't do two things on one way."""
    return _client(settings.CACHES["default"]["LOCATION"])


@functools.cache
def _client(address: str) -> redis.Redis:
    return redis.Redis.from_url(address)


def client_of(request: HttpRequest) -> str:
    """Whose request it is, for limits: the address as sign-in counts it, behind a proxy too."""
    try:
        address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    except (PermissionDenied, ValueError):
        return "unknown"
    # Where one socket listens for both versions, addresses of version 4 come in the form of 6.
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network(f"{address}/{IPV6_PREFIX}", strict=False).network_address)
