"""No query of any table joins an answer of an anonymous wave to a person: tried on all of them."""

import datetime as dt
import random
import re

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from crm.platform.models import Installation, OutboxMessage
from crm.tests import attacker
from crm.tests.attacker import Database, Row, same_order, same_values
from customers.models import Contact
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory
from satisfaction.models import Invitation, Response, Wave
from satisfaction.tasks import empty_boxes, refresh_figures
from satisfaction.tests.factories import ready_version

OWN = {"satisfaction_response", "satisfaction_answer"}
TIERS = [*("A" * 2), *("B" * 8), *("C" * 10)]
LINK = re.compile(r"/satisfaction/answer/([\w-]{43})/\s")


def people(region: str, owner: User) -> list[Contact]:
    found = []
    for tier in TIERS:
        customer = CustomerFactory(account_manager=owner, region=region)
        StandingFactory(customer=customer, tier=tier)
        email = f"{region}{len(found)}@acorn.example"
        language = "zh-hans" if len(found) == 3 else "en"
        found.append(ContactFactory(customer=customer, email=email, language=language))
    return found


def send(manager: Client, region: str, anonymity: str) -> Wave:
    """Plans a wave and sends it, on the pages."""
    today = Installation.get().today()
    plan = {
        "name": region,
        "version": ready_version("recommendation").pk,
        "frequency": "once",
        "channel": "email",
        "seed": "7",
        "regions": [region],
        "anonymity": anonymity,
        "opens_on": today.isoformat(),
        "closes_on": (today + dt.timedelta(days=14)).isoformat(),
        "reminders": "1",
        "revision": "1",
    }
    manager.post(reverse("satisfaction:wave_create"), plan)
    wave = Wave.objects.get(name=region)
    manager.post(reverse("satisfaction:wave_open", args=[wave.pk]))
    return wave


def answer(contact: Contact, score: int, words: str) -> None:
    """Behind the link of the mail, with all that the answering leads to."""
    mail = OutboxMessage.objects.get(recipient=contact.email)
    page = reverse("satisfaction:answer", args=[LINK.search(mail.body)[1]])
    browser = Client()
    browser.post(page, {"page": "1", "go": "on", "q-recommend": str(score)})
    browser.post(page, {"page": "2", "go": "send", "q-why": words})


def ask(manager: Client, region: str, anonymity: str) -> tuple[Wave, dict[str, Contact]]:
    """A wave that all have answered, in an order of their own; who has written which words."""
    owner = AccountManagerFactory()
    asked = people(region, owner)
    wave = send(manager, region, anonymity)
    chance = random.Random(8)
    turns = chance.sample(asked, len(asked))
    written = {}
    for number, contact in zip(chance.sample(range(len(turns)), len(turns)), turns, strict=True):
        written[f"The words of nobody else: {region} {number:02}"] = contact
        answer(contact, number % 11, list(written)[-1])
    return wave, written


def end(manager: Client, wave: Wave) -> None:
    manager.post(reverse("satisfaction:wave_close", args=[wave.pk]))
    empty_boxes()
    refresh_figures()


def joined(written: dict[str, Contact]) -> dict[str, list]:
    """All ways from the answers to who gave them, by kind; `written` is the truth."""
    database = Database()
    answers = {words: rows_of_answer(database, words) for words in written}
    theirs = {words: rows_about(database, contact) for words, contact in written.items()}
    reached = database.reached(answers)
    about = database.reached(theirs)
    mine, known = database.features(answers), database.features(about)
    known["nowhere", "turn", "when answered"] = {words: turn for turn, words in enumerate(written)}
    return {
        "keys": sorted({row[0] for rows in reached.values() for row in rows} - OWN),
        "order": same_order(mine, known),
        "values": same_values(mine, known),
        "elsewhere": elsewhere(database, answers),
        "times": sorted(set(times(database, answers))),
        "transactions": [name for name in mine if name[1] in (attacker.WRITTEN, attacker.LOCKED)],
    }


def rows_of_answer(database: Database, words: str) -> set[Row]:
    (response,) = database.find("satisfaction_response", comment=words)
    key = database.rows[response]["id"]
    return {response, *database.find("satisfaction_answer", response_id=key)}


def rows_about(database: Database, contact: Contact) -> set[Row]:
    """What names somebody, or is about the invitation."""
    invitation = Invitation.objects.get(contact=contact)
    return {
        *database.find("satisfaction_invitation", id=invitation.pk),
        *database.find("customers_contact", id=contact.pk),
        *database.find("customers_customer", id=contact.customer_id),
        *database.saying(contact.email),
    }


def elsewhere(database: Database, answers: dict[str, set[Row]]) -> list[tuple]:
    """What a row of an answer has in common with any row of another table, and with few answers."""
    found = []
    others = {
        str(value)
        for row, values in database.rows.items()
        for value in values.values()
        if row[0] not in OWN
    }
    everything = "\n".join(others)
    for (table, column, look), known in database.features(answers).items():
        if look == "least":
            found += [
                (table, column, words)
                for words, value in known.items()
                if isinstance(value, str) and len(value) >= attacker.TELLING and value in everything
            ]
    return found


def times(database: Database, answers: dict[str, set[Row]]) -> list[str]:
    """Columns of answers that tell more than the day."""
    zone = Installation.cached().zone
    return [
        f"{row[0]}.{column}"
        for rows in answers.values()
        for row in rows
        for column, value in database.rows[row].items()
        if isinstance(value, dt.datetime) and value.astimezone(zone).time() != dt.time.min
    ]


@pytest.mark.django_db(transaction=True)
def test_no_query_of_any_table_joins_an_anonymous_answer_to_a_person(client):
    client.force_login(ManagerFactory())
    wave, secret = ask(client, "Wales", "yes")
    whole = str([list(row.values()) for row in Database().rows.values()])
    assert "The words of nobody else" not in whole  # while it runs they are nowhere
    end(client, wave)
    assert Response.objects.filter(wave=wave).count() == len(secret)
    found = joined(secret)
    assert not any(found.values()), found

    # Whoever attacks so finds everybody in a wave with names.
    wave, known = ask(client, "Kent", "no")
    end(client, wave)
    found = joined(known)
    assert {"customers_customer", "customers_contact"} <= set(found["keys"])
    assert all(found[way] for way in found if way != "elsewhere"), found
