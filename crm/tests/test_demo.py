"""The demo company: the same for a seed, true to its model, added once."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from complaints.analytics.matching import compare
from crm.demo import (
    aftermath,
    catalogue,
    company,
    invoices,
    model,
    names,
    places,
    purchases,
    seasons,
    serviced,
    staff,
)
from crm.demo.draws import coins, stream
from crm.demo.model import Kind

TODAY = dt.date(2026, 7, 15)
FEW = 240


@pytest.fixture(scope="module")
def made():
    return company.build(company.SEED, TODAY)


@pytest.fixture(scope="module")
def natural(made):
    return made.planted[made.planted["kind"] == Kind.NATURAL]


def of_kind(made, kind):
    return made.planted.index[made.planted["kind"] == kind]


def sold(made, ordinals, least, most):
    """Net sales of these customers from `least` to `most` days before today."""
    days = (pd.Timestamp(TODAY) - made.transactions["date"]).dt.days
    here = made.transactions["ordinal"].isin(ordinals) & days.between(least, most)
    return made.transactions.loc[here, "amount"].sum()


class TestRegister:
    def test_no_two_customers_have_the_same_name_number_domain_or_phone(self, made):
        everybody = made.market.register
        for column in ("name", "number", "domain", "phone"):
            assert everybody[column].is_unique, column

    def test_no_brand_of_a_well_known_firm_is_given_away(self):
        brands = names.brands(stream(1, "test"))
        assert not {"恒瑞", "永辉", "戴尔特"}.intersection(brands)
        assert len(set(brands)) == len(brands)

    def test_every_mail_address_and_site_is_in_the_domain_reserved_for_examples(self, made):
        assert made.market.register["domain"].str.endswith(".example").all()
        assert made.contacts["email"].str.match(r"^[a-z.]+@[a-z0-9-]+\.example$").all()

    def test_british_phones_are_of_the_ranges_reserved_for_fiction(self, made):
        british = made.market.register.query("country == 'GB'")["phone"]
        reserved = r"^(?:01\d\d 49[68] 0|020 7946 0|01632 960|028 9649 6|029 2018 0)\d{3}$"
        assert british.str.match(reserved).all()
        mobiles = made.contacts["mobile"]
        assert mobiles[mobiles != ""].str.match(r"^(?:07700 900\d{3}|142 \d{4} \d{4})$").all()

    def test_a_customer_is_of_the_team_of_its_country_and_has_an_owner_of_that_team(self, made):
        owners = {person.username: person.team for person in staff.PEOPLE}
        owned = made.customers[made.customers["owner"] != ""]
        assert (owned["owner"].map(owners) == owned["team"]).all()
        assert 0.98 < len(owned) / len(made.customers) < 1
        chinese = made.customers["country"] == "CN"
        assert ((made.customers["team"] == places.EUROPE) == ~chinese).all()

    def test_groups_are_one_level_deep_and_bear_one_brand(self, made):
        parents = made.customers["parent"]
        children = parents[parents >= 0]
        assert len(children) >= 40
        assert (parents[children] == -1).all()

    def test_products_have_different_codes_and_most_a_cost_below_the_price(self):
        products = catalogue.products()
        assert 110 <= len(products) <= 140
        assert products["code"].is_unique
        assert set(products["category"]) == set(catalogue.CATEGORIES)
        known = products["cost"].notna()
        assert known.mean() > 0.85
        assert (products["cost"] < products["price"])[known].all()

    def test_every_name_fits_its_column(self, made):
        assert made.market.register["name"].str.len().max() <= 200
        assert made.market.register["short_name"].str.len().max() <= 60
        assert max(map(len, names.INDUSTRIES.values())) <= 60
        assert made.market.shelf.products["name"].str.len().max() <= 200


class TestHistory:
    def test_the_same_seed_and_day_give_the_same_company(self, made):
        again = company.build(company.SEED, TODAY)
        for frame in ("customers", "contacts", "transactions", "interactions", "tasks", "planted"):
            pd.testing.assert_frame_equal(getattr(made, frame), getattr(again, frame))

    def test_another_seed_gives_another_company(self, made):
        other = company.market(company.SEED + 1, FEW).register["name"]
        assert not other.iloc[:FEW].equals(made.market.register["name"].iloc[:FEW])

    def test_it_ends_yesterday_and_is_of_the_promised_size(self, made):
        lines = made.transactions
        assert lines["date"].max() == pd.Timestamp(TODAY) - pd.Timedelta(days=1)
        assert lines["date"].min() >= pd.Timestamp(TODAY) - pd.Timedelta(days=1_095)
        assert 60_000 <= len(lines) <= 120_000
        assert lines["ordinal"].nunique() == company.CUSTOMERS

    def test_no_line_comes_twice_and_amounts_are_quantity_times_price_less_discount(self, made):
        lines = made.transactions
        assert not lines.duplicated(["reference", "line"]).any()
        expected = lines["quantity"] * lines["unit_price"] - lines["discount"].fillna(0)
        assert np.abs(expected - lines["amount"]).max() < 0.006

    def test_two_to_three_percent_of_the_lines_come_back(self, made):
        assert 0.02 < (made.transactions["amount"] < 0).mean() < 0.03

    def test_a_credit_note_never_returns_more_than_was_bought(self, made):
        lines = made.transactions
        bought = lines.groupby(["ordinal", "product"])["quantity"].sum()
        assert bought.min() >= 0

    def test_nobody_buys_on_sundays_or_in_the_chinese_new_year(self, made):
        sales = made.orders
        assert not (sales["day"].dt.day_of_week == 6).any()
        chinese = made.market.traits["calendar"].to_numpy()[sales["ordinal"]] == seasons.CHINA
        holiday = sales["day"].between("2026-02-16", "2026-02-23")
        assert not (holiday & chinese).any()
        assert (holiday & ~chinese).any()

    def test_a_fifth_of_the_customers_bring_about_three_quarters_of_the_revenue(self, made):
        year = made.transactions[made.transactions["date"] >= "2025-07-15"]
        net = year.groupby("ordinal")["amount"].sum().sort_values(ascending=False)
        fifth = net.iloc[: company.CUSTOMERS // 5].sum() / net.sum()
        assert 0.70 < fifth < 0.85


class TestModel:
    def test_the_mean_purchase_rate_is_found_again_in_the_history(self, made, natural):
        """Purchases per day under observation of those who never left, by the gamma's mean."""
        stayed = natural[natural["dropout"] < 0.004]
        repeats = (stayed["orders"] - 1).sum()
        observed = stayed["born"].sum()
        # Several orders of one day are one invoice, which fast buyers feel.
        assert repeats / observed == pytest.approx(stayed["rate"].mean(), rel=0.12)
        assert natural["rate"].mean() == pytest.approx(model.R / model.ALPHA, rel=0.08)

    def test_the_rate_of_leaving_is_found_again_in_the_history(self, natural):
        """Each purchase is a chance to leave: the leavers are as many as the chances add up to."""
        expected = (natural["dropout"] * natural["orders"]).sum()
        assert (~natural["alive"]).sum() == pytest.approx(expected, rel=0.12)
        assert natural["dropout"].mean() == pytest.approx(model.A / (model.A + model.B), rel=0.15)

    def test_regular_customers_have_more_even_gaps_than_the_others(self, made, natural):
        days = made.orders.sort_values(["ordinal", "day"])
        gap = days.groupby("ordinal")["day"].diff().dt.days
        by = gap.groupby(days["ordinal"])
        spread = (by.std() / by.mean()).reindex(natural.index)[natural["orders"] >= 12]
        regular = natural["stages"].reindex(spread.index) > 1
        assert spread[regular].median() < 0.75 < spread[~regular].median()

    def test_orders_are_worth_what_the_customer_usually_spends(self, made, natural):
        mean = made.orders.groupby("ordinal")["amount"].mean().reindex(natural.index)
        many = natural["orders"] >= 20
        ratio = mean[many] / natural["spend"][many]
        assert ratio.mean() == pytest.approx(1, abs=0.03)

    def test_invoices_come_close_to_the_orders_that_they_round(self, made):
        sales = made.transactions[made.transactions["reference"].str.startswith("SI")]
        assert sales["amount"].sum() == pytest.approx(made.orders["amount"].sum(), rel=0.03)

    def test_coins_depend_on_their_numbers_only_and_are_even(self):
        some = coins(7, "test", np.arange(100_000), 3)
        assert coins(7, "test", 17, 3) == some[17]
        assert some.mean() == pytest.approx(0.5, abs=0.005)
        assert some.min() >= 0
        assert some.max() < 1
        assert np.corrcoef(some[:-1], some[1:])[0, 1] == pytest.approx(0, abs=0.01)


