// What a closed job keeps and what it costs: its configuration, and next to nothing.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

Step create_rich() {
  JobConfig config;
  config.description = "Zählungen und Mittelwerte, by entity and over all of them";
  config.groups = {kGroup};
  config.detectors = {Detector{}, Detector{"mean", "value", "entity", ""}};
  config.model_memory_limit = "16mb";
  config.custom_settings = R"({"owner":"team","list":[1,"two",[]],"nothing":null,"none":{},"text":" "})";
  return create_with(kJob, config);
}

/// What is read after more than a second is read from no cache.
Steps updated_while_closing(const Environment& environment) {
  return {create(),
          open(),
          update("changed while open"),
          get(),
          post(data(0, 4)),
          meanwhile(1, close()),
          pause(environment.normal_close / 4),
          meanwhile(2, update("changed while closing")),
          join_step(),
          pause(1'100 * kMillisecond),
          get()};
}

std::vector<Program> keeps_metadata(const Environment& environment) {
  return {
      Steps{create_rich(), open(), get(), post(data(0, 4)), close(), get(), open(), close(), get(), open(), close(),
            get()},
      updated_while_closing(environment),
      Steps{create_rich(), open(), close(), update("changed while closed"), get(), pause(kSecond), get()},
      Steps{create_rich(), get(), open(), close(), get()},
      Steps{create_rich(), open(), update("changed while open"), get(), close(), get()},
      Steps{create_rich(), open(), close(), get()},
      Steps{create(), get(), open(), close(), get()},
      Steps{create_rich(), open(), close(), update("changed while closed"), get(), open(), close(), get()},
      Steps{create_rich(), get(), open(), post(data(0, 2)), close(), open(), close(), open(), close(), get()},
      Steps{create_rich(), get(), open(), force(), settle(environment), get()},
      Steps{create_rich(), get(), open(), close(), get(), pause(kSecond), fresh(get())},
      Steps{create_rich(), get(), open(), close(), post(data(0, 1)), flush(), get()},
      Steps{create_rich(), get(), open(), close(), open(), get()},
  };
}

std::vector<Program> is_idle(const Environment& environment) {
  const Duration later = environment.live ? 1'500 * kMillisecond : 10 * kSecond;
  return {
      // Once a forced close has left nothing to be done; what an earlier close had left is still there.
      Steps{create_rich(), get(), open(), post(data(0, 3)), close(), buckets(), open(), force(), settle(environment),
            rest_after_force(environment), stats(), get(), buckets(), pause(kSecond), stats()},
      Steps{create(), open(), stats(), close(), stats(), pause(later), stats()},
      Steps{create(), open(), post(data(0, 4)), close(), stats(), pause(later), stats()},
      Steps{create(), open(), close(), open(), close(), stats(), pause(later), stats()},
      Steps{create(), open(), close(), on(1, stats()), pause(later), fresh(stats())},
      Steps{create(), open(), pause(later), close(), stats(), pause(later), stats()},
  };
}

}  // namespace

std::vector<Check> keeping_checks() {
  return {
      {"closed-jobs-keep-metadata",
       {C::closed_job_keeps_metadata, C::refused_request_changes_nothing, C::closed_means_closed},
       {},
       keeps_metadata,
       {},
       {},
       3},
      {"closed-jobs-are-idle",
       {C::closed_job_is_idle, C::closed_means_closed, C::closed_job_keeps_metadata, C::closed_job_keeps_results},
       {},
       is_idle,
       {},
       {},
       2},
  };
}

}  // namespace closecheck::properties
