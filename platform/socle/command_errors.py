"""Refusals for the person at the terminal."""

import click


class Refused(click.ClickException):
    """One sentence that says what is wrong and what to do."""

    def format_message(self) -> str:
        return f"Erreur : {self.message}"
