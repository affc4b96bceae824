"""The templates that every simulated store has at first, as the Graph API lists them."""

from typing import Any


def _template(
    name: str, language: str, *components: dict[str, Any], status: str = "APPROVED", **more: str
) -> dict[str, Any]:
    named = {"name": name, "language": language, "status": status}
    return named | {"category": "UTILITY", "components": list(components)} | more


def _body(text: str, *examples: str) -> dict[str, Any]:
    return {"type": "BODY", "text": text} | (
        {"example": {"body_text": [list(examples)]}} if examples else {}
    )


def _named_body(text: str, **examples: str) -> dict[str, Any]:
    listed = [{"param_name": name, "example": value} for name, value in examples.items()]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": listed}}


def _footer(text: str) -> dict[str, Any]:
    return {"type": "FOOTER", "text": text}


def _buttons(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _follow(text: str) -> dict[str, Any]:
    return {"type": "URL", "text": text, "url": "https://tienda.example/pedidos/{{1}}"}


DEMO_TEMPLATES: tuple[dict[str, Any], ...] = (
    _template(
        "recordatorio_pedido",
        "es",
        {
            "type": "HEADER",
            "format": "TEXT",
            "text": "Pedido {{1}}",
            "example": {"header_text": ["1024"]},
        },
        _body("Hola {{1}}, tu pedido llega el {{2}}. ¿Estarás en casa?", "Ana", "viernes"),
        _footer("Responde a este mensaje si algo cambió."),
        _buttons(
            _follow("Seguir el pedido"), {"type": "QUICK_REPLY", "text": "Hablar con alguien"}
        ),
    ),
    _template(
        "recordatorio_pedido",
        "en",
        _body("Hello {{1}}, your order arrives on {{2}}. Will you be at home?", "Ana", "Friday"),
    ),
    _template(
        "bienvenida",
        "es",
        _body("¡Hola! Gracias por escribirnos. ¿En qué podemos ayudarte?"),
        category="MARKETING",
    ),
    _template(
        "bienvenida",
        "en",
        _body("Hello! Thank you for writing. How can we help?"),
        category="MARKETING",
    ),
    _template(
        "cita_confirmada",
        "es",
        _named_body(
            "{{nombre}}, tu cita es el {{fecha}} a las {{hora}}.",
            nombre="Ana",
            fecha="3 de mayo",
            hora="10:00",
        ),
        parameter_format="NAMED",
    ),
    _template(
        "producto_nuevo",
        "es",
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::demo"]}},
        _body("Llegó {{1}}. Con este código tienes un descuento hasta el domingo.", "Café"),
        _buttons({"type": "COPY_CODE", "text": "Copiar código", "example": "CAFE10"}),
        category="MARKETING",
    ),
    _template(
        "visitanos",
        "es",
        {"type": "HEADER", "format": "LOCATION"},
        _body("Esta es nuestra tienda. ¡Te esperamos!"),
    ),
    _template(
        "oferta_vieja",
        "es",
        _body("La oferta de {{1}} termina hoy.", "mayo"),
        status="PAUSED",
        category="MARKETING",
    ),
    _template("gana_ya", "es", _body("¡GANA YA! Haz clic."), status="REJECTED"),
)
