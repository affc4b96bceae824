"""The shapes of the console's REST, at its edge only."""
