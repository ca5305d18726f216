"""What the API refuses, in the shape in which Stripe refuses it."""

from typing import Any


class ApiError(Exception):
    """A refusal: an HTTP status and the object that goes under `error`.

    `begun` is true when the call passed the check of its parameters and was refused for the state of things; such an
    answer is kept under its idempotency key, as is a failure inside, while a refused parameter is not.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        begun: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.code = code
        self.param = param
        self.begun = begun

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the answer; fields without a value are left out."""
        fields = {"code": self.code, "message": self.message, "param": self.param, "type": self.type}
        return {"error": {name: value for name, value in fields.items() if value is not None}}


def unknown_parameter(name: str) -> ApiError:
    """Refuse a parameter that is not known, by its full name."""
    return ApiError(
        f"Received unknown parameter: {name} (this stand-in knows only the parameters that the product sends).",
        code="parameter_unknown",
        param=name,
    )


def missing_parameter(name: str) -> ApiError:
    """Refuse a call that lacks a parameter."""
    return ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)


def no_such_object(kind: str, object_id: str, *, param: str = "id") -> ApiError:
    """Refuse an id that is not there: 404 where it is the address itself (`param` is id), else 400."""
    label = kind.rsplit(".", 1)[-1].replace("_", " ")
    return ApiError(
        f"No such {label}: '{object_id}'", status=404 if param == "id" else 400, code="resource_missing", param=param
    )


def server_failure() -> ApiError:
    """Return the failure inside that a fault ordered."""
    return ApiError("An error was injected here by /_ctl/faults.", status=500, type="api_error", begun=True)


def too_many_requests() -> ApiError:
    """Return the rate limit that a fault ordered."""
    return ApiError("Too many requests, injected here by /_ctl/faults.", status=429, code="rate_limit")
