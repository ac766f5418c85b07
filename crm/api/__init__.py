"""The interface for other systems: /api/v1/, tokens in, JSON out. docs/api.md tells how to use it.

interface.py    the operations: what is asked, and who may
schemas.py      what goes in and comes out; the OpenAPI document is made of it
gate.py         tokens, scopes and rates
problems.py     every refusal in one shape
pushing.py      customers and transactions, through the import
complaints.py   complaints, through the service desk
reading.py      standings, customers and signals
"""
