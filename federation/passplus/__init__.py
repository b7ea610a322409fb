"""Pass+: campaigns as dated data, wallets, tickets, and what becomes of every euro granted.

For now what decides, without a database: `engine` and the campaign files. The cards, tickets and
partners that stand on it come next.
"""
