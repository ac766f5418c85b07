"""Asks the search box hundreds of questions of each kind on a large base, and prints a table.

    .venv/bin/python benchmarks/search.py --size 100000

The database is made beside the trial's and dropped afterwards (--keep keeps it, --reuse asks a kept
one). Each question has other words; 20 hits of each kind are asked for, one question at a time.
"""

import argparse
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
NAME = "perennial_search_bench"
QUESTIONS = 200
# The quickest of so many askings counts: what else the machine does is not search's. Of each kind
# the first questions warm up.
ASKED_AGAIN, WARMING_UP = 3, 3
# Customers go round by owner; this account manager and team have that place of the round, and the
# next one.
OWNERS = 100
OF_TEAM = "am3-1", 16


def main() -> None:
    arguments = parse()
    from benchmarks import database
    from crm import embedded

    os.environ.update(embedded.ensure("dev"))
    owner = os.environ["DATABASE_OWNER_URL"]
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[name] = f"{os.environ[name].rpartition('/')[0]}/{NAME}"
    os.environ |= {"INSECURE_LOCAL": "1", "TEST_DATABASE_NAME": NAME}
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    if not arguments.reuse:
        database.make(owner, NAME)
    try:
        run(arguments)
    finally:
        if not (arguments.keep or arguments.reuse):
            database.drop(owner, NAME)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=100_000, help="customers")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of each kind")
    parser.add_argument("--keep", action="store_true", help="do not drop the database")
    parser.add_argument("--reuse", action="store_true", help="ask a kept database")
    parser.add_argument(
        "--cpu",
        action="store_true",
        help="count the time that was worked, where the machine has other things to do as well",
    )
    parser.add_argument("--only", default="", help="kinds with this in their name")
    return parser.parse_args()


def run(arguments) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from benchmarks.search_fill import fill

    if not arguments.reuse:
        call_command("migrate", verbosity=0)
        start = time.perf_counter()
        fill(arguments.size, os.environ["DATABASE_OWNER_URL"])
        print(f"filled in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    print(f"\n{arguments.size:,} customers, {arguments.questions} questions of each kind\n")
    print("| what is typed | as | example | found | median ms | 95 % ms | found by the index of |")
    print("|---|---|---|--:|--:|--:|---|")
    for who, name, question in kinds(arguments.size):
        if arguments.only in name:
            measure(who, name, question, arguments)
    connections.close_all()


def kinds(size: int) -> list[tuple[str, str, Callable]]:
    """Who asks, what kind of question, and how one is made of a random customer."""
    asked = [
        ("number", lambda c, dice: c.number),
        ("end of a number", lambda c, dice: c.number[-5:]),
        ("beginning of an English name", lambda c, dice: c.name.split()[0][:5], 0),
        ("part inside a word", lambda c, dice: c.name.split()[0][2:6], 0),
        ("two words of an English name", lambda c, dice: f"{c.name.split()[-2]} {first(c)}", 0),
        ("two Chinese characters", lambda c, dice: c.name[2:4], 1),
        ("four Chinese characters", lambda c, dice: c.name[2:6], 1),
        ("pinyin", lambda c, dice: pinyin(c.name[2:6]), 1),
        ("initials of pinyin", lambda c, dice: initials(c.name[:6]), 1),
        ("phone, as it stands", lambda c, dice: c.phone),
        ("phone, in another writing", lambda c, dice: rewritten(c)),
        ("end of a phone", lambda c, dice: c.mobile[-4:]),
        ("contact, whole name", lambda c, dice: c.contact),
        ("part of an e-mail", lambda c, dice: c.mail.split("@")[0]),
        ("contact and company", lambda c, dice: f"{c.contact.split()[0]} {first(c)}", 0),
        ("one letter wrong", lambda c, dice: mistyped(first(c), dice), 0),
        ("a character of the same sound", lambda c, dice: f"{c.name[:3]}晳{c.name[4:6]}", 1),
        ("word that very many have", lambda c, dice: c.name.split()[-1 - dice.randrange(2)], 0),
        ("industry, Chinese", lambda c, dice: c.name[4:6], 1),
        ("words of a complaint", lambda c, dice: f"delivery {dice.randrange(size // 10)}"),
        ("number of a case", lambda c, dice: f"C{1 + dice.randrange(size // 10):05d}"),
        ("invoice", lambda c, dice: f"INV-{c.number[1:]}"),
        ("nothing like it", lambda c, dice: f"qzx{dice.randrange(10**6)}vw"),
    ]
    restricted = {"beginning of an English name", "two Chinese characters", "pinyin"}
    restricted |= {"phone, in another writing", "word that very many have", "one letter wrong"}
    found = [("manager", *one) for one in asked]
    found += [(OF_TEAM[0], *one) for one in asked if one[0] in restricted]
    found += [("service", *one) for one in asked if one[0] in restricted]
    return [(who, name, (ask, *of)) for who, name, ask, *of in found]


def first(c) -> str:
    return c.name.split()[0]


def pinyin(text: str) -> str:
    from customers.services.tokens import pinyin

    return pinyin(text)


def initials(text: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))


