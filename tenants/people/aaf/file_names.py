"""The names of the feed's files: `<ENT>_Complet_<date>_<Category>_<nnnn>.xml`, or `Delta`."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import re
from collections.abc import Iterable
from pathlib import Path

from commons.school_calendar import SchoolYear, school_year_of
from tenants.people.aaf.errors import FeedUnreadable, Problem

MAX_FILES = 2_000
EARLIEST_YEAR = 2000  # the first academic directories
# The academy turns to the next school year about the middle of August, two weeks before it starts.
TURN = datetime.timedelta(days=17)
# In summer a feed may be of either year; an agent who says another is mistaken.
_SUMMER = datetime.timedelta(days=92)
_NAME = re.compile(
    r"(?:^|[-_])(?P<ent>[A-Za-z0-9]+)_(?P<variant>Complet|Delta)_(?P<day>\d{8})"
    r"_(?P<category>[A-Za-z]+)_(?P<number>\d{4})\.xml$",
    re.ASCII,
)


class Variant(enum.StrEnum):
    """A full feed names everyone; a delta only what changed since the feed before."""

    FULL = "FULL"
    DELTA = "DELTA"


@dataclasses.dataclass(frozen=True, slots=True)
class FeedFile:
    """One file of a feed, from its name."""

    path: Path
    variant: Variant
    day: datetime.date
    category: str

    @property
    def name(self) -> str:
        return self.path.name


@dataclasses.dataclass(frozen=True, slots=True)
class FeedFiles:
    """The files of one feed: one variant, one day."""

    files: tuple[FeedFile, ...]
    variant: Variant
    day: datetime.date

    @property
    def names(self) -> list[str]:
        return [file.name for file in self.files]

    @property
    def school_year(self) -> SchoolYear:
        """The school year the feed is of: from 15 August, the coming one."""
        return school_year_of(self.day + TURN)

    def may_be_of(self, school_year: SchoolYear) -> bool:
        """Whether a feed of that day can be of a school year."""
        return school_year in {school_year_of(self.day), school_year_of(self.day + _SUMMER)}


def feed_file(path: Path) -> FeedFile:
    """What a file's name says.

    :raises FeedUnreadable: if it is not the name of a feed's file
    """
    match = _NAME.search(path.name)
    if match is None:
        raise FeedUnreadable(Problem.FILE_NAME, file=path.name)
    try:
        day = datetime.datetime.strptime(match["day"], "%Y%m%d").date()  # noqa: DTZ007  a local day
    except ValueError as error:
        raise FeedUnreadable(Problem.FILE_NAME, file=path.name) from error
    if day.year < EARLIEST_YEAR:
        raise FeedUnreadable(Problem.FILE_NAME, file=path.name)
    variant = Variant.FULL if match["variant"] == "Complet" else Variant.DELTA
    return FeedFile(path=path, variant=variant, day=day, category=match["category"])


def find_feed(paths: Iterable[Path]) -> FeedFiles:
    """The feed made of these files and of the XML files of these folders, in the order of names.

    :raises FeedUnreadable: if a file is missing or misnamed, if there is none, or if they are not
        all of one variant and one day
    """
    found: dict[Path, FeedFile] = {}
    for path in paths:
        if not path.exists():
            raise FeedUnreadable(Problem.NO_FILE, file=str(path))
        inside = sorted(path.glob("*.xml")) if path.is_dir() else [path]
        if not inside:
            raise FeedUnreadable(Problem.NO_FILE, file=str(path))
        for one in inside:
            found[one.resolve()] = feed_file(one)
    files = tuple(sorted(found.values(), key=lambda file: file.name))
    if not files:
        raise FeedUnreadable(Problem.NO_FILE, file="")
    if len(files) > MAX_FILES:
        raise FeedUnreadable(Problem.TOO_MANY_FILES, file=files[MAX_FILES].name)
    first = files[0]
    for other in files:
        if (other.variant, other.day) != (first.variant, first.day):
            raise FeedUnreadable(Problem.MIXED_FEED, file=other.name)
    return FeedFiles(files=files, variant=first.variant, day=first.day)
