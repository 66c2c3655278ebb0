// One turn of the core: a request, or what is due. What it is about, when it is, and where its replies go.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "in_process/answers.h"
#include "in_process/job.h"
#include "in_process/manner.h"
#include "wire/service_request.h"

namespace closecheck::sut {

struct Reply {
  Token token = 0;
  ServiceAnswer answer;
};
using Replies = std::vector<Reply>;

/// Empty: the request waits.
using Answer = std::optional<ServiceAnswer>;

struct Turn {
  const Manner& manner;
  std::int64_t wall_start_ms;
  Time now;
  Replies& replies;
  bool upgrading = false;  // the product is, on somebody's word
  // Of the request, where there is one.
  Principal who = Principal::none;
  Token token = 0;
  std::string_view user = {};  // made through the API, in whose name it is asked; empty: `who` asks for himself
  const RequestDetails* details =
      nullptr;  // null: it says nothing beyond the vocabulary, and nobody reads more than that

  std::int64_t wall_ms() const { return wall_start_ms + now / kMillisecond; }

  /// Null: the request says nothing of that kind.
  template <class What>
  const What* detail() const {
    return details == nullptr ? nullptr : std::get_if<What>(details);
  }
  /// As a request means it that says nothing of that kind, where it does not.
  template <class What>
  const What& detail_or_usual() const {
    static const What usual;
    const What* said = detail<What>();
    return said == nullptr ? usual : *said;
  }

  /// A response with its details, which are made only where somebody reads them.
  template <class MakeDetails>
  ServiceAnswer tell(Response response, const MakeDetails& make_details) const {
    if (details == nullptr) return response;
    return {std::move(response), make_details()};
  }

  void reply(Token to, ServiceAnswer answer) const {
    if (manner.varies(Variant::other_error_texts)) reword(answer.response);
    replies.push_back(Reply{to, std::move(answer)});
  }
};

}  // namespace closecheck::sut
