"""The REST of `openapi.json`: reads a request, hands it over, shows the result."""

from catalog.routes import agents, knowledge, products, search, stores

BLUEPRINTS = (
    stores.blueprint,
    products.blueprint,
    knowledge.blueprint,
    agents.blueprint,
    search.blueprint,
)
