// Each variant is unusual in its own way, and no less correct.
#include "in_process/variants.h"

#include <set>

#include "in_process/service_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";

ServiceForTest service_with(Variant variant, Profile profile = Profile::xpack_5_4) {
  InProcessOptions options;
  options.profile = profile;
  options.variant = variant;
  return ServiceForTest(options);
}

void open_job(ServiceForTest& service) {
  service.create(kA);
  service.open(kA);
}

TEST(Variants, AreListedInOrderWithNamesOfTheirOwn) {
  std::set<std::string_view> names;
  std::size_t position = 0;
  for (const VariantText& text : variants()) {
    EXPECT_EQ(static_cast<std::size_t>(text.variant), position++) << text.name;
    EXPECT_TRUE(names.insert(text.name).second);
    EXPECT_EQ(variant_named(text.name), text.variant);
  }
  EXPECT_EQ(variant_named("no-such-variant"), std::nullopt);
}

TEST(Variants, DelayAnswers) {
  ServiceForTest service = service_with(Variant::answers_delayed);
  service.create(kA);
  EXPECT_GT(service.now(), 0);
}

TEST(Variants, OpenForASecond) {
  ServiceForTest service = service_with(Variant::opening_takes_a_second);
  open_job(service);
  EXPECT_EQ(service.now(), kSecond);
}

TEST(Variants, CloseInstantlyOrForLong) {
  ServiceForTest instantly = service_with(Variant::closes_instantly);
  ServiceForTest longer = service_with(Variant::housekeeping_takes_long);
  for (ServiceForTest* service : {&instantly, &longer}) {
    open_job(*service);
    service->post(kA, {0, kSpanMs});
    const Time asked = service->now();
    EXPECT_TRUE(is_accepted(service->close(kA)));
    EXPECT_EQ(service->now() == asked, service == &instantly);
    EXPECT_EQ(service->buckets(kA).size(), 1U);
    EXPECT_EQ(service->snapshots(kA).size(), 1U);
  }
  EXPECT_GT(longer.now(), 4 * kSecond);
}

TEST(Variants, ReadClosingAfterAForcedClose) {
  ServiceForTest service = service_with(Variant::forced_close_reads_closing, Profile::xpack_6_3);
  open_job(service);
  EXPECT_TRUE(is_accepted(service.force_close(kA)));
  EXPECT_EQ(service.state(kA), JobState::closing);
  service.wait(kSecond);
  EXPECT_EQ(service.state(kA), JobState::closed);
}

TEST(Variants, KillWhenForced) {
  ServiceForTest service = service_with(Variant::force_kills);
  open_job(service);
  service.post(kA, {0, kSpanMs});
  service.force_close(kA);
  EXPECT_EQ(service.state(kA), JobState::closed);
  EXPECT_EQ(service.processed(kA), 0);
  service.open(kA);
  service.post(kA, {2 * kSpanMs});
  service.close(kA);
  EXPECT_EQ(service.processed(kA), 1);
}

TEST(Variants, HideClosing) {
  ServiceForTest service = service_with(Variant::closing_never_visible);
  open_job(service);
  service.send(1, CloseJob{kA, {}, {}, {}, {}});
  service.wait(50 * kMillisecond);
  EXPECT_EQ(service.state(kA), JobState::opened);
  service.await(1);
  EXPECT_EQ(service.state(kA), JobState::closed);
}

TEST(Variants, WordErrorsDifferently) {
  ServiceForTest service = service_with(Variant::other_error_texts);
  const Response response = service.close(kA);
  EXPECT_TRUE(is_refused(response, 404));
  EXPECT_EQ(response.error_type, "service_exception");
}

TEST(Variants, ShareSnapshotIdsWithinASecond) {
  ServiceForTest service = service_with(Variant::snapshot_ids_of_whole_seconds);
  service.create(kA);
  for (int i = 0; i < 3; ++i) {
    service.open(kA);
    service.post(kA, {i});
    service.close(kA);
  }
  ASSERT_EQ(service.snapshots(kA).size(), 1U);
  EXPECT_EQ(service.snapshots(kA)[0].latest_record_ms, kDataStart + 2);
}

