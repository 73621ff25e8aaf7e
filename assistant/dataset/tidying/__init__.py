"""Tables as people lay them out, brought to one row for each moment."""
