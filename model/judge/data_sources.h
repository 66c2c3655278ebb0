// What jobs may be fed from besides posts: datafeeds and the documents of their indices, as far as the history tells.
// Deterministic; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "rules/record_times.h"

namespace closecheck::model {

struct FeedFile {
  std::string feed;
  std::string job;
  std::string index;
  int creations = 0;             // that were accepted, got no answer, or are open; 0: it is not there
  bool reads_everything = true;  // false: several indices, or a part of the documents
  /// Another job that it may feed, for nobody knows which of two creations came about; empty: none.
  std::string other_job;
};

struct IndexFile {
  std::string index;
  std::vector<std::shared_ptr<const Request>> uploads;  // that were accepted, of documents that are there
  bool lost = false;    // documents of which nobody knows whether they are there, now or later
  bool unseen = false;  // documents that searches need not see yet
  int open_changes = 0;

  bool is_certain() const { return !lost && !unseen && open_changes == 0; }
};

class DataSources {
 public:
  void clear();

  FeedFile* find_feed(std::string_view name);
  const FeedFile* find_feed(std::string_view name) const;
  /// Counts a creation of the very feed on file, or takes one back. Another one's is put on file where there is none.
  void file_creation(const CreateDatafeed& create, bool reads_everything, bool counts);
  void replace(const CreateDatafeed& create, bool reads_everything);

  /// A start of a feed that was not on file goes out: request `number`.
  void note_stray_start(const std::string& feed, std::size_t number) { stray_starts_.push_back({feed, number}); }
  /// Requests that may have started the feed before it was on file.
  std::vector<std::size_t> stray_starts(std::string_view feed) const;

  IndexFile& index_named(const std::string& name);
  /// Documents of any index were written in a way that nobody knows.
  void lose_all_documents();
  std::vector<IndexFile>& indexes() { return indexes_; }
  const std::vector<FeedFile>& feeds() const { return feeds_; }
  /// The documents that a start of the feed will find, in the order of the time that its job reads in them; empty:
  /// nobody can tell these times.
  std::optional<std::vector<Record>> records_of(const FeedFile& feed, const StartDatafeed& start,
                                                const std::optional<TimeSource>& times) const;

 private:
  struct StrayStart {
    std::string feed;
    std::size_t number;
  };
  std::vector<FeedFile> feeds_;
  std::vector<IndexFile> indexes_;
  std::vector<StrayStart> stray_starts_;
  bool documents_lost_ = false;
};

}  // namespace closecheck::model
