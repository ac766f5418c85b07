"""Tokens of secret links reach no log."""

import logging

import pytest

from crm.platform.logs import RedactSecretLinks


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/users/invitation/aBc-_9/", "/users/invitation/[secret]/"),
        ("/users/invitation/aBc-_9/?x=1", "/users/invitation/[secret]/?x=1"),
        ("/accounts/password/reset/key/1f-abc123/", "/accounts/password/reset/key/[secret]/"),
        ("/customers/news/aBc-_9/", "/customers/news/[secret]/"),
        ("/satisfaction/answer/aBc-_9/", "/satisfaction/answer/[secret]/"),
        ("/satisfaction/answer/aBc-_9", "/satisfaction/answer/[secret]"),
        ("/satisfaction/answer/aBc-_9/decline/", "/satisfaction/answer/[secret]/decline/"),
        ("/satisfaction/answer/aBc-_9/?score=9", "/satisfaction/answer/[secret]/?score=9"),
        ("/customers/calendar/feed/aBc-_9.ics", "/customers/calendar/feed/[secret]"),
        ("/complain/case/aBc-_9/?lang=en", "/complain/case/[secret]/?lang=en"),
        ("/users/invitations/7/revoke/", "/users/invitations/7/revoke/"),
        ("/api/v1/signals?token=prn_aBc-_9aBc-_9aBc-_9aBc-_9", "/api/v1/signals?token=[secret]"),
    ],
)
def test_the_token_is_cut_out_of_addresses(path, logged):
    record = logging.LogRecord("django", 30, "", 1, "Not Found: %s", (path,), None)
    assert RedactSecretLinks().filter(record)
    assert record.getMessage() == f"Not Found: {logged}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "link", ["/users/invitation/%s/", "/satisfaction/answer/%s/", "/complain/case/%s/"]
)
def test_a_wrong_link_is_logged_without_its_token(client, link):
    root = logging.getLogger()
    (handler,) = [one for one in root.handlers if one.filters]
    lines = []
    handler.emit, emit = lambda record: lines.append(handler.format(record)), handler.emit
    try:
        assert client.get(link % "very-secret-token").status_code == 404
    finally:
        handler.emit = emit
    assert any(link % "[secret]" in line for line in lines)
    assert not any("very-secret-token" in line for line in lines)
