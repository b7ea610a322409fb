"""How a sheet is set: read in order, tagged, in French, and as text whatever signs it holds."""

import concurrent.futures
import dataclasses
import datetime
import re

import pytest
import typst

from tests import pdfs
from ui.documents import typesetting
from ui.documents.emblems import drawing
from ui.documents.files import File, answer, plain_name
from ui.documents.sheets import Sender, Sheet, Table

AT = datetime.datetime(2026, 11, 28, 10, 0, tzinfo=datetime.UTC)
HOSTILE = (
    "#panic()",
    '#read("../files.py")',
    "*gras* _penché_ `brut` $x^2$",
    "@renvoi <étiquette> // fin /* rien */",
    "\\u{41} \\ ~ -- --- ...",
    "= Titre",
    "</text><script>",
    '"}, "title": "Autre"',
    "{{ nom }} {% load %}",
)


def sheet(**more):
    return Sheet(
        **{
            "title": "Facture 2024-000001",
            "heading": "Facture de septembre 2024",
            "sender": Sender(
                name="Hauts-de-Seine",
                lines=("Régie de restauration", "09 69 32 60 92"),
                emblem=drawing("meander", "#1d4f8c"),
                color="#1d4f8c",
            ),
            "addressee": ("Aminata Diallo", "12 rue des Tilleuls", "92000 Nanterre"),
            "facts": (("Facture numéro", "2024-000001"),),
            "tables": (table(),),
            "sums": (("Total de la facture", "1\u202f234,50\u00a0€"),),
            "notes": ("Payez à la régie.",),
            "link": ("Voir la facture", "https://exemple.fr/factures/"),
            **more,
        }
    )


def table(title="Ibrahima Diallo", rows=1):
    cells = (("Déjeuner", "2 et 5 septembre"), ("2", ""), ("6,00\u00a0€", ""))
    return Table(
        title=title, columns=("Repas", "Nombre", "Montant"), numbers=(1, 2), rows=(cells,) * rows
    )


def made(**more):
    return typesetting.typeset(sheet(**more), at=AT)


def test_everything_is_read_in_the_order_in_which_it_is_seen():
    assert pdfs.comes_in_order(
        pdfs.text_of(made()),
        "Hauts-de-Seine Régie de restauration 09 69 32 60 92",
        "Aminata Diallo 12 rue des Tilleuls 92000 Nanterre",
        "Facture de septembre 2024",
        "Facture numéro 2024-000001",
        "Ibrahima Diallo",
        "Repas Nombre Montant",
        "Déjeuner 2 et 5 septembre 2 6,00 €",
        "Total de la facture 1 234,50 €",
        "Payez à la régie.",
        "Voir la facture",
        "page 1 sur 1",
    )


def test_document_says_its_language_its_title_and_its_standard():
    found = pdfs.reader(made())
    root = found.trailer["/Root"]

    assert root["/Lang"].startswith("fr")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found.metadata.title == "Facture 2024-000001"
    assert re.search(r"pdfuaid:part\W+1\b", root["/Metadata"].get_data().decode())


def test_metadata_name_nobody():
    found = pdfs.reader(made())
    said = " ".join(map(str, found.metadata.values()))
    said += found.trailer["/Root"]["/Metadata"].get_data().decode()

    assert "Facture 2024-000001" in said
    assert found.metadata.author is None
    assert not re.search("Diallo|Aminata|Nanterre", said)


def test_structure_has_headings_lists_tables_and_links():
    names = [name for name, _element in pdfs.tags(made(tables=(table(), table("Mariam Diallo"))))]

    assert names[0] == "/Document"
    assert names.count("/H1") == 1
    assert names.count("/H2") == names.count("/Table") == 2
    assert names.count("/TH") == 6
    assert names.count("/LI") == 2
    assert names.count("/Link") == 1
    assert "/Figure" not in names  # the emblem decorates


def test_cells_know_the_head_of_their_column():
    heads = [element for name, element in pdfs.tags(made()) if name == "/TH"]

    assert {str(attribute["/Scope"]) for head in heads for attribute in head["/A"]} == {"/Column"}


