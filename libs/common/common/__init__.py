"""What two services need: the tables' one module each, the queue, and the edges."""
