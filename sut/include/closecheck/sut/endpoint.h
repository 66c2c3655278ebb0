// A live HTTP endpoint as a system under test: each client is a thread with a connection of its own.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/redactor.h"

namespace closecheck::sut {

/// How a principal proves who he is: by name and password, or by a key or token.
struct Credentials {
  std::string username;
  std::string password;
  /// Not empty: the value of the `Authorization` header instead of both, `ApiKey ...` or `Bearer ...`.
  std::string authorization{};
};
/// For messages: `user 'ann'`, `an API key`, `a bearer token`.
std::string describe(const Credentials& credentials);

/// How a target is reached. Files are PEM.
struct Transport {
  std::string authorities{};  // of the server's certificate, a file; empty: those of the system
  std::string certificate{};  // our own, a file with what leads to its authority; empty: none is shown
  std::string key{};          // of it, a file
  bool verifies = true;       // false: whoever answers is taken for the target
  Parameters headers{};       // along with every request; one that the request has itself goes before
  std::string proxy{};        // its URL, with a user perhaps; empty: of the usual variables
};

/// What may be taken of a target in all: places of open jobs, wrong passwords. Thread-safe.
struct Commons;
std::shared_ptr<Commons> make_commons();

/// For all that share these: the run is over at `end_of_work` and its clean-up at `end`, where that is sooner than
/// planned. What is open beyond the end of the work is lost at once, and who waits for it is told nothing more.
void bring_ends_forward(Commons& commons, std::chrono::steady_clock::time_point end_of_work,
                        std::chrono::steady_clock::time_point end);

struct EndpointOptions {
  std::string url;  // http://host:port or https://host:port, and a base path perhaps: https://host:port/cluster-a
  Profile profile = Profile::xpack_6_3;
  std::map<Principal, Credentials> principals;  // empty: no credentials are ever sent
  std::map<Fault, std::string> hooks;           // shell commands with {job_id} and {duration}
  Transport transport{};
  bool allow_cluster_wide = false;          // requests that could touch things of others are sent
  Duration request_timeout = 60 * kSecond;  // an answer that has not come by then is lost
  std::string journal;                      // path of the clean-up journal; empty: none
  Redactor redactor{};                      // of secrets beyond the passwords of the principals
  std::shared_ptr<Commons> commons{};       // shared with other factories of the target; null: its own
  /// When the run is over: nothing but its clean-up goes on beyond `end_of_work`, and that up to `end`.
  std::chrono::steady_clock::time_point end_of_work = std::chrono::steady_clock::time_point::max();
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
};

/// Jobs that may be open on one target at once, across all factories of this process (`SystemFactory::reserve_jobs`; a
/// program with more jobs counts as this many).
inline constexpr std::size_t kOpenJobsMax = 4;
/// Wrong passwords sent for one user in a run at most, likewise: more could lock the account.
inline constexpr int kWrongPasswordsMax = 2;

/// The clock of all its systems runs from now. Principals: a `manage_ml` request falls back to `manage`, a `setup`
/// request to both, then to no credentials; a request as another principal that is not configured beside others is not
/// sent, and lost; nor is a third wrong password for the same user. Every request is sent once: whether a busy target
/// is asked again is for the executor to say. Throws std::invalid_argument for a URL or a journal that cannot be used;
/// a system throws std::runtime_error from `submit` and `exchange` once the journal can be written no more.
std::unique_ptr<SystemFactory> make_endpoint_factory(const EndpointOptions& options);

/// What the target says of itself before anything is created.
struct Preflight {
  bool reachable = false;          // somebody answers as the service, and lets the ordinary caller read
  std::string error;               // when not, what it does instead: `cannot be reached: no connection to ...`
  bool is_another_api = false;     // ... and that is a page, a redirect or whatever: not busy, nor out of reach
  std::string server;              // name and version by `GET /`, if it says
  std::vector<Principal> refused;  // configured principals that got 401
  /// Configured principals that, as the target says, have more or other privileges than their name promises: what they
  /// are allowed or refused tells nothing.
  std::vector<Principal> unsuitable;
  bool secured = false;  // something was refused for want of credentials or privileges
  /// How the target showed that it has no datafeeds at all, or no indices and documents; empty: it may have them.
  std::string datafeeds_absent;
  std::string documents_absent;
  std::vector<std::string> notes;  // assumptions, one sentence each
  Duration round_trip = 0;         // median of the harmless reads
  Duration round_trip_max = 0;
};
Preflight preflight(const EndpointOptions& options);

}  // namespace closecheck::sut
