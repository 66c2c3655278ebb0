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

    def close_seconds(self, server):
        """How long the next normal close takes."""
        if server.closes_begun < self.cold_closes:
            server.closes_begun += 1
            return 4.0
        return self.close_seconds_usual


MOODS = {
    mood.name: mood
    for mood in (
        Mood("plain", "Closes take 100 ms, everything else is immediate."),
        Mood("slow-closes", "Closes take two seconds.", close_seconds_usual=2.0, background_seconds=2.0),
        Mood("slow-everything", "Every answer takes 150 ms more.", delay_seconds=0.15, open_seconds=0.3),
        Mood("jitter", "Every answer takes up to 200 ms more, at random.", jitter_seconds=0.2),
        Mood("cold", "The first ten closes take four seconds, later ones 100 ms.", cold_closes=10),
        Mood("one-open-job", "A second job cannot be opened: 429.", open_jobs_max=1),
        Mood("other-words", "Errors have other texts and types, and answers have more members.", other_words=True),
        Mood("no-keep-alive", "Every answer ends its connection.", keep_alive=False),
        Mood("chunked", "Answers come in chunks of seven bytes.", chunked=True),
        Mood("discreet", "Neither `closing` nor `opening` ever shows.", shows_closing=False),
        Mood("late-results", "Results can be read after a flush or a close only.", analyses_at_once=False),
        Mood("instant", "Closes take no time at all.", close_seconds_usual=0.0, background_seconds=0.0),
    )
}
