"""The words families read: short sentences, French typography, nothing outside the catalogue."""

import re
from html.parser import HTMLParser

import pytest
from django.template.base import Lexer, TokenType

from tests.ui import catalogue

LONGEST_SENTENCE = 15
FAMILIES = ("platform/ui", "platform/portal", "platform/observatory")
READ_ATTRIBUTES = {"title", "alt", "aria-label", "placeholder", "data-label", "label", "value"}
TECHNICAL = re.compile(r"width=device-width|light dark|utf-8", re.IGNORECASE)


def test_sentences_hold_fifteen_words_at_most():
    too_long = [
        f"{message.place}: {sentence}"
        for message in catalogue.messages(*FAMILIES)
        for sentence in catalogue.sentences(message.text)
        if catalogue.word_count(sentence) > LONGEST_SENTENCE
    ]

    assert not too_long, "\n".join(too_long)


def test_high_punctuation_stands_after_a_no_break_space():
    """A « ? » alone at the start of a line is a mistake. `wording.typographic` sets those of Python."""
    wrong = [
        f"{message.place}: {message.text}"
        for path in catalogue.template_files(*FAMILIES)
        for message in catalogue.template_messages(path)
        if re.search(r" [?!:;»]|« |(?<=\w)[?!](?=\s|$)|(?<=[a-zé)]):(?=\s)", message.text)
    ]

    assert not wrong, "\n".join(wrong)


def test_no_text_says_what_we_do_not_say():
    forbidden = re.compile(
        r"tarif de restauration|justificatif|dossier incomplet|veuillez", re.IGNORECASE
    )
    wrong = [m for m in catalogue.messages(*FAMILIES) if forbidden.search(m.text)]

    assert not wrong, wrong


class _Bare(HTMLParser):
    """Collects text and attributes that people read."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_data(self, data):
        self._check(data)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in READ_ATTRIBUTES and value and not (tag == "meta" or name == "value"):
                self._check(value)

    def _check(self, text):
        if re.search(r"[^\W\d_]", text) and not TECHNICAL.search(text):
            self.found.append(text.strip())


def _without_tags(source):
    """The template with its tags, variables and translated blocks taken out."""
    kept, is_translated, is_comment, is_css = [], False, False, False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0]
            is_css = token.contents == "block columns" or (is_css and word != "endblock")
            is_translated = word == "blocktranslate" or (is_translated and word == "plural")
            is_comment = word == "comment"
        elif token.token_type == TokenType.TEXT and not (is_translated or is_comment or is_css):
            kept.append(token.contents)
    return "".join(kept)


def _bare(path):
    kept = _without_tags(path.read_text(encoding="utf-8"))
    if path.suffix == ".txt":
        return re.findall(r"[^\W\d_]+", kept)
    parser = _Bare()
    parser.feed(kept)
    return parser.found


@pytest.mark.parametrize(
    "path",
    list(catalogue.template_files(*FAMILIES)),
    ids=lambda path: str(path.relative_to(catalogue.ROOT / "platform")),
)
def test_template_holds_no_bare_text(path):
    assert _bare(path) == []


def test_bare_text_would_be_seen(tmp_path):
    """If this fails, the test above proves nothing."""
    page = tmp_path / "page.html"
    page.write_text('{% translate "Oui" %}<p title="Non">Bonjour {{ name }}</p>')

    assert _bare(page) == ["Non", "Bonjour"]


@pytest.mark.parametrize(
    "path",
    list(catalogue.template_files(*FAMILIES)),
    ids=lambda path: str(path.relative_to(catalogue.ROOT / "platform")),
)
def test_template_holds_no_inline_script_or_style(path):
    source = path.read_text(encoding="utf-8")

    if "/mail/" not in str(path):  # mail readers know no style sheet
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", source)


def test_templates_are_short():
    long = {
        str(path): count
        for path in catalogue.template_files(*FAMILIES)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 150
    }

    assert not long
