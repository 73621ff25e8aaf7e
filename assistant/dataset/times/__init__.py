"""Dates, clocks and periods as they stand in tables, read as moments."""