class TestPlanted:
    def test_each_kind_is_there_as_often_as_said(self, made):
        counts = made.planted["kind"].value_counts()
        assert {kind: counts[kind] for kind in model.COUNTS} == model.COUNTS

    def test_silent_leavers_bought_often_and_are_overdue_by_their_own_rhythm(self, made):
        facts = made.planted.loc[of_kind(made, Kind.SILENT)]
        assert not facts["alive"].any()
        assert facts["orders"].median() > 20
        assert (facts["silent_days"] * facts["rate"] > 1.2).all()
        assert (facts["silent_days"] >= 50).all()

    def test_slow_declines_fall_over_the_last_year(self, made):
        who = of_kind(made, Kind.SLOW_DECLINE)
        before, now = sold(made, who, 365 + 1, 365 + 182), sold(made, who, 1, 182)
        assert now < 0.65 * before
        between = sold(made, who, 183, 365)
        assert now < between < before

    def test_sudden_declines_held_their_level_and_then_fell_at_once(self, made):
        who = of_kind(made, Kind.SUDDEN_DECLINE)
        recent = sold(made, who, 1, 56)
        same_time_last_year = sold(made, who, 366, 421)
        assert recent < 0.5 * same_time_last_year
        assert sold(made, who, 160, 340) > 0.75 * sold(made, who, 525, 705)

    def test_growing_customers_buy_more_each_half_year(self, made):
        who = of_kind(made, Kind.GROWING)
        assert sold(made, who, 1, 182) > 1.3 * sold(made, who, 183, 365)

    def test_one_time_buyers_bought_once_and_explorers_a_few_times_lately(self, made):
        once = made.planted.loc[of_kind(made, Kind.ONE_TIME)]
        assert (once["orders"] == 1).all()
        assert (once["silent_days"] > 190).all()
        trial = made.planted.loc[of_kind(made, Kind.EXPLORING)]
        assert trial["orders"].between(1, 3).all()
        assert (trial["silent_days"] <= 80).all()

    def test_ended_customers_are_silent_for_more_than_a_year(self, made):
        assert (made.planted.loc[of_kind(made, Kind.ENDED), "silent_days"] > 390).all()

    def test_contract_customers_have_lines_with_a_contract_of_a_year(self, made):
        lines = made.transactions.dropna(subset=["contract"])
        assert set(lines["ordinal"]) <= set(of_kind(made, Kind.CONTRACT))
        assert lines["ordinal"].nunique() > 50
        lines = lines[~lines["ordinal"].isin(serviced.stories(made.market.traits))]
        length = (lines["period_end"] - lines["period_start"]).dt.days
        assert length.between(363, 365).all()

    def test_of_some_a_contract_is_most_of_what_they_buy(self, made):
        told = serviced.stories(made.market.traits)
        assert len(told) == len(serviced.STORIES)
        lines = made.transactions[made.transactions["ordinal"].isin(told)]
        gross = lines[lines["amount"] > 0]
        signed = gross[gross["contract"].notna()].groupby("ordinal")["amount"].sum()
        assert (signed > 0.55 * gross.groupby("ordinal")["amount"].sum()).all()
        ends = lines.groupby("ordinal")["period_end"].max()
        ahead = (ends - pd.Timestamp(TODAY)).dt.days
        for ordinal, story in told.items():
            assert abs(ahead[ordinal] - story.ends) <= 12, story
            terms = lines[(lines["ordinal"] == ordinal) & lines["period_end"].notna()]
            terms = terms[terms["amount"] > 0].sort_values("date")["amount"].to_numpy()
            assert terms[-1] == pytest.approx(story.kept * terms[-2], rel=0.35)
        credited = lines[(lines["amount"] < 0) & lines["contract"].notna()]
        assert credited["ordinal"].nunique() == 1
        assert len(credited) >= 2

    def test_they_sign_again_on_later_days_or_do_not(self, made):
        here, first = made.market, made.orders.groupby("ordinal")["day"].min()
        told = list(serviced.stories(here.traits))
        until = TODAY + dt.timedelta(days=400)
        args = company.SEED, here.shelf, here.traits, first
        later = invoices.contract_lines(*args, TODAY, until)
        later = later[later["ordinal"].isin(told)]
        assert told[3] not in set(later["ordinal"])
        assert later["ordinal"].nunique() > len(told) / 2
        day = later["date"].iloc[0].date()
        alone = invoices.contract_lines(*args, day, day)
        assert later["reference"].iloc[0] in set(alone["reference"])


