"""What the pictures conclude, and when they say that they can't tell."""

from satisfaction.services.groups import Group
from satisfaction.views import proofs


def scored(kind: str, customers: int, mean: float, spread: float = 10) -> Group:
    """Customers of whom half are so much above the mean and half below."""
    squares = customers * (mean**2 + spread**2)
    sums = {"index": [customers, customers * mean, squares], "nps": [customers, 0, customers]}
    return Group("complaint", kind, customers=customers, sums=sums)


def slow(*groups: Group) -> str:
    return proofs.slow_answers({group.key: group for group in groups})["title"]


def bought(kind: str, customers: int, left: int) -> Group:
    return Group("attitude", kind, customers=customers, sums={"bought": customers, "left": left})


def leaving(*groups: Group) -> dict:
    return proofs.leaving({group.key: group for group in groups}, 90)


def test_a_late_answer_is_compared_with_one_in_time():
    found = slow(scored("none", 300, 76), scored("in_time", 40, 74), scored("late", 30, 56))
    assert found == "Yes: a late answer costs 18 points against one in time"


def test_a_late_answer_is_compared_with_no_complaint_where_few_were_in_time():
    found = slow(scored("none", 300, 76), scored("in_time", 5, 74), scored("late", 30, 56))
    assert found == "Yes: with a late answer, 20 points less than without any complaint"


def test_no_difference_is_told_as_such_and_so_is_the_opposite():
    near = slow(scored("none", 300, 76), scored("in_time", 40, 74), scored("late", 30, 73))
    assert near.startswith("No: a late answer makes no difference beyond chance")
    above = slow(scored("none", 300, 76), scored("in_time", 40, 60), scored("late", 30, 80))
    assert above == "No: customers with a late answer are 20 points more satisfied"


def test_too_few_late_answers_are_not_judged():
    found = proofs.slow_answers({"late": scored("late", 19, 20), "none": scored("none", 99, 90)})
    assert found["title"] == "Too few to tell: 19 had a complaint late or still open"
    assert found["is_few"]
    alone = slow(scored("late", 50, 60))
    assert alone == "Too few to tell: hardly anybody to compare with"
    assert proofs.slow_answers({}) is None


def test_leaving_is_told_where_the_intervals_are_apart():
    found = leaving(bought("promoter", 100, 5), bought("detractor", 50, 25))
    assert found["title"] == (
        "Yes: 50 % of detractors bought nothing in the 90 days after, 5 % of promoters"
    )
    turned = leaving(bought("promoter", 100, 60), bought("detractor", 50, 5))
    assert turned["title"].startswith("No: 60 % of promoters")
    unclear = leaving(bought("promoter", 30, 5), bought("detractor", 30, 8))
    assert unclear["title"].startswith("Not clear")


def test_a_group_under_twenty_is_not_drawn():
    found = leaving(bought("promoter", 100, 5), bought("detractor", 19, 19))
    assert found["title"] == "Too few to tell: 20 customers a group are needed"
    assert found["data"]["series"][0]["values"] == [0.05, None, None]
    assert found["rows"][2][1] == "too few to tell"
    assert leaving(bought("promoter", 0, 0)) is None


def test_nobody_left_is_a_share_of_zero_and_drawn():
    found = leaving(bought("promoter", 50, 0), bought("detractor", 50, 0))
    assert found["data"]["series"][0]["values"] == [0, None, 0]
    assert found["data"]["series"][0]["low"][0] == 0
