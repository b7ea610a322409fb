"""Have a process of the served site live in the past: `SOCLE_PAST` is the moment it starts at.

Its folder is put on PYTHONPATH by `tests.browser.served` alone; Python imports it when it starts.
"""

import datetime
import os

if "SOCLE_PAST" in os.environ:
    import time_machine

    time_machine.travel(datetime.datetime.fromisoformat(os.environ["SOCLE_PAST"])).start()
