"""What a stranger's file must be to be kept: real files, made here, whole and spoilt."""

from __future__ import annotations

import io
import zlib

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf.generic import ArrayObject, NumberObject

from commons.examining import pdfs, pictures, process
from commons.examining.verdicts import Refused
from tests import families_files as files
from tests.families_files import dictionary, name, text


def refusal_of(data: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        process.examine(data)
    return caught.value.code, caught.value.reason


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


# --- pictures ---


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("PNG", "I;16"),
    ],
)
def test_a_picture_of_any_sort_shows_the_same(kind, mode):
    drawn = Image.new("L", (60, 40), 255)
    drawn.paste(0, (0, 0, 30, 40))
    if mode == "I;16":
        made = Image.new("I", (60, 40), 65_535)
        made.paste(0, (0, 0, 30, 40))
        drawn = made.convert("I;16")
    written = io.BytesIO()
    (drawn if mode == "I;16" else drawn.convert(mode)).save(written, kind)

    examined = process.examine(written.getvalue())

    kept = opened(examined.content).convert("L")
    assert examined.content_type == f"image/{kind.lower()}"
    assert kept.size == (60, 40)
    assert kept.getpixel((5, 20)) < 20
    assert kept.getpixel((55, 20)) > 235


def test_where_a_photograph_was_taken_is_not_kept_and_it_stands_upright():
    given_file = files.photograph_in_paris()
    assert opened(given_file).getexif().get_ifd(files.GPS_TAG)

    kept = opened(process.examine(given_file).content)

    assert dict(kept.getexif()) == {}
    assert kept.size == (40, 60)
    assert kept.getpixel((20, 5)) < (20, 20, 20)  # the left half is on top


def test_what_is_transparent_is_white():
    written = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(written, "PNG")

    assert opened(process.examine(written.getvalue()).content).getpixel((1, 1)) == (255, 255, 255)


def test_a_picture_of_more_pixels_than_reading_asks_for_is_reduced(monkeypatch):
    monkeypatch.setattr(pictures, "KEPT_PIXELS", 600)

    jpeg = opened(process.examine(files.picture("JPEG")).content)
    png = opened(process.examine(files.picture("PNG")).content)

    assert jpeg.size == png.size == (30, 20)


def test_a_picture_that_only_a_jpeg_holds_in_the_limit_becomes_one(monkeypatch):
    monkeypatch.setattr(pictures, "LONGEST_BYTES", 50)

    assert process.examine(files.picture("PNG")).content_type == "image/jpeg"


@pytest.mark.parametrize("size", [(40_000, 2), (2, 40_000), (10_000, 6_000)])
def test_a_picture_is_refused_before_its_pixels_are_opened(size, monkeypatch):
    given_file = files.large_picture(*size)
    monkeypatch.setattr(pictures, "_decoded", lambda *_: pytest.fail("it was opened"))

    assert len(given_file) < 20_000
    assert refusal_of(given_file) == ("UPLOAD_TOO_HEAVY", "")


def test_a_jpeg_that_says_it_is_immense_is_refused(monkeypatch):
    given_file = files.picture("JPEG").replace(b"\x00\x28\x00\x3c", b"\xfd\xe8\xfd\xe8")
    monkeypatch.setattr(pictures, "_decoded", lambda *_: pytest.fail("it was opened"))

    assert refusal_of(given_file) == ("UPLOAD_TOO_HEAVY", "")


def test_a_jpeg_of_too_many_passes_is_refused():
    whole = files.picture("JPEG", progressive=True)
    start = whole.rindex(b"\xff\xda")

    assert process.examine(whole).content_type == "image/jpeg"
    assert refusal_of(whole[:start] + whole[start:-2] * 80 + b"\xff\xd9") == (
        "UPLOAD_TOO_HEAVY",
        "",
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.15, 0.5, 0.95])
def test_a_picture_that_did_not_come_whole_is_refused(kind, share):
    whole = files.picture(kind)

    assert refusal_of(whole[: int(len(whole) * share)]) == ("UPLOAD_DAMAGED", "")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    "second", [files.archive(), files.pdf(), b"\n<script>alert(1)</script>", b"<?php phpinfo();"]
)
def test_a_picture_that_is_another_file_too_is_refused(kind, second):
    assert refusal_of(files.picture(kind) + second) == ("UPLOAD_MIXED", "")


def test_a_pdf_in_the_comment_of_a_picture_is_refused():
    assert refusal_of(files.picture("JPEG", comment=files.pdf())) == ("UPLOAD_MIXED", "")


def test_the_film_that_a_telephone_puts_after_a_photograph_is_left_behind():
    film = b"\x00\x00\x00\x18ftypmp42" + b"film" * 50

    kept = process.examine(files.picture("JPEG") + film).content

    assert b"ftyp" not in kept
    assert kept.endswith(b"\xff\xd9")


