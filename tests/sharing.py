"""How the tests are shared out to the processes of ``pytest -n``: file by file, but for one group.

Tests that start a site, a model or a browser are one group: a single process runs them all, one
after the other, so no time limit of theirs meets the load of another. They take longest and
come first.
"""

from functools import cache

from xdist.scheduler import LoadScopeScheduling

SIGNS = (
    "pytest.mark.models",
    "pytest.mark.browser",
    "from tests.site import",
    "from trainingsite.postgres import",
)


@cache
def is_heavy(file):
    """Whether a file of tests belongs to that group: what it says it needs tells so."""
    return any(sign in file.read_text() for sign in SIGNS)


class ByFile(LoadScopeScheduling):
    """Gives a process one file after the other, in the order in which they were collected.

    The process that shares out knows nothing of a test but its name: marks are read in the file.
    """

    def __init__(self, config, log):
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        return "heavy" if is_heavy(self.config.rootpath / file) else file
