"""Marks, absences and homework in templates: the filters of `ui.records_texts`."""

from django import template

from ui import records_texts

register = template.Library()
register.filter("mark_result", records_texts.result)
register.filter("mark_in_words", records_texts.in_words)
register.filter("mark_spread", records_texts.spread)
register.filter("absence_when", records_texts.when)
register.filter("lateness", records_texts.lateness)
register.filter("import_summary", records_texts.summary)
register.filter("import_refusal", records_texts.refusal)
register.filter("school_number", records_texts.number)
