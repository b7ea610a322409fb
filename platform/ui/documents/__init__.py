"""Documents as tagged PDF: what they say (`invoices`, `payments`), and how it is set (`typesetting`).

A document is data first (`sheets.Sheet`), in French, with the amounts that the screens show; one
template sets them all.
"""
