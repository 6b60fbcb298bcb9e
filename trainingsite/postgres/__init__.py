"""The database backend that starts, finds and stops an embedded PostgreSQL."""
