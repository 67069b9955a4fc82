"""What all sections of the file share."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """No key that we do not know, no type that has to be guessed."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, populate_by_name=False
    )
