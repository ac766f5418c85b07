"""An installation of one's own: without a demo company, none comes and none goes on."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from crm import demo
from crm.demo.advance import advance

pytestmark = pytest.mark.django_db


def test_it_offers_no_sign_ins():
    assert demo.sign_ins() == []


def test_it_is_left_alone(capsys):
    call_command("demo", advance=True)
    assert "no demo company" in capsys.readouterr().out
    assert advance() == 0


def test_a_day_without_advance_is_refused():
    with pytest.raises(CommandError):
        call_command("demo", as_of=dt.date(2026, 7, 15))