class TestAftermath:
    def purchases(self, made, pairs, least, most):
        """On how many days each of the pairs bought from `least` to `most` days after its day."""
        days = pairs.reset_index().merge(made.orders[["ordinal", "day"]], on="ordinal")
        after = (days["day_y"] - days["day_x"]).dt.days
        found = days[after.between(least, most)].groupby("index").size()
        return found.reindex(pairs.index, fill_value=0).to_numpy()

    def test_who_was_helped_buys_on_and_who_waited_buys_less_than_like_customers(self, made):
        sold = made.orders[["ordinal", "day"]]
        marks = aftermath.marks(company.SEED, made.market, made.contacts, sold, TODAY)
        marks = marks[marks["day"].between("2024-12-01", "2025-12-31")]
        first = marks.drop_duplicates("ordinal")[["ordinal", "day", "more"]]
        quiet = made.customers.index.difference(marks["ordinal"])
        times = pd.date_range("2024-12-15", periods=12, freq="MS")
        others = pd.MultiIndex.from_product([quiet, times], names=["ordinal", "day"]).to_frame()
        pairs = pd.concat([first, others.assign(more=np.nan)], ignore_index=True)
        before = self.purchases(made, pairs, -180, -1)
        recent = self.purchases(made, pairs, -30, -1)
        after = self.purchases(made, pairs, 14, 193)
        year, worth = pairs["day"].dt.to_period("Q"), made.planted["spend"].rank(pct=True)
        tenth = np.ceil(4 * worth.reindex(pairs["ordinal"])).astype(int)
        alike = [f"{one}" for one in zip(year, tenth, before, recent > 0, strict=True)]
        found = {}
        for name, mine in (("helped", pairs["more"] > 0), ("waited", pairs["more"] == 0)):
            kept = mine | pairs["more"].isna()
            found[name] = compare(np.array(alike)[kept], mine[kept], before[kept], after[kept])
        assert found["helped"].matched > 50 < found["waited"].matched * 5
        assert found["helped"].low > 0 > found["waited"].high


