#include "model/history_summary.h"

#include <algorithm>

namespace closecheck::model {
namespace {

bool closes(RequestKind kind) {
  return kind == RequestKind::close || kind == RequestKind::force_close;
}
bool removes(RequestKind kind) {
  return kind == RequestKind::remove || kind == RequestKind::force_remove;
}
bool moves_job(RequestKind kind) {
  return kind == RequestKind::open || kind == RequestKind::post || kind == RequestKind::flush || closes(kind) ||
         removes(kind);
}

/// What may stop a datafeed, or begin another run of it.
bool moves_feed(RequestKind kind) {
  return kind == RequestKind::start_feed || kind == RequestKind::start_endless_feed || kind == RequestKind::stop_feed ||
         kind == RequestKind::remove_feed || kind == RequestKind::force_close || removes(kind);
}

bool overlap(const LogEntry& one, const LogEntry& other) {
  return one.item < other.answer_item && other.item < one.answer_item;
}

/// Whether some other request of such a kind overlaps it.
template <class Kinds>
bool overlaps_another(const Log& log, std::uint32_t index, Kinds kinds) {
  const LogEntry& entry = log.entries[index];
  return std::ranges::any_of(log.entries, [&](const LogEntry& other) {
    return &other != &entry && kinds(other.question.kind) && overlap(entry, other);
  });
}

class Summarizer {
 public:
  explicit Summarizer(const Log& log) : log_(log) {
    summary_.opens = log.start.opens;
    summary_.ever_died = log.start.died;
    summary_.removed = log.start.removed;
  }

  HistorySummary take(std::size_t items, std::uint32_t blamed) {
    for (std::size_t i = 0; i < items; ++i) {
      const LogItem& item = log_.items[i];
      if (item.type == ItemType::fault)
        fault(item.fault);
      else if (item.type == ItemType::settled)
        settled_ = true;
      else if (item.type != ItemType::counts && item.entry != blamed)
        exchange(item);
    }
    const auto moves_ending = [](RequestKind kind) { return closes(kind) || kind == RequestKind::open; };
    summary_.ending_overlapped =
        summary_.ending == Ending::normal && overlaps_another(log_, summary_.ending_entry, moves_ending);
    summary_.overlaps = blamed < log_.entries.size() && overlaps_another(log_, blamed, moves_job);
    return std::move(summary_);
  }

 private:
  void fault(Fault fault) {
    if (fault == Fault::fail_job) {
      summary_.died = summary_.ever_died = true;
      summary_.refused_close = false;
      forget_feed();
    }
    if (fault == Fault::hang_close) summary_.hung = true;
  }

  void exchange(const LogItem& item) {
    const LogEntry& entry = log_.entries[item.entry];
    if (closes(entry.question.kind)) closing_ += item.type == ItemType::invoke ? 1 : -1;
    if (moves_feed(entry.question.kind)) forget_feed();
    if (item.type == ItemType::invoke) return;
    if (entry.told_refusal()) refused(entry);
    if (entry.question.kind == RequestKind::close && entry.told(RequestOutcome::timed_out)) closed(item.entry);
    if (entry.told(RequestOutcome::accepted)) accepted(entry, item.entry);
    if (feed_with_end_ && summary_.ending == Ending::none) end(Ending::by_feed, item.entry, false);
  }

  void refused(const LogEntry& entry) {
    const RequestKind kind = entry.question.kind;
    if (kind == RequestKind::open && summary_.ending != Ending::none) summary_.refused_open = true;
    if (closes(kind) || removes(kind) || kind == RequestKind::invalid) summary_.refused_close = true;
    if (kind == RequestKind::close) summary_.feed_barred_close = summary_.feed_barred_close || feed_seen_running_;
    if (kind == RequestKind::post && entry.question.records > 0)
      summary_.refused_posts.push_back(static_cast<std::uint64_t>(entry.question.records));
  }

  void accepted(const LogEntry& entry, std::uint32_t index) {
    const auto records = static_cast<std::uint64_t>(entry.question.records);
    switch (entry.question.kind) {
      case RequestKind::close:
        return closed(index);
      case RequestKind::force_close:
        if (summary_.ending != Ending::normal) end(Ending::forced, index);
        return;
      case RequestKind::open: {
        const bool was_overtaken =
            summary_.ending == Ending::normal && overlap(entry, log_.entries[summary_.ending_entry]);
        opened();
        if (was_overtaken) summary_.ending = Ending::normal;
        return;
      }
      case RequestKind::post:
        summary_.period += records;
        if (closing_ > 0 || summary_.ending != Ending::none) summary_.queued += records;
        return;
      case RequestKind::start_feed:
        feed_with_end_ = true;
        summary_.period += records;
        return;
      case RequestKind::remove:
      case RequestKind::force_remove:
        summary_ = {};
        summary_.removed = true;
        return;
      case RequestKind::feed_stats:
        feed_seen_running_ = entry.answer.feed_started == true;
        return;
      case RequestKind::stats:
        if (entry.answer.state == JobState::closed) read_closed(entry.answer);
        return;
      default:
        return;
    }
  }

  void closed(std::uint32_t index) {
    const LogEntry& entry = log_.entries[index];
    const bool in_time = entry.told(RequestOutcome::accepted);
    if (summary_.ending == Ending::forced) return;
    if (!in_time) summary_.hung = true;
    if (!in_time && summary_.ending == Ending::normal) return;
    end(in_time ? Ending::normal : Ending::timed_out, index);
    summary_.ending_late = in_time && entry.answer.late;
  }

  void end(Ending ending, std::uint32_t index, bool by_request = true) {
    summary_.ending = ending;
    summary_.ending_entry = index;
    if (!by_request) return;
    summary_.refused_open = false;
    forget_readings();
  }

  void opened() {
    ++summary_.opens;
    summary_.ending = Ending::none;
    summary_.period = 0;
    summary_.died = summary_.hung = summary_.refused_open = summary_.refused_close = false;
    forget_readings();
    feed_with_end_ = false;
  }

  void forget_feed() { feed_seen_running_ = summary_.feed_barred_close = false; }

  void forget_readings() {
    summary_.closed_count = -1;
    summary_.seen_closed = settled_ = false;
  }

  void read_closed(const Answer& answer) {
    // Until it has settled, a job that was closed by force may read as anything.
    summary_.seen_closed = summary_.ending != Ending::forced || settled_;
    if (answer.processed) summary_.closed_count = *answer.processed;
  }

  const Log& log_;
  HistorySummary summary_;
  int closing_ = 0;
  bool feed_with_end_ = false;
  bool feed_seen_running_ = false;  // by the last reading, and nothing has moved it since
  bool settled_ = false;            // since the job came to be closed
};

}  // namespace

HistorySummary summarize(const Log& log, std::size_t item, std::uint32_t blamed) {
  return Summarizer(log).take(item, blamed);
}

}  // namespace closecheck::model
