"""The query of a URL, read strictly into a model: each name once, as its model describes it.

Names that the model does not know are passed over, as members of JSON documents are.
"""

from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from starlette.requests import Request

from chunk_service.api.spellings import parse_index
from chunk_service.domain.errors import ValidationFailed

Model = TypeVar("Model", bound=BaseModel)
MAX_PAGE = 500


class Query(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


def whole_number(value: object) -> object:
    return parse_index(value) if isinstance(value, str) else value


PageSize = Annotated[
    int,
    BeforeValidator(whole_number),
    Field(ge=1, le=MAX_PAGE, description="The most that is listed."),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 100}),
]


def read_query(request: Request, model: type[Model]) -> Model:
    pairs = request.query_params.multi_items()
    known = [(name, value) for name, value in pairs if name in model.model_fields]
    given: Mapping[str, str] = dict(known)
    if len(given) != len(known):
        raise ValidationFailed("A name in the query is repeated.")
    return validated(given, model)


def validated(given: Mapping[str, object], model: type[Model]) -> Model:
    """ValidationFailed names the first value that is not as the model describes it."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = str(fault["loc"][0])
        raise ValidationFailed(f"{name}: {fault['msg'].removeprefix('Value error, ')}.") from error