class TestConversations:
    def test_they_are_in_the_customers_language(self, made):
        talks = made.interactions
        chinese = made.customers.loc[talks["ordinal"], "country"].to_numpy() == "CN"
        has_signs = talks["subject"].str.contains(r"[\u4e00-\u9fff]").to_numpy()
        assert (has_signs == chinese).all()

    def test_no_text_keeps_an_unfilled_place(self, made):
        for column in ("subject", "notes", "outcome", "next_step"):
            assert not made.interactions[column].str.contains(r"[{}]").any()

    def test_they_are_with_people_of_the_same_customer_on_working_hours(self, made):
        talks = made.interactions[made.interactions["contact"] >= 0]
        owner = made.contacts["ordinal"].reindex(talks["contact"]).to_numpy()
        assert (owner == talks["ordinal"].to_numpy()).all()
        assert made.interactions["at"].max() < pd.Timestamp(TODAY, tz="UTC")
        assert not (made.interactions["day"].dt.day_of_week == 6).any()

    def test_tasks_are_mostly_done_and_the_open_ones_are_recent(self, made):
        tasks = made.tasks
        still = tasks[tasks["state"] == "open"]
        assert 60 < len(still) < 300
        assert (still["due"] > pd.Timestamp(TODAY)).mean() > 0.4
        assert tasks["closed"].isna().eq(tasks["state"] == "open").all()
        assert (tasks["closed"].dropna() < pd.Timestamp(TODAY, tz="UTC")).all()


