"""docs/api.md says what is so: its examples are run, its lists compared."""

import json
import re
import shlex
import time
from pathlib import Path

import pytest
from django.conf import settings

from complaints.models import Case
from crm.accounts.models import Scope
from crm.api import gate, schemas
from crm.platform.hooks import SIGNATURE, signature
from crm.platform.models import TOLD
from crm.tests.api.system import System
from crm.tests.api.test_reading import customer, signal
from customers.models import Transaction

pytestmark = pytest.mark.django_db

DOCUMENT = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
SITE = "https://crm.example.com/api/v1/"
CALLS = re.findall(r"^curl (?:.+\\\n)*.*(?:\n(?:  .*|\s+\]}'))*", DOCUMENT, re.MULTILINE)


def run(erp: System, command: str):
    """The command, sent by the test client: its address, headers and body."""
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    address, body, headers = "", None, {}
    for word in words:
        if word == "-H":
            name, _colon, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        else:
            address = word
    assert headers["Authorization"] == "Bearer prn_…"
    path = address.removeprefix(SITE)
    assert path != address
    if body is None:
        return erp.get(path)
    assert headers["Content-Type"] == "application/json"
    return erp.post(path, json.loads(body))


def test_every_example_works_in_the_order_of_the_document(erp):
    assert len(CALLS) == 7
    signal(customer("D-9"))
    answers = [run(erp, command) for command in CALLS]
    assert [status for status, _content in answers] == [200] * 7, answers
    said = re.search(r'^{"new": 1.*}$', DOCUMENT, re.MULTILINE).group()
    assert answers[0][1] == json.loads(said)
    assert answers[1][1]["new"] == Transaction.objects.count() == 2
    assert answers[3][1]["case"] == Case.objects.get().reference


def test_a_receiver_that_does_as_the_document_says_knows_our_calls():
    (source,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    names: dict = {}
    exec(source, names)
    body, now = b'{"id": 1}', int(time.time())
    is_ours = names["is_ours"]
    assert is_ours(signature("whsec_1", body, now), body, "whsec_1")
    assert not is_ours(signature("whsec_2", body, now), body, "whsec_1")
    assert not is_ours(signature("whsec_1", body, now - 600), body, "whsec_1")
    assert SIGNATURE in DOCUMENT


def test_scopes_events_and_limits_are_those_of_the_document():
    rows = re.findall(r"^\| `([a-z.]+(?::[a-z]+)?)` \|", DOCUMENT, re.MULTILINE)
    assert set(rows) == {*Scope.values, *(event for event, _label in TOLD)}
    assert f"up to {schemas.MOST_ROWS:,} rows" in DOCUMENT
    assert f"{gate.CALLS.most} calls a minute a token, {gate.MISSES.most} a minute" in DOCUMENT
    assert f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1e6:g} MB" in DOCUMENT
