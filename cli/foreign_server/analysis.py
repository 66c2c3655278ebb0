"""What is computed from a job's data: counts, buckets, records and model snapshots."""

import copy
import time

from grammar import now_ms

EMPTY_COUNTS = {
    "processed_record_count": 0,
    "processed_field_count": 0,
    "input_bytes": 0,
    "input_field_count": 0,
    "invalid_date_count": 0,
    "missing_field_count": 0,
    "out_of_order_timestamp_count": 0,
    "empty_bucket_count": 0,
    "sparse_bucket_count": 0,
    "bucket_count": 0,
}
GAP_BUCKETS_MAX = 20000


class Analysis:
    """Takes records in the order of time. What has been written to the results stands in `buckets` and `records`."""

    def __init__(self, job_id, span_ms, fields, flawed):
        self.job_id = job_id
        self.span_ms = span_ms
        self.fields = fields
        self.flawed = flawed
        self.counts = dict(EMPTY_COUNTS)
        self.earliest_ms = None
        self.latest_ms = None
        self.buckets = {}  # by their start: what can be read
        self.records = []
        self.waiting = []  # accepted, and not analysed yet
        self.unfinished_start_ms = None
        self.unfinished_count = 0
        self.finished = {}  # by their start: passed, and not written to the results yet
        self.history_total = 0
        self.history_buckets = 0
        self.snapshots = []
        self.model_bytes = 0
        self.touched = False
        self.last_data_ms = None
        self.earlier = []  # what readers saw from when on, the oldest first

    def accept(self, records, bytes_count):
        """Counts an upload and lines it up; returns its own counts."""
        upload = dict(EMPTY_COUNTS, input_bytes=bytes_count)
        upload_latest_ms = None
        for time_ms, field_count, analysed_count in records:
            upload["input_field_count"] += field_count
            if time_ms is None:
                upload["invalid_date_count"] += 1
            elif self.latest_ms is not None and time_ms // 1000 < self.latest_ms // 1000:
                upload["out_of_order_timestamp_count"] += 1
            else:
                upload["processed_record_count"] += 1
                upload["processed_field_count"] += analysed_count
                upload["missing_field_count"] += max(0, self.fields - analysed_count)
                self.earliest_ms = time_ms if self.earliest_ms is None else self.earliest_ms
                self.latest_ms = time_ms
                upload_latest_ms = time_ms
                self.waiting.append(time_ms)
                self.touched = True
        self.last_data_ms = now_ms()
        for name, value in upload.items():
            self.counts[name] += value
        answer = dict(upload, job_id=self.job_id, input_record_count=len(records), last_data_time=self.last_data_ms)
        if upload_latest_ms is not None:
            answer["latest_record_timestamp"] = upload_latest_ms
        return answer

    def analyse_waiting(self):
        """Brings the model up to what was accepted. Passed buckets wait to be written."""
        for time_ms in self.waiting:
            start_ms = time_ms - time_ms % self.span_ms
            if self.unfinished_start_ms is None:
                self.unfinished_start_ms = start_ms
            passed = min((start_ms - self.unfinished_start_ms) // self.span_ms, GAP_BUCKETS_MAX)
            for _ in range(max(0, passed)):
                self.finish_bucket()
            self.unfinished_start_ms = max(start_ms, self.unfinished_start_ms)
            self.unfinished_count += 1
        self.waiting = []

    def finish_bucket(self):
        """The unfinished bucket has been passed."""
        self.finished[self.unfinished_start_ms] = self.unfinished_count
        self.counts["bucket_count"] += 1
        self.counts["empty_bucket_count"] += self.unfinished_count == 0
        self.unfinished_start_ms += self.span_ms
        self.unfinished_count = 0

    def write_results(self):
        """Writes the passed buckets, final, and a record for each that stands out."""
        self._will_change()
        for start_ms, count in sorted(self.finished.items()):
            before = self.buckets.get(start_ms)
            if self.flawed("interim-count-stays") and before is not None and before["is_interim"]:
                count = before["event_count"]
            self.buckets[start_ms] = self._bucket(start_ms, count, False)
            self.records = [record for record in self.records if record["timestamp"] != start_ms]
            typical = self.history_total / self.history_buckets if self.history_buckets else count
            if count > 3 * typical and count > 3:
                self.records.append(self._record(start_ms, count, typical))
            self.history_total += count
            self.history_buckets += 1
        self.finished = {}

    def write_interim(self):
        """Writes what is known of the unfinished bucket."""
        self._will_change()
        if self.unfinished_start_ms is not None:
            bucket = self._bucket(self.unfinished_start_ms, self.unfinished_count, True)
            self.buckets[self.unfinished_start_ms] = bucket

    def _will_change(self):
        self.earlier.append((time.monotonic(), dict(self.buckets), list(self.records)))

    def refresh(self):
        """From now on readers see everything."""
        self.earlier = []

    def seen(self, seconds):
        """The buckets and records that a reader sees who is so far behind."""
        then = time.monotonic() - seconds
        self.earlier = [entry for entry in self.earlier if entry[0] >= then]
        if self.earlier:
            return self.earlier[0][1], self.earlier[0][2]
        return self.buckets, self.records

    def persist(self, timestamp_ms):
        """Writes a model snapshot that covers everything analysed."""
        taken = {str(snapshot["snapshot_id"]) for snapshot in self.snapshots}
        number = timestamp_ms // 1000
        if str(number) in taken:
            self.snapshots = [s for s in self.snapshots if s["snapshot_id"] != str(number)]
        snapshot = {
            "job_id": self.job_id,
            "timestamp": number * 1000,
            "description": f"State persisted due to job close at {number}",
            "snapshot_id": str(number),
            "snapshot_doc_count": 1,
            "model_size_stats": self.size(),
            "retain": False,
        }
        if self.latest_ms is not None:
            snapshot["latest_record_time_stamp"] = self.latest_ms
            snapshot["latest_result_time_stamp"] = max(self.buckets, default=0)
        self.snapshots.append(snapshot)
        return snapshot["snapshot_id"]

    def model(self):
        """What a killed process loses, to come back to."""
        return copy.deepcopy((self.unfinished_start_ms, self.unfinished_count, self.history_total, self.history_buckets))

    def restore(self, model):
        """Comes back to the model of an earlier time; what has been written stays."""
        start_ms, count, self.history_total, self.history_buckets = copy.deepcopy(model)
        self.waiting = []
        self.finished = {}
        if self.unfinished_start_ms == start_ms:
            self.unfinished_count = count
        else:
            self.unfinished_count = 0

    def data_counts(self):
        """The totals, as the statistics have them."""
        counts = dict(self.counts, job_id=self.job_id)
        counts["input_record_count"] = (
            counts["processed_record_count"] + counts["invalid_date_count"] + counts["out_of_order_timestamp_count"]
        )
        if self.latest_ms is not None:
            counts["earliest_record_timestamp"] = self.earliest_ms
            counts["latest_record_timestamp"] = self.latest_ms
            counts["last_data_time"] = self.last_data_ms
        return counts

    def size(self):
        """What the model takes; the figures mean nothing."""
        self.model_bytes = 20000 + self.history_buckets if self.latest_ms is not None else 0
        return {
            "job_id": self.job_id,
            "result_type": "model_size_stats",
            "model_bytes": self.model_bytes,
            "total_by_field_count": 3,
            "total_over_field_count": 0,
            "total_partition_field_count": 2,
            "bucket_allocation_failures_count": 0,
            "memory_status": "ok",
            "log_time": self.last_data_ms or 0,
        }

    def _bucket(self, start_ms, count, interim):
        return {
            "job_id": self.job_id,
            "timestamp": start_ms,
            "anomaly_score": 0.0,
            "bucket_span": self.span_ms // 1000,
            "initial_anomaly_score": 0.0,
            "event_count": count,
            "is_interim": interim,
            "bucket_influencers": [],
            "processing_time_ms": 0,
            "result_type": "bucket",
        }

    def _record(self, start_ms, count, typical):
        return {
            "job_id": self.job_id,
            "result_type": "record",
            "probability": 0.001,
            "record_score": 90.0,
            "initial_record_score": 90.0,
            "bucket_span": self.span_ms // 1000,
            "detector_index": 0,
            "is_interim": self.flawed("records-stay-interim"),
            "timestamp": start_ms,
            "function": "count",
            "function_description": "count",
            "typical": [typical],
            "actual": [float(count)],
        }
