"""The tags and components that templates use."""

import datetime
import html as html_module
import re

import pytest
from django import forms
from django.template import Context, Template

from ui import statuses


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


def visible(html):
    return html_module.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))).strip()


def test_money_never_breaks_and_is_marked():
    assert render("{{ cents|money }}", cents=1240) == '<span class="money">12,40\u00a0€</span>'


def test_euros_are_bare_text():
    assert render("{{ cents|euros }}", cents=-50) == "-0,50\u00a0€"


@pytest.mark.parametrize(
    ("share", "written"), [(10000, "100"), (5000, "50"), (3333, "33,33"), (3350, "33,5")]
)
def test_share_is_a_percentage(share, written):
    assert render("{{ share|percent }}", share=share) == f"{written}\u00a0%"


def test_long_date_in_a_template():
    day = datetime.date(2024, 10, 7)

    assert render("{{ day|long_date }}", day=day) == "lundi\u00a07\u00a0octobre"


@pytest.mark.parametrize("name", sorted(statuses.STATUSES))
def test_badge_says_its_status_in_words(name):
    family, state = name.split(".")

    html = render("{% status_badge family state %}", family=family, state=state)

    assert visible(html) == str(statuses.STATUSES[name].label)
    assert 'aria-hidden="true"' in html


def test_status_nobody_wrote_is_a_mistake():
    with pytest.raises(KeyError):
        render('{% status_badge "invoice" "MARTIAN" %}')


def test_emblem_that_is_not_ours_becomes_the_common_one():
    assert "#socle" in render("{% emblem name %}", name="../evil")
    assert "#meander" in render("{% emblem name %}", name="meander")


def test_share_of_the_cost_adds_up_to_the_cost():
    html = render("{% cost_share 280 1200 %}")

    assert "2,80\u00a0€" in html
    assert "9,20\u00a0€" in html


class _Form(forms.Form):
    name = forms.CharField(label="Nom", help_text="Comme sur la carte.")


def test_field_ties_label_hint_and_error_to_its_input():
    html = render("{% field form.name %}", form=_Form({"name": ""}))

    assert '<label for="id_name">Nom</label>' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_error_summary_takes_the_focus_and_leads_to_the_field():
    html = render("{% error_summary form %}", form=_Form({"name": ""}))

    assert 'role="alert" tabindex="-1" autofocus' in html
    assert 'href="#id_name"' in html


class _Question(forms.Form):
    days = forms.MultipleChoiceField(
        label="Jours", widget=forms.CheckboxSelectMultiple, choices=[("1", "lundi")]
    )
    price = forms.ChoiceField(label="Prix", widget=forms.RadioSelect, choices=[("1", "un")])


@pytest.mark.parametrize("name", ["days", "price"])
def test_error_summary_leads_to_the_question_that_has_several_answers(name):
    form = _Question({})

    summary = render("{% error_summary form %}", form=form)
    question = render("{% choices bound %}", bound=form[name])

    assert f'href="#id_{name}"' in summary
    assert question.count(f' id="id_{name}"') == 1
    assert f'<fieldset class="field field-bad" id="id_{name}" tabindex="-1"' in question


def test_error_of_a_whole_form_leads_nowhere():
    form = _Form({"name": "Diallo"})
    form.add_error(None, "C'est trop tard.")

    html = render("{% error_summary form %}", form=form)

    assert "trop tard" in html
    assert "<a " not in html


def test_error_summary_of_a_good_form_is_nothing():
    assert visible(render("{% error_summary form %}", form=_Form({"name": "Diallo"}))) == ""


def test_what_was_typed_is_escaped():
    html = render("{% person first last %}", first="<b>", last="Diallo")

    assert "<b>" not in html
