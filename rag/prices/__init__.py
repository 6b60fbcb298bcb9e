"""Price lists: read from files and published sheets, kept version by version, put in force."""
