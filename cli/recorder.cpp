#include "recorder.h"

#include <algorithm>
#include <cerrno>

#include "closecheck/sut/history_lines.h"
#include "closecheck/sut/watching_system.h"

namespace closecheck::cli {
namespace {

/// Two factories may share one file.
std::mutex& file_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

class RecordingSystem final : public sut::WatchingSystem {
 public:
  RecordingSystem(std::unique_ptr<sut::System> system, RecordingFactory& factory)
      : WatchingSystem(std::move(system)), factory_(factory) {
    history_.profile = factory_.profile_;
  }
  ~RecordingSystem() override { finish(); }

  bool inject(Fault fault, const std::string& job, Duration duration) override {
    if (!WatchingSystem::inject(fault, job, duration)) return false;
    Event event;
    event.type = EventType::fault;
    event.time = now();
    event.fault = fault;
    event.job = job;
    event.duration = duration;
    history_.events.push_back(std::move(event));
    return true;
  }

  void clean_up(const Program& program) override {
    finish();
    WatchingSystem::clean_up(program);
  }

 private:
  void see_request(int client, const std::shared_ptr<const Request>& request) override {
    Event event;
    event.process = process_of(client);
    event.time = now();
    event.request = request;
    open_[client] = request;
    history_.events.push_back(std::move(event));
  }

  void see_completion(const sut::Completion& completion) override {
    Event event;
    event.type = answer_type(completion.response.get());
    event.process = process_of(completion.client);
    event.time = completion.time;
    event.request = open_[completion.client];
    event.response = completion.response;
    event.error = completion.error;
    event.never_sent = completion.never_sent;
    // The process of a lost request is not used again.
    if (event.type == EventType::info) processes_[completion.client] = process_count_++;
    history_.events.push_back(std::move(event));
  }

  int process_of(int client) {
    const auto [found, added] = processes_.try_emplace(client, process_count_);
    if (added) ++process_count_;
    return found->second;
  }

  void finish() {
    if (history_.events.empty()) return;
    // An answer may be fetched when another client has long asked on.
    std::ranges::stable_sort(history_.events, {}, &Event::time);
    try {
      factory_.write(history_);
    } catch (const std::exception&) {
      // A destructor cannot say so: the file does when it is committed.
      factory_.file_.spoil(ENOMEM);
    }
    history_.events.clear();
  }

  RecordingFactory& factory_;
  History history_;
  std::map<int, std::shared_ptr<const Request>> open_;
  std::map<int, int> processes_;
  int process_count_ = 0;
};

RecordingFactory::RecordingFactory(sut::SystemFactory& factory, Profile profile, OutputFile& file,
                                   const Redactor* redactor)
    : factory_(factory), profile_(profile), file_(file), redactor_(redactor) {}

std::unique_ptr<sut::System> RecordingFactory::make(std::uint64_t seed) {
  return std::make_unique<RecordingSystem>(factory_.make(seed), *this);
}

void RecordingFactory::write(const History& history) {
  std::string text;
  for (const std::string& line : sut::write_history_lines(redactor_ != nullptr ? (*redactor_)(history) : history))
    text += line + "\n";
  const std::lock_guard lock(file_mutex());
  file_.write(text);
}

}  // namespace closecheck::cli
