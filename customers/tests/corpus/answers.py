"""The answers to the files in `files/`: transactions, made with their customers."""

from customers.tests.corpus.answer import Answer, refused, taken

PLAIN: dict[str, Answer] = {
    "blank_lines": taken("C1 I1 2024-01-02 1.5", "C2 I2 2024-01-03 2"),
    "chinese_headers": taken("C1 I1 2024-01-02 1234.5"),
    "currencies": taken(
        "C1 I1 2024-01-02 1.5",
        "C1 I2 2024-01-02 -1.5",
        "C1 I3 2024-01-02 1.5",
        "C1 I4 2024-01-02 1.5",
        "C1 I5 2024-01-02 1.5",
        wrong={7: "bad_number:amount"},
    ),
    "dates_doubtful": refused("dates_doubtful"),
    "dates_in_two_orders": refused("dates_mixed"),
    "dates_out_of_reach": taken(
        wrong={2: "date_range:date", 3: "date_range:date", 4: "date_range:date"}
    ),
    "dates_proved": taken("C1 I1 2024-04-03 1", "C1 I2 2024-04-25 1"),
    "dates_that_are_none": taken(
        wrong={
            2: "bad_date:date",
            3: "bad_date:date",
            4: "bad_date:date",
            5: "bad_date:date",
            6: "bad_date:date",
            7: "bad_date:date",
        }
    ),
    "dates_the_same_in_any_order": taken("C1 I1 2024-04-04 1", "C1 I2 2024-05-05 1"),
    "dates_with_times": taken(
        "C1 I1 2024-03-04 1", "C1 I2 2024-03-04 1", "C1 I3 2024-03-04 1", "C1 I4 2024-03-25 1"
    ),
    "doubled_header": refused("column_twice"),
    "doubled_header_of_no_field": taken("C1 I1 2024-01-02 1.5"),
    "excel_serials": taken("C1 I1 2024-03-04 1", "C1 I2 2024-03-04 1", wrong={4: "bad_date:date"}),
    "exponents": taken("C1 I1 2024-01-02 150", "C1 I2 2024-01-02 1.5"),
    "formulas": taken(
        "C1 I1 2024-01-02 1.5", "=cmd|calc I3 2024-01-02 2", wrong={3: "bad_number:amount"}
    ),
    # A key is a text: it stays as it is written.
    "full_width": taken("C1 I2 2024-03-04 1234.5", "Ｃ１ Ｉ１ 2024-03-04 1.5"),
    "good": taken("C1 I1 2024-01-02 1.5", "C2 I2 2024-01-03 -2"),
    "guarded_formulas": taken("=1+1 I1 2024-01-02 1.5"),
    "header_only": refused("header_only"),
    "html_table": refused("not_a_table"),
    "invisible_characters": taken("C1 I1 2024-01-02 1.5", "C1 I2 2024-01-02 2500.5"),
    "json_rows": refused("missing_column"),
    "largest_numbers": taken(
        "C1 I1 2024-01-02 99999999999998.9999", wrong={3: "too_large:amount", 4: "too_large:amount"}
    ),
    "leading_zeros": taken("00123 I1 2024-01-02 1", "123 I2 2024-01-02 1"),
    "line_that_names_the_separator": taken("C1 I1 2024-01-02 1.5"),
    "long_keys": taken("123456789012345678901 0001234567890123456789 2024-01-02 1"),
    "missing_column": refused("missing_column"),
    "missing_values": taken(
        wrong={
            2: "missing:customer",
            3: "missing:reference",
            4: "missing:date",
            5: "missing:amount",
        }
    ),
    "mixed_separators": taken(
        "C1 I1 2024-01-02 1.5",
        "C3 I3 2024-01-04 3",
        "C4 I4 2024-01-05 4",
        wrong={3: "cells missing:reference missing:date missing:amount"},
    ),
    "more_decimals": taken("C1 I1 2024-01-02 1.2346", "C1 I2 2024-01-02 0"),
    "nameless_column": taken("C1 I1 2024-01-02 1.5"),
    "negatives": taken(
        "C1 I1 2024-01-02 -1.5",
        "C1 I2 2024-01-02 -1.5",
        "C1 I3 2024-01-02 -1.5",
        "C1 I4 2024-01-02 -1.5",
        wrong={6: "bad_number:amount", 7: "bad_number:amount"},
    ),
    "no_amount": refused("missing_amount"),
    "no_header": refused("missing_column"),
    "not_breaking_spaces": taken("C1 I1 2024-01-02 1234.5"),
    "not_numbers": taken(
        "C1 I9 2024-01-02 1.5",
        wrong={
            2: "bad_number:amount",
            3: "bad_number:amount",
            4: "bad_number:amount",
            5: "bad_number:amount",
            6: "too_large:amount",
            7: "bad_number:amount",
            8: "bad_number:amount",
            9: "bad_number:amount",
        },
    ),
    "numbers_of_two_styles": taken(
        "C1 I1 2024-01-02 1234.5",
        "C1 I2 2024-01-02 1234.5",
        "C1 I4 2024-01-02 7",
        wrong={4: "bad_number:amount"},
    ),
    "one_column": refused("not_a_table"),
    "pipes": refused("not_a_table"),
    "quote_never_closed": refused("open_quote"),
    "quote_never_closed_in_the_last_cell": refused("open_quote"),
    "quoted_line_breaks": taken("C1 I1 2024-01-02 1.5", wrong={4: "bad_date:date"}),
    "quotes_inside": taken("C1 I1 2024-01-02 1.5", "C1 I2 2024-01-02 2"),
    "ragged_long": taken("C3 I3 2024-01-04 3", wrong={2: "cells"}),
    "ragged_short": taken(
        "C1 I1 2024-01-02 1.5", "C3 I3 2024-01-04 3", wrong={3: "cells missing:amount"}
    ),
    "semicolons_decimal_commas": taken("C1 I1 2024-01-02 1.5", "C2 I2 2024-01-03 1234.5"),
    "six_writings_of_a_date": taken(
        "C1 I1 2024-03-04 1",
        "C1 I2 2024-03-04 1",
        "C1 I3 2024-03-04 1",
        "C1 I4 2024-03-04 1",
        "C1 I5 2024-03-04 1",
        "C1 I6 2024-03-04 1",
    ),
    "spaces_around": taken("C1 I1 2024-01-02 1.5"),
    "tabs": taken("C1 I1 2024-01-02 1.5"),
    "texts_too_long": taken(wrong={2: "too_long:customer", 3: "too_long:reference"}),
    "thousands_doubtful": refused("numbers_doubtful"),
    "thousands_proved": taken("C1 I1 2024-01-02 1234", "C2 I2 2024-01-03 0.5"),
    "total_row": taken("C1 I1 2024-01-02 1.5", wrong={3: "missing:reference missing:date"}),
    "trailing_separators": taken("C1 I1 2024-01-02 1.5"),
    "trailing_separators_below_the_header": taken("C1 I1 2024-01-02 1.5", "C2 I2 2024-01-03 2"),
    "words_above_the_header": refused("not_a_table"),
    "years_of_two_digits": refused("dates_doubtful"),
}
