// Refusals of the service: with which status, type and reason.
#pragma once

#include <string>
#include <string_view>

#include "closecheck/vocabulary/response.h"
#include "in_process/manner.h"
#include "wire/service_answer.h"

namespace closecheck::sut {

/// 409 `status_exception`.
Response conflict(std::string reason);
/// 400 `illegal_argument_exception`.
Response bad_request(std::string reason);
/// 404 `resource_not_found_exception`.
Response not_found(std::string reason);
Response unknown_job(const Manner& manner, std::string_view job);
Response unknown_index(std::string_view index);
/// 409 for a job that is in the wrong state.
Response not_open(std::string_view job);
/// 429 for a job that cannot be open beside those that are.
Response no_room(std::string_view job);
/// 500 for a close whose timeout was up.
Response timed_out(const Manner& manner, Duration timeout);
/// 400 for a time value that is none.
Response bad_time(const Manner& manner, std::string reason);
/// 403 for a caller without the privilege for `action`, which is one of the cluster's where it does not say `indices:`.
Response forbidden(std::string_view action, Principal who);
/// 401 for a caller without credentials, or with wrong ones.
Response unauthenticated(const Manner& manner, Principal who);

/// The answer as a vendor with texts of its own would word it. Accepted answers are left alone.
void reword(Response& response);

}  // namespace closecheck::sut
