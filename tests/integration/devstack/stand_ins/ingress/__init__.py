"""A stand-in for the service of this name: it starts fast and depends on nothing."""
