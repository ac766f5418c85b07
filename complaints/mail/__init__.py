"""Mails as they come: read into plain values, without a database and without a clock."""
