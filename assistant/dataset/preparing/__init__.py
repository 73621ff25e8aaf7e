"""From a table and the roles of its columns to a regular series."""
