"""Forms of scorecards, assessments and key accounts."""
