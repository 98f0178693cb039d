"""Suites whose cases are the rows of a table: ``data:`` names the table and which column is what."""
