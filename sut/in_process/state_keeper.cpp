#include "in_process/state_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "closecheck/vocabulary/profile.h"
#include "in_process/state_fields.h"

namespace closecheck::sut {
namespace {

// Keys are `kind/part/owner`: an owner may hold any character. `_` sorts behind `/`, so that in the order of keys a job
// comes before its parts, and a part before the next.
constexpr std::string_view kJob = "job";
constexpr std::string_view kBuckets = "job_buckets";
constexpr std::string_view kRecords = "job_records";
constexpr std::string_view kModel = "job_snapshot_model";
constexpr std::string_view kIndex = "index";
constexpr std::string_view kVisible = "index_visible";
constexpr std::string_view kWaiting = "index_waiting";
constexpr std::string_view kFeed = "feed";
constexpr std::string_view kSettings = "settings";
constexpr std::string_view kCalendars = "calendars";
constexpr std::string_view kClock = "clock//";

/// So many elements of a long list share a row.
constexpr std::size_t kChunk = 128;

std::string key_of(std::string_view kind, std::string_view owner) {
  return fmt::format("{}//{}", kind, owner);
}
std::string key_of(std::string_view kind, std::size_t part, std::string_view owner) {
  return fmt::format("{}/{:010}/{}", kind, part, owner);
}

struct Key {
  std::string_view kind;
  std::size_t part = 0;
  std::string_view owner;
};
Key parse_key(std::string_view text) {
  const std::size_t first = text.find('/');
  const std::size_t second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos) throw StateUnreadable(fmt::format("there is a row `{}`", text));
  Key key{text.substr(0, first), 0, text.substr(second + 1)};
  for (const char c : text.substr(first + 1, second - first - 1))
    key.part = key.part * 10 + static_cast<unsigned>(c - '0');
  return key;
}

std::size_t fingerprint(const std::string& bytes) {
  return std::hash<std::string>()(bytes);
}

/// Gathers the rows of one owner: what is as it was costs a fingerprint and no write.
class RowSet {
 public:
  RowSet(const std::map<std::string, std::size_t>& before, RowChanges& changes) : before_(before), changes_(changes) {}

  void add(std::string key, std::string bytes) {
    const std::size_t mark = fingerprint(bytes);
    const auto known = before_.find(key);
    if (known == before_.end() || known->second != mark) changes_.push_back({key, std::move(bytes)});
    rows_.insert_or_assign(std::move(key), mark);
  }
  /// A row that is known to be as it was. False: there is none.
  bool keep(const std::string& key) {
    const auto known = before_.find(key);
    if (known == before_.end()) return false;
    rows_.insert(*known);
    return true;
  }
  template <class Value>
  void add_list(std::string_view kind, std::string_view owner, const std::vector<Value>& values) {
    for (std::size_t from = 0, part = 0; from < values.size(); from += kChunk, ++part) {
      StateWriter writer;
      for (std::size_t i = from; i < std::min(from + kChunk, values.size()); ++i) writer(values[i]);
      add(key_of(kind, part, owner), writer.take());
    }
  }
  std::map<std::string, std::size_t> take() { return std::move(rows_); }

 private:
  const std::map<std::string, std::size_t>& before_;
  RowChanges& changes_;
  std::map<std::string, std::size_t> rows_;
};

template <class Value>
void read_list(const std::string& bytes, std::vector<Value>& values) {
  StateReader reader(bytes);
  while (!reader.at_end()) reader(values.emplace_back());
}

std::string clock_row(const Core& core) {
  StateWriter writer;
  writer(std::string(name(core.manner().profile)));
  StateAccess::clock(writer, core);
  return writer.take();
}

void read_clock(const std::string& bytes, Core& core) {
  StateReader reader(bytes);
  std::string profile;
  reader(profile);
  if (profile != name(core.manner().profile))
    throw StateUnreadable(fmt::format("the jobs are of profile {}, not {}", profile, name(core.manner().profile)));
  StateAccess::clock(reader, core);
  reader.finish();
}

bool is_of_job(const Key& key) {
  return key.kind == kJob || key.kind == kBuckets || key.kind == kRecords || key.kind == kModel;
}

/// Puts jobs, indices and datafeeds together again, row by row.
class RowReader {
 public:
  /// Throws StateUnreadable.
  void read(const Key& key, const std::string& text, const std::string& bytes) {
    if (key.kind == kJob)
      read_job(key, bytes);
    else if (key.kind == kBuckets)
      read_list(bytes, StateAccess::results(job_of(key)).buckets);
    else if (key.kind == kRecords)
      read_list(bytes, StateAccess::results(job_of(key)).records);
    else if (key.kind == kModel)
      read_whole(bytes, snapshot_of(key).model);
    else if (key.kind == kIndex)
      read_index(key, bytes);
    else if (key.kind == kVisible)
      read_list(bytes, StateAccess::visible(index_of(key)));
    else if (key.kind == kWaiting)
      read_list(bytes, StateAccess::waiting(index_of(key)));
    else if (key.kind == kFeed)
      read_whole(bytes, feeds_.emplace_back());
    else if (key.kind == kSettings)
      read_settings(bytes);
    else if (key.kind == kCalendars)
      read_whole(bytes, calendars_);
    else
      throw StateUnreadable(fmt::format("there is a row `{}`", text));
  }

