"""Reading iCalendar files of timetables (RFC 5545) as schools' software writes them.

`lines` finds the content lines and where each stands; the library `icalendar` reads their values, and
`recurring_ical_events` says which lessons a rule stands for; `conventions` says what the words of an
event mean. docs/timetable.md is the contract.
"""
