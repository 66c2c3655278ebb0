"""Moods: how a server that does everything right may differ from another one that does, too."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mood:
    """How long things take and what answers look like. Nothing of this is wrong."""

    name: str
    text: str
    close_seconds_usual: float = 0.1
    cold_closes: int = 0  # the first so many closes take four seconds
    open_seconds: float = 0.01
    background_seconds: float = 0.2
    feed_batch_seconds: float = 0.01
    feed_close_delay_seconds: float = 0.05
    delay_seconds: float = 0.0  # before each answer
    jitter_seconds: float = 0.0
    open_jobs_max: int = 1000
    other_words: bool = False
    keep_alive: bool = True
    chunked: bool = False
    shows_closing: bool = True
    analyses_at_once: bool = True
    read_seconds: float = 0.0  # before each answer to a GET
    refresh_seconds: float = 0.0  # until a reader sees the results of an opened job; a close waits for that
    closes_one_by_one: bool = False
    tires_seconds: float = 0.0  # by which each close takes longer than the one before, up to a second
    busy_ratio: float = 0.0  # of requests that are told to come again in a second
    unavailable_ratio: float = 0.0  # of requests that are answered 503 and do nothing
    gateway_ratio: float = 0.0  # of requests whose answer is lost in a gateway, which says 502
    other_spelling: bool = False
    http_version: str = "1.1"
    compresses: bool = False
    long_words: bool = False

    def close_seconds(self, server):
        """How long the next normal close takes."""
        server.closes_begun += 1
        if server.closes_begun <= self.cold_closes:
            return 4.0
        return self.close_seconds_usual + min(1.0, self.tires_seconds * server.closes_begun)


MOODS = {
    mood.name: mood
    for mood in (
        Mood("plain", "Closes take 100 ms, everything else is immediate."),
        Mood("slow-closes", "Closes take two seconds.", close_seconds_usual=2.0, background_seconds=2.0),
        Mood("slow-everything", "Every answer takes 150 ms more.", delay_seconds=0.15, open_seconds=0.3),
        Mood("jitter", "Every answer takes up to 200 ms more, at random.", jitter_seconds=0.2),
        Mood("far", "Every answer takes 200 ms more, and up to 100 ms on top, at random.", delay_seconds=0.2,
             jitter_seconds=0.1),
        Mood("cold", "The first ten closes take four seconds, later ones 100 ms.", cold_closes=10),
        Mood("one-open-job", "A second job cannot be opened: 429.", open_jobs_max=1),
        Mood("other-words", "Errors have other texts and types, and answers have more members.", other_words=True),
        Mood("no-keep-alive", "Every answer ends its connection.", keep_alive=False),
        Mood("chunked", "Answers come in chunks of seven bytes.", chunked=True),
        Mood("discreet", "Neither `closing` nor `opening` ever shows.", shows_closing=False),
        Mood("late-results", "Results can be read after a flush or a close only.", analyses_at_once=False),
        Mood("slow-reads", "Reads take half a second, closes 100 ms.", read_seconds=0.5),
        Mood("refreshes-each-second", "Results of opened jobs show a second late; a close waits for them.",
             refresh_seconds=1.0, close_seconds_usual=0.3),
        Mood("one-close-at-a-time", "Closes of several jobs take their turns.", closes_one_by_one=True),
        Mood("tiring", "Each close takes 10 ms longer than the one before, up to a second.", tires_seconds=0.01),
        Mood("busy-now-and-then", "One request in fifty is told to come again in a second: 429.", busy_ratio=0.02),
        Mood("unavailable-now-and-then", "One request in a hundred is answered 503.", unavailable_ratio=0.01),
        Mood("gateway-hiccups", "One answer in a hundred is lost in a gateway: 502.", gateway_ratio=0.01),
        Mood("other-spelling", "Members come in reverse, counts as floats, and everything has more members and headers.",
             other_spelling=True, other_words=True),
        Mood("http-1.0", "HTTP/1.0: every answer ends with its connection.", http_version="1.0", keep_alive=False),
        Mood("compressed", "Answers are compressed for whoever takes that.", compresses=True),
        Mood("long-words", "Errors have texts of 20 KiB in several scripts.", long_words=True),
        Mood("instant", "Closes take no time at all.", close_seconds_usual=0.0, background_seconds=0.0),
    )
}
