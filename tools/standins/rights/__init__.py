"""What stands in for API Particulier and API Impôt particulier in the demo and in tests.

    python -m tools.standins.rights --port 0 --token TOKEN=SIRET --client ID:SECRET --person JSON…

It speaks their wire protocol, and knows nothing of ours: the people it answers about are given to it as
it starts. With `--cases FOLDER` it also answers DINUM's published test cases, as their staging does.
An error is had by an identity: a birth commune `00404` answers 404, `00429` 429, and so on; `00200`
answers garbage, and `00598` does not answer in time. A tax number that begins with 0404 does likewise.
"""
