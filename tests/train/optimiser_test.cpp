// Optimisers, clipping and schedules agree with closed forms
// and with PyTorch (tests/reference/optimisers.py).

#include "train/optimiser.h"
#include "train/schedule.h"

#include "platform/error.h"
#include "support/random_model.h"

#include <Eigen/SVD>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace gf::tests::optimiser_test {
namespace {

/// The two blocks of the reference: only the first one decays.
struct TwoBlocks {
    std::vector<real> values{0.5f, -1.0f, 2.0f, 0.1f, 1.0f, -0.25f}, gradient = std::vector<real>(6);

    std::vector<ParameterBlock> blocks() {
        const std::span<real> v(values);
        const std::span<const real> g(gradient);
        return {{"first", v.first(4), g.first(4), true, false},
                {"second", v.last(2), g.last(2), false, false}};
    }
    void set_gradient(int step) {
        for (int i = 0; i < 4; ++i) gradient[i] = real(std::sin(1 + 3 * step + i) * (i + 1));
        for (int i = 0; i < 2; ++i) gradient[4 + i] = real(std::sin(1 + 3 * step + i + 10) * (i + 1));
    }
};

/// The values after the six steps of the reference. `clip` is the longest gradient; 0: any.
std::vector<real> six_steps(const OptimiserConfig& config, double clip = 0) {
    constexpr double k_rates[] = {0.01, 0.02, 0.03, 0.02, 0.01, 0.005};
    TwoBlocks p;
    const auto blocks = p.blocks();
    Optimiser optimiser(config, blocks);
    for (int step = 0; step < 6; ++step) {
        p.set_gradient(step);
        optimiser.step(blocks, k_rates[step], clip == 0 ? 1 : clipping_scale(gradient_norm(blocks), clip));
    }
    return p.values;
}

void expect_near(const std::vector<real>& found, const std::vector<double>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6) << i;
}

TEST(Optimiser, AdamWAsInPyTorch) {
    OptimiserConfig c;
    expect_near(six_steps(c), {0.47334505, -1.00921589, 1.97142646, 0.121748694, 1.02001433, -0.23368839});
    expect_near(six_steps(c, 1),
                {0.473969472, -1.00864957, 1.97166326, 0.121119542, 1.01941736, -0.234183585});
    c.beta1 = 0.8, c.beta2 = 0.999, c.eps = 0.1, c.weight_decay = 0.5;
    expect_near(six_steps(c), {0.459971473, -0.968778, 1.89967457, 0.11412167, 1.01610732, -0.23650795});
}

TEST(Optimiser, SgdAsInPyTorch) {
    OptimiserConfig c{.kind = OptimiserKind::sgd, .weight_decay = 0.1, .momentum = 0};
    expect_near(six_steps(c), {0.490425553, -0.999861679, 1.98048038, 0.11685526, 1.00542019, -0.245139238});
    expect_near(six_steps(c, 1),
                {0.494016913, -0.992936518, 1.98093134, 0.103654685, 1.00139739, -0.2487539});
    c.momentum = 0.9;
    expect_near(six_steps(c), {0.452822707, -1.04201767, 1.93963309, 0.221985755, 1.03903836, -0.212832264});
}

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Applies five steps of Jordan's polynomial to the singular values of g, and keeps its singular vectors.
Matrix orthogonalised(const Matrix& g) {
    const Eigen::JacobiSVD<Matrix> svd(g, Eigen::ComputeThinU | Eigen::ComputeThinV);
    Eigen::VectorXd s = svd.singularValues() / g.norm();
    for (int i = 0; i < 5; ++i)
        for (double& x : s) x = 3.4445 * x - 4.7750 * std::pow(x, 3) + 2.0315 * std::pow(x, 5);
    return svd.matrixU() * s.asDiagonal() * svd.matrixV().transpose();
}

TEST(Optimiser, MuonStepsAlongTheSingularVectors) {
    for (const auto& [rows, columns] : {std::pair{4, 7}, {7, 4}, {5, 5}}) {
        std::vector<real> values(35), gradient(35);
        const auto n = static_cast<std::size_t>(rows * columns);
        const std::vector<ParameterBlock> blocks{{.name = "matrix",
                                                  .values = std::span(values).first(n),
                                                  .gradient = std::span<const real>(gradient).first(n),
                                                  .decay = true,
                                                  .rows = rows,
                                                  .columns = columns}};
        Optimiser optimiser({.kind = OptimiserKind::muon, .weight_decay = 0.5, .momentum = 0.75}, blocks);
        Matrix w = Matrix::Zero(rows, columns), u = w;
        for (const double lr : {0.25, 0.125, 0.5}) {
            Matrix g(rows, columns);
            for (std::size_t i = 0; i < n; ++i) {
                gradient[i] = real(std::sin(10 * lr + 1.7 * double(i) * double(i)));
                g.data()[i] = 2 * double(gradient[i]);
            }
            u = 0.75 * u + g;
            w = (1 - lr * 0.5) * w -
                lr * 0.2 * std::sqrt(double(std::max(rows, columns))) * orthogonalised(g + 0.75 * u);
            optimiser.step(blocks, lr, 2);
            for (std::size_t i = 0; i < n; ++i)
                EXPECT_NEAR(values[i], w.data()[i], 2e-4) << rows << " rows, number " << i;
        }
    }
}

