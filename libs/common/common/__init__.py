"""What services share: the tables' modules, the queue, and the edges. README.md has the rule."""
