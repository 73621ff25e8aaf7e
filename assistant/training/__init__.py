"""Training: from a series to a run, in a child process."""
