"""What decides for Pass+: who is eligible, to how much, and what may be done with it, when.

Pure: no database, no clock, no settings. Each function takes the rules of a campaign, what is known and
a moment, and answers or raises a `DomainError`. Operations and `socle passplus replay` call the same.
Amounts are cents; moments are aware; days are those of Paris.
"""
