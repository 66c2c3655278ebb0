// Correct but unusual implementations: what a check must not accuse.
#pragma once

#include "closecheck/sut/deviation.h"

namespace closecheck::sut {

/// One value each; the table in variants.cpp gives name and text, in this order. `extra_members` and
/// `reordered_members` are visible on the wire only: see doorway.h.
enum class Variant : std::uint8_t {
  usual,
  answers_delayed,
  opening_takes_a_second,
  closes_instantly,
  housekeeping_takes_long,
  forced_close_reads_closing,
  force_kills,
  closing_never_visible,
  other_error_texts,
  extra_members,
  reordered_members,
  snapshot_ids_of_whole_seconds,
  keeps_interim_result,
  reports_empty_buckets,
  queues_posts_while_closing,
  closed_close_answers_200,
  closed_shows_empty_node,
  manage_ml_may_not_read_indices,
  room_for_one_open_job,
  credentials_are_cached,
  deleted_users_are_unknown,
  revocation_ends_waiting,
};

}  // namespace closecheck::sut
