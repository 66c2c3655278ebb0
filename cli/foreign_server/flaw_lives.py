"""Where flaws show in what becomes of jobs later: how a job was closed is remembered with it, as marks.

Without a flaw every function here does the ordinary thing.
"""

from analysis import EMPTY_COUNTS

# What a flaw makes of a job that once was closed so.
TAKES_DATA = {
    "feed-closed-job-takes-data": "by its feed",
    "timed-out-job-takes-data": "beyond its timeout",
    "listed-job-takes-data": "in a list",
}
IS_LOCKED = {
    "feed-closed-job-is-locked": "by its feed",
    "timed-out-job-is-locked": "beyond its timeout",
    "listed-job-is-locked": "in a list",
}
KEEPS_NODE = {"feed-closed-job-keeps-node": "by its feed", "timed-out-job-keeps-node": "beyond its timeout"}
FLUSHES = {"timed-out-job-flushes": "beyond its timeout", "twice-closed-job-flushes": "twice"}
LOSES_BUCKET = {
    "bucket-lost-after-forced-life": "by force",
    "bucket-lost-after-failed-life": "failed",
    "bucket-lost-after-refused-close": "not, for a bad timeout",
}


def was_closed(job, how):
    """Remembers how the job was closed, or was to be."""
    job.marks.add(how)


def is_flawed(job, table):
    """Whether a flaw shows in a job that was closed so."""
    return any(job.flawed(name) and mark in job.marks for name, mark in table.items())


def works_all_the_same(job, flushes):
    """Whether a closed job takes data, or a flush."""
    if job.state != "closed":
        return False
    return is_flawed(job, FLUSHES if flushes else TAKES_DATA)


def after_refusal(job, flushes):
    """What a refused post or flush does to a closed job."""
    if job.state != "closed":
        return
    if job.flawed("refused-post-drops-results") and not flushes:
        job.analysis.buckets = {}
    if job.flawed("refused-flush-drops-snapshots") and flushes:
        job.analysis.snapshots = []


def after_refused_open(job):
    """What a refused open does to an opened job."""
    if job.flawed("refused-open-resets-counts") and job.state == "opened":
        job.analysis.counts = dict(EMPTY_COUNTS)


def at_the_end_of_close(job, now_ms):
    """What a close does to its own passed buckets before it writes them."""
    analysis = job.analysis
    idle = job.flawed("idle-second-costs-a-bucket") and analysis.last_data_ms and now_ms - analysis.last_data_ms > 1000
    if (idle or is_flawed(job, LOSES_BUCKET)) and analysis.finished:
        analysis.finished.pop(max(analysis.finished))


def reach_into_others(job):
    """What the end of a close does to other closed jobs."""
    for other in job.server.jobs.values():
        if other is job or other.state != "closed":
            continue
        if job.flawed("close-drops-results-of-others"):
            other.analysis.buckets = {}
        if job.flawed("close-drops-snapshots-of-others"):
            other.analysis.snapshots = []
        if job.flawed("close-counts-in-others") and other.analysis.latest_ms is not None:
            other.analysis.counts["processed_record_count"] += 1


def is_beside_a_close(server, jobs):
    """Whether some other job is closing at this moment."""
    return any(other.state == "closing" for other in server.jobs.values() if other not in jobs)


def closes_again(server, jobs, force):
    """What a close does to those of its jobs that are closed already."""
    several = len(jobs) > 1
    for job in jobs:
        if job.state != "closed" or not job.opens:
            continue
        if server.flawed("close-of-closed-drops-results") and not force and not several:
            job.analysis.buckets = {}
        if server.flawed("list-drops-results-of-closed") and not force and several:
            job.analysis.buckets = {}
        if server.flawed("force-of-closed-drops-snapshots") and force:
            job.analysis.snapshots = []
