"""What must not stand in logs."""

import logging
import re

SECRET_LINKS = re.compile(
    r"(/invitation/|/password/reset/key/|/satisfaction/answer/|/customers/news/|/calendar/feed/)[^/\s?]+",
    re.IGNORECASE,
)


class RedactSecretLinks(logging.Filter):
    """Takes the tokens of secret links out of the addresses in log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        redacted = SECRET_LINKS.sub(r"\1[secret]", message)
        if redacted != message:
            record.msg, record.args = redacted, ()
        return True
