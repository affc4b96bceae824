"""The AI behind a port: an OpenAI-compatible endpoint, or the built-in offline one."""
