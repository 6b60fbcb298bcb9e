"""What becomes of a job's own copy of its files once somebody deletes the files.

A job that has not ended goes on with its copy. Of one that has, the copy goes with the file, and so
do the packages, whose check quotes it: whoever asks for a file's removal asks for its words'.
"""

import shutil
from pathlib import Path

from modelserver.files import FileStore
from modelserver.jobs import JobStore

_PACKAGES = ("package", "checkpoints/*/package")


class Copies:
    """The copies of files in the folders of jobs."""

    def __init__(self, jobs: JobStore, files: FileStore) -> None:
        self.jobs = jobs
        self.files = files

    def forget_deleted(self) -> None:
        """Remove what ended jobs keep of files that are no longer there."""
        for record in self.jobs.newest_first():
            job = record.job
            wanted = {"training": job.training_file, "validation": job.validation_file}
            gone = [part for part, file in wanted.items() if file and not self.files.has(file)]
            if record.ended and gone:
                _forget(self.jobs.folder(job.id), gone)


def _forget(folder: Path, parts: list[str]) -> None:
    for part in parts:
        (folder / f"{part}.jsonl").unlink(missing_ok=True)
    for pattern in _PACKAGES:
        for package in folder.glob(pattern):
            shutil.rmtree(package)
