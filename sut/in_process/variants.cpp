#include "in_process/variants.h"

#include <algorithm>
#include <array>

namespace closecheck::sut {
namespace {

// clang-format off
constexpr std::array kVariants{
    VariantText{Variant::usual, "usual", "The plain implementation."},
    VariantText{Variant::answers_delayed, "answers-delayed", "Answers come after a random delay."},
    VariantText{Variant::opening_takes_a_second, "opening-takes-a-second", "A job reads opening for a second."},
    VariantText{Variant::closes_instantly, "closes-instantly", "Housekeeping takes no time."},
    VariantText{Variant::housekeeping_takes_long, "housekeeping-takes-long", "Housekeeping takes twenty times as long."},
    VariantText{Variant::forced_close_reads_closing, "forced-close-reads-closing", "A forced close is answered at once and reads closing for a while."},
    VariantText{Variant::force_kills, "force-kills", "A forced close kills the job and loses what was not persisted."},
    VariantText{Variant::closing_never_visible, "closing-never-visible", "A closing job reads opened until it is closed."},
    VariantText{Variant::other_error_texts, "other-error-texts", "Errors have types and reasons of their own."},
    VariantText{Variant::extra_members, "extra-members", "Every object on the wire has members that nobody asked for."},
    VariantText{Variant::reordered_members, "reordered-members", "Members of objects on the wire come in reverse order."},
    VariantText{Variant::snapshot_ids_of_whole_seconds, "snapshot-ids-of-whole-seconds", "Two closes within a second share one snapshot id."},
    VariantText{Variant::keeps_interim_result, "keeps-interim-result", "A close leaves an interim result of the unfinished bucket."},
    VariantText{Variant::reports_empty_buckets, "reports-empty-buckets", "Buckets without records are in the results."},
    VariantText{Variant::queues_posts_while_closing, "queues-posts-while-closing", "A closing job takes data and analyses it after its next open."},
    VariantText{Variant::closed_close_answers_200, "closed-close-answers-200", "Closing a closed job is answered as a success."},
    VariantText{Variant::closed_shows_empty_node, "closed-shows-empty-node", "Statistics of a closed job have an empty node and an open time of nought."},
    VariantText{Variant::manage_ml_may_not_read_indices, "manage-ml-may-not-read-indices", "A datafeed is made only by whoever may read its index, which the privileges of the job API do not allow."},
    VariantText{Variant::room_for_one_open_job, "room-for-one-open-job", "A second job cannot be open beside the first: 429."},
    VariantText{Variant::credentials_are_cached, "credentials-are-cached", "A privilege that was taken away holds for five seconds more."},
    VariantText{Variant::deleted_users_are_unknown, "deleted-users-are-unknown", "Whoever asks in the name of a user that there is not is answered with 401."},
    VariantText{Variant::revocation_ends_waiting, "revocation-ends-waiting", "Who loses the privilege while a close of his waits is told so at once: 403. The close goes on."},
};
// clang-format on

}  // namespace

std::span<const VariantText> variants() {
  return kVariants;
}

std::optional<Variant> variant_named(std::string_view name) {
  const auto* const found = std::ranges::find(kVariants, name, &VariantText::name);
  if (found == kVariants.end()) return std::nullopt;
  return found->variant;
}

}  // namespace closecheck::sut
