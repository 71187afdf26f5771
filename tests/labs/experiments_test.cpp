// Every experiment at reduced size: it goes on where it stopped, gives the same figures for the same seed,
// and judges its claims by what was measured.

#include "io/fields.h"
#include "labs/check_labs.h"
#include "labs/lab_desk.h"
#include "labs/lab_models.h"
#include "measures/head_roles.h"
#include "platform/error.h"
#include "platform/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>

namespace gf::tests::experiments_test {
namespace {

std::vector<const CourseRow*> built() {
    std::vector<const CourseRow*> rows;
    for (const CourseRow& row : course_rows())
        if (row.make) rows.push_back(&row);
    return rows;
}

class EveryExperiment : public ::testing::TestWithParam<const CourseRow*> {};
INSTANTIATE_TEST_SUITE_P(Labs, EveryExperiment, ::testing::ValuesIn(built()), [](const auto& each) {
    std::string name(each.param->id);
    std::erase(name, '-');
    return name;
});

TEST_P(EveryExperiment, RunsToItsEnd) {
    const auto experiment = GetParam()->make();
    experiment->prepare(1, LabSize::reduced);
    const LabResults before = experiment->results();
    EXPECT_FALSE(before.claims.empty());
    for (const Claim& claim : before.claims)
        EXPECT_FALSE(claim.holds()) << claim.id << " is not measured yet";
    double share = 0;
    while (!experiment->advance()) {
        EXPECT_GE(experiment->progress().share, share);
        share = experiment->progress().share;
    }
    const LabResults results = experiment->results();
    EXPECT_TRUE(results.progress.is_finished);
    EXPECT_EQ(results.progress.share, 1);
    for (const Claim& claim : results.claims) EXPECT_TRUE(claim.is_measured()) << claim.id;
    for (const auto& [name, answer] : results.answers) EXPECT_FALSE(answer.empty()) << name;
    for (const LabPlot& plot : results.plots) {
        EXPECT_FALSE(plot.title.empty());
        EXPECT_FALSE(plot.sentence.empty()) << plot.id;
        if (const auto* grid = std::get_if<HeatGrid>(&plot.body)) {
            EXPECT_EQ(grid->values.size(), grid->rows.size() * grid->columns.size()) << plot.id;
        }
        if (const auto* curves = std::get_if<Curves>(&plot.body)) {
            for (const PlotSeries& s : curves->series) EXPECT_EQ(s.x.size(), s.y.size()) << plot.id;
        }
        if (const auto* table = std::get_if<PlotTable>(&plot.body)) {
            for (const auto& row : table->rows) EXPECT_EQ(row.size(), table->columns.size()) << plot.id;
        }
    }
    // The same seed gives the same figures, however the work is cut.
    const auto again = GetParam()->make();
    again->prepare(1, LabSize::reduced);
    while (!again->advance(3)) {
    }
    const LabResults same = again->results();
    for (std::size_t i = 0; i < results.claims.size(); ++i)
        EXPECT_EQ(results.claims[i].measured, same.claims[i].measured) << results.claims[i].id;
}

TEST_P(EveryExperiment, ControlsAreRefusedByName) {
    const auto experiment = GetParam()->make();
    EXPECT_THROW(experiment->set_controls({{"no_such_control", 1}}), Error);
    for (const LabControl& control : experiment->controls()) {
        EXPECT_FALSE(control.title.empty()) << control.key;
        EXPECT_FALSE(control.help.empty()) << control.key;
    }
}

/// A claim that is fed with wrong data fails, whatever its comparison.
TEST(Claims, WrongFiguresFail) {
    const auto claim = [](Comparison comparison) {
        Claim c;
        c.comparison = comparison, c.threshold = 1, c.upper = 2;
        return c;
    };
    EXPECT_TRUE(claim(Comparison::above).holds_for(1.5));
    EXPECT_FALSE(claim(Comparison::above).holds_for(1));
    EXPECT_FALSE(claim(Comparison::below).holds_for(1));
    EXPECT_TRUE(claim(Comparison::at_least).holds_for(1));
    EXPECT_FALSE(claim(Comparison::at_most).holds_for(1.1));
    EXPECT_FALSE(claim(Comparison::equal).holds_for(0.9));
    EXPECT_TRUE(claim(Comparison::between).holds_for(2));
    EXPECT_FALSE(claim(Comparison::between).holds_for(2.1));
    for (const Comparison each : {Comparison::above, Comparison::below, Comparison::at_least,
                                  Comparison::at_most, Comparison::equal, Comparison::between})
        EXPECT_FALSE(claim(each).holds_for(k_not_measured));
}

TEST(Labs, AreFoundByNumberSlugAndId) {
    EXPECT_EQ(lab_named("37").id, "37-attention-heads");
    EXPECT_EQ(lab_named("5").id, "05-adaptive-softmax");
    EXPECT_EQ(lab_named("rag").id, "09-rag");
    try {
        lab_named("attention-haeds");
        FAIL();
    } catch (const Error& e) {
        EXPECT_THAT(e.what(), ::testing::HasSubstr("37-attention-heads"));
    }
}

/// What lab 18 counts as the nucleus, recounted from the probabilities in double precision.
TEST(TopKVsTopP, CountsTheNucleus) {
    const auto experiment = lab_named("18").make();
    experiment->set_controls({{"p", 0.7}, {"k", 3}});
    experiment->prepare(1, LabSize::reduced);
    while (!experiment->advance()) {
    }
    const LabResults results = experiment->results();
    const auto& sizes = std::get<Curves>(results.plots[0].body);
    const auto& masses = std::get<Curves>(results.plots[1].body);
    for (std::size_t r = 0; r < sizes.series[0].y.size(); ++r) {
        EXPECT_GE(masses.series[0].y[r], 0.7 - 1e-6);
        EXPECT_EQ(sizes.series[1].y[r], 3);
        if (sizes.series[0].y[r] <= 3) {
            EXPECT_GE(masses.series[1].y[r], masses.series[0].y[r] - 1e-9) << "three hold a nucleus of fewer";
        }
    }
}

/// docs/labs.md is made from what was measured last, and that is of the claims that experiments make today.
TEST(Labs, DocumentIsTrue) {
    const std::filesystem::path root = std::filesystem::path(GLASSFORMER_TESTS_DIR).parent_path();
    const auto checked = nlohmann::json::parse(MappedFile(root / "assets/labs/checked.json").text());
    EXPECT_EQ(labs_markdown(checked), MappedFile(root / "docs/labs.md").text())
        << "glassformer lab --check --document docs/labs.md";
    for (const CourseRow* row : built()) {
        const auto lab = std::find_if(checked.begin(), checked.end(),
                                      [&](const auto& l) { return l.at("lab") == row->id; });
        ASSERT_NE(lab, checked.end()) << row->id;
        const auto experiment = row->make();
        experiment->prepare(1, LabSize::reduced);
        const LabResults results = experiment->results();
        ASSERT_EQ(results.claims.size(), lab->at("claims").size()) << row->id;
        for (std::size_t i = 0; i < results.claims.size(); ++i) {
            EXPECT_EQ(lab->at("claims")[i].at("id"), results.claims[i].id);
            EXPECT_EQ(lab->at("claims")[i].at("threshold"), results.claims[i].requirement());
        }
    }
}

TEST(LabDesk, RunsOnAThreadOfItsOwn) {
    std::mutex mutex;
    std::condition_variable changed;
    int n_wakes = 0;
    LabDesk desk(lab_named("18").make(), [&] {
        const std::lock_guard lock(mutex);
        ++n_wakes;
        changed.notify_all();
    });
    desk.start(1, LabSize::reduced);
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return desk.results() && desk.results()->progress.is_finished; });
    }
    EXPECT_GT(n_wakes, 0);
    EXPECT_TRUE(desk.results()->problem.empty());
    desk.set_controls({{"k", -5}});
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !desk.results()->problem.empty(); });
    }
    EXPECT_THAT(desk.results()->problem, ::testing::HasSubstr("k"));
}

} // namespace
} // namespace gf::tests::experiments_test
