"""Drives a whole life of a job through `closecheck serve` with the official Python client, of major version 8 or 9:
`python3 life.py PROGRAM FOLDER VERSION open|secured|tls`. FOLDER has principals.yaml, certificate.pem and key.pem.
Talks to loopback only."""

import contextlib
import os
import subprocess
import sys
import time

from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError
from elasticsearch.helpers import bulk

BEGIN = 1500000000000
SPAN = 60000
CONFIG = {
    "description": "by the official client",
    "groups": ["flights"],
    "analysis_config": {
        "bucket_span": "1m",
        "detectors": [{"function": "mean", "field_name": "responsetime", "by_field_name": "airline"}],
    },
    "data_description": {"time_field": "timestamp", "time_format": "epoch_ms"},
}


@contextlib.contextmanager
def served(program, options):
    """The address of a service with these options."""
    command = [program, "serve", "--port", "0", "--housekeeping", "20ms", "--log-level", "warn", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        try:
            yield service.stdout.readline().strip().removeprefix("listening on ")
        finally:
            service.terminate()


def until(what, ask):
    deadline = time.monotonic() + 30
    while not ask():
        assert time.monotonic() < deadline, f"waited too long: {what}"
        time.sleep(0.02)


@contextlib.contextmanager
def refused(status, kind, words=""):
    """What is done inside must be refused with that status and type."""
    try:
        yield
    except ApiError as error:
        assert (error.status_code, error.error) == (status, kind), f"{error.status_code} {error.body}"
        assert words in error.body["error"]["reason"], error.body
        return
    raise AssertionError("was accepted")


def records(begin, count):
    """Two records a minute, and one minute that is far from usual."""
    for i in range(begin, begin + count):
        for airline in "AAL", "JZA":
            unusual = i == 30 and airline == "AAL"
            yield {"timestamp": BEGIN + i * SPAN + 1000, "airline": airline, "responsetime": 9000 if unusual else 100 + i % 3}


def state_of(ml, job):
    return ml.get_job_stats(job_id=job)["jobs"][0]["state"]


def create_open_post(ml):
    assert ml.put_job(job_id="life", **CONFIG)["groups"] == ["flights"]
    with refused(400, "resource_already_exists_exception"):
        ml.put_job(job_id="life", **CONFIG)
    with refused(409, "status_exception"):
        ml.post_data(job_id="life", data=list(records(0, 1)))
    assert ml.open_job(job_id="life", timeout="20s")["opened"] is True
    posted = ml.post_data(job_id="life", data=list(records(0, 40)))
    assert posted.meta.status == 202 and posted["processed_record_count"] == 80
    assert ml.flush_job(job_id="life", calc_interim=True)["last_finalized_bucket_end"] == BEGIN + 39 * SPAN
    assert ml.get_buckets(job_id="life", exclude_interim=True)["count"] == 39
    found = ml.get_records(job_id="life", record_score=50, sort="record_score", desc=True)
    assert [record["timestamp"] for record in found["records"]] == [BEGIN + 30 * SPAN]
    assert ml.info()["defaults"]


def close_and_reopen(ml):
    assert ml.close_job(job_id="life", timeout="20s") == {"closed": True}
    assert state_of(ml, "life") == "closed"
    snapshots = ml.get_model_snapshots(job_id="life")["model_snapshots"]
    assert len(snapshots) == 1
    ml.update_model_snapshot(job_id="life", snapshot_id=snapshots[0]["snapshot_id"], description="mine")
    ml.open_job(job_id="life")
    ml.post_data(job_id="life", data=list(records(40, 5)))
    assert ml.close_job(job_id="flights", allow_no_match=False) == {"closed": True}
    assert ml.get_job_stats(job_id="life")["jobs"][0]["data_counts"]["processed_record_count"] == 90
    page = ml.get_buckets(job_id="life", from_=10, size=20)
    assert page["count"] == 44 and len(page["buckets"]) == 20
    ml.revert_model_snapshot(job_id="life", snapshot_id=snapshots[0]["snapshot_id"], delete_intervening_results=True)
    assert ml.get_buckets(job_id="life")["count"] == 39


def force_and_delete(ml):
    assert ml.update_job(job_id="life", description="another")["description"] == "another"
    ml.open_job(job_id="life")
    with refused(409, "status_exception", "already been opened"):
        ml.open_job(job_id="life")
    try:
        ml.delete_job(job_id="life")
        raise AssertionError("an open job was deleted")
    except ConflictError:
        pass
    assert ml.close_job(job_id="life", force=True, timeout="10s") == {"closed": True}
    until("the forced close", lambda: state_of(ml, "life") == "closed")
    with refused(404, "resource_not_found_exception"):
        ml.close_job(job_id="nobody")
    with refused(400, "x_content_parse_exception"):
        ml.close_job(job_id="life", timeout="soon")
    ml.reset_job(job_id="life")
    assert ml.delete_job(job_id="life") == {"acknowledged": True}
    try:
        ml.get_jobs(job_id="life")
        raise AssertionError("the deleted job is there")
    except NotFoundError:
        pass


def feed(ml, documents):
    """A datafeed with an end reads what was indexed in bulk, and closes its job."""
    documents.indices.create(index="flights-1")
    assert documents.indices.exists(index="flights-1")
    bulk(documents, ({"_index": "flights-1", "_source": record} for record in records(0, 1000)), refresh=True)
    assert documents.count(index="flights-1")["count"] == 2000
    found = documents.search(index="flights-1", query={"range": {"timestamp": {"gte": BEGIN, "lt": BEGIN + 5 * SPAN}}}, size=3)
    assert found["hits"]["total"]["value"] == 10 and len(found["hits"]["hits"]) == 3
    ml.put_job(job_id="fed", **CONFIG)
    ml.put_datafeed(datafeed_id="feed", job_id="fed", indices=["flights-*"], query={"match_all": {}})
    ml.open_job(job_id="fed")
    assert len(ml.preview_datafeed(datafeed_id="feed").body) == 1000
    assert ml.start_datafeed(datafeed_id="feed", start=str(BEGIN), end=str(BEGIN + 900 * SPAN), timeout="10s")["started"] is True
    until("the end of the datafeed", lambda: state_of(ml, "fed") == "closed")
    assert ml.get_datafeed_stats(datafeed_id="feed")["datafeeds"][0]["state"] == "stopped"
    assert ml.get_job_stats(job_id="fed")["jobs"][0]["data_counts"]["processed_record_count"] == 1800
    ml.open_job(job_id="fed")
    ml.start_datafeed(datafeed_id="feed")
    assert ml.close_job(job_id="fed") == {"closed": True}
    assert ml.stop_datafeed(datafeed_id="feed", force=True, timeout="10s") == {"stopped": True}
    ml.delete_datafeed(datafeed_id="feed")
    ml.delete_job(job_id="fed")
    assert ml.get_jobs()["count"] == 0
    documents.indices.delete(index="flights-1")


def whole_life(client, documents, version):
    assert documents.info()["version"]["number"] == version
    create_open_post(client.ml)
    close_and_reopen(client.ml)
    force_and_delete(client.ml)
    feed(client.ml, documents)


def with_security(url, version, more):
    def user(name, password):
        return Elasticsearch(url, basic_auth=(name, password), **more)

    admin = user("ml_admin", "secret-1")
    whole_life(admin, user("elastic", "secret-4"), version)
    assert admin.security.authenticate()["username"] == "ml_admin"
    assert admin.security.has_privileges(cluster=["manage_ml"])["has_all_requested"]
    admin.ml.put_job(job_id="secured", **CONFIG)
    with refused(403, "security_exception", "is unauthorized for user [ml_reader]"):
        user("ml_reader", "secret-2").ml.close_job(job_id="secured")
    for stranger in Elasticsearch(url, **more), user("ml_admin", "wrong"):
        with refused(401, "security_exception"):
            stranger.ml.close_job(job_id="secured")
    admin.ml.delete_job(job_id="secured")


def main(program, folder, version, manner):
    options = ["--profile", f"es-{version.split('.')[0]}", "--product-version", version]
    if manner != "open":
        options += ["--principals", os.path.join(folder, "principals.yaml")]
    more = {}
    if manner == "tls":
        more["ca_certs"] = os.path.join(folder, "certificate.pem")
        options += ["--tls-certificate", more["ca_certs"], "--tls-key", os.path.join(folder, "key.pem")]
    with served(program, options) as url:
        if manner == "open":
            client = Elasticsearch(url)
            whole_life(client, client, version)
        else:
            with_security(url, version, more)


main(*sys.argv[1:])
