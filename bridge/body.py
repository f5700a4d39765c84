"""Bodies of requests, as the sandbox sends them. Every part was written by hostile code.

What is bytes stands beside the call (`runtime.HostCall.data`): a body of one piece alone, the files of a form one after
the other.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, NonNegativeInt


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


class JsonBody(_Part):
    """A value as the JSON text that the sandbox made of it."""

    kind: Literal["json"]
    text: str


class TextBody(_Part):
    """A string, sent as it is."""

    kind: Literal["text"]
    text: str


class FormBody(_Part):
    """A `URLSearchParams`, written by the sandbox."""

    kind: Literal["form"]
    text: str


class BytesBody(_Part):
    """An ArrayBuffer, a view of one, or a Blob.

    Attributes:
        type: Of a Blob that has one.
    """

    kind: Literal["bytes"]
    type: str | None = None


class File(_Part):
    """Something in a form that is bytes.

    Attributes:
        filename: None sends none.
        type: Its content type.
        length: How many of the bytes beside the call are its own.
    """

    filename: str | None = None
    type: str | None = None
    length: NonNegativeInt


class FilePart(File):
    """A field of a form that is bytes."""

    name: str


class TextPart(_Part):
    """A field of a form that is text."""

    name: str
    text: str


class MultipartBody(_Part):
    """A `FormData`."""

    kind: Literal["multipart"]
    parts: list[TextPart | FilePart]


class FieldsBody(_Part):
    """An object that a content type makes a form of.

    Attributes:
        encoding: `multipart`, or `form` for the one that looks like a query.
        members: Leaves are text, or numbers: places in `files`.
        files: Leaves that are bytes.
    """

    kind: Literal["fields"]
    encoding: Literal["form", "multipart"]
    members: dict[str, JsonValue]
    files: list[File]


class StreamBody(_Part):
    """The body of another response, which has not come yet.

    Attributes:
        id: Of the stream.
    """

    kind: Literal["stream"]
    id: int


WholeBody: TypeAlias = JsonBody | TextBody | FormBody | BytesBody | MultipartBody | FieldsBody
Body: TypeAlias = Annotated[WholeBody | StreamBody, Field(discriminator="kind")]