  void put_into(Core& core) && {
    for (auto& [id, job] : jobs_) {
      StateAccess::mark_stored(job);
      StateAccess::jobs(core).add(std::move(job));
    }
    for (auto& [name, index] : indices_) {
      StateAccess::find_ids(index);
      StateAccess::mark_stored(index);
      StateAccess::indices(core).add(std::move(index));
    }
    for (Datafeed& feed : feeds_) StateAccess::feeds(core).add(std::move(feed));
    StateAccess::settings(core) = std::move(settings_);
    StateAccess::calendars(core) = std::move(calendars_);
  }

 private:
  template <class Value>
  static void read_whole(const std::string& bytes, Value& value) {
    StateReader reader(bytes);
    reader(value);
    reader.finish();
  }
  void read_settings(const std::string& bytes) {
    StateReader reader(bytes);
    StateAccess::lasting(reader, settings_);
    reader.finish();
  }
  void read_job(const Key& key, const std::string& bytes) {
    Job& job = jobs_.emplace(key.owner, StateAccess::empty_job()).first->second;
    StateReader head(bytes);
    StateAccess::head(head, job);
    head.finish();
    StateAccess::plan(job);
  }
  void read_index(const Key& key, const std::string& bytes) {
    StateReader head(bytes);
    StateAccess::head(head, indices_.emplace(key.owner, Index(std::string(key.owner))).first->second);
    head.finish();
  }
  Job& job_of(const Key& key) {
    const auto job = jobs_.find(key.owner);
    if (job == jobs_.end()) throw StateUnreadable(fmt::format("there is a part of a job `{}` and no job", key.owner));
    return job->second;
  }
  StoredSnapshot& snapshot_of(const Key& key) {
    auto& snapshots = StateAccess::snapshots(job_of(key));
    const auto stored = std::ranges::find(snapshots, key.part, &StoredSnapshot::number);
    if (stored == snapshots.end())
      throw StateUnreadable(fmt::format("there is a model of no snapshot of `{}`", key.owner));
    return *stored;
  }
  Index& index_of(const Key& key) {
    const auto index = indices_.find(key.owner);
    if (index == indices_.end()) throw StateUnreadable(fmt::format("there is a part of no index `{}`", key.owner));
    return index->second;
  }

  std::map<std::string, Job, std::less<>> jobs_;
  std::map<std::string, Index, std::less<>> indices_;
  std::vector<Datafeed> feeds_;
  ClusterSettings settings_;
  CalendarList calendars_;
};

/// Empty: there is nothing to store.
std::string settings_row(const ClusterSettings& settings) {
  if (settings.persistent().empty() && !settings.upgrade_mode()) return "";
  StateWriter writer;
  StateAccess::lasting(writer, settings);
  return writer.take();
}

std::string calendars_row(const CalendarList& calendars) {
  if (calendars.calendars.empty() && calendars.filters.empty()) return "";
  StateWriter writer;
  writer(calendars);
  return writer.take();
}

}  // namespace

RowChanges StateKeeper::collect(Core& core) {
  RowChanges changes;
  for (Job& job : StateAccess::jobs(core))
    if (StateAccess::difference(job) != Job::Difference::none) collect_job(job, changes);
  for (Index& index : StateAccess::indices(core))
    if (StateAccess::changed(index)) collect_index(index, changes);
  collect_feeds(core, changes);
  collect_whole(kSettings, settings_row(StateAccess::settings(core)), settings_, changes);
  collect_whole(kCalendars, calendars_row(StateAccess::calendars(core)), calendars_, changes);
  sweep(core, changes);
  if (!changes.empty()) changes.push_back({std::string(kClock), clock_row(core)});
  return changes;
}

void StateKeeper::replace(Kept& kept, std::map<std::string, std::size_t> rows, RowChanges& changes) {
  for (const auto& [key, mark] : kept)
    if (!rows.contains(key)) changes.push_back({key, std::nullopt});
  kept = std::move(rows);
}

