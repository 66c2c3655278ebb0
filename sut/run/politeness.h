// When a busy target is asked once more, and after how long.
#pragma once

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"

namespace closecheck::sut {

/// How often one request is sent to a busy target at most.
inline constexpr int kBusyAttemptsMax = 4;

/// Whether the operation changes nothing, whoever asks.
bool only_reads(const Operation& operation);

/// Whether the same request may be sent again after this answer: anything after a 429, which did nothing, and reads
/// after a 503 as well. Never a close whose times are judged, nor what is to be sent once.
bool may_be_repeated(const Operation& operation, const Response& answer);

/// Whether the answer asks to come back later (429, 503).
bool is_busy(const WireAnswer& answer);

/// How long to wait before a busy target is asked for the `attempt`th time again (from 1): what it says itself, else
/// twice as long each time; at most two seconds. `answer` may be null.
Duration polite_wait(const WireAnswer* answer, int attempt);

}  // namespace closecheck::sut
