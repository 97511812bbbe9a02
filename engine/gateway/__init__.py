"""HTTP and stream over one engine: an application that does not know what carries it."""
