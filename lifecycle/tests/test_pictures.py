"""Dots of the portfolio: in their cells, apart from each other, the largest named."""

from math import hypot

from lifecycle.pictures import DIAGONAL, HEAD, HEIGHT, WIDTH, Axis, Spot, draw

CELLS = [{"label": str(place)} for place in range(9)]
AXIS = Axis("axis", ["1", "2", "3"])


def spots(places: list[tuple[float, float]]) -> list[Spot]:
    return [
        Spot(across, up, size=100 - number, name=f"Customer {number}", worth="1", href="/")
        for number, (across, up) in enumerate(places)
    ]


def circles(dots: list[dict]) -> list[tuple[float, float, float]]:
    return [
        (
            float(dot["x"]) * WIDTH / 100,
            float(dot["y"]) * HEIGHT / 100,
            float(dot["r"]) * DIAGONAL / 100,
        )
        for dot in dots
    ]


def test_dots_of_equal_marks_do_not_cover_each_other():
    picture = draw(CELLS, spots([(0.5, 0.5)] * 6), across=AXIS, up=AXIS)
    found = circles(picture.dots)
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            assert hypot(one[0] - other[0], one[1] - other[1]) > one[2] + other[2] - 1


def test_every_dot_stays_in_its_cell_below_the_words():
    corners = [0.02, 0.31, 0.35, 0.65, 0.69, 0.98]
    places = [(across, up) for across in corners for up in corners]
    picture = draw(CELLS, spots(places), across=AXIS, up=AXIS)
    for (across, up), (x, y, r) in zip(places, circles(picture.dots), strict=True):
        column, row = int(across * 3), 2 - int(up * 3)
        assert WIDTH * column / 3 - 1 < x - r < x + r < WIDTH * (column + 1) / 3 + 1
        assert HEIGHT * row / 3 + HEAD - 1 < y - r < y + r < HEIGHT * (row + 1) / 3 + 1


def test_the_largest_are_named_inside_the_drawing():
    picture = draw(CELLS, spots([(0.02, 0.5), (0.98, 0.5), (0.5, 0.1)]), across=AXIS, up=AXIS)
    assert [dot["kind"] for dot in picture.dots] == ["n", "e n", "n"]


def test_a_name_without_room_waits_for_the_pointer():
    narrow = Spot(0.5, 0.5, size=1, name="N" * 200, worth="1", href="/")
    (dot,) = draw(CELLS, [narrow], across=AXIS, up=AXIS).dots
    assert "n" not in dot["kind"]


def test_nobody_gives_cells_alone():
    picture = draw(CELLS, [], across=AXIS, up=AXIS)
    assert picture.dots == []
    assert len(picture.cells) == 9
