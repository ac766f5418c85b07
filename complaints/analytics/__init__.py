"""What complaints teach, as formulas: numpy and scipy only; no Django, no clock, no files."""