def test_of_two_pictures_in_one_file_the_first_is_kept():
    """Telephones write a second one, of depth or smaller, after the photograph (MPO)."""
    written = io.BytesIO()
    first, second = Image.new("RGB", (60, 40), "white"), Image.new("RGB", (30, 20))
    first.save(written, "MPO", save_all=True, append_images=[second])

    kept = opened(process.examine(written.getvalue()).content)

    assert (kept.format, kept.size, kept.getpixel((5, 5))) == ("JPEG", (60, 40), (255, 255, 255))


# --- PDFs ---


def test_a_pdf_that_shows_pages_is_kept_as_it_came():
    printed = typst.compile(
        b'#set page(width: 10cm)\nAvis d\'imp\xc3\xb4t #pagebreak() #link("https://impots.gouv.fr")[site]'
    )
    made = files.pdf(lambda writer: writer.add_metadata({"/Title": "Attestation"}), pages=3)
    going_to_a_page = files.pdf(
        files.at_opening(S=name("GoTo"), D=ArrayObject([NumberObject(0), name("Fit")]))
    )
    rewritten = io.BytesIO()
    pypdf.PdfWriter(clone_from=io.BytesIO(printed)).write(rewritten)

    for whole in (printed, made, going_to_a_page, rewritten.getvalue()):
        assert process.examine(whole).content == whole
        assert process.examine(whole).content_type == "application/pdf"


SCRIPT = {"S": name("JavaScript"), "JS": text("app.alert(1)")}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (files.at_opening(**SCRIPT), "SCRIPT"),
        (files.in_root(AA=dictionary(WC=dictionary(**SCRIPT))), "SCRIPT"),
        (files.in_root(Names=dictionary(JavaScript=dictionary())), "SCRIPT"),
        (files.at_opening(S=name("Rendition"), JS=text("x")), "MEDIA"),
        (files.in_root(AcroForm=dictionary(XFA=ArrayObject([text("x")]))), "FORM"),
        (lambda writer: writer.add_attachment("x.txt", b"x"), "FILE"),
        (files.in_root(Collection=dictionary()), "FILE"),
        (files.in_root(X=dictionary(Type=name("Filespec"), EF=dictionary())), "FILE"),
        (files.in_root(X=dictionary(Subtype=name("RichMedia"))), "MEDIA"),
        (files.in_root(X=dictionary(Subtype=name("Movie"))), "MEDIA"),
        (files.at_opening(S=name("Launch"), F=text("cmd.exe")), "ACTION"),
        (files.at_opening(S=name("SubmitForm"), F=text("https://exemple.fr")), "ACTION"),
        (files.at_opening(S=name("GoToR"), F=text("autre.pdf")), "ACTION"),
        (files.at_opening(S=name("GoToE")), "ACTION"),
        (files.at_opening(S=name("ImportData")), "ACTION"),
    ],
)
def test_a_pdf_that_does_more_than_show_pages_is_refused(change, reason):
    assert refusal_of(files.pdf(change)) == ("UPLOAD_PDF_ACTIVE", reason)


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [(b"/JavaScript", b"/J#61vaScr#69pt"), (b"/Launch", b"/L#61unch"), (b"/XFA", b"/#58FA")],
)
def test_a_name_written_otherwise_is_read_all_the_same(written, otherwise):
    plain = files.pdf(
        files.in_root(
            OpenAction=dictionary(S=name("Launch"), Next=dictionary(**SCRIPT)),
            AcroForm=dictionary(XFA=ArrayObject([text("x")])),
        )
    )
    spelt = plain
    for other in {b"/JavaScript", b"/JS", b"/Launch", b"/XFA"} - {written}:
        spelt = spelt.replace(other, b"/Other")
    assert process.examine(spelt.replace(written, b"/Other"))

    assert refusal_of(spelt.replace(written, otherwise))[0] == "UPLOAD_PDF_ACTIVE"


@pytest.mark.parametrize(
    "inside", [b"<</S/JavaScript/JS(app.alert(1))>>", b"<</S/Launch/F(x)>>", b"<</XFA[(x)(y)]>>"]
)
def test_what_an_object_stream_hides_is_found(inside):
    assert refusal_of(files.in_object_stream(inside))[0] == "UPLOAD_PDF_ACTIVE"


def test_what_is_compressed_without_saying_so_is_found():
    """A reader that repairs files may take any stream for objects, whatever its dictionary says."""
    hidden = zlib.compress(b"90 0 <</S/JavaScript/JS(x)>>")

    assert refusal_of(files.with_stream(hidden, Length=NumberObject(4)))[0] == "UPLOAD_PDF_ACTIVE"


def test_what_is_spelt_in_letters_is_found():
    spelt = b"<</S/JavaScript>>".hex().encode() + b">"
    given_file = files.with_stream(spelt, Filter=name("ASCIIHexDecode"))
    assert b"JavaScript" not in given_file

    assert refusal_of(given_file) == ("UPLOAD_PDF_ACTIVE", "SCRIPT")


def test_a_name_that_stands_on_two_pieces_is_found(monkeypatch):
    monkeypatch.setattr(pdfs, "_OPENED_PIECE", 100)
    hidden = zlib.compress(b" " * 95 + b"<</S/JavaScript>>")

    assert (
        refusal_of(files.with_stream(hidden, Filter=name("FlateDecode")))[0] == "UPLOAD_PDF_ACTIVE"
    )


