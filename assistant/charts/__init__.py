"""Charts: from a run to descriptions of charts, and from a description to a picture."""
