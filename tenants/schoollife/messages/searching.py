"""The words of a message, as they are searched: no case, no accent, each beginning of a word.

With the words goes a mark of the collège, which no text can hold (`@` is never kept of one): what a
secretariat searches is found by the index among its own messages alone.
"""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db.models import BooleanField, F, Func, Value

from commons.normalisation import search_key
from tenants.schoollife.messages.models import Thread

MOST_WORDS = 8
SHORTEST_WORD = 2  # one letter begins half of all words


class _Mark(Func):
    template = "array_to_tsvector(ARRAY[%(expressions)s::text])"
    output_field = SearchVectorField()


class _Words(Func):
    template = "to_tsvector('simple', %(expressions)s)"
    output_field = SearchVectorField()


class _Together(Func):
    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = SearchVectorField()


class _Asked(Func):
    template = "to_tsquery('simple', %(expressions)s)"
    output_field = SearchQueryField()


class _AskedOfSome(Func):
    template = "(%(expressions)s::tsquery)"
    arg_joiner = " && "
    output_field = SearchQueryField()


class _Holds(Func):
    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def words_of(thread: Thread, *texts: str) -> Func:
    """What the column `words` keeps of these texts."""
    key = search_key(" ".join(texts))
    return _Together(_Mark(Value(_mark(thread.college_id))), _Words(Value(key)))


def asked_words(text: str) -> list[str]:
    """The words of what somebody asks, that can be searched."""
    words = [word for word in search_key(text).split() if len(word) >= SHORTEST_WORD]
    return list(dict.fromkeys(words))[:MOST_WORDS]


def holding(words: Collection[str], *, college_ids: Collection[int] | None = None) -> Func:
    """The messages that hold a beginning of each word; of some collèges alone, if they are said."""
    asked: Func = _Asked(Value(" & ".join(f"'{word}':*" for word in words)))
    if college_ids is not None:
        marks = " | ".join(f"'{_mark(one)}'" for one in college_ids) or "'@'"
        asked = _AskedOfSome(asked, Value(marks))
    return _Holds(F("words"), asked)


def _mark(college_id: int) -> str:
    return f"@{college_id}"
