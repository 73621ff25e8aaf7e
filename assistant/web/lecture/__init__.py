"""The pages of *Understand*: the lecture, live."""
