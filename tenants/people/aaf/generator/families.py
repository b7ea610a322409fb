"""Families as the generator draws them: siblings, twins, separated parents, gaps in the data."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import random
from collections.abc import Iterator, Sequence

from tenants.people.aaf.generator import names

LEVELS = ("6EME", "5EME", "4EME", "3EME")
FATHER, MOTHER, TUTOR, ASE = "1", "2", "3", "5"
HALF_BOARD = "DEMI-PENSIONNAIRE DANS L'ETABLISSEMENT"
SIBLING_DAYS = 270  # between two births of one mother, but twins
REGIMES = (HALF_BOARD,) * 7 + ("EXTERNE LIBRE",) * 2 + ("INTERNE DANS L'ETABLISSEMENT",)


@dataclasses.dataclass(frozen=True, slots=True)
class Parent:
    """A guardian. Empty texts are what the school does not know."""

    first_name: str
    last_name: str
    relation: str
    email: str
    phone: str
    street: str
    postal_code: str
    city: str
    is_financial: bool
    legal: int = 1
    title: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Child:
    """A pupil. `college` is the rank of the collège, `level` 0 for the sixth form.

    An empty régime is what the school did not write, as are the INE and the class it leaves out.
    """

    first_name: str
    last_name: str
    birth_date: datetime.date
    college: int
    level: int
    regime: str = HALF_BOARD
    is_boursier: bool = False
    title: str = ""
    other_first_names: tuple[str, ...] = ()
    has_ine: bool = True
    has_class: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Family:
    """Children and those who answer for them."""

    parents: tuple[Parent, ...]
    children: tuple[Child, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Traits:
    """How often each particularity occurs, in families out of a thousand."""

    separated: int = 220
    one_parent: int = 120
    twins: int = 20
    two_colleges: int = 500  # of the families with several children
    homonyms: int = 6
    no_guardian: int = 15
    ase: int = 7
    tutor: int = 12
    joint_payers: int = 35
    no_authority: int = 20  # a parent who has lost it
    no_email: int = 130
    no_phone: int = 60
    no_ine: int = 12  # of the children, as the two below
    no_class: int = 8
    no_regime: int = 8


class Drawing:
    """Draws families one after the other; the same seed draws the same families."""

    def __init__(
        self, seed: str, *, departement: str, school_year: int, colleges: int, traits: Traits
    ) -> None:
        self._draw = random.Random(seed)  # noqa: S311  reproducible, not secret
        self._towns = names.TOWNS.get(departement, names.OTHER_TOWNS)
        self._year = school_year
        self._colleges = colleges
        self._traits = traits
        self._latest_child: Child | None = None

    def families(self, pupils: int) -> Iterator[Family]:
        """Families until they have exactly so many children."""
        left = pupils
        while left:
            family = self._family(left)
            left -= len(family.children)
            yield family

    def _happens(self, per_thousand: int) -> bool:
        return self._draw.randrange(1000) < per_thousand

    def _family(self, most: int) -> Family:
        draw = self._draw
        last_name = draw.choice(names.LAST_NAMES)
        count = min(most, draw.choices((1, 2, 3, 4, 5), weights=(60, 29, 8, 2, 1))[0])
        children = self._children(last_name, count)
        if self._happens(self._traits.no_guardian):
            return Family((), children)
        if self._happens(self._traits.ase):
            return Family((self._institution(),), children)
        if self._happens(self._traits.tutor):
            tutor = self._parent(
                TUTOR, draw.choice(names.LAST_NAMES), self.address(), is_financial=True
            )
            return Family((tutor,), children)
        return Family(self._parents(last_name), children)

    def _children(self, last_name: str, count: int) -> tuple[Child, ...]:
        draw = self._draw
        first_college = draw.randrange(self._colleges)
        second_college = (first_college + 1) % self._colleges
        is_split = count > 1 and self._happens(self._traits.two_colleges)
        # Four levels: five children have twins among them.
        is_twins = count > len(LEVELS) or (count > 1 and self._happens(self._traits.twins))
        is_boursier = draw.randrange(4) == 0
        levels = draw.sample(range(len(LEVELS)), count - is_twins)
        births = self._births(levels)
        if is_twins:
            levels.insert(1, levels[0])
            births.insert(1, births[0])
        children: list[Child] = []
        for rank, (level, born) in enumerate(zip(levels, births, strict=True)):
            is_girl = draw.random() < 0.5
            first_name = draw.choice(names.GIRLS if is_girl else names.BOYS)
            while any(first_name == other.first_name for other in children):
                first_name = draw.choice(names.GIRLS if is_girl else names.BOYS)
            children.append(
                Child(
                    first_name=first_name,
                    last_name=last_name,
                    birth_date=born,
                    college=second_college if is_split and rank else first_college,
                    level=level,
                    regime="" if self._happens(self._traits.no_regime) else draw.choice(REGIMES),
                    is_boursier=is_boursier,
                    title="Mlle" if is_girl else "M.",
                    other_first_names=(draw.choice(names.GIRLS if is_girl else names.BOYS),),
                    has_ine=not self._happens(self._traits.no_ine),
                    has_class=not self._happens(self._traits.no_class),
                )
            )
        double = self._latest_child
        if count == 1 and double and self._happens(self._traits.homonyms):
            # Somebody else's child with the same names, born another day.
            is_other = double.birth_date != children[0].birth_date
            children[0] = dataclasses.replace(
                children[0],
                first_name=double.first_name if is_other else children[0].first_name,
                last_name=double.last_name if is_other else children[0].last_name,
            )
        self._latest_child = children[-1]
        return tuple(children)

    def _births(self, levels: Sequence[int]) -> list[datetime.date]:
        """A birth date for each level, as far apart as those of one mother's children."""
        while True:
            births = [self._birth_date(level) for level in levels]
            in_order = sorted(births)
            if all(
                (later - earlier).days >= SIBLING_DAYS
                for earlier, later in itertools.pairwise(in_order)
            ):
                return births

    def _birth_date(self, level: int) -> datetime.date:
        year = self._year - 11 - level - (self._draw.randrange(12) == 0)
        return datetime.date(year, 1, 1) + datetime.timedelta(days=self._draw.randrange(365))

    def address(self) -> tuple[str, str, str]:
        """A street, a postal code and a town of the département."""
        town, postal_code = self._draw.choice(self._towns)
        street = f"{self._draw.randrange(1, 180)} {self._draw.choice(names.STREETS)}"
        return street, postal_code, town

    def _parents(self, last_name: str) -> tuple[Parent, ...]:
        home = self.address()
        is_separated = self._happens(self._traits.separated)
        other_home = self.address() if is_separated else home
        mothers_name = self._draw.choice(names.LAST_NAMES) if is_separated else last_name
        mother_pays = self._draw.random() < 0.55
        is_joint = self._happens(self._traits.joint_payers)
        mother = self._parent(
            MOTHER, mothers_name, home, is_financial=mother_pays or is_joint, legal=1
        )
        father = self._parent(
            FATHER, last_name, other_home, is_financial=not mother_pays or is_joint, legal=2
        )
        if self._happens(self._traits.one_parent):
            alone = mother if mother_pays else father
            return (dataclasses.replace(alone, is_financial=True, legal=1),)
        if self._happens(self._traits.no_authority):
            father = dataclasses.replace(father, legal=0)
        return mother, father

    def _parent(
        self,
        relation: str,
        last_name: str,
        home: tuple[str, str, str],
        *,
        is_financial: bool,
        legal: int = 1,
    ) -> Parent:
        draw = self._draw
        is_woman = relation == MOTHER or (relation == TUTOR and draw.random() < 0.5)
        first_name = draw.choice(names.MOTHERS if is_woman else names.FATHERS)
        number = draw.randrange(10_000)
        has_email = not self._happens(self._traits.no_email)
        has_phone = not self._happens(self._traits.no_phone)
        street, postal_code, city = home
        return Parent(
            first_name=first_name,
            last_name=last_name,
            relation=relation,
            email=f"famille{number:04d}.{draw.randrange(10**6):06d}@exemple.fr"
            if has_email
            else "",
            phone=f"06{draw.randrange(10**8):08d}" if has_phone else "0000000000",
            street=street,
            postal_code=postal_code,
            city=city,
            is_financial=is_financial,
            legal=legal,
            title="Mme" if is_woman else "M.",
        )

    def other_parent(self, known: Parent) -> Parent:
        """The other parent of a child of `known`, at another address, who does not pay."""
        relation = FATHER if known.relation == MOTHER else MOTHER
        last_name = self._draw.choice(names.LAST_NAMES)
        return self._parent(relation, last_name, self.address(), is_financial=False, legal=2)

    def _institution(self) -> Parent:
        street, postal_code, city = self.address()
        return Parent(
            first_name="Service",
            last_name="Aide sociale à l'enfance",
            relation=ASE,
            email="ase@exemple.fr",
            phone="0100000000",
            street=street,
            postal_code=postal_code,
            city=city,
            is_financial=True,
            legal=0,
        )


def children_of(families: Sequence[Family]) -> int:
    """How many children these families have."""
    return sum(len(family.children) for family in families)
