"""Two real years of the Hauts-de-Seine, played day by day: where every euro ends."""

from __future__ import annotations

from pathlib import Path

from federation.passplus.engine.life import TicketState, Whereabouts
from federation.passplus.scripts import load_script, play

SCRIPTS = Path(__file__).parent / "scripts"


def test_the_year_2022_2023_ends_to_the_cent() -> None:
    played = play(load_script(SCRIPTS / "year-2022-2023.yaml"))

    assert played.surprises == []
    # Léa 80 €, Malik 80 € then 20 € for his bursary. Judo: 40 + 30 + 5; the cinema: 40 + 9.
    assert played.whereabouts == Whereabouts(
        granted=180_00, purses=0, held=0, captured=0, reimbursed=124_00, returned=56_00
    )
    assert {name: ticket.state for name, ticket in played.life.tickets.items()} == {
        "m1": TicketState.CAPTURED,
        "m2": TicketState.CAPTURED,
        "m3": TicketState.EXPIRED,
        "l1": TicketState.CANCELLED,
        "l2": TicketState.CAPTURED,
        "l3": TicketState.CAPTURED,
        "l4": TicketState.CAPTURED,
        "l5": TicketState.LOST,
        "l6": TicketState.EXPIRED,
    }


def test_the_year_2023_2024_ends_to_the_cent() -> None:
    played = play(load_script(SCRIPTS / "year-2023-2024.yaml"))

    assert played.surprises == []
    assert played.whereabouts == Whereabouts(
        granted=240_00, purses=0, held=0, captured=0, reimbursed=38_00, returned=202_00
    )
