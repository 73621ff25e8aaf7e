"""Dataset: from a reference, a file or a ready project to a series that can be trained on."""
