"""WhatsApp, by the Cloud API: what people write there is answered there.

``receiving`` stores what is delivered, ``answering`` handles it in turn and writes the replies,
``sending`` brings them to the Graph API; each may die at any moment (``core.work``). ``reading``
and ``writing`` know the format of both ways, ``graph`` alone speaks it.
"""

CHANNEL = "whatsapp"
