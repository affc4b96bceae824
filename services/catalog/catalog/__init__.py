"""Stores, agents, products, pictures and knowledge: what the other services ask about."""
