"""What a letter with a code says, where its address stands, and who can read it aloud."""

import datetime

import pytest

from tenants.activation.letters import Letter, Recipient
from tests import pdfs
from tests.factories.canteen import make_family
from tests.factories.codes import AT
from ui.documents.letters import bundle_of, letters_file

UNTIL = datetime.datetime(2025, 1, 3, 9, 0, tzinfo=datetime.UTC)
CODE = "CDFG-HJKM-34PR"
# Where a window of 100 mm by 45 shows the upper third of a page (millimetres from the top left).
WINDOW = (100, 200, 45, 90)


@pytest.fixture
def family(tenant_db):
    found = make_family()
    guardian = found.guardians[0]
    guardian.street, guardian.postal_code, guardian.city = "12 rue du Bac", "92000", "Nanterre"
    return found


def letter(family, person=None, **traits):
    person = person or family.guardians[0]
    children = () if person == family.pupil else (family.pupil.full_name,)
    recipient = Recipient(person, class_name="6e B", children=children)
    return Letter(
        **{
            "recipient": recipient,
            "college": family.college,
            "code": CODE,
            "expires_at": UNTIL,
            "is_recovery": False,
            **traits,
        }
    )


def test_a_letter_to_a_guardian_is_read_in_order(family):
    text = pdfs.text_of(letters_file([letter(family)], at=AT))

    assert pdfs.comes_in_order(
        text,
        "Hauts-de-Seine",
        "6e B",
        "12 rue du Bac",
        "92000 Nanterre",
        "Ouvrez votre compte sur le portail des familles",
        "Un seul compte suffit pour tous vos enfants collégiens du département.",
        family.pupil.full_name,
        CODE,
        "/premiere-connexion/",
        "3 janvier 2025",
        "la date de naissance d'un de vos enfants",
    )


def test_a_letter_to_a_pupil_names_no_parent_and_no_street(family):
    text = pdfs.text_of(letters_file([letter(family, family.pupil)], at=AT))

    assert "votre date de naissance" in text
    for absent in (family.guardians[0].first_name, "rue du Bac", "enfants"):
        assert absent not in text


def test_a_new_code_says_what_it_does(family):
    (page,) = bundle_of([letter(family, is_recovery=True)]).pages

    assert page.heading == "Votre nouveau code"
    assert "nouveau mot de passe" in page.opening[0]


def test_each_letter_has_its_page_and_the_file_is_tagged(family):
    neighbour = make_family()
    content = letters_file([letter(family), letter(neighbour, code="DDDD-HJKM-34PR")], at=AT)

    read = pdfs.reader(content)
    assert len(read.pages) == 2
    assert [tag for tag, _element in pdfs.tags(content)].count("/H1") == 2
    for page, code in zip(read.pages, (CODE, "DDDD-HJKM-34PR"), strict=True):
        assert code in pdfs.plain(page.extract_text())
    assert CODE not in str(read.metadata)


def test_the_address_stands_in_the_window(family):
    page = pdfs.reader(letters_file([letter(family)], at=AT)).pages[0]
    places = []

    def visit(text, cm, tm, _font, _size):
        if any(part in text for part in ("rue du Bac", "Nanterre")):
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            places.append((x / 72 * 25.4, 297 - y / 72 * 25.4))

    page.extract_text(visitor_text=visit)

    left, right, top, bottom = WINDOW
    assert places
    assert all(left < x < right and top < y < bottom for x, y in places), places
