"""What can be wrong with this server: one small thing each, the clauses that may be named for it, and where it shows."""

from dataclasses import dataclass

DIALECT_63 = "xpack-6.3"


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong. The first clause that a report names has to be among `clauses`."""

    name: str
    clauses: tuple
    text: str
    dialect: str = DIALECT_63


def _flaw(name, clauses, text, dialect=DIALECT_63):
    return Flaw(name, tuple(clauses.split()), text, dialect)


FORM = "close-ends-open-job wire-status-codes"

FLAWS = {
    flaw.name: flaw
    for flaw in (
        # What a close answers
        _flaw("closed-is-text", FORM, '`{"closed": "true"}`'),
        _flaw("closed-is-one", FORM, '`{"closed": 1}`'),
        _flaw("closed-is-null", FORM, '`{"closed": null}`'),
        _flaw("closed-is-missing", FORM, "`{}`"),
        _flaw("closed-is-nested", FORM, '`{"result": {"closed": true}}`'),
        _flaw("closed-is-in-a-list", FORM, '`[{"closed": true}]`'),
        _flaw("close-is-acknowledged", FORM, '`{"acknowledged": true}`'),
        _flaw("close-answers-202", FORM, "202 instead of 200."),
        _flaw("close-answers-204", FORM, "204 without a body."),
        _flaw("close-answers-false", FORM + " timeout-bounds-wait timeout-defaults-to-30m force-closes-failed-job", '`{"closed": false}`, and the job is closed.'),
        _flaw("close-answers-text", FORM, "`OK` as plain text."),
        # Parameters
        _flaw("number-without-unit-accepted", "bad-parameters-refused", "`timeout=5` counts as five seconds."),
        _flaw("weeks-accepted", "bad-parameters-refused", "`timeout=1w` is taken."),
        _flaw("days-refused", "timeout-takes-time-units", "A timeout in days is refused."),
        _flaw("minutes-are-seconds", "timeout-takes-time-units", "`1m` counts as one second."),
        _flaw("days-overflow", "timeout-takes-time-units timeout-bounds-wait", "Timeouts over a day are up at once."),
        _flaw("nought-waits-for-ever", "timeout-bounds-wait timeout-takes-time-units", "`0s` counts as no timeout."),
        _flaw("milliseconds-round-up", "timeout-bounds-wait timeout-takes-time-units",
              "Timeouts are rounded up to ten seconds."),
        _flaw("forced-bad-timeout-accepted", "bad-parameters-refused", "With `force` a bad timeout is not looked at."),
        _flaw("bad-timeout-closes", "refused-request-changes-nothing bad-parameters-refused close-requires-privilege",
              "A bad timeout is refused and the job is closed all the same."),
        _flaw("unknown-parameter-closes", "refused-request-changes-nothing unknown-parameter-refused",
              "An unknown parameter is refused and the job is closed all the same."),
        _flaw("unknown-parameter-beside-force", "unknown-parameter-refused", "With `force` unknown ones are let pass."),
        _flaw("force-false-forces", "force-boolean-grammar close-persists-snapshot close-flushes-buffers",
              "The parameter `force` forces, whatever it says."),
        _flaw("empty-force-is-false", "force-boolean-grammar", "`force=` counts as false."),
        _flaw("only-first-parameter-counts", "bad-parameters-refused timeout-bounds-wait force-boolean-grammar "
              "failed-job-needs-force force-closes-failed-job unknown-parameter-refused",
              "Of the parameters only the first is read."),
        _flaw("false-force-drops-timeout", "timeout-bounds-wait bad-parameters-refused",
              "With `force=false` the timeout is not looked at."),
        # Waiting
        _flaw("second-close-ignores-timeout", "timeout-bounds-wait concurrent-requests-linearize",
              "A close of a job that is closing already waits however long it takes."),
        _flaw("later-cycles-ignore-timeout", "timeout-bounds-wait", "After a re-open the timeout is not looked at."),
        _flaw("second-close-gives-up", "timeout-defaults-to-30m timeout-bounds-wait concurrent-requests-linearize",
              "A close without timeout of a job that is closing gives up after half a second."),
        _flaw("timed-out-close-drops-buffer", "timed-out-close-goes-on close-flushes-buffers",
              "Results that a timed out close had still to write are lost."),
        _flaw("timed-out-close-leaves-no-snapshot", "timed-out-close-goes-on close-persists-snapshot",
              "A timed out close ends without a snapshot."),
        _flaw("timed-out-close-fails-job", "timed-out-close-goes-on concurrent-requests-linearize", "A job whose close timed out reads failed."),
        _flaw("close-answers-when-written", "close-waits-for-housekeeping close-ends-open-job closed-means-closed "
              "close-persists-snapshot", "A close answers after 60 % of its work."),
        # Overlaps
        _flaw("post-late-in-close-is-lost", "accepted-data-is-kept",
              "Late in its closing a job takes data and loses them."),
        _flaw("open-while-closing-claims-opened", "concurrent-requests-linearize wire-status-codes job-reopens",
              "An open of a closing job says that it is opened; it ends closed."),
        _flaw("flush-while-closing-is-500", "concurrent-requests-linearize wire-status-codes",
              "A flush of a closing job answers 500."),
        _flaw("third-close-is-404", "concurrent-requests-linearize wire-status-codes unknown-job-refused",
              "The third of three overlapping closes is told that there is no such job."),
        _flaw("flush-ends-waiting", "concurrent-requests-linearize close-waits-for-housekeeping close-ends-open-job",
              "A flush while the job is closing has the waiting close answered at once."),
        _flaw("close-while-opening-is-forgotten", "concurrent-requests-linearize closed-means-closed "
              "close-ends-open-job", "A close of an opening job says closed; the job opens."),
        _flaw("busy-close-answers-early", "concurrent-requests-linearize close-waits-for-housekeeping "
              "closed-means-closed close-ends-open-job job-reopens close-many", "With three requests in hand a close answers at once."),
        # Several jobs
        _flaw("list-leaves-last-open", "close-many", "A close of a list leaves its last job open."),
        _flaw("list-times-out-by-job", "close-many timeout-bounds-wait",
              "The jobs of a list are closed one by one, each with the whole timeout."),
        _flaw("list-answers-after-first", "close-many close-ends-open-job close-waits-for-housekeeping",
              "A close of a list answers when its first job is closed."),
        _flaw("group-closes-first-only", "close-many", "Of a group only the first job is closed."),
        _flaw("refused-list-closes-known", "close-many refused-request-changes-nothing",
              "A list with an unknown id is refused, and its other jobs are closed."),
        _flaw("no-match-is-always-allowed", "close-many unknown-job-refused", "`allow_no_jobs=false` is overlooked."),
        _flaw("list-with-closed-job-refused", "close-many closing-closed-job",
              "A list with a closed job in it is refused."),
        _flaw("list-force-leaves-failed", "close-many force-closes-failed-job",
              "A forced close of a list leaves failed jobs failed."),
        _flaw("list-of-failed-closes", "close-many failed-job-needs-force", "In a list failed jobs are closed normally."),
        # Force
        _flaw("force-claims-to-close-failed-job", "force-closes-failed-job",
              "A forced close of a failed job says closed; it stays failed."),
        _flaw("force-refused-while-closing", "force-closes-unresponsive-job",
              "A forced close of a job that is closing is refused."),
        _flaw("force-joins-pending-close", "force-closes-unresponsive-job force-returns-early",
              "A forced close leaves it to the normal close that runs."),
        _flaw("force-empties-results", "reopen-continues-analysis closed-job-keeps-results close-flushes-buffers", "A forced close deletes earlier results as well."),
        _flaw("force-drops-configuration", "closed-job-keeps-metadata", "A forced close drops description and groups."),
        _flaw("forced-failed-job-stays-locked", "job-reopens force-closes-failed-job", "A failed job that was forced never opens again."),
        _flaw("forced-job-keeps-node", "closed-job-is-idle", "After a forced close the statistics name a node."),
        _flaw("force-needs-no-privilege", "close-requires-privilege", "With `force` readers may close."),
        # Many cycles
        _flaw("third-reopen-refused", "job-reopens", "A job can be closed three times and is never opened again."),
        _flaw("third-reopen-resets-counts", "accepted-data-is-kept reopen-continues-analysis",
              "The third re-open begins with counts of nought."),
        _flaw("third-cycle-loses-first-bucket", "closed-job-keeps-results close-flushes-buffers "
              "reopen-continues-analysis accepted-data-is-kept",
              "The third close drops the oldest bucket."),
        _flaw("flush-counts-one-more", "accepted-data-is-kept close-flushes-buffers", "A flush adds one to the counts."),
        _flaw("every-close-adds-a-record", "accepted-data-is-kept close-flushes-buffers",
              "From the second close on counts are one higher each time."),
        _flaw("only-first-close-persists", "close-persists-snapshot", "The second close writes no snapshot."),
        _flaw("unflushed-close-leaves-no-snapshot", "close-persists-snapshot",
              "Without an earlier flush a close writes no snapshot."),
        _flaw("snapshot-is-of-the-open", "close-persists-snapshot",
              "A snapshot tells the first record's time as its last."),
        _flaw("last-bucket-lost-on-reopen", "close-flushes-buffers reopen-continues-analysis",
              "The bucket that a close left unfinished is lost at the next one."),
        _flaw("close-keeps-hundred-buckets", "close-flushes-buffers closed-job-keeps-results",
              "A close keeps the newest hundred buckets."),
        _flaw("close-sums-wrong", "accepted-data-is-kept close-flushes-buffers closed-job-keeps-results",
              "After a close the first bucket counts one event more."),
        _flaw("close-writes-last-bucket-late", "close-waits-for-housekeeping",
              "The last passed bucket appears 600 ms after the answer."),
        _flaw("records-stay-interim", "close-finalizes-results", "Records are interim for ever."),
        _flaw("reopen-adds-empty-bucket", "reopen-continues-analysis close-flushes-buffers",
              "A re-open cuts the unfinished bucket short."),
        _flaw("recreated-job-has-old-data", "close-flushes-buffers accepted-data-is-kept closed-job-keeps-results",
              "A job that is created again has the results of the deleted one."),
        # Results and configuration of closed jobs
        _flaw("deep-pages-are-empty", "closed-job-keeps-results", "Pages from the tenth result on are empty."),
        _flaw("pages-skip-one", "closed-job-keeps-results", "Each page begins one result too late but the first."),
        _flaw("small-pages-repeat", "closed-job-keeps-results", "Pages of one result repeat the first."),
        _flaw("close-undoes-updates", "closed-job-keeps-metadata", "A close brings back what was changed while open."),
        _flaw("second-close-drops-groups", "closed-job-keeps-metadata", "The second close forgets the groups."),
        _flaw("close-lowers-memory-limit", "closed-job-keeps-metadata", "A close sets the memory limit."),
        _flaw("close-turns-settings-into-text", "closed-job-keeps-metadata", "Custom settings become a string."),
        _flaw("close-drops-second-detector", "closed-job-keeps-metadata", "A close keeps the first detector alone."),
        _flaw("closed-job-grows-old", "closed-job-is-idle", "A closed job has an open time that grows; no node."),
        # Who and where
        _flaw("other-connections-see-it-open", "closed-means-closed close-ends-open-job",
              "For two seconds other connections read opened."),
        _flaw("lists-see-it-open", "closed-means-closed close-ends-open-job",
              "Statistics of several jobs say opened for closed jobs."),
        _flaw("reads-wake-the-job", "closed-means-closed", "A job that was closed twice reads opened soon after."),
        _flaw("closed-reads-opening", "closed-means-closed close-ends-open-job", "For 300 ms it reads opening."),
        _flaw("second-job-stays-open", "close-ends-open-job close-touches-one-job",
              "While another job is open a close is answered and leaves the job open."),
        _flaw("ids-ignore-case", "unknown-job-refused close-touches-one-job", "A close finds jobs in any case."),
        _flaw("unknown-id-closes-similar", "unknown-job-refused close-touches-one-job",
              "A close of an unknown id closes jobs whose ids begin so."),
        _flaw("manage-closes-by-force", "close-persists-snapshot close-waits-for-housekeeping close-flushes-buffers "
              "manage-may-close close-finalizes-results reopen-continues-analysis", "A close by `manage` is a forced one."),
        _flaw("connection-keeps-identity", "anonymous-refused", "Who was known on a connection stays known there."),
        _flaw("right-user-any-password", "anonymous-refused", "The password is not looked at."),
        _flaw("privilege-leaks-existence", "close-requires-privilege wire-status-codes",
              "Without the privilege an unknown job is 404."),
        # What nobody expects
        _flaw("closed-flush-answers-false", "closed-job-refuses-analysis wire-status-codes",
              'A flush of a closed job is answered `{"flushed": false}` with status 200.'),
        _flaw("closed-post-is-dropped", "closed-job-refuses-data wire-status-codes accepted-data-is-kept",
              "A closed job answers a post with 202 and takes nothing."),
        _flaw("timeouts-last-a-second-longer", "timeout-bounds-wait timeout-takes-time-units",
              "A close waits a second longer than it may."),
        _flaw("nanos-overflow", "timeout-takes-time-units timeout-bounds-wait",
              "Timeouts of more than 32 bits of nanoseconds are up at once."),
        _flaw("quick-reopen-refused", "job-reopens", "For 300 ms after a close the job cannot be opened: 409."),
        _flaw("early-posts-are-lost", "accepted-data-is-kept close-flushes-buffers",
              "What is posted within 100 ms of an open is counted in the answer and nowhere else."),
        _flaw("close-drops-waiting-of-others", "close-touches-one-job accepted-data-is-kept close-flushes-buffers "
              "close-many", "A close throws away what other opened jobs have still to analyse."),
        _flaw("interim-count-stays", "close-flushes-buffers accepted-data-is-kept reopen-continues-analysis",
              "A bucket that was once read interim keeps the count of then."),
        _flaw("repeated-close-is-cached", "close-ends-open-job closed-means-closed job-reopens close-flushes-buffers "
              "concurrent-requests-linearize accepted-data-is-kept reopen-continues-analysis close-many "
              "force-closes-failed-job",
              "A close like the last one of its connection is answered like that and does nothing."),
        _flaw("statistics-are-cached", "closed-means-closed close-ends-open-job close-waits-for-housekeeping "
              "job-reopens close-flushes-buffers accepted-data-is-kept force-closes-failed-job",
              "Statistics of a job are up to 400 ms old."),
        _flaw("forced-close-with-timeout-waits", "force-returns-early force-closes-unresponsive-job",
              "A forced close with a timeout waits for its housekeeping as long."),
        _flaw("third-of-a-list-stays-open", "close-many", "Of several jobs only two are closed."),
        _flaw("wildcard-in-list-is-literal", "close-many unknown-job-refused",
              "Beside other names in a list a wildcard stands for itself."),
        _flaw("one-close-in-ten-does-nothing", "close-ends-open-job closed-means-closed job-reopens "
              "concurrent-requests-linearize close-flushes-buffers accepted-data-is-kept close-waits-for-housekeeping "
              "reopen-continues-analysis close-many closed-job-refuses-data closed-job-refuses-analysis",
              "Every tenth close is answered and does nothing."),
        _flaw("force-of-closed-reads-closing", "closed-means-closed closing-closed-job force-closes-failed-job",
              "A forced close of a closed job has it read closing for two seconds."),
        _flaw("close-with-timeout-leaves-no-snapshot", "close-persists-snapshot",
              "A close with a timeout writes no snapshot."),
        # The wire
        _flaw("put-closes", "wire-path-and-method", "PUT on the path of a close closes the job."),
        _flaw("other-status-in-body", "wire-error-envelope", "The body of an error has another status."),
        _flaw("error-without-root-cause", "wire-error-envelope", "Errors lack `root_cause`."),
        _flaw("error-is-a-string", "wire-error-envelope", "`error` is a string."),
        _flaw("conflict-is-423", "wire-status-codes failed-job-answer", "Wrong states answer 423."),
        _flaw("force-of-closed-is-404", "closing-closed-job", "A forced close of a closed job is 404."),
        _flaw("failed-with-timeout-closes", "failed-job-needs-force",
              "A normal close of a failed job closes it if it has a timeout."),
        # Datafeeds
        _flaw("feed-leaves-last-document-out", "datafeed-end-closes-job", "A feed with an end drops its last document."),
        _flaw("feed-end-forces-close", "datafeed-end-closes-job close-persists-snapshot close-flushes-buffers", "A feed closes its job without housekeeping."),
        _flaw("refused-close-stops-feed", "running-datafeed-blocks-close refused-request-changes-nothing",
              "A close that is refused for a feed stops the feed."),
        # How a job was closed, and what becomes of it
        _flaw("feed-closed-job-takes-data", "closed-job-refuses-data", "A job that its feed has closed takes data."),
        _flaw("timed-out-job-takes-data", "closed-job-refuses-data timed-out-close-goes-on",
              "A job whose close once went on beyond its timeout takes data while closed."),
        _flaw("listed-job-takes-data", "closed-job-refuses-data close-many",
              "A job that once was closed together with others takes data while closed."),
        _flaw("feed-closed-job-is-locked", "job-reopens datafeed-end-closes-job",
              "A job that its feed has closed never opens again."),
        _flaw("timed-out-job-is-locked", "job-reopens timed-out-close-goes-on",
              "A job whose close went on beyond its timeout never opens again."),
        _flaw("listed-job-is-locked", "job-reopens close-many",
              "A job that was closed together with others never opens again."),
        _flaw("feed-closed-job-keeps-node", "closed-job-is-idle datafeed-end-closes-job",
              "The statistics of a job that its feed has closed name a node."),
        _flaw("timed-out-job-keeps-node", "closed-job-is-idle",
              "The statistics of a job whose close went on beyond its timeout name a node."),
        _flaw("timed-out-job-flushes", "closed-job-refuses-analysis",
              "A job whose close went on beyond its timeout takes a flush while closed."),
        _flaw("twice-closed-job-flushes", "closed-job-refuses-analysis", "A job that was closed twice takes a flush."),
        _flaw("bucket-lost-after-forced-life", "close-flushes-buffers reopen-continues-analysis",
              "Once a job was forced each of its closes loses the last passed bucket."),
        _flaw("bucket-lost-after-failed-life", "close-flushes-buffers reopen-continues-analysis",
              "The same once a failed job was forced."),
        _flaw("bucket-lost-after-refused-close", "close-flushes-buffers refused-request-changes-nothing",
              "The same once a close was refused for its timeout."),
        _flaw("idle-second-costs-a-bucket", "close-flushes-buffers",
              "A close a second after the last data loses the last passed bucket."),
        _flaw("post-after-flush-is-lost", "close-flushes-buffers accepted-data-is-kept",
              "A close loses what was posted after a flush."),
        _flaw("only-last-post-is-analysed", "close-flushes-buffers accepted-data-is-kept",
              "Of what waits to be analysed only the last upload is."),
        _flaw("close-of-closed-drops-results", "closed-job-keeps-results closing-closed-job close-flushes-buffers "
              "reopen-continues-analysis", "A close of a closed job deletes its results."),
        _flaw("list-drops-results-of-closed", "close-many closed-job-keeps-results closing-closed-job "
              "close-flushes-buffers", "A close of several jobs deletes the results of those that are closed."),
        _flaw("force-of-closed-drops-snapshots", "close-persists-snapshot closing-closed-job",
              "A forced close of a closed job deletes its snapshots."),
        _flaw("refused-post-drops-results", "refused-request-changes-nothing closed-job-keeps-results "
              "close-flushes-buffers", "A post that a closed job refuses deletes its results."),
        _flaw("refused-flush-drops-snapshots", "refused-request-changes-nothing close-persists-snapshot",
              "A flush that a closed job refuses deletes its snapshots."),
        _flaw("refused-open-resets-counts", "refused-request-changes-nothing accepted-data-is-kept "
              "close-flushes-buffers", "An open that an opened job refuses sets its counts to nought."),
        # What jobs do to each other
        _flaw("close-drops-results-of-others", "close-touches-one-job closed-job-keeps-results",
              "A close deletes the results of closed jobs."),
        _flaw("close-drops-snapshots-of-others", "close-touches-one-job close-persists-snapshot",
              "A close deletes snapshots of closed jobs."),
        _flaw("close-counts-in-others", "close-touches-one-job", "A close counts a record in closed jobs."),
        _flaw("close-beside-another-is-forgotten", "close-ends-open-job closed-means-closed close-touches-one-job "
              "concurrent-requests-linearize close-many", "A close while another job is closing does nothing."),
        _flaw("posts-overwrite-each-other", "close-flushes-buffers accepted-data-is-kept",
              "Of posts that overlap only the last one counts."),
        _flaw("posts-beside-a-close-are-lost", "close-flushes-buffers accepted-data-is-kept close-touches-one-job",
              "While another job is closing an opened one takes data and loses them."),
        _flaw("list-close-is-forced", "close-many close-flushes-buffers close-persists-snapshot "
              "close-waits-for-housekeeping", "A close of several jobs is a forced one."),
        _flaw("list-writes-no-snapshot", "close-persists-snapshot close-many",
              "A close of several jobs writes no snapshots."),
        _flaw("wildcard-ignores-timeout", "timeout-bounds-wait close-many",
              "The timeout of a close of a wildcard is not looked at."),
        _flaw("long-timeouts-overflow", "timeout-takes-time-units timeout-bounds-wait",
              "Timeouts of more milliseconds than 32 bits hold are up at once."),
        # Nobodies, and others than before
        _flaw("unknown-user-may-close", "anonymous-refused", "A user whom nobody has made closes jobs."),
        _flaw("empty-password-may-close", "anonymous-refused", "An empty password is not looked at."),
        _flaw("unknown-token-may-close", "anonymous-refused", "Credentials of an unknown scheme are not looked at."),
        _flaw("only-closer-may-reopen", "job-reopens", "Only who has closed a job may open it again."),
        _flaw("only-opener-may-close", "manage-ml-may-close manage-may-close", "Only who has opened a job may close it."),
        _flaw("forbidden-requests-are-done", "refused-request-changes-nothing close-requires-privilege",
              "What a caller may not do is refused and done, but for closes."),
    )
}


class Flawed:
    """Whether the server has a flaw. A name that no flaw has is a mistake of ours."""

    def __init__(self, names=()):
        unknown = set(names) - set(FLAWS)
        if unknown:
            raise ValueError(f"no flaw is called {sorted(unknown)}")
        self.names = frozenset(names)

    def __call__(self, name):
        if name not in FLAWS:
            raise KeyError(name)
        return name in self.names

    def time_span(self, value):
        """The seconds that a flawed server reads, or None to read on."""
        if self("number-without-unit-accepted") and value.isdigit():
            return int(value)
        if self("weeks-accepted") and value.endswith("w") and value[:-1].isdigit():
            return int(value[:-1]) * 7 * 86400
        if self("nanos-overflow") and value.endswith("nanos") and value[:-5].isdigit() and int(value[:-5]) >= 2**31:
            return 0
        if self("minutes-are-seconds") and value.endswith("m") and value[:-1].isdigit():
            return int(value[:-1])
        if self("days-overflow") and value.endswith("d") and value[:-1].isdigit():
            return 0
        if self("nought-waits-for-ever") and value in ("0s", "0ms", "0m"):
            return 1e6
        if self("milliseconds-round-up") and value.endswith("ms") and value[:-2].isdigit():
            return -(-int(value[:-2]) // 10000) * 10
        return None
