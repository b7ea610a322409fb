"""The second factor of the demo's agents: one secret for all, so that anybody may try.

The embedded settings alone have it (`DEMO_CODE_SECRET`); `/boite/` and `socle code` show its code.
"""

SECRET = "SOCLEDEMONSTRATIONAGENTS22222222"  # noqa: S105  of people who do not exist
