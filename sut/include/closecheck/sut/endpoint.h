// A live HTTP endpoint as a system under test: each client is a thread with a connection of its own.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck::sut {

struct Credentials {
  std::string username;
  std::string password;
};

struct EndpointOptions {
  std::string url;  // http://host:port, no path
  Profile profile = Profile::xpack_6_3;
  std::map<Principal, Credentials> principals;  // empty: no credentials are ever sent
  std::map<Fault, std::string> hooks;           // shell commands with {job_id} and {duration}
  Duration request_timeout = 60 * kSecond;      // an answer that has not come by then is lost
  std::string journal;                          // path of the clean-up journal; empty: none
};

/// Throws std::invalid_argument for a URL that cannot be used.
std::unique_ptr<SystemFactory> make_endpoint_factory(const EndpointOptions& options);

/// What the target says of itself before anything is created.
struct Preflight {
  bool reachable = false;
  std::string error;               // when not reachable
  std::string server;              // name and version by `GET /`, if it says
  std::vector<Principal> refused;  // configured principals that got 401
  bool secured = false;            // something was refused for want of credentials or privileges
  std::vector<std::string> notes;  // assumptions, one sentence each
  Duration round_trip = 0;         // median of the harmless reads
  Duration round_trip_max = 0;
};
Preflight preflight(const EndpointOptions& options);

/// Removes everything that a journal names, as far as it is still there. Returns what is left.
std::vector<std::string> clean_up_journal(const EndpointOptions& options);

}  // namespace closecheck::sut
