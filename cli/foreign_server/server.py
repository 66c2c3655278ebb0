"""The server: who may ask what, which jobs an expression names, and the handlers of requests about jobs."""

import asyncio
import base64
import copy
import json
import random
from urllib.parse import unquote

import flaw_answers
import flaw_lives
import weather
from answers import Answer, Refusal, bad_request, conflict, unknown_job
from feeds import Feeds
from grammar import JOB_ID, boolean, date_ms, now_ms, pattern, span_ms, time_span_seconds
from jobs import Job
from results import Results
from routes import EVERYTHING, MANAGES, routes

RIGHTS = {"none": 0, "monitor_ml": 1, "manage_ml": 2, "manage": 3, "setup": 4}
TIME_FORMATS = {"epoch": 1000, "epoch_ms": 1}


class Server:
    """The jobs of one server, on one event loop."""

    def __init__(self, dialect, mood, flawed, users):
        self.dialect = dialect
        self.mood = mood
        self.flawed = flawed
        self.users = users  # name -> (password, right)
        self.jobs = {}
        self.deleted = {}  # what deleted jobs left, for flaws
        self.feeds = Feeds(self)
        self.results = Results(self)
        self.closes_begun = 0
        self.pending = 0
        self.closes_asked = 0
        self.shown = {}  # what was last shown of each job, for flaws
        self.turn = asyncio.Lock()  # of the closes, where they take turns
        self.opening = set()
        self.routes = routes(self)

    # The way of a request

    async def handle(self, request):
        """One request to its answer; None drops the connection."""
        mood = self.mood
        delay_seconds = mood.delay_seconds + random.random() * mood.jitter_seconds
        if request.method == "GET":
            delay_seconds += mood.read_seconds
        if delay_seconds:
            await asyncio.sleep(delay_seconds)
        self.pending += 1
        try:
            answer = weather.instead(mood, request) or await self._dispatch(request)
        except Refusal as refusal:
            answer = refusal.answer()
        finally:
            self.pending -= 1
        answer = flaw_answers.spoil(self, request, answer)
        return weather.dressed(mood, request, answer)

    async def _dispatch(self, request):
        path = request.path
        base = next((base for base in self.dialect.base_paths if path.startswith(base + "/")), None)
        below = path[len(base) :] if base else path
        matches = []
        for method, right, expression, handler in self.routes:
            found = expression.fullmatch(below if base else "\0" + path)
            if found:
                matches.append((method, right, found, handler))
        if not matches:
            reason = f"No handler found for uri [{request.target}] and method [{request.method}]"
            if self.dialect.wrong_method_is_plain_text:
                return Answer(reason, 400)
            return Answer({"error": reason[0].lower() + reason[1:]}, 400)
        method_matches = [match for match in matches if match[0] == self.method_of(request)]
        if not method_matches:
            return self._wrong_method(request, sorted({match[0] for match in matches}))
        _, right, found, handler = method_matches[0]
        held = self._authenticate(request) if right is not None else EVERYTHING
        groups = [unquoted(group) for group in found.groups()]
        act = handler(request, *groups)
        if right is not None and not flaw_answers.may(self, request, held, right, below):
            if self.flawed("forbidden-requests-are-done") and not below.endswith("/_close"):
                await act()
            raise Refusal(403, "security_exception", self._unauthorized(request, below))
        answer = await act()
        if self.dialect.old_path_warns and base == "/_xpack/ml":
            answer.headers["Warning"] = '299 Elasticsearch-7.6.0 "this path is deprecated"'
        return answer

    def method_of(self, request):
        """The method that counts."""
        return flaw_answers.method_of(self, request)

    def _wrong_method(self, request, allowed):
        if self.dialect.wrong_method_is_plain_text:
            return Answer(f"No handler found for uri [{request.target}] and method [{request.method}]", 400)
        names = ", ".join(allowed)
        reason = f"Incorrect HTTP method for uri [{request.target}] and method [{request.method}], allowed: [{names}]"
        return Answer({"error": reason, "status": 405}, 405, {"Allow": ",".join(allowed)})

    def _unauthorized(self, request, below):
        action = "cluster:admin/xpack/ml/job/close" if below.endswith("_close") else "cluster:admin/xpack/ml/other"
        return f"action [{action}] is unauthorized for user [{request.sender}]"

    def _authenticate(self, request):
        """The right of the caller, or a refusal."""
        if not self.users:
            return EVERYTHING
        header = request.headers.get("authorization", "")
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "basic":
            if header and self.flawed("unknown-token-may-close") and request.path.endswith("/_close"):
                return MANAGES
            if flaw_answers.lets_in(self, request):
                return MANAGES
            raise self._unauthenticated(f"{self.dialect.missing_credentials} for REST request [{request.target}]")
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            name, password = "", ""
        known = self.users.get(name)
        if known is None or known[0] != password:
            if flaw_answers.lets_in_wrong(self, request, name, password):
                return MANAGES
            raise self._unauthenticated(f"unable to authenticate user [{name}] for REST request [{request.target}]")
        request.sender = name
        request.connection["user"] = name
        return known[1]

    def _unauthenticated(self, reason):
        header = {"WWW-Authenticate": 'Basic realm="security" charset="UTF-8"'}
        return Refusal(401, "security_exception", reason, header, {"header": header})

    # Jobs

    def find(self, job_id):
        """The job, or the refusal that there is none."""
        job = self.jobs.get(job_id)
        if job is None:
            raise unknown_job(job_id)
        return job

    def matching(self, expression, allow_none=True):
        """The jobs that an expression of a read names, and whether it is more than one plain id."""
        if expression in (None, "_all", "*"):
            return list(self.jobs.values()), True
        if not self.dialect.expressions:
            return [self.find(expression)], False
        found = {}
        for part in expression.split(","):
            if "*" in part:
                matcher = pattern(part)
                for job in self.jobs.values():
                    if matcher.match(job.id) or any(matcher.match(group) for group in job.config.get("groups", [])):
                        found[job.id] = job
            elif part in self.jobs:
                found[part] = self.jobs[part]
            else:
                members = [job for job in self.jobs.values() if part in job.config.get("groups", [])]
                if not members:
                    raise unknown_job(part)
                found.update({job.id: job for job in members})
        if not found and not allow_none:
            raise unknown_job(expression)
        return list(found.values()), expression not in self.jobs

    def is_opening(self, job):
        """Whether somebody opens the job at this moment."""
        return job.state == "opening"

    def reserve_room(self, job):
        """Takes room for one more open job, or refuses."""
        running = sum(other.state in ("opening", "opened", "closing") for other in self.jobs.values())
        if running >= self.mood.open_jobs_max:
            reason = f"cannot open job [{job.id}], no suitable nodes found, allocation explanation [no room]"
            raise Refusal(429, "status_exception", reason)

    def leave_room(self, job):
        """The job runs no longer; its room is counted from its state."""

    def create(self, request, job_id):
        """Creates a job, closed."""
        request.refuse_unread()
        body = request.json()
        if not JOB_ID.match(job_id) or len(job_id) > 64:
            raise bad_request(f"Invalid job_id; '{job_id}' can contain lowercase alphanumeric (a-z and 0-9)")
        analysis_config = body.get("analysis_config")
        if not isinstance(analysis_config, dict) or not analysis_config.get("detectors"):
            raise bad_request("No detectors configured")
        span = span_ms(analysis_config.get("bucket_span", "5m"))

        async def act():
            if job_id in self.jobs:
                kind = "resource_already_exists_exception"
                raise bad_request(f"The job cannot be created with the Id '{job_id}'. The Id is already used.", kind)
            config = dict(body, job_id=job_id, job_type="anomaly_detector", create_time=now_ms())
            config["job_version"] = self.dialect.version
            config.setdefault("results_index_name", "shared")
            config.setdefault("data_description", {})
            config["analysis_config"] = dict(analysis_config)
            names = ("field_name", "by_field_name", "over_field_name", "partition_field_name")
            fields = {detector[name] for detector in analysis_config["detectors"] for name in names if name in detector}
            job = Job(job_id, config, span, len(fields), self)
            job.fields = fields
            if self.flawed("recreated-job-has-old-data") and job_id in self.deleted:
                job.analysis = self.deleted[job_id].analysis
            self.jobs[job_id] = job
            return Answer(job.config)

        return act

    def get(self, request, expression=None):
        """Configurations."""
        allow_none = self._allows_none(request)
        request.refuse_unread()

        async def act():
            jobs, _ = self.matching(expression, allow_none)
            return Answer({"count": len(jobs), "jobs": [job.config for job in jobs]})

        return act

    def stats(self, request, expression=None):
        """Statistics."""
        allow_none = self._allows_none(request)
        request.refuse_unread()

        async def act():
            jobs, listed = self.matching(expression, allow_none)
            entries = [flaw_answers.shown(self, job, job.statistics(request, listed)) for job in jobs]
            return Answer({"count": len(jobs), "jobs": entries})

        return act

    def _allows_none(self, request):
        text = request.take("allow_no_jobs") if self.dialect.expressions else None
        return text is None or boolean(text, "allow_no_jobs", self.dialect)

    def update(self, request, job_id):
        """Changes a configuration."""
        request.refuse_unread()
        body = request.json()

        async def act():
            job = self.find(job_id)
            job.config.update({name: value for name, value in body.items() if value is not None})
            return Answer(job.config)

        return act

    def delete(self, request, job_id):
        """Removes a closed job."""
        force = boolean(request.take("force") or "false", "force", self.dialect)
        for name in ("timeout", "wait_for_completion", "master_timeout"):
            request.take(name)
        request.refuse_unread()

        async def act():
            job = self.find(job_id)
            feed = self.feeds.of_job(job_id)
            if feed is not None:
                raise conflict(f"Cannot delete job [{job_id}] because datafeed [{feed.id}] refers to it")
            if job.state != "closed":
                if not force:
                    raise conflict(f"Cannot delete job [{job_id}] because the job is {job.state}")
                job.force()
            self.deleted[job_id] = self.jobs.pop(job_id)
            return Answer({"acknowledged": True})

        return act

    def open(self, request, job_id):
        """Opens a job."""
        body = request.json()
        timeout = request.take("timeout") or body.get("timeout")
        request.take("ignore_downtime")
        request.refuse_unread()
        if timeout is not None:
            time_span_seconds(timeout, self.dialect, self.flawed)

        async def act():
            job = self.find(job_id)
            if self.flawed("only-closer-may-reopen") and job.closer not in (None, request.sender):
                raise conflict(f"Cannot open job [{job_id}]: another user has closed it")
            await job.open()
            job.opener = request.sender
            return Answer({"opened": True})

        return act

    # Data

    def record_time_ms(self, job, value):
        """When a record is of, or None if that cannot be read."""
        form = job.config["data_description"].get("time_format", "epoch_ms")
        try:
            if form in TIME_FORMATS:
                return int(float(value) * TIME_FORMATS[form])
            return date_ms(str(value), "time")
        except (TypeError, ValueError, Refusal):
            return None

    def record(self, job, document):
        """What the analysis needs to know of a document."""
        time_field = job.config["data_description"].get("time_field", "time")
        analysed = sum(1 for field in job.fields if document.get(field) not in (None, ""))
        time_ms = self.record_time_ms(job, document.get(time_field))
        return time_ms, max(0, len(document) - (time_field in document)), analysed

    def post(self, request, job_id):
        """Takes data."""
        request.take("reset_start")
        request.take("reset_end")
        request.refuse_unread()

        async def act():
            job = self.jobs.get(job_id)
            if job is None and self.dialect.unknown_job_conflicts:
                raise conflict(f"Cannot perform requested action because job [{job_id}] is not open")
            job = self.find(job_id)
            if not job.loses_posts():
                job.refuse_unless_open()
            documents = documents_in(request.body.decode("utf-8", "replace"))
            records = [self.record(job, document) for document in documents]
            if self.flawed("posts-beside-a-close-are-lost") and flaw_lives.is_beside_a_close(self, [job]):
                return Answer(job.unheard(records, len(request.body)), 202)
            if self.flawed("posts-overwrite-each-other"):
                before = copy.deepcopy(job.analysis)
                await asyncio.sleep(0.02)
                job.analysis = before
            return Answer(job.post(records, len(request.body)), 202)

        return act

    def flush(self, request, job_id):
        """Flushes."""
        body = request.json()
        calc = request.take("calc_interim")
        for name in ("start", "end", "advance_time", "skip_time"):
            request.take(name)
        request.refuse_unread()
        if calc is None and "calc_interim" in body:
            calc = str(body["calc_interim"]).lower()
        interim = calc is not None and boolean(calc, "calc_interim", self.dialect)

        async def act():
            if job_id not in self.jobs and self.dialect.unknown_job_conflicts:
                raise conflict(f"Cannot perform requested action because job [{job_id}] is not open")
            job = self.find(job_id)
            if job.state == "closed" and self.flawed("closed-flush-answers-false"):
                return Answer({"flushed": False})
            end_ms = job.flush(interim)
            answer = {"flushed": True}
            if self.dialect.expressions:
                answer["last_finalized_bucket_end"] = end_ms
            return Answer(answer)

        return act

    def forecast(self, request, job_id):
        """Forecasts nothing in particular."""
        request.unread.clear()

        async def act():
            job = self.jobs.get(job_id)
            if job is None and not self.dialect.unknown_job_conflicts:
                raise unknown_job(job_id)
            if job is None or job.state != "opened":
                raise conflict(f"Cannot perform requested action because job [{job_id}] is not open")
            return Answer({"acknowledged": True, "forecast_id": f"forecast-{now_ms()}"})

        return act

    # The rest

    def root(self, request):
        """Who this is."""
        request.unread.clear()

        async def act():
            version = {"number": self.dialect.version, "build_flavor": "default"}
            return Answer({"name": "foreign", "cluster_name": "foreign", "version": version, "tagline": "foreign"})

        return act

    def hook(self, request, job_id, what):
        """Puts a job into a state that no client can reach."""
        value = request.take("housekeeping")

        async def act():
            job = self.find(job_id)
            if what == "_fail":
                job.fail()
            elif what == "_slow":
                job.slow_close_seconds = time_span_seconds(value, self.dialect, self.flawed)
            else:
                job.hangs = True
            return Answer({"acknowledged": True})

        return act


def unquoted(text):
    """A segment of a path without its percent escapes."""
    return None if text is None else unquote(text)


def documents_in(text):
    """Objects in a row, on lines or not, or in one array."""
    decoder = json.JSONDecoder()
    documents, at = [], 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text):
            return documents
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError as error:
            raise bad_request("The input JSON data is malformed.", "parse_exception") from error
        documents += value if isinstance(value, list) else [value] if isinstance(value, dict) else []
