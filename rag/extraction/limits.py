"""What reading a document may take. A reader stops at the first that it reaches."""

CPU_SECONDS = 20
WALL_SECONDS = 30
MEMORY = 560 * 1024 * 1024  # bytes of address space
OUTPUT = 64 * 1024 * 1024  # bytes of what it says

MOST_PAGES = 2_000
MOST_PARAGRAPHS = 100_000
MOST_CELLS = 300_000
MOST_CHARACTERS = 2_000_000
MOST_MEMBERS = 5_000  # files in a ZIP archive
MOST_INFLATED = 200 * 1024 * 1024  # bytes of them together
LONGEST_HEADING = 300