def test_a_stream_kept_in_another_file_is_refused():
    assert refusal_of(files.with_stream(b"", F=text("autre.bin"))) == ("UPLOAD_PDF_ACTIVE", "FILE")


@pytest.mark.parametrize("password", ["secret", ""])
def test_a_locked_pdf_is_refused(password):
    given_file = files.pdf(lambda writer: writer.encrypt(password, owner_password="x"))

    assert refusal_of(given_file) == ("UPLOAD_PDF_LOCKED", "")


def test_a_stream_that_opens_into_an_immense_one_is_refused(monkeypatch):
    monkeypatch.setattr(pdfs, "MOST_OPENED", 1_000_000)
    bomb = zlib.compress(bytes(2_000_000))

    assert len(bomb) < 3_000
    assert refusal_of(files.with_stream(bomb, Filter=name("FlateDecode"))) == (
        "UPLOAD_TOO_HEAVY",
        "",
    )


def test_many_streams_are_weighed_together(monkeypatch):
    monkeypatch.setattr(pdfs, "MOST_OPENED_IN_ALL", 3_000_000)
    piece = zlib.compress(bytes(1_000_000))

    def change(writer):
        for _ in range(4):
            writer._add_object(files.stream(piece, Filter=name("FlateDecode")))

    assert refusal_of(files.pdf(change)) == ("UPLOAD_TOO_HEAVY", "")


def test_what_is_compressed_twice_is_refused():
    twice = zlib.compress(zlib.compress(bytes(100_000)))
    given_file = files.with_stream(twice, Filter=files.filters("FlateDecode", "FlateDecode"))

    assert refusal_of(given_file) == ("UPLOAD_TOO_HEAVY", "")


def test_a_picture_too_large_for_a_page_is_refused():
    immense = {
        "Subtype": name("Image"),
        "Width": NumberObject(50_000),
        "Height": NumberObject(50_000),
    }

    assert refusal_of(files.with_stream(b"", **immense)) == ("UPLOAD_TOO_HEAVY", "")


def test_a_pdf_of_too_many_pages_is_refused():
    assert refusal_of(files.pdf(pages=pdfs.MOST_PAGES + 1)) == ("UPLOAD_TOO_HEAVY", "")


def test_a_pdf_without_a_page_is_refused():
    assert refusal_of(files.pdf(pages=0)) == ("UPLOAD_DAMAGED", "")


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (b"\n<html><script>alert(1)</script></html>", "UPLOAD_MIXED"),
        (files.archive(), "UPLOAD_MIXED"),
        (b"\n12 0 obj <</Type/Page>> endobj", "UPLOAD_DAMAGED"),
    ],
)
def test_a_pdf_must_end_where_it_says(after, code):
    assert refusal_of(files.pdf() + after) == (code, "")


def test_an_archive_inside_a_pdf_is_refused():
    assert refusal_of(files.with_stream(files.archive())) == ("UPLOAD_MIXED", "")


def test_empty_ends_of_lines_after_a_pdf_are_nothing():
    assert process.examine(files.pdf() + b"\r\n\x00\n")


def test_a_pdf_that_did_not_come_whole_is_refused():
    whole = files.pdf(pages=3)

    assert refusal_of(whole[: len(whole) // 2]) == ("UPLOAD_DAMAGED", "")


# --- anything else ---


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ("UPLOAD_EMPTY", "")),
        (b"bonjour", ("UPLOAD_TYPE_REFUSED", "")),
        (b"MZ\x90\x00", ("UPLOAD_TYPE_REFUSED", "")),
        (b"<svg onload='alert(1)'/>", ("UPLOAD_TYPE_REFUSED", "")),
        (files.archive(), ("UPLOAD_TYPE_REFUSED", "TEXT")),
        (files.picture("WEBP"), ("UPLOAD_TYPE_REFUSED", "PICTURE")),
        (files.picture("GIF"), ("UPLOAD_TYPE_REFUSED", "PICTURE")),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", ("UPLOAD_TYPE_REFUSED", "PICTURE")),
        (b"\n" + files.pdf(), ("UPLOAD_TYPE_REFUSED", "")),
    ],
)
def test_a_file_is_what_its_bytes_say(data, expected):
    assert refusal_of(data) == expected


WHOLE = {kind: files.picture(kind) for kind in ("JPEG", "PNG")} | {"PDF": files.pdf(pages=2)}


@pytest.mark.parametrize("kind", sorted(WHOLE))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_spoilt_file_is_refused_or_still_a_document(kind, data):
    """Whatever bytes are changed, what is kept opens; anything unexpected ends the process alone."""
    spoilt = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        examined = process.examine(bytes(spoilt))
    except Exception:  # noqa: BLE001  the parent calls it damaged: tests/commons/test_uploads.py
        return
    if examined.content_type == "application/pdf":
        assert len(pypdf.PdfReader(io.BytesIO(examined.content)).pages) > 0
    else:
        opened(examined.content).load()
