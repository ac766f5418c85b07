"""The chain of the demo company to its end: what is planted in the lives is found by the links."""

import datetime as dt

from lifecycle.models import Box, ChainLink
from lifecycle.services import chain, rollup
from lifecycle.services.shards import EVERYBODY
from satisfaction.analytics.chain import TOGETHER, TOO_FEW, verdict

YESTERDAY = dt.date(2026, 7, 14)
TEAMS, CUSTOMERS = ChainLink.Level
# Few customers, so only what is planted strongly can be told of them.
PLANTED = (
    (Box.COMPETENCE, Box.CAPABILITY),
    (Box.CAPABILITY, Box.STAFF),
    (Box.STAFF, Box.PRODUCTIVITY),
    (Box.PRODUCTIVITY, Box.DELIVERING),
    (Box.RETENTION, Box.PROFIT),
)
THIN = (
    (Box.SATISFACTION, Box.RETENTION),
    (Box.SATISFACTION, Box.RELATED),
    (Box.RECOMMEND, Box.REFERRALS),
)


def test_links_of_the_chain_are_found_and_thin_ones_say_so(db, demo_company):
    rollup.roll_up(shard=EVERYBODY, as_of=YESTERDAY, everybody=False)
    chain.record(YESTERDAY)
    lags = {(source, target): lag for source, target, lag in chain.LINKS}
    found = {
        (link.source, link.target, link.level): link
        for link in ChainLink.objects.filter(team=None)
        if link.level == CUSTOMERS or lags[link.source, link.target] == link.lag
    }
    told = {key: verdict(link.n, link.r, link.low, link.high) for key, link in found.items()}
    for pair in PLANTED:
        link = found[*pair, TEAMS]
        assert told[*pair, TEAMS] == TOGETHER, link
        assert 0 < link.low < link.r < 1
    for pair in chain.LINKS:
        assert found[*pair[:2], TEAMS].r > 0, pair
    for pair in THIN:
        assert told[*pair, TEAMS] == TOO_FEW
        # Over customers there are enough pairs, and more content ones did more.
        assert found[*pair, CUSTOMERS].r > 0
        assert found[*pair, CUSTOMERS].low is not None
