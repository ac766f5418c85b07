"""The order of questions and their pages, as lists of codes: pure, nothing is changed in place.

A page break stands between two questions and stays there where one is moved across it.
"""

Pages = list[list[str]]


def placed(pages: Pages) -> dict[str, tuple[int, int]]:
    """Position and page of each code, both from 1 on."""
    order = [(code, page) for page, codes in enumerate(pages, start=1) for code in codes]
    return {code: (place, page) for place, (code, page) in enumerate(order, start=1)}


def moved(pages: Pages, code: str, *, up: bool) -> Pages:
    """One place up or down: past a neighbour, or across the page break."""
    page, place = _at(pages, code)
    others = _copied(pages)
    others[page].remove(code)
    if 0 <= (beside := place + (-1 if up else 1)) < len(pages[page]):
        others[page].insert(beside, code)
    elif up and page:
        others[page - 1].append(code)
    elif not up and page + 1 < len(pages):
        others[page + 1].insert(0, code)
    else:
        others[page].insert(place, code)
    return _without_empty(others)


def added(pages: Pages, code: str, after: str = "") -> Pages:
    """Behind another on its page, else at the end."""
    others = _copied(pages) or [[]]
    page, place = _at(pages, after) if after else (len(others) - 1, len(others[-1]) - 1)
    others[page].insert(place + 1, code)
    return others


def without(pages: Pages, code: str) -> Pages:
    return _without_empty([[one for one in page if one != code] for page in pages])


def broken(pages: Pages, code: str) -> Pages:
    """A new page begins with it."""
    page, place = _at(pages, code)
    codes = pages[page]
    return _without_empty([*pages[:page], codes[:place], codes[place:], *pages[page + 1 :]])


def joined(pages: Pages, code: str) -> Pages:
    """The page that it stands on goes on where the one before ends."""
    page, _place = _at(pages, code)
    if not page:
        return _copied(pages)
    return [*pages[: page - 1], pages[page - 1] + pages[page], *pages[page + 1 :]]


def _at(pages: Pages, code: str) -> tuple[int, int]:
    return next((page, codes.index(code)) for page, codes in enumerate(pages) if code in codes)


def _copied(pages: Pages) -> Pages:
    return [list(codes) for codes in pages]


def _without_empty(pages: Pages) -> Pages:
    return [codes for codes in pages if codes]
