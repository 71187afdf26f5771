// A state that was taken of a run goes on bit for bit, in this run and in another one; what is no state of
// the run is refused.

#include "train/training_files.h"

#include "support.h"
#include "train/training_kinds.h"

namespace gf::tests::training_state_test {
namespace {

/// What must be equal in two runs: everything but the time that it took.
struct Numbers {
    explicit Numbers(const StepReport& r)
        : values{static_cast<double>(r.step), r.loss, r.lr, r.gradient_norm, static_cast<double>(r.n_tokens),
                 r.validation.value_or(-1)} {
        for (const DomainLoss& d : r.domains) values.insert(values.end(), {d.loss, d.n_targets});
        for (const LayerNorms& l : r.layers) values.insert(values.end(), {l.gradient, l.update});
        for (const ExpertLoad& e : r.experts) values.insert(values.end(), e.shares.begin(), e.shares.end());
    }
    std::vector<double> values;
    bool operator==(const Numbers&) const = default;
};

std::vector<Numbers> make_steps(Trainer& trainer, int n) {
    std::vector<Numbers> reports;
    for (int i = 0; i < n; ++i) {
        const StepReport& r = trainer.step();
        EXPECT_FALSE(r.problem) << *r.problem;
        reports.emplace_back(r);
    }
    return reports;
}

void expect_equal(const TrainingState& a, const TrainingState& b) {
    EXPECT_EQ(a.n_steps_done, b.n_steps_done);
    EXPECT_EQ(*a.weights, *b.weights);
    EXPECT_EQ(a.moments->n_steps, b.moments->n_steps);
    EXPECT_EQ(a.moments->first, b.moments->first);
    EXPECT_EQ(a.moments->second, b.moments->second);
    EXPECT_EQ(a.watch.mean, b.watch.mean);
    EXPECT_EQ(a.watch.lowest, b.watch.lowest);
    EXPECT_EQ(a.watch.n_steps, b.watch.n_steps);
}

class EveryTrainingState : public testing::TestWithParam<TrainingKind> {
  protected:
    Trainer new_trainer() const { return Trainer(setup(), {.update_norms = true}); }
    TrainingSetup setup() const {
        TrainingSetup s = new_setup(GetParam());
        s.config.evaluate_every = 3;
        return s;
    }
};

TEST_P(EveryTrainingState, GoesOnBitForBit) {
    Trainer unbroken = new_trainer();
    make_steps(unbroken, 4);
    const std::vector<Numbers> expected = make_steps(unbroken, 5);
    const TrainingState end = unbroken.state();

    Trainer rewound = new_trainer();
    make_steps(rewound, 4);
    const TrainingState state = rewound.state();
    const std::vector<real> weights_then = copy_of_values(*rewound.weights());
    EXPECT_EQ(make_steps(rewound, 5), expected) << "taking a state changes nothing";
    make_steps(rewound, 2);
    EXPECT_NE(copy_of_values(*rewound.weights()), weights_then);
    rewound.restore(state);
    EXPECT_EQ(rewound.n_steps_done(), 4);
    EXPECT_EQ(copy_of_values(*rewound.weights()), weights_then);
    EXPECT_EQ(make_steps(rewound, 5), expected);
    expect_equal(rewound.state(), end);
    EXPECT_EQ(copy_of_values(*rewound.weights()), copy_of_values(*unbroken.weights()));

    Trainer other = new_trainer();
    make_steps(other, 1);
    other.restore(state);
    EXPECT_EQ(make_steps(other, 5), expected);
    expect_equal(other.state(), end);
    EXPECT_EQ(copy_of_values(*other.weights()), copy_of_values(*unbroken.weights()));
    rewound.restore(end);
    EXPECT_EQ(make_steps(rewound, 3), make_steps(other, 3)) << "forwards, too";
}

TEST_P(EveryTrainingState, WithWeightsAloneCanBeLookedAtOnly) {
    Trainer trainer = new_trainer();
    make_steps(trainer, 2);
    TrainingState thin = trainer.state();
    thin.moments = nullptr;
    const std::vector<real> weights_then = copy_of_values(*trainer.weights());
    make_steps(trainer, 2);
    const TrainingState before = trainer.state();
    expect_error([&] { trainer.restore(thin); }, {"training state", "moments of the optimiser", "look at"});
    expect_equal(trainer.state(), before);
    EXPECT_EQ(copy_of_values(*weights_of(trainer.setup(), thin)), weights_then);
    const TestFolder folder;
    expect_error([&] { write_checkpoint(folder.path(), trainer.setup(), thin, {}); },
                 {folder.path().string(), "without the moments"});
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryTrainingState, testing::ValuesIn(training_kinds()),
                         [](const auto& info) { return info.param.name; });

TEST(TrainingState, OfAnotherRunIsRefused) {
    const auto kinds = training_kinds();
    Trainer trainer(new_setup(kinds[0]));
    make_steps(trainer, 1);
    const TrainingState own = trainer.state();
    for (std::size_t i = 1; i < kinds.size(); ++i) {
        SCOPED_TRACE(kinds[i].name);
        TrainingState other = Trainer(new_setup(kinds[i])).state();
        if (kinds[i].name == "frozen") // the same weights, but fewer moments
            expect_error([&] { trainer.restore(other); }, {"training state", "running means"});
        else
            expect_error([&] { trainer.restore(other); },
                         {"training state", std::to_string(own.weights->size())});
        expect_equal(trainer.state(), own);
        other.moments = own.moments;
        if (kinds[i].name == "frozen") continue;
        expect_error([&] { trainer.restore(other); }, {std::to_string(other.weights->size())});
        expect_error([&] { weights_of(trainer.setup(), other); }, {std::to_string(other.weights->size())});
    }
    TrainingState empty = own;
    empty.weights = nullptr;
    expect_error([&] { trainer.restore(empty); }, {"training state", "weights"});
    expect_error([&] { weights_of(trainer.setup(), empty); }, {"training state", "none"});
    expect_equal(trainer.state(), own);
}

TEST(TrainingState, CopiesShareTheirParts) {
    const TrainingState state = Trainer(new_setup(training_kinds()[0])).state(), copy = state;
    EXPECT_EQ(copy.weights, state.weights);
    EXPECT_EQ(copy.moments, state.moments);
}

} // namespace
} // namespace gf::tests::training_state_test
