"""What a mood does to requests on their way in and to answers on their way out. Nothing of this is wrong."""

import random

from answers import Answer, Refusal

SCRIPTS = "cannot be done now; \u65e0\u6cd5\u5173\u95ed\u4f5c\u4e1a; \u043d\u0435\u043b\u044c\u0437\u044f; \u0645\u0645\u0643\u0646; \U0001f512; \u2028; "
HEADERS = {"X-Served-By": "cache-7", "X-Request-Id": "0", "Vary": "Accept-Encoding", "Cache-Control": "no-store", "Via": "1.1 edge"}


def instead(mood, request):
    """What is answered in place of what was asked for, or None."""
    if request.path.startswith("/_test/"):
        return None
    if random.random() < mood.busy_ratio:
        raise Refusal(429, "too_many_requests_exception", "come again", {"Retry-After": "1"})
    if random.random() < mood.unavailable_ratio:
        raise Refusal(503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered]")
    return None


def dressed(mood, request, answer):
    """The answer as it goes out."""
    if not request.path.startswith("/_test/") and random.random() < mood.gateway_ratio:
        return Answer("<html><body><h1>502 Bad Gateway</h1></body></html>", 502, {}, "text/html")
    if isinstance(answer.body, dict):
        if mood.other_words:
            answer.body = other_words(answer.body, answer.status)
        if mood.other_spelling:
            answer.body = spelled(answer.body)
        if mood.long_words and isinstance(answer.body.get("error"), dict):
            answer.body["error"]["reason"] += SCRIPTS * 200
    if mood.other_spelling:
        answer.headers.update(HEADERS)
    return answer


def other_words(body, status):
    """The same said in other words, and more of it."""
    if status < 300:
        return dict(body, took_in_all=1, extra={"nested": [1, 2]})
    error = body.get("error")
    if not isinstance(error, dict):
        return body
    words = {"type": "vendor_exception", "reason": "this cannot be done now"}
    more = {name: value for name, value in error.items() if name == "header"}
    cause = {**words, **more}
    return {"error": {"root_cause": [dict(cause, at="x")], **cause, "hint": "read the manual"}, "status": status}


def spelled(value, name=""):
    """The same value with its members in reverse, more of them, and numbers as floats. What the user wrote stays."""
    if name == "custom_settings":
        return value
    if isinstance(value, dict):
        members = {member: spelled(inner, member) for member, inner in reversed(value.items())}
        return members if name == "groups" else {"_more": {"at": 1}, **members, "zz_more": [None]}
    if isinstance(value, list):
        return [spelled(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and name != "status":
        return float(value)
    return value
