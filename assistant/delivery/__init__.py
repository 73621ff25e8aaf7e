"""Delivery: from a bundle to a mail, its one attempt, and the receipt."""
