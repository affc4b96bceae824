"""The agents' console: page, REST and the WebSocket."""
