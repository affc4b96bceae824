"""Agents of a store, administrators, and the check of a log-in."""

from flask.views import MethodView

from catalog.access import is_for_every_store
from catalog.accounts import Account
from catalog.agents import AgentForm, StoreAgent
from catalog.parts import parts
from catalog.schemas.agents import (
    AccountSchema,
    AgentChangeSchema,
    LoggedInSchema,
    LogInSchema,
    NewAdministratorSchema,
    PasswordChangeSchema,
    StoreAgentSchema,
    StoreAgentsSchema,
)
from common.openapi import Blueprint

blueprint = Blueprint("agents", __name__, description="Who may log in to the console.")


@blueprint.route("/stores/<store_id>/agents")
class StoreAgents(MethodView):
    @blueprint.response(200, StoreAgentsSchema)
    def get(self, store_id: str) -> dict[str, tuple[StoreAgent, ...]]:
        """List the agents who serve a store."""
        return {"agents": parts().agents.of_store(store_id)}

    @blueprint.arguments(StoreAgentSchema)
    @blueprint.response(201, StoreAgentSchema)
    def post(self, form: AgentForm, store_id: str) -> StoreAgent:
        """Let an agent serve a store; an account that exists keeps its name and password."""
        return parts().agents.add(store_id, form, for_the_installation=is_for_every_store())


@blueprint.route("/stores/<store_id>/agents/<agent_id>")
class OneStoreAgent(MethodView):
    @blueprint.arguments(AgentChangeSchema)
    @blueprint.response(200, StoreAgentSchema)
    def put(self, form: AgentForm, store_id: str, agent_id: str) -> StoreAgent:
        """Set role and name, and the password if given; those of a shared account are not ours."""
        return parts().agents.change(
            store_id, agent_id, form, for_the_installation=is_for_every_store()
        )

    @blueprint.response(204)
    def delete(self, store_id: str, agent_id: str) -> None:
        """Take an agent from a store; an account without any store is forgotten."""
        parts().agents.remove(store_id, agent_id)


@blueprint.route("/agents")
class Administrators(MethodView):
    @blueprint.arguments(NewAdministratorSchema)
    @blueprint.response(201, AccountSchema)
    def post(self, form: AgentForm) -> Account:
        """Make an administrator of the installation."""
        return parts().agents.add_administrator(form)


@blueprint.route("/agents/verify")
class LogIn(MethodView):
    @blueprint.arguments(LogInSchema)
    @blueprint.response(200, LoggedInSchema)
    def post(self, form: AgentForm) -> dict[str, Account]:
        """Check e-mail and password; whatever is wrong, one answer."""
        return {"agent": parts().agents.verify(form.email, form.password)}


@blueprint.route("/agents/<agent_id>/password")
class OwnPassword(MethodView):
    @blueprint.arguments(PasswordChangeSchema)
    @blueprint.response(200, AccountSchema)
    def post(self, form: dict[str, str], agent_id: str) -> Account:
        """Change one's own password, by the old one; every log-in with that is void then."""
        return parts().agents.change_password(agent_id, form["old"], form["new"])


@blueprint.route("/agents/<agent_id>")
class OneAgent(MethodView):
    @blueprint.response(200, AccountSchema)
    def get(self, agent_id: str) -> Account:
        """Show an agent with every store served."""
        return parts().agents.get(agent_id)
