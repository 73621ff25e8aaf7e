"""State: the database and the artefact folder; no other part keeps any."""
