#include "closecheck/reports/verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "schema_validator_for_test.h"

namespace closecheck::reports {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Verification sample_verification() {
  Verification verification;
  verification.version = "0.1.0";
  verification.report = "report.json";
  verification.verdict = RunVerdict::violates;
  verification.profile = Profile::xpack_6_3;
  verification.rules.margin = 20 * kMillisecond;
  verification.holding = 33;
  verification.violated = 2;
  return verification;
}

Verification contradicted() {
  Verification verification = sample_verification();
  verification.contradictions = {"job-reopens: it is told to hold,\nand is not"};
  return verification;
}

TEST(Verification, SaysLastWhetherTheReportFollows) {
  EXPECT_EQ(write_verification(sample_verification(), {}),
            "report.json: violates, xpack-6.3; judged as over HTTP, security on, margin of clocks 20 ms\n"
            "follows: 33 clauses that hold and 2 that are violated were judged again, and all counts agree\n");
  EXPECT_THAT(write_verification(contradicted(), {}), EndsWith("\ndoes not follow: 1 contradiction\n"));
  EXPECT_THAT(write_verification(contradicted(), {.colour = true}), HasSubstr("\x1b[1;31mdoes not follow"));
}

TEST(Verification, FitsItsSchema) {
  std::ifstream in(std::string(CLOSECHECK_SCHEMAS) + "/verification.schema.json");
  SchemaValidator validator(nlohmann::json::parse(in));
  nlohmann::json json = nlohmann::json::parse(write_verification_json(contradicted()));
  EXPECT_THAT(validator.errors(json), IsEmpty());
  EXPECT_EQ(json["follows"], false);
  EXPECT_EQ(json["rules"]["margin_ms"], 20);
  EXPECT_EQ(json["signed_with"], nullptr);
  EXPECT_EQ(json["contradictions"].size(), 1U);

  Verification is_signed = sample_verification();
  is_signed.signed_with = "key.pub";
  json = nlohmann::json::parse(write_verification_json(is_signed));
  EXPECT_THAT(validator.errors(json), IsEmpty());
  EXPECT_EQ(json["follows"], true);
  json["follows"] = "yes";
  EXPECT_THAT(validator.errors(json), Not(IsEmpty()));
}

}  // namespace
}  // namespace closecheck::reports
