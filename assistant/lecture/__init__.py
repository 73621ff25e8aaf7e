"""The lecture: what happens inside recurrent networks, computed live and on the student's own network.

The page's process never imports torch. `answers` names the questions that are asked in a process which holds it,
`results` holds what both sides know. The modules that compute, `cells`, `recurrence`, `gradient`, `gate`, `adding` and
`network`, import torch and run there only.
"""
