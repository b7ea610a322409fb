"""What stands in for an integrator's receiver in the demo and in tests: it takes what it is sent, or not.

    python -m tools.standins.webhooks --port 0

A path says how it answers, in order and then over again: `/503,200/`, or one word: `slow` (nothing for a
minute) and `elsewhere` (a redirect). `GET /` says in JSON what it was sent. It knows nothing of ours.
"""