class TestNextDay:
    def days(self, made, count):
        """The days after the history: (day, newcomers, lines) with the state carried on."""
        state = made.orders.groupby("ordinal")["day"].agg(first="min", last="max")
        lines = made.transactions
        for offset in range(count):
            day = TODAY + dt.timedelta(days=offset)
            recent = lines[lines["date"] >= pd.Timestamp(day) - pd.Timedelta(days=25)]
            sales = recent[recent["reference"].str.startswith("SI")]
            fresh, added = company.next_day(company.SEED, state, sales, day)
            yield day, fresh, added, state, sales
            bought = added[added["reference"].str.startswith("SI")].groupby("ordinal")["date"].max()
            first = state["first"].reindex(bought.index.union(state.index)).fillna(bought)
            last = state["last"].reindex(first.index)
            last.update(bought)
            state = pd.DataFrame({"first": first, "last": last.fillna(bought)})
            lines = pd.concat([lines, added]) if len(added) else lines

    def test_the_company_goes_on_at_its_pace(self, made):
        orders = new = 0
        for _, fresh, added, _, _ in self.days(made, 42):
            orders += added.loc[added["reference"].str.startswith("SI"), "reference"].nunique()
            new += len(fresh)
        before = (made.orders["day"] >= np.datetime64(TODAY) - 42).sum()
        assert orders == pytest.approx(before, rel=0.12)
        assert 8 <= new <= 45

    def test_the_same_day_gives_the_same_rows_with_the_same_references(self, made):
        for day, fresh, added, state, sales in self.days(made, 8):
            again_fresh, again = company.next_day(company.SEED, state, sales, day)
            pd.testing.assert_frame_equal(added, again)
            assert fresh.equals(again_fresh)
            assert not added.duplicated(["reference", "line"]).any()
            assert (added["date"] == pd.Timestamp(day)).all()

    def test_nobody_who_left_buys_again(self, made):
        gone = made.planted.index[~made.planted["alive"]]
        for _, _, added, _, _ in self.days(made, 10):
            sales = added[added["reference"].str.startswith("SI")]
            assert not sales["ordinal"].isin(gone).any()

    def test_a_year_of_chance_agrees_with_the_rate(self, made):
        """The hazard by day, summed over days, is what the renewals of the history do."""
        traits = made.market.traits
        calm = traits[(traits["stages"] == 1) & (traits["kind"] == Kind.CONTRACT)]
        day = dt.date(2026, 9, 9)
        long_ago = pd.Timestamp("2026-08-31")
        state = pd.DataFrame({"first": long_ago, "last": long_ago}, index=calm.index)
        hits = [len(purchases.buyers(seed, traits, state, day)) for seed in range(200)]
        weight = seasons.weights(day, 1)[calm["calendar"].to_numpy(), 0]
        expected = (1 - np.exp(-calm["rate"] * weight)).sum()
        assert np.mean(hits) == pytest.approx(expected, rel=0.1)

    def test_credit_notes_of_later_nights_are_those_of_the_history(self, made):
        """The history up to a later day holds the same returns of the same lines."""
        lines = made.transactions
        sales = lines[lines["reference"].str.startswith("SI")]
        recent = sales[sales["date"] >= "2026-06-15"]
        ahead = invoices.returned(company.SEED, recent)
        known = lines[lines["reference"].str.startswith("CN") & (lines["date"] >= "2026-07-10")]
        expected = ahead[ahead["date"].between("2026-07-10", "2026-07-14")]
        assert set(known["reference"]) == set(expected["reference"])
