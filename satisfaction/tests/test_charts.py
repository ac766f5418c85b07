"""What pictures of answers say above themselves."""

from satisfaction.views.charts import _distribution_title, _tone


def test_the_dissatisfied_of_the_title_are_those_drawn_in_its_colour():
    # Seven points: rather dissatisfied is a third of the way up, neither is half of it.
    counts = {0: 1, 100 / 6: 0, 100 / 3: 3, 50: 6, 200 / 3: 5, 500 / 6: 3, 100: 2}
    red = sum(n for answer, n in counts.items() if _tone(answer, recommend=False) == "high")
    assert red == 4
    assert (
        _distribution_title(counts, 20, recommend=False)
        .replace("\N{NARROW NO-BREAK SPACE}", " ")
        .startswith("20 % of 20")
    )


def test_who_would_not_recommend_says_six_and_less():
    counts = {6: 1, 7: 1, 9: 2}
    red = sum(n for answer, n in counts.items() if _tone(answer, recommend=True) == "high")
    assert red == 1
    assert (
        _distribution_title(counts, 4, recommend=True)
        .replace("\N{NARROW NO-BREAK SPACE}", " ")
        .startswith("25 % of 4")
    )
