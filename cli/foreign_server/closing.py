"""The close request: its parameters, the jobs that it names, and how long it waits."""

import asyncio
import json

import flaw_answers
import flaw_lives
from answers import Answer, Refusal, bad_request, conflict, unknown_job
from grammar import boolean, time_span_seconds

DEFAULT_TIMEOUT_SECONDS = 30 * 60


class Closing:
    """Answers `POST .../_close`."""

    def __init__(self, server):
        self.server = server

    def close(self, request, expression):
        """Reads the request; what is returned does the work."""
        server = self.server
        dialect = server.dialect
        started = asyncio.get_running_loop().time()
        options = self._options(request)
        flaw_answers.reorder(server, request, options)
        timeout_text = options.get("timeout")
        force_text = options.get("force")
        timeout = None
        if timeout_text is not None and not flaw_answers.skips_timeout(server, options):
            try:
                timeout = time_span_seconds(timeout_text, dialect, server.flawed)
            except Refusal:
                if expression in server.jobs:
                    flaw_lives.was_closed(server.jobs[expression], "not, for a bad timeout")
                flaw_answers.after_bad_parameter(server, expression)
                raise
        force = flaw_answers.reads_force(server, force_text)
        if force is None:
            force = force_text is not None and boolean(force_text, "force", dialect)
        allow_text = options.get("allow_no_jobs")
        allow_none = allow_text is None or boolean(allow_text, "allow_no_jobs", dialect)
        allow_none = allow_none or server.flawed("no-match-is-always-allowed")
        if not flaw_answers.overlooks_unknown(server, force):
            try:
                request.refuse_unread()
            except Refusal:
                flaw_answers.after_unknown_parameter(server, expression)
                raise
        if server.flawed("manage-closes-by-force") and request.sender and server.users[request.sender][1] >= 3:
            force = True

        async def act():
            named = server.jobs.get(expression)
            if server.flawed("only-opener-may-close") and named is not None and named.opener != request.sender:
                raise Refusal(403, "security_exception", "this job was opened by another user")
            return await self._act(request, expression, force, timeout, allow_none, started)

        return act

    def _options(self, request):
        names = ("force", "timeout") + (("allow_no_jobs",) if self.server.dialect.expressions else ())
        if self.server.dialect.close_reads_body and request.body.strip():
            try:
                body = json.loads(request.body)
            except ValueError as error:
                raise bad_request("malformed body", "x_content_parse_exception") from error
            if not isinstance(body, dict):
                raise bad_request("Expected START_OBJECT", "x_content_parse_exception")
            for name in body:
                if name not in names + ("job_id", "allow_no_match"):
                    raise bad_request(f"[close] unknown field [{name}]", "x_content_parse_exception")
            return {name: str(value).lower() if name == "force" else value for name, value in body.items()}
        request.take("job_id")
        options = {}
        for name in names:
            value = request.take(name)
            if value is not None:
                options[name] = value
        return options

    def _named(self, expression, allow_none, force):
        server = self.server
        if server.flawed("ids-ignore-case"):
            expression = expression.lower()
        if expression.strip(", ") == "":
            if not allow_none or not server.dialect.expressions:
                raise unknown_job("")
            return []
        if not server.dialect.expressions:
            job = server.jobs.get(expression)
            if job is None and force and server.dialect.unknown_forced_is_conflict:
                raise conflict(f"cannot force close job, because job [{expression}] is not open")
            if job is None:
                raise Refusal(
                    404,
                    "resource_not_found_exception",
                    f"cannot close job, because job [{expression}] does not exist",
                )
            return [job]
        return flaw_answers.named(server, expression, server.matching(expression, allow_none)[0])

    async def _act(self, request, expression, force, timeout, allow_none, started):
        server = self.server
        try:
            jobs = self._named(expression, allow_none, force)
        except Refusal:
            flaw_answers.after_unknown_job(server, expression)
            raise
        refusal = self._refusal(jobs, force, expression, timeout)
        if refusal is not None:
            flaw_answers.after_refused_close(server, jobs)
            raise refusal
        flaw_lives.closes_again(server, jobs, force)
        if flaw_answers.answers_from_memory(server, request, force):
            return Answer({"closed": True})
        if force:
            await flaw_answers.before_force(server, jobs, timeout)
            for job in flaw_answers.to_force(server, jobs):
                if job.state != "closed":
                    job.force()
        else:
            await self._close_all(request, jobs, timeout, started)
        for job in jobs:
            job.closer = request.sender
        request.connection["closed"] = jobs[-1].id if jobs else None
        request.connection["last close"] = request.target
        return Answer({"closed": True})

    def _refusal(self, jobs, force, expression, timeout):
        """Why nothing is closed, or None."""
        server = self.server
        dialect = server.dialect
        several = len(jobs) > 1
        if server.flawed("list-with-closed-job-refused") and several and any(job.state == "closed" for job in jobs):
            return conflict(f"cannot close job, because job [{expression}] is not open")
        if server.flawed("force-of-closed-is-404") and force and any(job.state == "closed" for job in jobs):
            return unknown_job(expression)
        if server.flawed("force-refused-while-closing") and force and any(job.state == "closing" for job in jobs):
            return conflict(f"cannot close job [{expression}], it is being closed")
        if dialect.closing_closed_is_refused and jobs[0].state == "closed":
            verb = "force close" if force else "close"
            return conflict(f"cannot {verb} job, because job [{expression}] is not open")
        if not (force and dialect.force_passes_feed_check):
            if any(server.feeds.runs_for(job.id) for job in jobs):
                return conflict(f"cannot close job [{expression}], datafeed hasn't been stopped")
        if force:
            return None
        if any(job.state == "failed" for job in jobs) and not flaw_answers.closes_failed(server, timeout, several):
            if several:
                return conflict("one or more jobs have state failed, use force close")
            return conflict(f"cannot close job [{jobs[0].id}] because it failed, use force close")
        if any(job.state == "opening" for job in jobs) and not dialect.closes_while_opening:
            return conflict(f"Cannot perform requested action because job [{expression}] is not open")
        return None

    async def _close_all(self, request, jobs, timeout, started):
        """Closes the jobs, all at once, and waits for them for as long as was asked."""
        server = self.server
        seconds = DEFAULT_TIMEOUT_SECONDS if timeout is None else max(0.0, timeout)
        waits = []
        if server.flawed("long-timeouts-overflow") and seconds * 1000 >= 2**31:
            seconds = 0
        if server.flawed("close-beside-another-is-forgotten") and flaw_lives.is_beside_a_close(server, jobs):
            return
        if len(jobs) > 1:
            for job in jobs:
                flaw_lives.was_closed(job, "in a list")
            if server.flawed("list-close-is-forced"):
                for job in jobs:
                    if job.state != "closed":
                        job.force()
                return
        for job in flaw_answers.to_close(server, jobs):
            job.bounded = job.bounded or timeout is not None
            if job.state in ("opening", "failed"):
                job.end_process()
            elif job.state in ("opened", "closing"):
                was_closing = job.state == "closing"
                waits.append((job, job.begin_close(), was_closing))
        if await flaw_answers.answers_otherwise(server, request, waits, timeout, started):
            return
        remaining = started + flaw_answers.patience(server, request, waits, seconds, timeout) - asyncio.get_running_loop().time()
        if not waits:
            return
        for job, _, _ in waits:
            job.waiting_closes += 1
        done, pending = await asyncio.wait([task for _, task, _ in waits], timeout=max(0.0, remaining))
        for job, _, _ in waits:
            job.waiting_closes -= 1
        if pending:
            for job, _, _ in waits:
                job.timed_out = True
                flaw_lives.was_closed(job, "beyond its timeout")
            flaw_answers.after_timeout(server, waits)
            raise Refusal(500, "illegal_state_exception", f"timed out after {seconds}s")
