"""What must not stand in logs."""

import logging
import re

SECRET_LINKS = re.compile(
    r"(/invitation/|/password/reset/key/|/satisfaction/answer/|/customers/news/|/calendar/feed/"
    r"|/complain/case/)[^/\s?]+",
    re.IGNORECASE,
)
# Tokens of other systems belong into a header, but somebody will put one into an address.
TOKENS = re.compile(r"prn_[A-Za-z0-9_-]{20,}")


class RedactSecretLinks(logging.Filter):
    """Takes the tokens of secret links and of other systems out of log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        redacted = TOKENS.sub("[secret]", SECRET_LINKS.sub(r"\1[secret]", message))
        if redacted != message:
            record.msg, record.args = redacted, ()
        return True
