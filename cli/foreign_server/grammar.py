"""How values are spelled in requests: time spans, booleans, dates, ids and patterns of ids."""

import calendar
import re
import time

from answers import bad_request

UNITS_SECONDS = {"nanos": 1e-9, "micros": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400}
JOB_ID = re.compile(r"[a-z0-9](?:[a-z0-9_\-.]*[a-z0-9])?\Z")


def time_span_seconds(text, dialect, flawed):
    """The span that `text` spells, in seconds; None without an end. Refuses what is no time value."""
    value = text.strip()
    if re.fullmatch(r"0+|-0*1", value):
        return 0 if value.startswith("0") else -1
    flaws = flawed.time_span(value)
    if flaws is not None:
        return flaws
    if flawed("days-refused") and value.endswith("d"):
        raise bad_request(f"failed to parse [{text}]", dialect.bad_time_type)
    found = re.fullmatch(r"(.*?)(nanos|micros|ms|s|m|h|d)", value if value.endswith("m") else value.lower(), re.I)
    unit = found.group(2) if found else ""
    if not found or (unit.lower() == "m" and unit != "m"):
        raise bad_request(
            f"failed to parse setting [timeout] with value [{text}] as a time value: unit is missing or unrecognized",
            dialect.bad_time_type,
        )
    number = found.group(1).strip()
    if re.fullmatch(r"[+-]?\d+\.\d*", number):
        raise bad_request(
            f"failed to parse [{text}], fractional time values are not supported", dialect.bad_time_type
        )
    if not re.fullmatch(r"[+-]?\d+", number) or abs(int(number)) >= 2**63:
        raise bad_request(f"failed to parse [{text}]", dialect.bad_time_type)
    return int(number) * UNITS_SECONDS[unit.lower()]


def boolean(text, name, dialect):
    """Whether `text` spells true. Absent is the caller's matter."""
    if text == "":
        return True
    if dialect.lenient_booleans:
        return text not in ("false", "0", "off", "no")
    if text not in ("true", "false"):
        raise bad_request(f"Failed to parse value [{text}] as only [true] or [false] are allowed.")
    return text == "true"


def date_ms(text, name):
    """Milliseconds since the epoch, from a number of them or an ISO 8601 date in UTC."""
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?:Z|\+00:?00)?)?", text)
    if not found:
        raise bad_request(
            f"Query param [{name}] with value [{text}] cannot be parsed as a date or converted to a number (epoch).",
            "parse_exception",
        )
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction_ms = int((found.group(7) or "0").ljust(3, "0"))
    return calendar.timegm((year, month, day, hour, minute, second)) * 1000 + fraction_ms


def span_ms(text):
    """A bucket span, in milliseconds."""
    found = re.fullmatch(r"(\d+)(ms|s|m|h|d)", str(text).strip())
    if not found or int(found.group(1)) == 0:
        raise bad_request(f"bucket_span cannot be less or equal than 0. Value = {text}")
    return round(int(found.group(1)) * UNITS_SECONDS[found.group(2)] * 1000)


def pattern(text):
    """A matcher of ids in which `*` stands for anything."""
    return re.compile(".*".join(re.escape(part) for part in text.split("*")) + r"\Z")


def now_ms():
    """This moment, in milliseconds since the epoch."""
    return int(time.time() * 1000)
