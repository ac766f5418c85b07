"""Writes of customers that touch several rows or models."""
