"""The door: verifies, parses and commits what Meta sends, then rings the store's queue."""
