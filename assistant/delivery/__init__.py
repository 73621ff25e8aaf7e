"""Delivery: from a bundle to a mail, its one attempt, and the receipt.

The mail: `headers`, `mail_text`, `message`. Handing it over: `transports` (every way it can take: `smtp`, `outbox`),
`refusals` and
`recipient_refusals` (what a server's answer means), `deliver` (once, whatever is pressed). What is kept: `delivery_record`, through
`ledger_protocol`; shown by `receipt`.
"""