void StateKeeper::collect_job(Job& job, RowChanges& changes) {
  Kept& kept = jobs_[job.id()];
  // A job that was deleted and made again has nothing of the old one, whatever the numbers of its snapshots.
  const bool known = StateAccess::difference(job) == Job::Difference::some;
  RowSet rows(kept, changes);
  StateWriter head;
  StateAccess::head(head, std::as_const(job));
  rows.add(key_of(kJob, job.id()), head.take());
  rows.add_list(kBuckets, job.id(), job.analysis().results().buckets);
  rows.add_list(kRecords, job.id(), job.analysis().results().records);
  for (const StoredSnapshot& stored : job.analysis().snapshots().all()) {
    std::string key = key_of(kModel, stored.number, job.id());
    if (known && rows.keep(key)) continue;
    StateWriter model;
    model(stored.model);
    rows.add(std::move(key), model.take());
  }
  replace(kept, rows.take(), changes);
  StateAccess::mark_stored(job);
}

void StateKeeper::collect_index(Index& index, RowChanges& changes) {
  Kept& kept = indices_[index.name()];
  RowSet rows(kept, changes);
  StateWriter head;
  StateAccess::head(head, std::as_const(index));
  rows.add(key_of(kIndex, index.name()), head.take());
  rows.add_list(kVisible, index.name(), StateAccess::visible(index));
  rows.add_list(kWaiting, index.name(), StateAccess::waiting(index));
  replace(kept, rows.take(), changes);
  StateAccess::mark_stored(index);
}

void StateKeeper::collect_feeds(Core& core, RowChanges& changes) {
  // Feeds are few and small, and what drives them writes to them directly.
  std::map<std::string, std::string> feeds;
  for (const Datafeed& feed : StateAccess::feeds(core)) {
    StateWriter writer;
    writer(feed);
    feeds.emplace(feed.id, writer.take());
  }
  for (const auto& [id, bytes] : feeds) {
    const auto known = feeds_.find(id);
    if (known == feeds_.end() || known->second != bytes) changes.push_back({key_of(kFeed, id), bytes});
  }
  for (const auto& [id, bytes] : feeds_)
    if (!feeds.contains(id)) changes.push_back({key_of(kFeed, id), std::nullopt});
  feeds_ = std::move(feeds);
}

void StateKeeper::collect_whole(std::string_view kind, std::string row, std::string& kept, RowChanges& changes) {
  if (row == kept) return;
  changes.push_back({key_of(kind, ""), row.empty() ? std::nullopt : std::optional(row)});
  kept = std::move(row);
}

/// Drops the rows of what is gone. As many as are kept, all of them kept: nothing is gone.
void StateKeeper::sweep(Core& core, RowChanges& changes) {
  const auto drop = [&changes](std::map<std::string, Kept>& all, const auto& there, const auto& name_of) {
    if (all.size() == there.size()) return;
    std::set<std::string> names;
    for (const auto& one : there) names.insert(name_of(one));
    std::erase_if(all, [&](const auto& kept) {
      if (names.contains(kept.first)) return false;
      for (const auto& [key, mark] : kept.second) changes.push_back({key, std::nullopt});
      return true;
    });
  };
  drop(jobs_, StateAccess::jobs(core).all(), [](const Job& job) { return job.id(); });
  drop(indices_, StateAccess::indices(core).all(), [](const Index& index) { return index.name(); });
}

RowChanges StateKeeper::clock_of(const Core& core) {
  return {{std::string(kClock), clock_row(core)}};
}

Core StateKeeper::load(const Rows& rows, const Manner& manner, std::int64_t wall_start_ms) {
  *this = {};
  Core core(manner, wall_start_ms);
  if (rows.empty()) return core;
  const auto clock = rows.find(std::string(kClock));
  if (clock == rows.end()) throw StateUnreadable("there are rows but no clock");
  read_clock(clock->second, core);
  RowReader reader;
  // In the order of the keys a job comes before its parts, and a part before the next.
  for (const auto& [text, bytes] : rows) {
    if (text == kClock) continue;
    const Key key = parse_key(text);
    reader.read(key, text, bytes);
    const std::string owner(key.owner);
    if (key.kind == kFeed)
      feeds_.emplace(owner, bytes);
    else if (key.kind == kSettings)
      settings_ = bytes;
    else if (key.kind == kCalendars)
      calendars_ = bytes;
    else
      (is_of_job(key) ? jobs_ : indices_)[owner].emplace(text, fingerprint(bytes));
  }
  std::move(reader).put_into(core);
  StateAccess::refresh_due(core);
  return core;
}

}  // namespace closecheck::sut
