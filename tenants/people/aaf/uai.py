"""UAI: seven digits and a key letter, the number modulo 23 (letters I, O and Q are not used).

The first three digits say the département, as `092`; Corsica's two are 620 and 720. The rectorats'
own fictitious establishments (zones de remplacement) do not all follow the key, so a wrong key is
told, not refused; a wrong shape is refused.
"""

import re

KEY_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SHAPE = re.compile(r"[0-9]{7}[A-Z]", re.ASCII)
_CORSICA = {"2A": "620", "2B": "720"}


def uai_key(number: str) -> str:
    """The key letter of the seven digits of a UAI.

    :raises ValueError: if it is not seven digits
    """
    if len(number) != 7 or not (number.isascii() and number.isdigit()):
        raise ValueError("a UAI starts with seven digits")
    return KEY_LETTERS[int(number) % 23]


def make_uai(number: str) -> str:
    """Seven digits with their key.

    :raises ValueError: if it is not seven digits
    """
    return number + uai_key(number)


def departement_digits(code: str) -> str:
    """The digits every UAI of a département starts with."""
    return _CORSICA.get(code.upper(), f"{code:0>3}")


def has_uai_shape(text: str) -> bool:
    """Whether a text is seven digits and a capital letter."""
    return _SHAPE.fullmatch(text) is not None


def is_valid_uai(text: str) -> bool:
    """Whether a text is a UAI with the right key."""
    return has_uai_shape(text) and uai_key(text[:7]) == text[7]