def rewritten(c) -> str:
    """The mobile with a country's code, other signs and, now and then, full-width digits."""
    digits = re.sub(r"\D", "", c.mobile.removeprefix("+86"))
    if digits.startswith("0"):
        return f"0044 (0){digits[1:5]}-{digits[5:]}"
    text = f"0086-{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    return text.translate({48 + i: 0xFF10 + i for i in range(10)}) if digits[-1] in "07" else text


def mistyped(word: str, dice: random.Random) -> str:
    """With one letter missing, doubled, swapped with the next or wrong."""
    at = 1 + dice.randrange(len(word) - 2)
    return dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + "x" + word[at + 1 :],
        ]
    )


def measure(who: str, name: str, question: tuple, arguments) -> None:
    from django.db import connection

    from benchmarks.search_fill import made
    from crm import search
    from crm.accounts.models import User

    user = User.objects.select_related("team").get(username=who)
    ask, *rest = question
    dice = random.Random(name)
    seconds, hits, text = [], 0, ""
    clock = worked if arguments.cpu else time.perf_counter
    for i in range(arguments.questions + WARMING_UP):
        number = OWNERS + dice.randrange(arguments.size - 2 * OWNERS)
        if rest:
            number = number - number % 2 + rest[0]
        if who == OF_TEAM[0]:
            # One that it sees, so that there is something to find.
            number = number - number % OWNERS + OF_TEAM[1] + (rest[0] if rest else 0)
        _number, company = next(made(number, number + 1))
        text = ask(company, dice)
        times = []
        for _again in range(ASKED_AGAIN):
            start = clock()
            found = search.find(user, text)
            times.append(clock() - start)
        if i >= WARMING_UP:
            seconds.append(min(times))
            hits += bool(found.hits)
    seconds.sort()
    shares = [1000 * statistics.median(seconds), 1000 * seconds[int(0.95 * len(seconds))]]
    cells = [name, who, text, f"{hits / len(seconds):.0%}", *(f"{ms:.1f}" for ms in shares)]
    print("| " + " | ".join([*cells, plan(connection, user, text)]) + " |", flush=True)


def worked() -> float:
    """Seconds that this process and its session of the database have worked (Linux)."""
    from django.db import connection

    connection.ensure_connection()
    session = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return time.process_time() + int(session.read_text().split()[0]) / 1e9


def plan(connection, user, text: str) -> str:
    """By which indexes customers were found in the end, in a word."""
    from crm import search
    from customers.querysets.finding import by_index

    asked = []

    def listen(execute, sql, params, many, context):
        if "by_contact" in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        search.find(user, text)
    with by_index(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked[-1][0]}", asked[-1][1])
        lines = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on customers_standing" not in lines
    words = {"customer_tokens": "words", "standing_ltv": "worth", "standing_name": "name"}
    words |= {"standing_team": "team", "standing_owner": "owner", "standing_number": "number"}
    used = dict.fromkeys(re.findall(r"(?:using|Index Scan on) (\w+)", lines))
    return ", ".join(words[name] for name in sorted(used) if name in words)


if __name__ == "__main__":
    main()
