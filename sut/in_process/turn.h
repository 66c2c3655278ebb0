// One turn of the core: a request, or what is due. What it is about, when it is, and where its replies go.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "in_process/answers.h"
#include "in_process/job.h"
#include "in_process/manner.h"
#include "wire/request_details.h"

namespace closecheck::sut {

struct Reply {
  Token token = 0;
  Response response;
};
using Replies = std::vector<Reply>;

/// Empty: the request waits.
using Answer = std::optional<Response>;

struct Turn {
  const Manner& manner;
  std::int64_t wall_start_ms;
  Time now;
  Replies& replies;
  // Of the request, where there is one.
  Principal who = Principal::none;
  Token token = 0;
  const RequestDetails* details = nullptr;  // what only comes over the wire

  std::int64_t wall_ms() const { return wall_start_ms + now / kMillisecond; }

  template <class What>
  const What* detail() const {
    return details == nullptr ? nullptr : std::get_if<What>(&details->what);
  }

  void reply(Token to, Response response) const {
    if (manner.varies(Variant::other_error_texts)) reword(response);
    replies.push_back(Reply{to, std::move(response)});
  }
};

}  // namespace closecheck::sut
