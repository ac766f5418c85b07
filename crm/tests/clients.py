"""What Django's test client does at every sign-in and template, done once where once is enough."""

import time

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client, utils
from django.test.signals import template_rendered

sign_in_again = Client._login


class Unwritten(SessionStore):
    """Has no key yet that a sign-in would have to change."""

    key_salt = SessionStore().key_salt

    def cycle_key(self):
        pass


def sign_in(client: Client, user, backend=None) -> None:
    """With five queries instead of thirteen: a new session is written once, when it is full.

    Also with its times, which the first request would add with three more.
    """
    if settings.SESSION_COOKIE_NAME in client.cookies:
        return sign_in_again(client, user, backend)
    request = HttpRequest()
    request.session = Unwritten()
    login(request, user, backend)
    request.session["started"] = request.session["used"] = int(time.time())
    request.session.save()
    client._set_login_cookies(request)
    return None


def render(template, context):
    """`response.context` is that of the page: those of all parts that it includes add nothing."""
    if context.template is template:
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)


def install() -> None:
    """Before Django sets up the environment of tests."""
    Client._login = sign_in
    utils.instrumented_test_render = render
