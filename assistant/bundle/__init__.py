"""Bundle: the zip that is handed over, and how anybody checks one.

Making one: `hand_in` (what a student hands in), `completeness` (what of it is there), `member_names`, `pdf_pages`,
`archive` (the one form of zip that is written), `manifest` (what the bundle says of itself), `pack`.
Checking one: `archive_reader` (trusts nothing), `verify`, `course_rules`, `saved_mail` (the bundle in a mail).
"""
