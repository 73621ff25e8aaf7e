"""The lecture: what happens inside recurrent networks, computed live and on the student's own network.

The page's process never imports torch. `process` keeps one child process (`child`) that answers small questions within
a slider's time, `trials` runs the long ones (`trial`), `results` holds what both sides know. The modules that compute,
`cells`, `recurrence`, `gradient`, `gate`, `adding` and `network`, import torch and run in the child only.
"""
