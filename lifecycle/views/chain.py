"""The service-profit chain: what of our people goes with what of customers, sales and profit."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.accounts.access import only_managers
from crm.accounts.models import Team
from crm.platform.words import whole
from lifecycle import chain_words as words
from lifecycle.models import Box, ChainFigure, ChainLink
from lifecycle.services.chain import DAYS, FEWEST_ANSWERS, LINKS
from satisfaction.analytics import chain

EXPECTED = {(source, target): lag for source, target, lag in LINKS}
# From left to right; within the first column one box leads to the next.
COLUMNS = (
    (
        gettext_lazy("Our people"),
        (Box.COMPETENCE, Box.CAPABILITY, Box.STAFF, Box.PRODUCTIVITY, Box.DELIVERING),
    ),
    (gettext_lazy("What customers say"), (Box.SATISFACTION, Box.RECOMMEND)),
    (gettext_lazy("What customers do"), (Box.RETENTION, Box.RELATED, Box.REFERRALS)),
    (gettext_lazy("What it brings"), (Box.PROFIT, Box.GROWTH)),
)
Level = ChainLink.Level


@dataclass(frozen=True)
class Drawn:
    """A box: its name and what it measures, the newest figure of the team or of all shown teams."""

    box: Box
    figure: str = ""
    n: str = ""
    quarter: str = ""

    @property
    def label(self) -> str:
        return str(self.box.label)

    @property
    def meant(self) -> str:
        return str(words.MEANT[self.box])


@require_safe
@only_managers
def service_profit_chain(request):
    teams = list(Team.objects.order_by("name"))
    asked = request.GET.get("team", "")
    team = next((one for one in teams if str(one.pk) == asked), None)
    figures = list(ChainFigure.objects.visible_to(request.user).newest())
    links = list(ChainLink.objects.visible_to(request.user).of(team and team.pk))
    with_figures = {row.team_id for row in figures}
    shown = [one for one in teams if one.pk in with_figures]
    own = [row for row in figures if team and row.team_id == team.pk]
    told = [_row(link) for link in links if _is_listed(link)]
    told.sort(key=lambda row: row["order"])
    context = {
        "teams": teams,
        "team": team,
        "computed_on": links[0].computed_on if links else None,
        "columns": _columns(figures if team is None else own, links),
        "rows": told,
        "other_lags": [_row(link) for link in sorted(links, key=_order) if not _is_listed(link)],
        "finding": _finding(told),
        "picture": _picture(told),
        "shown_teams": shown,
        "by_team": _by_team(shown, figures),
        "fewest": chain.FEWEST,
        "fewest_answers": FEWEST_ANSWERS,
        "days": DAYS,
        "has_figures": bool(figures),
    }
    return render(request, "lifecycle/chain.html", context)


def _order(link: ChainLink) -> tuple:
    boxes = list(Box)
    return boxes.index(link.source), boxes.index(link.target), link.level != Level.TEAMS, link.lag


def _is_listed(link: ChainLink) -> bool:
    """Those at the lag that was set beforehand; the others are for who wants to know."""
    if link.level == Level.CUSTOMERS:
        return True
    return EXPECTED.get((link.source, link.target)) == link.lag


def _row(link: ChainLink) -> dict:
    found = words.verdict(link)
    is_clear = found in (chain.TOGETHER, chain.APART)
    return {
        "link": link,
        "order": _order(link),
        "source": Box(link.source).label,
        "target": Box(link.target).label,
        "r": words.r_words(link.r),
        "low": words.r_words(link.low),
        "high": words.r_words(link.high),
        "n": words.n_words(link),
        "lag": words.lag_words(link),
        "words": words.verdict_words(link),
        "width": chain.strength(link.r) if is_clear else 0,
        "is_clear": is_clear,
        "is_apart": found == chain.APART,
        "is_few": found == chain.TOO_FEW,
    }


def _columns(figures: list[ChainFigure], links: list[ChainLink]) -> list[dict]:
    """The boxes by column with the arrows that lead to each."""
    boxes = {box: _drawn(box, [row for row in figures if row.box == box]) for box in Box}
    into: dict[str, list[dict]] = {box: [] for box in Box}
    for source, target, lag in LINKS:
        link = _best(links, source, target, lag)
        if link is not None:
            into[target].append(_row(link))
    return [
        {
            "label": label,
            "boxes": [{"box": boxes[box], "arrows": into[box]} for box in members],
        }
        for label, members in COLUMNS
    ]


def _best(links: Iterable[ChainLink], source: str, target: str, lag: int) -> ChainLink | None:
    """Over teams at the lag set beforehand; over customers where those are too few to tell."""
    found = {
        link.level: link
        for link in links
        if (link.source, link.target) == (source, target)
        and (link.level == Level.CUSTOMERS or link.lag == lag)
    }
    teams, customers = found.get(Level.TEAMS), found.get(Level.CUSTOMERS)
    if customers is not None and (teams is None or teams.n < chain.FEWEST <= customers.n):
        return customers
    return teams


def _drawn(box: Box, rows: list[ChainFigure]) -> Drawn:
    """The mean of the teams that have a figure of the newest quarter, by their people."""
    if not rows:
        return Drawn(box)
    newest = max(row.quarter for row in rows)
    rows = [row for row in rows if row.quarter == newest]
    n = sum(row.n for row in rows)
    mean = sum(row.n * row.value for row in rows) / n
    return Drawn(box, words.value_words(box, mean), whole(n), words.quarter_words(newest))


def _finding(rows: list[dict]) -> str:
    """How many links show, in a sentence."""
    clear = {(row["source"], row["target"]) for row in rows if row["is_clear"]}
    told = {(row["source"], row["target"]) for row in rows if not row["is_few"]}
    if not told:
        return _("Too little is known yet to tell any link")
    values = {"clear": whole(len(clear)), "told": whole(len(told))}
    return _("%(clear)s of %(told)s links with enough figures show clearly") % values


def _picture(rows: list[dict]) -> dict | None:
    """Each correlation with its interval, where there are enough pairs."""
    drawn = [row for row in rows if row["low"]]
    if not drawn:
        return None
    return {
        "labels": [f"{row['source']} → {row['target']}" for row in drawn],
        "series": [
            {
                "name": _("Correlation"),
                "values": [row["link"].r for row in drawn],
                "low": [row["link"].low for row in drawn],
                "high": [row["link"].high for row in drawn],
            }
        ],
        "fine": True,
        "least": -1,
        "most": 1,
    }


def _by_team(teams: list[Team], figures: list[ChainFigure]) -> list[dict]:
    """A row a box: its newest figure of each team, with the quarter it is of.

    The quarter stands beside the box where it is the same of all.
    """
    known = {(row.team_id, row.box): row for row in figures}
    rows = []
    for box in Box:
        cells = [_cell(known.get((team.pk, box)), box) for team in teams]
        quarters = {cell["quarter"] for cell in cells if cell}
        quarter = quarters.pop() if len(quarters) == 1 else ""
        rows.append({"label": box.label, "quarter": quarter, "cells": cells})
    return rows


def _cell(row: ChainFigure | None, box: Box) -> dict:
    if row is None:
        return {}
    return {
        "figure": words.value_words(box, row.value),
        "quarter": words.quarter_words(row.quarter),
        "n": whole(row.n),
    }
