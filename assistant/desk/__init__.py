"""The desk: what the wizard and the command line do with the steps, for one student."""
