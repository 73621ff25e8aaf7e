"""From the bytes of a file to a table: which format it is, and the reader of each."""
