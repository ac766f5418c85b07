"""The numbers of value, churn, tiers and stages: arrays in, arrays out.

No Django, no clock, no files and no global random numbers in here; the date and the generator are
passed in. Read ``scoring`` first, then what it composes.
"""
