"""A job: its state, and how it opens, takes data, flushes and closes."""

import asyncio
import copy

import flaw_answers
import flaw_lives
from analysis import Analysis
from answers import Refusal, conflict, not_open
from grammar import now_ms

NODE = {
    "id": "n0de",
    "name": "foreign",
    "ephemeral_id": "eph3meral",
    "transport_address": "127.0.0.1:9300",
    "attributes": {"ml.enabled": "true"},
}


class Job:
    """One job. Everything runs on one event loop, so that what lies between two awaits is one step."""

    def __init__(self, job_id, config, span_ms, fields, server):
        self.id = job_id
        self.config = config
        self.server = server
        self.flawed = server.flawed
        self.state = "closed"
        self.analysis = Analysis(job_id, span_ms, fields, server.flawed)
        self.model_at_open = self.analysis.model()
        self.opened_at = None
        self.closes = 0
        self.opens = 0
        self.slow_close_seconds = None
        self.hangs = False
        self.housekeeping = None  # the task that closes the job
        self.background = None  # what a forced close has left to be finished
        self.forced = False
        self.failed_once = False
        self.was_forced = False
        self.marks = set()  # how it was closed, for flaws
        self.opener = None
        self.closer = None
        self.waiting_closes = 0
        self.closed_at = None
        self.config_at_open = None
        self.timed_out = False
        self.bounded = False  # a close with a timeout was among those that wait
        self.reads_closing_until = 0.0
        self.flushed = False
        self.forgets_waiting = False
        self.written = False  # the results of the close that runs
        self.end_now = asyncio.Event()

    # Opening

    async def open(self):
        """Opens the job, or refuses."""
        flawed = self.flawed
        if self.state == "closing" and flawed("open-while-closing-claims-opened"):
            return
        if self.state != "closed" or self.server.is_opening(self):
            flaw_lives.after_refused_open(self)
            raise conflict(f"Cannot open job [{self.id}] because it has already been opened")
        if flawed("quick-reopen-refused") and self.closed_at is not None:
            if asyncio.get_running_loop().time() - self.closed_at < 0.3:
                raise conflict(f"Cannot open job [{self.id}] because it has not been closed yet")
        if flawed("third-reopen-refused") and self.closes >= 3:
            raise conflict(f"Cannot open job [{self.id}] because it has already been opened")
        if flaw_lives.is_flawed(self, flaw_lives.IS_LOCKED):
            raise conflict(f"Cannot open job [{self.id}] because it has already been opened")
        if flawed("forced-failed-job-stays-locked") and self.failed_once:
            raise conflict(f"Cannot open job [{self.id}] because it has already been opened")
        self.server.reserve_room(self)
        self.state = "opening"
        self.forced = False
        if self.background is not None:
            await asyncio.wait([self.background])
        slowly = flawed("close-while-opening-is-forgotten")
        await asyncio.sleep(0.3 if slowly else self.server.mood.open_seconds)
        if self.state != "opening":
            if flawed("close-while-opening-is-forgotten") and self.state == "closed" and not self.forced:
                pass
            else:
                raise conflict("The job has been closed while waiting to be opened")
        self.start_process()

    def start_process(self):
        """The process is there and has its state back."""
        flawed = self.flawed
        self.state = "opened"
        self.opens += 1
        self.opened_at = asyncio.get_running_loop().time()
        self.closed_at = None
        self.was_forced = False
        self.end_now = asyncio.Event()  # a flawed server stops waiting for a close
        self.written = False
        self.flushed = False
        self.bounded = False
        self.config_at_open = dict(self.config)
        self.config.pop("finished_time", None)
        analysis = self.analysis
        analysis.touched = False
        self.model_at_open = analysis.model()
        if flawed("third-reopen-resets-counts") and self.opens == 4:
            analysis.counts = {name: 0 for name in analysis.counts}
        if flawed("reopen-adds-empty-bucket") and self.opens > 1 and analysis.unfinished_start_ms is not None:
            analysis.finish_bucket()

    # Data

    def post(self, records, bytes_count):
        """Takes an upload, or refuses it; returns its counts."""
        if self.loses_posts():
            return dict(self.analysis.data_counts(), processed_record_count=len(records))
        self.refuse_unless_open()
        if self.flawed("early-posts-are-lost") and asyncio.get_running_loop().time() - self.opened_at < 0.1:
            return self.unheard(records, bytes_count)
        if self.flawed("post-after-flush-is-lost") and self.flushed:
            self.forgets_waiting = True
        counts = self.analysis.accept(records, bytes_count)
        if self.flawed("only-last-post-is-analysed") and records:
            self.analysis.waiting = self.analysis.waiting[-len(records) :]
        if self.server.mood.analyses_at_once:
            self.analysis.analyse_waiting()
            self.analysis.write_results()
        return counts

    def unheard(self, records, bytes_count):
        """The counts of an upload that nothing comes of."""
        unheard = copy.copy(self.analysis)
        unheard.counts, unheard.waiting = dict(unheard.counts), []
        return unheard.accept(records, bytes_count)

    def flush(self, calc_interim):
        """Makes the results of what was accepted readable; returns the end of the last passed bucket."""
        if self.state == "closing" and self.flawed("flush-while-closing-is-500"):
            raise Refusal(500, "exception", f"[{self.id}] exception while flushing job")
        if self.state == "closing":
            self.end_now.set()
        self.refuse_unless_open(flushes=True)
        self.flushed = True
        analysis = self.analysis
        analysis.analyse_waiting()
        analysis.write_results()
        if calc_interim:
            analysis.write_interim()
        if self.flawed("flush-counts-one-more"):
            analysis.counts["processed_record_count"] += 1
        return analysis.unfinished_start_ms or 0

    def refuse_unless_open(self, flushes=False):
        """Data and flushes are taken by an opened job alone."""
        if flaw_lives.works_all_the_same(self, flushes):
            return
        flaw_lives.after_refusal(self, flushes)
        if self.state != "opened":
            raise not_open(self.id)

    def loses_posts(self):
        """Whether the job is so far with its closing that a flawed one takes data and loses them."""
        if self.state == "closed" and self.flawed("closed-post-is-dropped"):
            return True
        return self.state == "closing" and self.written and self.flawed("post-late-in-close-is-lost")

    # Closing

    def begin_close(self):
        """Has the job closed, if nobody has yet; returns what to wait for."""
        if self.housekeeping is None or self.housekeeping.done():
            self.state = "closing"
            flaw_answers.at_the_start_of_close(self)
            self.housekeeping = asyncio.get_running_loop().create_task(self._close())
        return self.housekeeping

    async def _close(self):
        seconds = self.slow_close_seconds
        if seconds is None:
            seconds = self.server.mood.close_seconds(self.server)
        self.slow_close_seconds = None
        if self.hangs:
            await asyncio.Event().wait()
        if self.server.mood.closes_one_by_one:
            async with self.server.turn:
                await self._keep_house(seconds)
        else:
            await self._keep_house(seconds)

    async def _keep_house(self, seconds):
        if self.forgets_waiting:
            self.analysis.waiting = []
            self.forgets_waiting = False
        self.analysis.analyse_waiting()
        await asyncio.sleep(seconds * 0.6)
        self._finish_results()
        self.written = True
        await asyncio.sleep(seconds * 0.4)
        self.finish_close()

    def _finish_results(self):
        flawed = self.flawed
        analysis = self.analysis
        if flawed("last-bucket-lost-on-reopen") and self.closes >= 1 and analysis.finished:
            analysis.finished.pop(min(analysis.finished))
        flaw_lives.at_the_end_of_close(self, now_ms())
        if flawed("close-writes-last-bucket-late") and analysis.finished:
            last = max(analysis.finished)
            count = analysis.finished.pop(last)
            asyncio.get_running_loop().call_later(0.6, lambda: self._write_late(last, count))
        if flawed("timed-out-close-drops-buffer") and self.timed_out:
            analysis.finished = {}
        analysis.write_results()
        if flawed("third-cycle-loses-first-bucket") and self.closes >= 2 and analysis.buckets:
            analysis.buckets.pop(min(analysis.buckets))
        if flawed("close-keeps-hundred-buckets"):
            for start_ms in sorted(analysis.buckets)[:-100]:
                del analysis.buckets[start_ms]
        if flawed("close-sums-wrong") and analysis.buckets:
            analysis.buckets[min(analysis.buckets)]["event_count"] += 1

    def _write_late(self, start_ms, count):
        self.analysis.finished[start_ms] = count
        self.analysis.write_results()

    def finish_close(self):
        """The last step of a close: the snapshot, the time, and the state, at once."""
        flawed = self.flawed
        analysis = self.analysis
        writes = analysis.touched
        if flawed("only-first-close-persists") and self.closes >= 1:
            writes = False
        if flawed("timed-out-close-leaves-no-snapshot") and self.timed_out:
            writes = False
        if flawed("close-with-timeout-leaves-no-snapshot") and self.bounded:
            writes = False
        if flawed("list-writes-no-snapshot") and "in a list" in self.marks:
            writes = False
        if flawed("unflushed-close-leaves-no-snapshot"):
            writes = writes and self.flushed
        if writes:
            self.config["model_snapshot_id"] = analysis.persist(now_ms())
        if flawed("snapshot-is-of-the-open") and analysis.snapshots:
            analysis.snapshots[-1]["latest_record_time_stamp"] = analysis.earliest_ms
        self.closes += 1
        self.timed_out = False
        self.end_process()
        self.config["finished_time"] = now_ms()
        if self.closes == 2:
            flaw_lives.was_closed(self, "twice")
        flaw_lives.reach_into_others(self)
        self._break_metadata()

    def _break_metadata(self):
        flawed = self.flawed
        if flawed("close-undoes-updates") and self.config_at_open is not None:
            for name in ("description", "groups"):
                if name in self.config_at_open:
                    self.config[name] = self.config_at_open[name]
        if flawed("second-close-drops-groups") and self.closes >= 2:
            self.config.pop("groups", None)
        if flawed("close-lowers-memory-limit") and "analysis_limits" in self.config:
            self.config["analysis_limits"] = {"model_memory_limit": "10mb"}
        if flawed("close-turns-settings-into-text") and "custom_settings" in self.config:
            self.config["custom_settings"] = str(self.config["custom_settings"])
        if flawed("close-drops-second-detector"):
            analysis_config = self.config["analysis_config"]
            self.config["analysis_config"] = dict(analysis_config, detectors=analysis_config["detectors"][:1])

    def end_process(self):
        """Nothing runs any more."""
        self.state = "closed"
        self.closed_at = asyncio.get_running_loop().time()
        self.analysis.refresh()
        self.hangs = False
        self.server.leave_room(self)

    def force(self):
        """Closes the job at once, whatever state it is in."""
        flawed = self.flawed
        was = self.state
        flaw_lives.was_closed(self, "by force")
        if was == "failed":
            self.failed_once = True
            flaw_lives.was_closed(self, "failed")
        if was == "failed" and flawed("force-claims-to-close-failed-job"):
            return
        hung = self.hangs
        if self.housekeeping is not None and not self.housekeeping.done():
            if flawed("force-joins-pending-close"):
                return
            self.housekeeping.cancel()
        self.housekeeping = None
        self.slow_close_seconds = None
        self.forced = True
        self.end_process()
        self.was_forced = True
        analysis = self.analysis
        if flawed("force-empties-results"):
            analysis.buckets = {}
        if flawed("force-drops-configuration"):
            self.config.pop("description", None)
            self.config.pop("custom_settings", None)
            self.config.pop("groups", None)
        if was == "failed" or hung or not self.server.dialect.force_finishes_in_background:
            analysis.restore(self.model_at_open)
        elif was in ("opened", "closing"):
            self.background = asyncio.get_running_loop().create_task(self._finish_in_background())

    async def _finish_in_background(self):
        await asyncio.sleep(self.server.mood.background_seconds)
        analysis = self.analysis
        analysis.analyse_waiting()
        analysis.write_results()
        if analysis.touched:
            self.config["model_snapshot_id"] = analysis.persist(now_ms())

    def fail(self):
        """The process has died; a hook's doing."""
        if self.housekeeping is not None and not self.housekeeping.done():
            self.housekeeping.cancel()
        self.state = "failed"
        self.hangs = False
        self.server.leave_room(self)

    # Reading

    def shown_state(self, request, listed):
        """The state that the statistics tell."""
        flawed = self.flawed
        loop_time = asyncio.get_running_loop().time()
        if loop_time < self.reads_closing_until:
            return "closing"
        if self.state == "closed" and self.closed_at is not None and not self.was_forced:
            since = loop_time - self.closed_at
            if flawed("other-connections-see-it-open") and since < 2:
                if request.connection.get("closed") != self.id:
                    return "opened"
            if flawed("lists-see-it-open") and listed:
                return "opened"
            if flawed("reads-wake-the-job") and self.closes >= 2 and since > 0.5:
                return "opened"
            if flawed("closed-reads-opening"):
                return "opening" if since < 0.3 else "closed"
        if self.state in ("closing", "opening") and not self.server.mood.shows_closing:
            return "opened" if self.state == "closing" else "closed"
        return self.state

    def statistics(self, request, listed=False):
        """The job's entry in the statistics."""
        flawed = self.flawed
        entry = {"job_id": self.id, "data_counts": self.analysis.data_counts()}
        entry["model_size_stats"] = self.analysis.size()
        entry["state"] = self.shown_state(request, listed)
        runs = self.state in ("opened", "closing")
        keeps = self.state == "closed" and flaw_lives.is_flawed(self, flaw_lives.KEEPS_NODE)
        if runs or keeps or (flawed("forced-job-keeps-node") and self.was_forced):
            entry["node"] = NODE
            entry["assignment_explanation"] = ""
        grows = flawed("closed-job-grows-old") and self.opened_at is not None
        if (runs or grows) and self.opened_at is not None:
            entry["open_time"] = f"{int(asyncio.get_running_loop().time() - self.opened_at)}s"
        if flawed("every-close-adds-a-record") and self.state == "closed":
            entry["data_counts"]["processed_record_count"] += max(0, self.closes - 1)
            entry["data_counts"]["input_record_count"] += max(0, self.closes - 1)
        return entry
