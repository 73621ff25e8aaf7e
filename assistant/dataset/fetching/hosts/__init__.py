"""The hosts that datasets come from: one file for each, and the table of them all in known_hosts.py."""
