"""The JSON that goes in and out: checked here, and plain dictionaries go no further."""