TEST(Variants, KeepAnInterimResult) {
  ServiceForTest service = service_with(Variant::keeps_interim_result);
  open_job(service);
  service.post(kA, {0, kSpanMs});
  service.close(kA);
  ASSERT_EQ(service.buckets(kA).size(), 2U);
  EXPECT_TRUE(service.buckets(kA)[1].interim);
  service.open(kA);
  service.post(kA, {kSpanMs + 1, 2 * kSpanMs, 3 * kSpanMs});
  service.close(kA);
  EXPECT_EQ(service.buckets(kA)[1], (Bucket{kDataStart + kSpanMs, 2, false, 0}));
}

TEST(Variants, ReportEmptyBuckets) {
  ServiceForTest service = service_with(Variant::reports_empty_buckets);
  open_job(service);
  service.post(kA, {0, 3 * kSpanMs});
  service.close(kA);
  EXPECT_EQ(service.buckets(kA).size(), 3U);
}

TEST(Variants, QueueWhatComesWhileClosing) {
  ServiceForTest service = service_with(Variant::queues_posts_while_closing);
  open_job(service);
  service.post(kA, {0});
  service.send(1, CloseJob{kA, {}, {}, {}, {}});
  service.wait(50 * kMillisecond);
  EXPECT_TRUE(is_accepted(service.post(kA, {1'000})));
  service.await(1);
  EXPECT_EQ(service.processed(kA), 1);
  service.open(kA);
  service.close(kA);
  EXPECT_EQ(service.processed(kA), 2);
}

TEST(Variants, CloseAClosedJobWithSuccess) {
  ServiceForTest service = service_with(Variant::closed_close_answers_200);
  service.create(kA);
  EXPECT_TRUE(is_accepted(service.close(kA)));
}

TEST(Variants, ShowAnEmptyNode) {
  ServiceForTest service = service_with(Variant::closed_shows_empty_node);
  service.create(kA);
  EXPECT_EQ(service.statistics(kA).node, "");
  EXPECT_EQ(service.statistics(kA).open_time, "0s");
}

TEST(Variants, ChangeOnlyTheBytes) {
  for (const Variant variant : {Variant::extra_members, Variant::reordered_members}) {
    ServiceForTest plain = service_with(Variant::usual);
    ServiceForTest unusual = service_with(variant);
    for (ServiceForTest* service : {&plain, &unusual}) {
      open_job(*service);
      service->post(kA, {0, kSpanMs});
      service->close(kA);
    }
    const Response stats = unusual.ask(JobStats{kA});
    ASSERT_NE(stats.wire, nullptr);
    EXPECT_TRUE(stats.notes.empty());
    if (variant == Variant::extra_members)
      EXPECT_NE(stats.wire->body.find("x_vendor"), std::string::npos);
    else
      EXPECT_LT(stats.wire->body.find("\"jobs\""), stats.wire->body.find("\"count\""));
    EXPECT_EQ(unusual.buckets(kA), plain.buckets(kA));
    EXPECT_EQ(unusual.processed(kA), plain.processed(kA));
    EXPECT_TRUE(is_refused(unusual.close("closecheck-b"), 404));
    EXPECT_TRUE(is_accepted(unusual.ask(HasPrivileges{})));
  }
}

TEST(Variants, MakeNoDatafeedForWhoMayNotReadItsIndex) {
  ServiceForTest service = service_with(Variant::manage_ml_may_not_read_indices);
  service.create(kA);
  EXPECT_TRUE(is_refused(service.ask(CreateDatafeed{"closecheck-f", kA, "closecheck-i"}), 403));
  EXPECT_TRUE(is_accepted(service.ask(CreateDatafeed{"closecheck-f", kA, "closecheck-i"}, Principal::setup)));
}

TEST(Variants, HaveRoomForOneOpenJob) {
  ServiceForTest service = service_with(Variant::room_for_one_open_job);
  open_job(service);
  service.create("closecheck-b");
  EXPECT_TRUE(is_refused(service.open("closecheck-b"), 429));
  service.close(kA);
  EXPECT_TRUE(is_accepted(service.open("closecheck-b")));
}

}  // namespace
}  // namespace closecheck::sut
