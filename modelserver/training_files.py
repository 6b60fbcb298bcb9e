"""Are a job's files fit for its method? Pure: a folder in, nothing or a refusal out."""

from pathlib import Path

from modelserver.job_requests import MethodName
from modelserver.preferences import read_preferences
from modelserver.validation import FEWEST_EXAMPLES, InvalidFile, read_examples

FEWEST = {"training": FEWEST_EXAMPLES, "validation": 1}


def first_fault(folder: Path, method: MethodName) -> tuple[str, InvalidFile] | None:
    """The parameter at fault and what is wrong with it, of the files in a job's folder."""
    read = read_examples if method == "supervised" else read_preferences
    for part, fewest in FEWEST.items():
        path = folder / f"{part}.jsonl"
        if not path.exists():
            continue
        try:
            with path.open("rb") as lines:
                read(lines, fewest=fewest)
        except InvalidFile as fault:
            return f"{part}_file", fault
    return None