TEST(Optimiser, MuonLeavesAllButMatricesToAdamW) {
    EXPECT_EQ(six_steps({.kind = OptimiserKind::muon}), six_steps({}));
}

TEST(Optimiser, MuonDoesNotDependOnThreads) {
    std::vector<std::vector<real>> ends;
    for (const int n_threads : {1, 3}) {
        const auto weights = random_weights(preset("llama").config);
        std::vector<real> gradient(weights->size());
        const auto blocks = parameter_blocks(*weights, gradient);
        Optimiser optimiser({.kind = OptimiserKind::muon}, blocks, n_threads);
        for (int step = 0; step < 2; ++step) {
            for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = real(std::sin(double(i) + step));
            optimiser.step(blocks, 0.01);
        }
        EXPECT_LT(optimiser.state().second.size(), optimiser.state().first.size())
            << "matrices have no mean of squares";
        const real* values = weights->values(weights->table.front());
        ends.emplace_back(values, values + weights->size());
    }
    EXPECT_EQ(ends[0], ends[1]);
}

TEST(Optimiser, TheFirstStepOfAdamIsTheSignOfTheGradient) {
    // m^ = g and v^ = g^2, so that w moves by lr g / |g|, whatever its size.
    TwoBlocks p;
    const auto blocks = p.blocks();
    Optimiser optimiser({.weight_decay = 0}, blocks);
    p.gradient = {1e-3f, -1e-3f, 5, -5, 1e4f, -1e4f};
    const std::vector<real> before = p.values;
    optimiser.step(blocks, 0.125);
    for (std::size_t i = 0; i < 6; ++i)
        EXPECT_NEAR(p.values[i], before[i] - std::copysign(0.125, p.gradient[i]), 3e-6) << i;
}

TEST(Optimiser, WithoutGradientOnlyDecayActs) {
    TwoBlocks p;
    const auto blocks = p.blocks();
    Optimiser optimiser({.weight_decay = 0.5}, blocks);
    for (int i = 0; i < 10; ++i) optimiser.step(blocks, 0.1);
    const double rest = std::pow(0.95, 10); // what is left of the block that decays
    expect_near(p.values, {0.5 * rest, -rest, 2 * rest, 0.1 * rest, 1.0, -0.25});
}

TEST(Optimiser, VelocityIsAGeometricSeries) {
    TwoBlocks p;
    const auto blocks = p.blocks();
    Optimiser optimiser({.kind = OptimiserKind::sgd, .weight_decay = 0, .momentum = 0.5}, blocks);
    std::fill(p.gradient.begin(), p.gradient.end(), real(1));
    for (int i = 0; i < 3; ++i) optimiser.step(blocks, 0.25); // velocities 1, 1.5, 1.75
    expect_near(p.values, {0.5 - 1.0625, -2.0625, 2 - 1.0625, 0.1 - 1.0625, 1 - 1.0625, -0.25 - 1.0625});
}

TEST(Optimiser, FrozenBlocksStayAndCountNowhere) {
    TwoBlocks p;
    auto blocks = p.blocks();
    blocks[0].frozen = true;
    p.gradient = {100, 100, 100, 100, 3, 4};
    EXPECT_EQ(gradient_norm(blocks), 5);
    EXPECT_EQ(count_trainable(blocks), 2u);
    Optimiser optimiser({}, blocks);
    EXPECT_EQ(optimiser.state().first.size(), 2u);
    const std::vector<real> before = p.values;
    optimiser.step(blocks, 0.1);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + 4, p.values.begin()));
    EXPECT_NE(before[4], p.values[4]);
    EXPECT_NE(before[5], p.values[5]);
}

TEST(Optimiser, ARestoredStateGoesOnBitForBit) {
    for (const OptimiserKind kind : {OptimiserKind::adamw, OptimiserKind::sgd, OptimiserKind::muon}) {
        const OptimiserConfig c{.kind = kind};
        TwoBlocks a, b;
        auto blocks = a.blocks(), others = b.blocks();
        for (auto* both : {&blocks, &others}) (*both)[0].rows = (*both)[0].columns = 2;
        Optimiser whole(c, blocks);
        for (int step = 0; step < 4; ++step) {
            a.set_gradient(step);
            whole.step(blocks, 0.01);
        }
        b.values = a.values;
        Optimiser resumed(c, others);
        resumed.restore(whole.state(), "");
        for (int step = 4; step < 7; ++step) {
            a.set_gradient(step), b.set_gradient(step);
            whole.step(blocks, 0.01), resumed.step(others, 0.01);
        }
        EXPECT_EQ(a.values, b.values);
        EXPECT_EQ(resumed.state().n_steps, 7);
    }
}

