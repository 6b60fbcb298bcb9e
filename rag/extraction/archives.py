"""ZIP archives from strangers: looked at before anything in them is inflated. Pure."""

import zipfile
from typing import IO

from rag.extraction.faults import Fault, Unreadable
from rag.extraction.limits import MOST_INFLATED, MOST_MEMBERS

_LOCKED = 0x1


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    """The archive in ``file``, if what it says of itself is within the limits.

    What it says binds it: no more of a member is inflated than the archive declares.
    """
    archive = zipfile.ZipFile(file)
    members = archive.infolist()
    if any(it.flag_bits & _LOCKED for it in members):
        raise Unreadable(Fault.ENCRYPTED)
    if len(members) > MOST_MEMBERS or sum(it.file_size for it in members) > MOST_INFLATED:
        raise Unreadable(Fault.INFLATED)
    return archive
