"""Side-by-side benchmarks: Mostrador as `make run` starts it, against Express + BullMQ."""
