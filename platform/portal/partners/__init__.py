"""The space of partners: a till that scans, what was validated, and who works there.

Its sessions are its own. Who signs in here is nobody to the pages of families, to the console and to
the API of both (`tenants.accounts.middleware`): a phone left at a door shows nothing of a family.
"""
