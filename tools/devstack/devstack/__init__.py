"""All of Mostrador on one machine: embedded servers, every service, and a seeded demo."""
