"""docs/permissions.md says what is so: each of its lines is compared with what decides."""

from pathlib import Path

import pytest
from django.conf import settings

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.tests.access import ROLES, Access
from crm.tests.access_table import PAGES
from customers.querysets.changes import WORTH_TABLES

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "permissions.md"
WORDS = {"403": "no", "404": "hidden"}  # all others are a yes
RIGHTS_OF = (Role.ACCOUNT_MANAGER, Role.SERVICE, Role.MANAGER, Role.ADMINISTRATOR)
# Signing in and links that carry their own secret are everybody's who holds them.
OF_EVERYBODY = ("account_", "mfa_")
# Rights that can't be told by role alone, or rows that this world has not.
NOT_ASKED = {"customers:import_wrong_rows"}


def lines(cells: int) -> list[list[str]]:
    """The lines of the document's tables with so many cells, without their heads."""
    rows = []
    for line in DOCUMENT.read_text().splitlines():
        row = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if line.startswith("| ") and len(row) == cells and row[0] not in ("Action", "What"):
            rows.append(row)
    return rows


def in_words(access: Access, method: str) -> list[str]:
    return [WORDS.get(access.of(method, role), "yes") for role in ROLES]


def named(cell: str) -> list[str]:
    return cell.replace("`", "").split()


ACTIONS = lines(len(ROLES) + 3)


@pytest.mark.parametrize("line", ACTIONS, ids=lambda line: line[0][:50])
def test_each_action_is_open_to_whom_the_document_says(line):
    _action, *said, method, addresses = line
    assert named(addresses)
    for name in named(addresses):
        assert PAGES[name].of(method, "administrator") != "405", f"{name} is not asked by {method}"
        assert in_words(PAGES[name], method) == said, name


def test_no_address_with_rights_of_its_own_is_left_out():
    known = {name for line in ACTIONS for name in named(line[-1])} | NOT_ASKED
    special = {
        name
        for name, access in PAGES.items()
        if not name.startswith(OF_EVERYBODY)
        and any(len(set(in_words(access, method))) > 1 for method in ("GET", "POST"))
    }
    assert special <= known, "name these in docs/permissions.md"


@pytest.mark.parametrize("line", lines(6), ids=lambda line: line[0][:50])
def test_each_right_is_whose_the_document_says(line):
    _what, *said, right = line
    users = [User(username="x", role=role) for role in RIGHTS_OF]
    has = ["yes" if getattr(user, right.strip("`")) else "no" for user in users]
    assert has == said


def test_the_document_has_its_tables():
    assert len(ACTIONS) > 30
    assert len(lines(6)) == 8
    assert {"customers_accountplan", "customers_creditrecord"} <= set(WORTH_TABLES)