def test_everything_drawn_is_tagged_or_decoration():
    """Between two marks of the content, nothing is drawn."""
    for page in pdfs.reader(made(tables=(table(rows=60),))).pages:
        depth = 0
        for _operands, operator in page.get_contents().operations:
            depth += (operator in (b"BDC", b"BMC")) - (operator == b"EMC")
            if operator in (b"TJ", b"Tj", b"S", b"f", b"f*", b"B", b"Do"):
                assert depth > 0, operator
        assert depth == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_name_is_only_text(name):
    content = made(
        title=f"Facture {name}",
        heading=name,
        addressee=(name,),
        facts=((name, name),),
        tables=(table(name),),
        sums=((name, name),),
        notes=(name,),
        link=(name, "https://exemple.fr/"),
    )

    assert pdfs.text_of(content).count(pdfs.plain(name)) == 10  # the foot says the title
    assert pdfs.reader(content).metadata.title == f"Facture {name}"


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("Łukasz Şahin Dvořák", "Łukasz Şahin Dvořák"),
        ("Ɓaba Ŋdoye", "Ɓaba Ŋdoye"),
        ("Иван Ελένη", "Иван Ελένη"),
        ("difficile, affligé, œuvre", "difficile, affligé, œuvre"),
        ("Zoe\u0301", "Zoé"),
        ("محمد", "□□□□"),
        ("Léa 🎒", "Léa □"),
        ("Awa\u202eerèuq", "Awaerèuq"),  # no text turns another around
        ("A\u0007l\u200dì", "Alì"),
        ("deux\tmots\u2028ici", "deux mots ici"),
    ],
)
def test_name_is_drawn_as_far_as_the_font_goes(typed, drawn):
    text = pdfs.text_of(made(addressee=(typed,)))

    assert f"92 {drawn} Facture" in text


def test_a_sign_the_font_has_not_would_be_refused():
    """If this fails, the test above proves nothing: what we replace is what typst refuses."""
    with pytest.raises(typst.TypstError):
        typst.compile(
            '#set document(title: "x")\n#set text(font: "Source Sans 3", fallback: false)\nمحمد'.encode(),
            font_paths=typesetting.fonts(),
            pdf_standards="ua-1",
        )


def test_only_our_fonts_are_there_and_all_text_is_in_them():
    assert typesetting.fonts().families() == ["Source Sans 3"]
    assert {(font.style, font.weight) for font in typesetting.fonts().fonts()} == {
        ("normal", 400),
        ("normal", 700),
    }
    used = pdfs.reader(made()).pages[0]["/Resources"]["/Font"].values()
    assert {re.sub(r"^/\w+\+", "", font.get_object()["/BaseFont"])[:11] for font in used} == {
        "SourceSans3"
    }


def test_fonts_come_with_their_licence():
    licence = (typesetting.FONTS / "OFL.txt").read_text()

    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name 'Source'" in licence
    files = [path for path in typesetting.FONTS.iterdir() if path.suffix == ".otf"]
    assert sum(path.stat().st_size for path in files) < 1_000_000


def test_template_gives_no_warning():
    _content, warnings = typst.compile_with_warnings(
        str(typesetting.TEMPLATE),
        font_paths=typesetting.fonts(),
        sys_inputs=typesetting.inputs(sheet()),
        pdf_standards="ua-1",
    )

    assert [warning.message for warning in warnings] == []


def test_long_words_stay_on_the_page_and_long_tables_go_on_with_their_heads():
    content = made(tables=(table("W" * 200, rows=80),))
    found = pdfs.reader(content)

    assert len(found.pages) > 1
    assert "W" * 200 in pdfs.text_of(content).replace(" ", "")
    for page in found.pages:
        assert "Repas Nombre Montant" in pdfs.plain(page.extract_text())
        edges = []
        page.extract_text(visitor_text=lambda text, _c, matrix, *_f, e=edges: e.append(matrix[4]))
        assert max(edges) < float(page.mediabox.width)


def test_same_sheet_and_moment_give_the_same_file():
    assert made() == made()
    assert made() != typesetting.typeset(sheet(), at=AT + datetime.timedelta(seconds=1))


def test_documents_made_at_the_same_time_are_not_mixed():
    names = [f"Famille {number}" for number in range(12)]

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        contents = list(threads.map(lambda name: made(addressee=(name,)), names))

    for name, content in zip(names, contents, strict=True):
        assert re.findall(r"Famille \d+", pdfs.text_of(content)) == [name]


def test_colour_of_the_brand_is_drawn():
    def colours(color):
        sender = dataclasses.replace(sheet().sender, color=color)
        page = pdfs.reader(made(sender=sender)).pages[0]
        operations = page.get_contents().operations
        return {
            tuple(round(float(part) * 255) for part in operands)
            for operands, operator in operations
            if operator in (b"scn", b"rg") and len(operands) == 3
        }

    assert (0x1D, 0x4F, 0x8C) in colours("#1d4f8c")
    assert (0x8C, 0x1D, 0x4F) in colours("#8c1d4f")


def test_file_has_a_plain_name_and_is_kept_by_no_cache():
    file = File(plain_name("facture", 'a/../É"\r\nb'), b"%PDF")

    response = answer(file)

    assert response.headers["Content-Disposition"] == 'attachment; filename="facture-a-e-b.pdf"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Type"] == "application/pdf"
