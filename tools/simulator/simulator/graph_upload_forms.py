"""An upload as it came in: a form with a file. Pure: no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.graph_requests import Upload, require_product
from simulator.media_limits import check_file, kind_of
from simulator.refusals import refuse
from simulator.upload_shelf import NewFile


@dataclass(frozen=True)
class UploadForm:
    """The fields, the file if there is one, and the id that it is to have."""

    fields: Mapping[str, str]
    file: NewFile | None
    media_id: str

    def describe(self) -> dict[str, Any]:
        """Write it for the ledger, which knows messages by their `type`: this has none."""
        shown: dict[str, Any] = {"media_id": self.media_id}
        if self.file is not None:
            shown |= {"filename": self.file.name, "mime_type": self.file.mime_type}
            shown["size"] = len(self.file.content)
        return shown

    def parse(self) -> Upload:
        """Read it; raises RefusedError with Meta's code (100 or 131053).

        The type of the part with the file counts, as at Meta, where one without is refused.
        """
        require_product(self.fields)
        if self.file is None:
            raise refuse(100, "The parameter file is required.")
        if not self.fields.get("type"):
            raise refuse(100, "The parameter type is required.")
        check_file(self.file.mime_type, self.file.content)
        return Upload(self.media_id, kind_of(self.file.mime_type))
