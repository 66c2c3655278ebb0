// Datafeeds and the little index store that they read. Plain copyable values; the core tells them the time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "in_process/job.h"
#include "wire/service_answer.h"

namespace closecheck::sut {

/// Documents of one index. Those that wait for a refresh are not found by searches.
class Index {
 public:
  explicit Index(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  void add(const std::vector<Record>& documents);
  /// Adds a document (true), or replaces the one of the same id (false). Tells its id.
  std::pair<bool, std::string> put(Document document);
  bool remove(std::string_view id);
  void remove_if(const std::function<bool(const Document&)>& is_one);
  /// Searches or not: a document is found by its id at once. Null: there is none.
  const Document* find(std::string_view id) const;
  void refresh();

  /// Up to `count_max` documents with times in `from_ms <= time < to_ms`, in the order of the field that says their
  /// time. Documents of one time are never split, so that the next search can begin behind the last one.
  std::vector<const Document*> search(std::string_view time_field, std::int64_t from_ms, std::int64_t to_ms,
                                      std::size_t count_max);
  /// All that a search can find, in the order of their times.
  const std::vector<Document>& visible() const { return visible_; }

  /// Takes no document and gives none, until it is opened.
  bool is_closed() const { return closed_; }
  void close(bool closed) {
    closed_ = closed;
    changed_ = true;
  }

  /// The fields that it was told to expect, with dots; empty: it takes them as they come.
  const std::vector<std::string>& expected_fields() const { return fields_; }
  void expect(std::vector<std::string> fields) {
    fields_ = std::move(fields);
    changed_ = true;
  }
  /// Whether it expects the field, or a document has it.
  bool has_field(std::string_view name) const;

  /// Is to be refreshed then at the latest.
  void refresh_by(Time due) {
    changed_ = changed_ || due < refresh_due;
    refresh_due = due < refresh_due ? due : refresh_due;
  }
  Time refresh_due = kNever;

 private:
  friend struct StateAccess;
  std::string name_;
  std::vector<Document> visible_;  // in time order
  std::vector<Document> waiting_;
  std::string ordered_by_ = "time";
  std::unordered_set<std::string> ids_;
  std::int64_t last_id_ = 0;
  bool closed_ = false;
  std::vector<std::string> fields_;
  bool changed_ = true;  // since it was stored
};

/// Whether the query finds the document.
bool fits(const Document& document, const DocumentQuery& query);

/// Documents as the plan of a job reads them, at the times that their index is ordered by.
std::vector<ReadRecord> read_records_of_documents(const std::vector<const Document*>& documents, const Plan& plan);

/// Whether a list of names and patterns names the index.
bool names_index(std::string_view expression, std::string_view index);

struct Datafeed {
  std::string id;
  std::string job;
  std::string index;
  FeedOptions options;
  bool started = false;
  std::int64_t next_ms = 0;            // where the next search begins
  std::optional<std::int64_t> end_ms;  // of this run
  Time due = kNever;
  std::int64_t searches = 0;

  bool reads(std::string_view index_name) const;

  static constexpr std::size_t kChunkDocuments = 500;
  static constexpr Duration kChunkPause = 10 * kMillisecond;
  static constexpr Duration kFollowPause = 500 * kMillisecond;
};

}  // namespace closecheck::sut
