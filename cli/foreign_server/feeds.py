"""Documents, and datafeeds that read them into jobs."""

import asyncio
import json

import flaw_lives
from answers import Answer, Refusal, bad_request, conflict, not_found, unknown_job
from grammar import boolean, date_ms, pattern


class Feed:
    """A datafeed. It reads once, in batches; one without an end then waits to be stopped."""

    def __init__(self, feed_id, job_id, config):
        self.id = feed_id
        self.job_id = job_id
        self.config = config
        self.state = "stopped"
        self.task = None
        self.has_end = False

    def entry(self):
        """The feed's entry in the statistics."""
        return {"datafeed_id": self.id, "state": self.state}


class Feeds:
    """The indices and datafeeds of a server."""

    def __init__(self, server):
        self.server = server
        self.indices = {}
        self.feeds = {}

    def of_job(self, job_id):
        """The job's feed, or None."""
        return next((feed for feed in self.feeds.values() if feed.job_id == job_id), None)

    def runs_for(self, job_id):
        """Whether a feed of the job runs."""
        feed = self.of_job(job_id)
        return feed is not None and feed.state != "stopped"

    # Documents

    def put_index(self, request, index):
        """PUT of an index."""
        request.unread.clear()

        async def act():
            if index in self.indices:
                raise bad_request(f"index [{index}] already exists", "resource_already_exists_exception")
            self.indices[index] = {}
            return Answer({"acknowledged": True, "shards_acknowledged": True, "index": index})

        return act

    def delete_index(self, request, index):
        """DELETE of an index."""
        request.unread.clear()

        async def act():
            if self.indices.pop(index, None) is None:
                raise Refusal(404, "index_not_found_exception", "no such index")
            return Answer({"acknowledged": True})

        return act

    def search(self, request, index=None):
        """How many documents there are; nobody reads them this way."""
        request.unread.clear()

        async def act():
            if index is not None and index not in self.indices:
                raise Refusal(404, "index_not_found_exception", "no such index")
            names = self.indices if index is None else [index]
            total = sum(len(self.indices[name]) for name in names)
            return Answer({"took": 1, "timed_out": False, "hits": {"total": total, "max_score": None, "hits": []}})

        return act

    def refresh(self, request, index):
        """Everything can be read at once anyway."""
        request.unread.clear()

        async def act():
            return Answer({"_shards": {"total": 1, "successful": 1, "failed": 0}})

        return act

    def put_document(self, request, index, kind, document_id=None):
        """One document."""
        request.unread.clear()
        document = request.json()

        async def act():
            documents = self.indices.setdefault(index, {})
            name = document_id or f"auto-{len(documents)}"
            documents[name] = document
            body = {"_index": index, "_type": kind, "_id": name, "_version": 1, "result": "created"}
            return Answer(body, 201)

        return act

    def bulk(self, request, index=None, kind=None):
        """Many documents, as lines of actions and sources."""
        request.unread.clear()

        async def act():
            lines = [json.loads(line) for line in request.body.decode().split("\n") if line.strip()]
            items = []
            for action, document in zip(lines[::2], lines[1::2]):
                ((verb, where),) = action.items()
                into = where.get("_index", index)
                documents = self.indices.setdefault(into, {})
                name = where.get("_id", f"auto-{len(documents)}")
                documents[name] = document
                items.append({verb: {"_index": into, "_type": "doc", "_id": name, "status": 201}})
            return Answer({"took": 1, "errors": False, "items": items})

        return act

    # Datafeeds

    def put(self, request, feed_id):
        """Creates a feed."""
        request.refuse_unread()
        body = request.json()

        async def act():
            job_id = body.get("job_id")
            if job_id not in self.server.jobs:
                raise unknown_job(job_id)
            if feed_id in self.feeds:
                kind = "resource_already_exists_exception"
                raise bad_request(f"A datafeed with id [{feed_id}] already exists", kind)
            if self.of_job(job_id) is not None:
                raise conflict(f"A datafeed [{self.of_job(job_id).id}] already exists for job [{job_id}]")
            config = dict(body, datafeed_id=feed_id)
            config.setdefault("indices", config.pop("indexes", []))
            self.feeds[feed_id] = Feed(feed_id, job_id, config)
            return Answer(config)

        return act

    def find(self, feed_id):
        """The feed, or the refusal that there is none."""
        feed = self.feeds.get(feed_id)
        if feed is None:
            raise not_found(f"No datafeed with id [{feed_id}] exists")
        return feed

    def matching(self, expression):
        """The feeds that an expression names."""
        if expression in (None, "_all", "*"):
            return list(self.feeds.values())
        if "*" in expression:
            return [feed for feed in self.feeds.values() if pattern(expression).match(feed.id)]
        return [self.find(name) for name in expression.split(",")]

    def get(self, request, expression=None):
        """Configurations."""
        request.unread.clear()

        async def act():
            found = [feed.config for feed in self.matching(expression)]
            return Answer({"count": len(found), "datafeeds": found})

        return act

    def stats(self, request, expression=None):
        """States."""
        request.unread.clear()

        async def act():
            found = [feed.entry() for feed in self.matching(expression)]
            return Answer({"count": len(found), "datafeeds": found})

        return act

    def delete(self, request, feed_id):
        """Removes a feed."""
        force = boolean(request.take("force") or "false", "force", self.server.dialect)
        request.refuse_unread()

        async def act():
            feed = self.find(feed_id)
            if feed.state != "stopped":
                if not force:
                    raise conflict(f"Cannot delete datafeed [{feed_id}] while its status is {feed.state}")
                await self.halt(feed, closes_job=False)
            self.feeds.pop(feed_id, None)
            return Answer({"acknowledged": True})

        return act

    def start(self, request, feed_id):
        """Starts a feed."""
        body = request.json()
        asked = {name: request.take(name) or body.get(name) for name in ("start", "end", "timeout")}
        request.refuse_unread()
        start_ms = date_ms(str(asked["start"]), "start") if asked["start"] is not None else 0
        end_ms = date_ms(str(asked["end"]), "end") if asked["end"] is not None else None
        if end_ms is not None and start_ms >= end_ms:
            raise bad_request(f"[start] {feed_id}: start [{start_ms}] must be earlier than end [{end_ms}]")

        async def act():
            feed = self.find(feed_id)
            job = self.server.find(feed.job_id)
            if feed.state != "stopped":
                raise conflict(f"cannot start datafeed [{feed_id}] because it has already been started")
            if job.state != "opened":
                raise conflict(f"cannot start datafeed [{feed_id}] because job [{job.id}] is {job.state}")
            for index in feed.config["indices"]:
                if index not in self.indices:
                    raise not_found(f"datafeed [{feed_id}] cannot retrieve data because index [{index}] does not exist")
            feed.state = "started"
            feed.has_end = end_ms is not None
            feed.task = asyncio.get_running_loop().create_task(self._run(feed, job, start_ms, end_ms))
            return Answer({"started": True})

        return act

    async def _run(self, feed, job, start_ms, end_ms):
        flawed = self.server.flawed
        field = job.config["data_description"].get("time_field", "time")
        documents = []
        for index in feed.config["indices"]:
            for document in self.indices.get(index, {}).values():
                time_ms = self.server.record_time_ms(job, document.get(field))
                if time_ms is not None and time_ms >= start_ms and (end_ms is None or time_ms < end_ms):
                    documents.append((time_ms, document))
        documents.sort(key=lambda pair: pair[0])
        if flawed("feed-leaves-last-document-out") and end_ms is not None:
            documents = documents[:-1]
        try:
            for first in range(0, len(documents), 10):
                await asyncio.sleep(self.server.mood.feed_batch_seconds)
                batch = [self.server.record(job, document) for _, document in documents[first : first + 10]]
                job.post(batch, 100 * len(batch))
            if end_ms is None:
                await asyncio.Event().wait()
        except Refusal:
            feed.state = "stopped"
            return
        await self._ended(feed, job)

    async def _ended(self, feed, job):
        feed.state = "stopped"
        if not feed.has_end:
            return
        await asyncio.sleep(self.server.mood.feed_close_delay_seconds)
        if job.state != "opened":
            return
        if self.server.flawed("feed-end-forces-close"):
            job.force()
            job.was_forced = False
            return
        flaw_lives.was_closed(job, "by its feed")
        job.begin_close()

    async def halt(self, feed, closes_job=True):
        """Stops a feed; one with an end closes its job."""
        if feed.task is not None:
            feed.task.cancel()
        feed.state = "stopped"
        job = self.server.jobs.get(feed.job_id)
        if closes_job and feed.has_end and job is not None and job.state == "opened":
            flaw_lives.was_closed(job, "by its feed")
            job.begin_close()

    def stop(self, request, feed_id):
        """Stops a feed."""
        request.json()
        for name in ("force", "timeout", "allow_no_datafeeds"):
            request.take(name)
        request.refuse_unread()

        async def act():
            for feed in self.matching(feed_id):
                if feed.state == "stopped" and self.server.dialect.closing_closed_is_refused:
                    raise conflict(f"Cannot stop datafeed [{feed_id}] because it has already been stopped")
                if feed.state != "stopped":
                    await self.halt(feed)
            return Answer({"stopped": True})

        return act
