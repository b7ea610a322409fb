"""What is wrong is said in French, by its name, without the value, and is no error of ours."""

from __future__ import annotations

import logging

import pytest

ENROL = """mutation($input: EnrolInCanteenInput!) { enrolInCanteen(input: $input) {
  errors { code } } }"""
PAGES = "query($n: Int) { viewer { invoices(first: $n) { nodes { number } } } }"
SECRET = "Diallo-1979"


def refusal(api, query, variables):
    response = api.send({"query": query, "variables": variables})
    assert response.status_code == 400, response.content.decode()
    (error,) = response.json()["errors"]
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize(
    ("query", "variables", "said"),
    [
        (PAGES, {"n": SECRET}, "$n ne va pas : il faut un nombre entier."),
        (PAGES, {"n": [1]}, "$n ne va pas : il faut un nombre entier."),
        (PAGES, {"n": 1.5}, "$n ne va pas : il faut un nombre entier."),
        (PAGES, {"n": True}, "$n ne va pas : il faut un nombre entier."),
        (ENROL, {}, "$input ne va pas : il manque une valeur."),
        (ENROL, {"input": None}, "$input ne va pas : il manque une valeur."),
        (ENROL, {"input": SECRET}, "$input ne va pas : il faut un objet EnrolInCanteenInput."),
        (ENROL, {"input": {"childId": "x"}}, "$input ne va pas : il manque le champ weekdays."),
        (
            ENROL,
            {"input": {"childId": "x", "weekdays": [SECRET]}},
            "$input.weekdays[0] ne va pas : il faut une valeur de Weekday",
        ),
        (
            ENROL,
            {"input": {"childId": "x", "weekdays": ["MONDAY"], "startOn": SECRET}},
            "$input.startOn ne va pas : il faut une date, comme 2024-10-14.",
        ),
        (
            ENROL,
            {"input": {"childId": {"a": SECRET}, "weekdays": ["MONDAY"]}},
            "$input.childId ne va pas : il faut un identifiant.",
        ),
        (
            ENROL,
            {"input": {"childId": "x", "weekdays": ["MONDAY"], "day": 1}},
            "$input ne va pas : le champ day n'existe pas.",
        ),
        (
            ENROL,
            {"input": {"childId": "x", "weekdays": ["MONDAY"], f"{SECRET} né ici": 1}},
            "$input ne va pas : le champ … n'existe pas.",
        ),
    ],
)
def test_a_bad_variable_is_named_with_what_it_takes(api, caplog, query, variables, said):
    with caplog.at_level(logging.WARNING):
        code, message = refusal(api, query, variables)

    assert code == "VARIABLE_INVALID"
    assert said in message.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    assert SECRET not in message
    assert [record for record in caplog.records if record.name.startswith(("api", "graphql"))] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('{viewer{email(a:"' + SECRET + '")}}', "l'argument a n'existe pas sur Viewer.email."),
        ("{child{firstName}}", "il manque l'argument id à child."),
        ("{viewer{password}}", "le champ password n'existe pas sur Viewer."),
        ("{viewer{" + "x" * 90 + "}}", "le champ " + "x" * 60 + " n'existe pas sur Viewer."),
        ("{viewer}", "le champ viewer est mal détaillé"),
        ("{viewer{...{email}...on Child{id}}}", "un fragment sur Child ne va pas là où l'objet est"),
        ("query($n: Viewer){viewer{email}}", "la variable $n ne peut pas être de type Viewer."),
        (
            "query($n: Int!){child(id:$n){firstName}}",
            "la variable $n est de type Int!, et il faut ID!.",
        ),
        (
            '{viewer{invoices(first:"' + SECRET + '"){nodes{number}}}}',
            "first ne va pas : il faut un nombre entier.",
        ),
        (
            'mutation{enrolInCanteen(input:{childId:"x",weekdays:[MONDAY],startOn:"'
            + SECRET
            + '"}){errors{code}}}',
            "input.startOn ne va pas : il faut une date, comme 2024-10-14.",
        ),
        (
            'mutation{enrolInCanteen(input:{childId:"x"}){errors{code}}}',
            "il manque le champ EnrolInCanteenInput.weekdays.",
        ),
        ("query($n: Int = \"" + SECRET + "\"){viewer{invoices(first:$n){nodes{number}}}}",
         "$n ne va pas : il faut un nombre entier."),
    ],
)  # fmt: skip
def test_a_bad_document_names_what_is_wrong(api, query, said):
    response = api.send({"query": query})

    assert response.status_code == 400
    messages = " ".join(error["message"] for error in response.json()["errors"])
    assert said in messages.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    assert SECRET not in messages
