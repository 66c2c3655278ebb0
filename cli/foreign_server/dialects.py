"""What the three dialects that this server speaks put differently on the wire."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """One version of the API. Members say what it does, so that nobody asks for its name."""

    name: str
    version: str
    base_paths: tuple
    expressions: bool = True  # lists, wildcards and groups name several jobs
    lenient_booleans: bool = False
    closing_closed_is_refused: bool = False
    force_passes_feed_check: bool = False
    force_finishes_in_background: bool = False
    unknown_forced_is_conflict: bool = False
    unknown_job_conflicts: bool = False  # a post to, or a flush of, an unknown job is told that it is not open
    wrong_method_is_plain_text: bool = False
    close_reads_body: bool = False
    checks_content_type: bool = True
    closes_while_opening: bool = True
    forecasts: bool = True
    bad_time_type: str = "illegal_argument_exception"
    missing_credentials: str = "missing authentication token"
    old_path_warns: bool = False
    typed_documents: bool = True


DIALECTS = {
    "xpack-5.4": Dialect(
        name="xpack-5.4",
        version="5.4.3",
        base_paths=("/_xpack/ml",),
        expressions=False,
        lenient_booleans=True,
        closing_closed_is_refused=True,
        force_passes_feed_check=True,
        force_finishes_in_background=True,
        unknown_forced_is_conflict=True,
        wrong_method_is_plain_text=True,
        checks_content_type=False,
        closes_while_opening=False,
        forecasts=False,
        bad_time_type="parse_exception",
    ),
    "xpack-6.3": Dialect(name="xpack-6.3", version="6.3.2", base_paths=("/_xpack/ml",)),
    "es-7": Dialect(
        name="es-7",
        version="7.6.0",
        base_paths=("/_ml", "/_xpack/ml"),
        unknown_job_conflicts=True,
        close_reads_body=True,
        missing_credentials="missing authentication credentials",
        old_path_warns=True,
        typed_documents=False,
    ),
}
