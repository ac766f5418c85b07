"""A public survey of satisfaction to check figures by: 1,681 tenants in Copenhagen.

`housing` of R's package MASS (Madsen 1976; Cox and Snell 1984): how satisfied tenants are (low,
medium, high), by how much contact they have with their neighbours.
"""

# Tenants by contact (low, high): satisfaction low, medium, high. Sums of the table's 72 rows.
LOW_CONTACT = (262, 178, 273)
HIGH_CONTACT = (305, 268, 395)
