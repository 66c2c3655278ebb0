"""What can be read of a job's analysis: buckets, records and model snapshots, in pages."""

import flaw_answers
from answers import Answer, conflict, not_found
from grammar import date_ms


class Results:
    """Answers reads of results, in whatever state the job is."""

    def __init__(self, server):
        self.server = server

    def page(self, request, names, size=100):
        """`from` and `size` from the query or the body."""
        body = request.json()
        found = {name: request.take(name) for name in names}
        request.refuse_unread()
        paging = body.get("page", {}) if isinstance(body.get("page", {}), dict) else {}
        first = int(found.get("from") or paging.get("from", 0))
        count = int(found.get("size") or paging.get("size", size))
        values = {name: value if value is not None else body.get(name) for name, value in found.items()}
        return first, count, values

    def buckets(self, request, job_id, timestamp=None):
        """Results by bucket."""
        names = ("from", "size", "start", "end", "exclude_interim", "expand", "anomaly_score", "sort", "desc")
        first, count, values = self.page(request, names)

        async def act():
            job = self.server.find(job_id)
            buckets, _ = job.analysis.seen(self.server.mood.refresh_seconds)
            found = [bucket for _, bucket in sorted(buckets.items())]
            found = within(found, values)
            if timestamp is not None:
                found = [bucket for bucket in found if bucket["timestamp"] == date_ms(timestamp, "timestamp")]
                if not found:
                    raise not_found(f"Bucket at timestamp [{timestamp}] does not exist")
            return Answer(flaw_answers.paged(self.server, job, "buckets", found, first, count))

        return act

    def records(self, request, job_id):
        """Results by record."""
        names = ("from", "size", "start", "end", "exclude_interim", "record_score", "sort", "desc")
        first, count, values = self.page(request, names)

        async def act():
            job = self.server.find(job_id)
            _, records = job.analysis.seen(self.server.mood.refresh_seconds)
            found = within(records, values)
            return Answer(flaw_answers.paged(self.server, job, "records", found, first, count))

        return act

    def nothing(self, request, job_id, kind):
        """Influencers and categories, of which there are none."""
        request.unread.clear()

        async def act():
            self.server.find(job_id)
            return Answer({"count": 0, kind: []})

        return act

    def snapshots(self, request, job_id, snapshot_id=None):
        """Model snapshots, the newest first."""
        first, count, _ = self.page(request, ("from", "size", "start", "end", "sort", "desc"))

        async def act():
            found = self.server.find(job_id).analysis.snapshots[::-1]
            if snapshot_id is not None:
                found = [snapshot for snapshot in found if snapshot["snapshot_id"] == snapshot_id]
            return Answer({"count": len(found), "model_snapshots": found[first : first + count]})

        return act

    def revert(self, request, job_id, snapshot_id):
        """Goes back to a snapshot; this server keeps the newest model all the same."""
        request.take("delete_intervening_results")
        request.refuse_unread()

        async def act():
            job = self.server.find(job_id)
            if job.state != "closed":
                raise conflict("Can only revert to a model snapshot when the job is closed.")
            found = [snapshot for snapshot in job.analysis.snapshots if snapshot["snapshot_id"] == snapshot_id]
            if not found:
                raise not_found(f"No model snapshot with id [{snapshot_id}] exists for job [{job_id}]")
            job.config["model_snapshot_id"] = snapshot_id
            return Answer({"model": found[0]})

        return act


def within(found, values):
    """Results of the asked time, without interim ones where that is asked."""
    if values.get("start") is not None:
        found = [result for result in found if result["timestamp"] >= date_ms(str(values["start"]), "start")]
    if values.get("end") is not None:
        found = [result for result in found if result["timestamp"] < date_ms(str(values["end"]), "end")]
    if str(values.get("exclude_interim", "")).lower() == "true":
        found = [result for result in found if not result["is_interim"]]
    return found[::-1] if str(values.get("desc", "")).lower() == "true" else found
