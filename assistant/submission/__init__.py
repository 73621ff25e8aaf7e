"""One student's submission: the draft, what may change it, where it is kept, and everything that follows from it."""
