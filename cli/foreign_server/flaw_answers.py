"""Where flaws show in how requests are answered. Without a flaw every function here does the ordinary thing."""

import asyncio

from answers import Answer, Refusal, unknown_job

CLOSE_BODIES = {
    "closed-is-text": {"closed": "true"},
    "closed-is-one": {"closed": 1},
    "closed-is-null": {"closed": None},
    "closed-is-missing": {},
    "closed-is-nested": {"result": {"closed": True}},
    "closed-is-in-a-list": [{"closed": True}],
    "close-is-acknowledged": {"acknowledged": True},
    "close-answers-false": {"closed": False},
    "close-answers-text": "OK",
}


def spoil(server, request, answer):
    """The answer as a flawed server writes it."""
    flawed = server.flawed
    if request.path.rstrip("/").endswith("_close") and answer.status == 200 and answer.body == {"closed": True}:
        for name, body in CLOSE_BODIES.items():
            if flawed(name):
                answer.body = body
        if flawed("close-answers-202"):
            answer.status = 202
        if flawed("close-answers-204"):
            return Answer("", 204)
    if answer.status < 400 or not isinstance(answer.body, dict) or not isinstance(answer.body.get("error"), dict):
        return answer
    if flawed("other-status-in-body"):
        answer.body["status"] = 500 if answer.status != 500 else 400
    if flawed("error-without-root-cause"):
        answer.body["error"].pop("root_cause", None)
    if flawed("error-is-a-string"):
        answer.body["error"] = answer.body["error"]["reason"]
    if flawed("conflict-is-423") and answer.status == 409:
        answer.status = answer.body["status"] = 423
    return answer


def method_of(server, request):
    """The method that counts."""
    if server.flawed("put-closes") and request.method == "PUT" and request.path.endswith("/_close"):
        return "POST"
    return request.method


def may(server, request, held, right, below):
    """Whether a right is enough."""
    if server.flawed("force-needs-no-privilege") and below.endswith("/_close") and held >= 1:
        if request.parameters.get("force") == "true":
            return True
    if server.flawed("privilege-leaks-existence") and held < right and below.endswith("/_close"):
        server.matching(below.split("/")[-2])
    return held >= right


def lets_in(server, request):
    """Whether somebody without credentials is let in."""
    return server.flawed("connection-keeps-identity") and "user" in request.connection


def lets_in_wrong(server, request, name, password):
    """Whether somebody with a wrong password is let in."""
    if request.path.endswith("/_close"):
        if server.flawed("unknown-user-may-close") and name and name not in server.users:
            return True
        if server.flawed("empty-password-may-close") and name in server.users and not password:
            return True
    return server.flawed("right-user-any-password") and name in server.users


def reorder(server, request, options):
    """Drops what a flawed server does not read."""
    if server.flawed("only-first-parameter-counts") and len(request.parameter_names) > 1:
        for name in request.parameter_names[1:]:
            options.pop(name, None)
            request.unread.discard(name)


def skips_timeout(server, options):
    """Whether the timeout is not looked at."""
    force = options.get("force")
    if server.flawed("forced-bad-timeout-accepted") and force == "true":
        return True
    return server.flawed("false-force-drops-timeout") and force == "false"


def reads_force(server, text):
    """What a flawed server takes `force` for, or None."""
    if text is not None and server.flawed("force-false-forces"):
        return True
    if text == "" and server.flawed("empty-force-is-false"):
        return False
    return None


def overlooks_unknown(server, force):
    """Whether unknown parameters are let pass."""
    return force and server.flawed("unknown-parameter-beside-force")


def _close_named(server, names):
    for name in names:
        job = server.jobs.get(name)
        if job is not None and job.state == "opened":
            job.begin_close()


def after_bad_parameter(server, expression):
    """What happens beside the refusal of a bad timeout."""
    if server.flawed("bad-timeout-closes"):
        _close_named(server, [expression])


def after_unknown_parameter(server, expression):
    """What happens beside the refusal of an unknown parameter."""
    if server.flawed("unknown-parameter-closes"):
        _close_named(server, [expression])


def after_unknown_job(server, expression):
    """What happens beside the refusal of an unknown job."""
    if server.flawed("refused-list-closes-known") and "," in expression:
        _close_named(server, expression.split(","))
    if server.flawed("unknown-id-closes-similar"):
        _close_named(server, [name for name in server.jobs if name.startswith(expression)])


def after_refused_close(server, jobs):
    """What happens beside the refusal of a close."""
    if server.flawed("refused-close-stops-feed"):
        for job in jobs:
            feed = server.feeds.of_job(job.id)
            if feed is not None and feed.task is not None:
                feed.task.cancel()
                feed.state = "stopped"


def named(server, expression, jobs):
    """The jobs that an expression names for a close."""
    flawed = server.flawed
    if flawed("wildcard-in-list-is-literal") and "," in expression and "*" in expression:
        raise unknown_job(next(part for part in expression.split(",") if "*" in part))
    if flawed("group-closes-first-only") and expression not in server.jobs and "," not in expression:
        return jobs[:1] if "*" not in expression else jobs
    return jobs