TEST(Optimiser, RefusesAStateOfAnotherSize) {
    TwoBlocks p;
    Optimiser optimiser({}, p.blocks());
    EXPECT_THROW(optimiser.restore({3, std::vector<real>(5), std::vector<real>(6)}, "file"), Error);
}

TEST(GradientNorm, OfLongBlocksIsTheEuclideanLength) {
    std::vector<real> values(1003), gradient(1003);
    double sum = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        gradient[i] = real(std::sin(double(i)));
        sum += double(gradient[i]) * double(gradient[i]);
    }
    const std::vector<ParameterBlock> blocks{{"all", values, gradient, false, false}};
    EXPECT_NEAR(gradient_norm(blocks), std::sqrt(sum), 1e-12 * std::sqrt(sum));
}

TEST(ClipScale, ShortensOnlyWhatIsTooLong) {
    EXPECT_EQ(clipping_scale(0.5, 1), 1);
    EXPECT_EQ(clipping_scale(4, 1), 0.25);
    EXPECT_EQ(clipping_scale(4, 0), 1) << "0: never";
}

TEST(ParameterBlocks, AreTheTableWithFrozenGlobs) {
    const auto weights = random_weights(preset("gpt2").config);
    const std::vector<real> gradient(weights->size());
    const std::vector<std::string> frozen{"transformer.w?e.weight", "transformer.h.1.*"};
    const auto blocks = parameter_blocks(*weights, gradient, frozen);
    ASSERT_EQ(blocks.size(), weights->table.size());
    std::size_t n = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const ParamRow& row = weights->table[i];
        EXPECT_EQ(blocks[i].name, row.name);
        EXPECT_EQ(blocks[i].values.data(), weights->values(row));
        EXPECT_EQ(blocks[i].gradient.data(), gradient.data() + row.offset);
        EXPECT_EQ(blocks[i].decay, row.decay);
        const bool is_matrix = row.layer >= 0 && row.shape.size() == 2; // not the embeddings
        EXPECT_EQ(blocks[i].rows * blocks[i].columns, is_matrix ? static_cast<int>(row.size()) : 0)
            << row.name;
        EXPECT_EQ(blocks[i].frozen, row.name.starts_with("transformer.w") || row.layer == 1) << row.name;
        n += blocks[i].frozen ? 0 : row.size();
    }
    EXPECT_EQ(count_trainable(blocks), n);
    const std::vector<std::string> wrong{"transformer.wte.weigth"};
    try {
        parameter_blocks(*weights, gradient, wrong);
        FAIL() << "no Error";
    } catch (const Error& e) {
        EXPECT_THAT(e.what(), testing::AllOf(testing::HasSubstr("frozen"),
                                             testing::HasSubstr("'transformer.wte.weight'")));
    }
}

TEST(Schedule, WarmsUpInEqualStepsAndEndsAtItsLastRate) {
    for (const ScheduleKind kind : {ScheduleKind::cosine, ScheduleKind::linear, ScheduleKind::constant}) {
        const ScheduleConfig s{kind, 4, 0.1};
        for (int step = 0; step < 4; ++step)
            EXPECT_DOUBLE_EQ(learning_rate(s, 2, step, 103), 0.5 * (step + 1));
        EXPECT_NEAR(learning_rate(s, 2, 102, 103), kind == ScheduleKind::constant ? 2 : 0.2, 1e-12);
        for (int step = 4; step < 103; ++step)
            EXPECT_LE(learning_rate(s, 2, step, 103), learning_rate(s, 2, step - 1, 103));
    }
}

TEST(Schedule, ClosedForms) { // steps 0 to 100, no warm-up
    const auto rate = [](ScheduleKind kind, int step) { return learning_rate({kind, 0, 0.2}, 1, step, 101); };
    EXPECT_DOUBLE_EQ(rate(ScheduleKind::cosine, 0), 1);
    EXPECT_DOUBLE_EQ(rate(ScheduleKind::cosine, 50), 0.6);
    EXPECT_NEAR(rate(ScheduleKind::cosine, 25), 0.2 + 0.4 * (1 + std::sqrt(0.5)), 1e-12);
    EXPECT_DOUBLE_EQ(rate(ScheduleKind::linear, 25), 0.8);
    EXPECT_DOUBLE_EQ(rate(ScheduleKind::linear, 500), 0.2) << "beyond the end it stays";
    EXPECT_DOUBLE_EQ(learning_rate({ScheduleKind::cosine, 0, 0.2}, 1, 0, 1), 1) << "one step only";
}

} // namespace
} // namespace gf::tests::optimiser_test
