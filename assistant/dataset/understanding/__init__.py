"""What stands in the columns of a table, and what each is for."""
