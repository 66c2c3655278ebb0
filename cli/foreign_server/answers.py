"""Answers and refusals, as the handlers write them; the edge puts them on the wire."""


class Answer:
    """A status with a body: an object that goes out as JSON, or text as it is."""

    def __init__(self, body, status=200, headers=None, content_type=None):
        self.body = body
        self.status = status
        self.headers = dict(headers or {})
        self.content_type = content_type


class Refusal(Exception):
    """A request that is refused, with what its error object holds."""

    def __init__(self, status, kind, reason, headers=None, more=None):
        super().__init__(reason)
        self.status = status
        self.kind = kind
        self.reason = reason
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def answer(self):
        """The envelope that every handler's error comes in."""
        cause = {"type": self.kind, "reason": self.reason, **self.more}
        return Answer({"error": {"root_cause": [dict(cause)], **cause}, "status": self.status}, self.status, self.headers)


def conflict(reason):
    """The job is in another state than the request needs."""
    return Refusal(409, "status_exception", reason)


def bad_request(reason, kind="illegal_argument_exception"):
    """The request itself makes no sense."""
    return Refusal(400, kind, reason)


def not_found(reason):
    """What the request names is not there."""
    return Refusal(404, "resource_not_found_exception", reason)


def unknown_job(job_id):
    """No job has this id."""
    return not_found(f"No known job with id '{job_id}'")


def not_open(job_id):
    """The job takes neither data nor flushes now."""
    return conflict(f"Cannot perform requested action because job [{job_id}] is not open")
