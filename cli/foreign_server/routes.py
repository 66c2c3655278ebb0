"""Which handler serves which path, and the right that its caller needs."""

import re

from closing import Closing

READS, MANAGES, EVERYTHING = 1, 2, 4


def routes(server):
    """Method, right that is needed, path below the base (other paths behind a NUL), handler."""
    closing = Closing(server)
    feeds, results = server.feeds, server.results
    job = r"/anomaly_detectors/([^/]*)"
    feed = r"/datafeeds/([^/]+)"
    table = [
        ("POST", MANAGES, job + "/_close/?", closing.close),
        ("POST", MANAGES, job + "/_open/?", server.open),
        ("POST", MANAGES, job + "/_data/?", server.post),
        ("POST", MANAGES, job + "/_flush/?", server.flush),
        ("POST", MANAGES, job + "/_update/?", server.update),
        ("GET", READS, "/anomaly_detectors/_stats/?", server.stats),
        ("GET", READS, job + "/_stats/?", server.stats),
        ("GET", READS, "/anomaly_detectors/?", server.get),
        ("GET", READS, job + "/?", server.get),
        ("PUT", MANAGES, job + "/?", server.create),
        ("DELETE", MANAGES, job + "/?", server.delete),
        ("POST", MANAGES, job + "/model_snapshots/([^/]+)/_revert/?", results.revert),
        ("GET", READS, "/datafeeds/_stats/?", feeds.stats),
        ("GET", READS, feed + "/_stats/?", feeds.stats),
        ("GET", READS, "/datafeeds/?", feeds.get),
        ("GET", READS, feed + "/?", feeds.get),
        ("PUT", MANAGES, feed + "/?", feeds.put),
        ("DELETE", MANAGES, feed + "/?", feeds.delete),
        ("POST", MANAGES, feed + "/_start/?", feeds.start),
        ("POST", MANAGES, feed + "/_stop/?", feeds.stop),
        ("GET", EVERYTHING - 1, "\0/", server.root),
        ("POST", None, "\0/_test/jobs/([^/]+)/(_fail|_slow|_hang)", server.hook),
        ("GET", EVERYTHING, "\0/_search", feeds.search),
        ("GET", EVERYTHING, "\0/([^_/][^/]*)/_search", feeds.search),
        ("POST", EVERYTHING, "\0/_bulk", feeds.bulk),
        ("POST", EVERYTHING, "\0/([^_/][^/]*)/_bulk", feeds.bulk),
        ("POST", EVERYTHING, "\0/([^_/][^/]*)/([^/]+)/_bulk", feeds.bulk),
        ("POST", EVERYTHING, "\0/([^_/][^/]*)/_refresh", feeds.refresh),
        ("PUT", EVERYTHING, "\0/([^_/][^/]*)", feeds.put_index),
        ("DELETE", EVERYTHING, "\0/([^_/][^/]*)", feeds.delete_index),
        ("POST", EVERYTHING, "\0/([^_/][^/]*)/([^_/][^/]*|_doc)", feeds.put_document),
        ("PUT", EVERYTHING, "\0/([^_/][^/]*)/([^_/][^/]*|_doc)/([^/]+)", feeds.put_document),
        ("POST", EVERYTHING, "\0/([^_/][^/]*)/([^_/][^/]*|_doc)/([^/]+)", feeds.put_document),
    ]
    for method in ("GET", "POST"):
        table += [
            (method, READS, job + "/results/buckets/?", results.buckets),
            (method, READS, job + r"/results/buckets/([^/]+)/?", results.buckets),
            (method, READS, job + "/results/records/?", results.records),
            (method, READS, job + "/results/(influencers|categories)/?", results.nothing),
            (method, READS, job + "/model_snapshots/?", results.snapshots),
            (method, READS, job + r"/model_snapshots/([^/]+)/?", results.snapshots),
        ]
    if server.dialect.forecasts:
        table.append(("POST", MANAGES, job + "/_forecast/?", server.forecast))
    return [(method, right, re.compile(path), handler) for method, right, path, handler in table]
