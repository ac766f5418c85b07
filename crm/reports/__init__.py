"""Printed papers about one customer: business review, key account card, proposal of an order.

Each is read once (`review`, `account_card`, `proposal`) and put into words as a `layout.Paper`.
Both the page (templates/reports) and the PDF (`pdf`) are drawn from that, so they can't differ.
"""
