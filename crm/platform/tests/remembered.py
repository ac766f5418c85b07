"""What processes remember between requests, forgotten: for tests that count questions."""

from uuid import uuid4

from django.core.cache import cache

from crm.platform.models import Installation


def forget_remembered() -> None:
    """Of this process: `cache.clear()` empties the server, queues and limits of others with it."""
    cache.key_prefix = f"test-{uuid4().hex}"
    Installation.forget()