def to_close(server, jobs):
    """The jobs that are really closed."""
    flawed = server.flawed
    if flawed("list-leaves-last-open") and len(jobs) > 1:
        return jobs[:-1]
    if flawed("third-of-a-list-stays-open"):
        return jobs[:2]
    if flawed("second-job-stays-open"):
        others = [job for job in server.jobs.values() if job.state == "opened" and job not in jobs]
        return [] if others else jobs
    return jobs


def answers_from_memory(server, request, force):
    """Whether a close is answered without anything being done."""
    flawed = server.flawed
    if flawed("repeated-close-is-cached") and request.connection.get("last close") == request.target:
        return True
    server.closes_asked += not force
    return flawed("one-close-in-ten-does-nothing") and not force and server.closes_asked % 10 == 0


async def before_force(server, jobs, timeout):
    """What happens before jobs are closed by force."""
    flawed = server.flawed
    now = asyncio.get_running_loop().time()
    if flawed("force-of-closed-reads-closing"):
        for job in jobs:
            if job.state == "closed":
                job.reads_closing_until = now + 2
    if flawed("forced-close-with-timeout-waits") and timeout:
        tasks = [job.begin_close() for job in jobs if job.state in ("opened", "closing")]
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)


def at_the_start_of_close(job):
    """What happens to other jobs when one begins to close."""
    if job.flawed("close-drops-waiting-of-others"):
        for other in job.server.jobs.values():
            if other.state == "opened":
                other.analysis.waiting.clear()
                other.analysis.finished.clear()


def shown(server, job, entry):
    """A job's statistics as they are told."""
    if not server.flawed("statistics-are-cached"):
        return entry
    now = asyncio.get_running_loop().time()
    since, older = server.shown.get(job.id, (0, None))
    if older is not None and now - since < 0.4:
        return older
    server.shown[job.id] = (now, entry)
    return entry


def to_force(server, jobs):
    """The jobs that are really forced."""
    if server.flawed("list-force-leaves-failed") and len(jobs) > 1:
        return [job for job in jobs if job.state != "failed"]
    return jobs


def closes_failed(server, timeout, several):
    """Whether failed jobs are closed normally."""
    if server.flawed("failed-with-timeout-closes") and timeout is not None:
        return True
    return server.flawed("list-of-failed-closes") and several


async def answers_otherwise(server, request, waits, timeout, started):
    """Whether a close has been answered in some other way than by waiting."""
    flawed = server.flawed
    jobs = [job for job, _, _ in waits]
    if flawed("third-close-is-404") and any(job.waiting_closes >= 2 for job in jobs):
        raise unknown_job(jobs[0].id)
    if flawed("busy-close-answers-early") and server.pending >= 3:
        return True
    if flawed("close-answers-when-written"):
        for job, task, _ in waits:
            while not task.done() and not job.written:
                await asyncio.sleep(0.005)
        return all(job.written for job in jobs)
    if flawed("list-answers-after-first") and len(waits) > 1:
        await asyncio.wait([task for _, task, _ in waits], return_when=asyncio.FIRST_COMPLETED)
        return True
    if flawed("flush-ends-waiting"):
        for job, task, _ in waits:
            flushed = asyncio.ensure_future(job.end_now.wait())
            remaining = started + (1800 if timeout is None else timeout) - asyncio.get_running_loop().time()
            await asyncio.wait([task, flushed], timeout=max(0, remaining), return_when=asyncio.FIRST_COMPLETED)
            flushed.cancel()
            if job.end_now.is_set() and not task.done():
                return True
    if flawed("list-times-out-by-job") and len(waits) > 1 and timeout is not None:
        pending = False
        for _, task, _ in waits:
            pending = bool((await asyncio.wait([task], timeout=timeout))[1]) or pending
        if pending:
            raise Refusal(500, "illegal_state_exception", f"timed out after {timeout}s")
        return True
    return False


def patience(server, request, waits, seconds, timeout):
    """How long a close waits, from its start."""
    flawed = server.flawed
    if flawed("wildcard-ignores-timeout") and "*" in request.path:
        return 1e6
    if flawed("second-close-ignores-timeout") and any(was for _, _, was in waits):
        return 1e6
    if flawed("later-cycles-ignore-timeout") and any(job.closes >= 1 for job, _, _ in waits):
        return 1e6
    if flawed("timeouts-last-a-second-longer") and timeout is not None:
        return seconds + 1
    if flawed("second-close-gives-up") and timeout is None and any(was for _, _, was in waits):
        return 0.5
    return seconds


def after_timeout(server, waits):
    """What happens beside the answer that the time is up."""
    flawed = server.flawed
    if flawed("timed-out-close-fails-job"):
        for job, _, _ in waits:
            job.fail()


def paged(server, job, kind, found, first, count):
    """A page of results."""
    flawed = server.flawed
    page = found[first : first + count]
    if flawed("deep-pages-are-empty") and first >= 10:
        page = []
    if flawed("pages-skip-one") and first > 0:
        page = found[first + 1 : first + 1 + count]
    if flawed("small-pages-repeat") and count == 1:
        page = found[:1]
    return {"count": len(found), kind: page}
