"""Work outside the server's process: submitted, limited, followed, cancelled, found again after a restart."""
