"""Bundle: the zip that is handed over, and how anybody checks one."""
