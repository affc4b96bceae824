"""What somebody can send, one typed value for each kind. Pure.

`text` is what a bot can read of it, `details` what an agent sees beside that. Details hold
strings, numbers, booleans, lists and objects only, and leave out what is unknown. Whoever
makes these values has bounded their parts; `bounded` is the last check of the whole.
"""

from common.contents.base import (
    Content,
    Details,
    Unsupported,
    known,
)
from common.contents.bounds import MOST_BYTES, bounded
from common.contents.changes import (
    Call,
    Edit,
    Reaction,
    Revoke,
    SystemNote,
)
from common.contents.things import (
    Location,
    Order,
    OrderItem,
    SharedContact,
    SharedContacts,
)
from common.contents.words import (
    Audio,
    Button,
    Choice,
    Document,
    Image,
    Media,
    RequestWelcome,
    Sticker,
    Text,
    Video,
)

__all__ = [
    "MOST_BYTES",
    "Audio",
    "Button",
    "Call",
    "Choice",
    "Content",
    "Details",
    "Document",
    "Edit",
    "Image",
    "Location",
    "Media",
    "Order",
    "OrderItem",
    "Reaction",
    "RequestWelcome",
    "Revoke",
    "SharedContact",
    "SharedContacts",
    "Sticker",
    "SystemNote",
    "Text",
    "Unsupported",
    "Video",
    "bounded",
    "known",
]
