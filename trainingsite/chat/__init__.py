"""The public chat page of a domain, and what its script asks: no session, no cookie, no staff."""
