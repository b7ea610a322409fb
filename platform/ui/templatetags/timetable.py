"""Lessons in templates: the filters of `ui.timetable_texts`."""

from django import template

from ui import timetable_texts

register = template.Library()
register.filter("lesson_place", timetable_texts.place_of)
register.filter("lesson_before", timetable_texts.before_sentence)
register.filter("day_span", timetable_texts.span_of)
