// Each kernel against plain loops in double precision. The tolerance follows the size: a sum of n products of
// order 1 has a rounding error of about n * epsilon.

#include "core/kernels/kernels.h"

#include "support/compare.h"

#include <random>

namespace gf::tests::kernels_test {
namespace {

constexpr real k_inf = std::numeric_limits<real>::infinity();
constexpr real k_nan = std::numeric_limits<real>::quiet_NaN();
constexpr double k_epsilon = std::numeric_limits<real>::epsilon();

std::vector<real> random_values(std::size_t n, unsigned long long seed, double deviation = 1) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, deviation);
    std::vector<real> x(n);
    for (real& v : x) v = static_cast<real>(normal(random));
    return x;
}

/// One entry of x A + bias, and the sum of the magnitudes that went into it.
struct Sum {
    double value, magnitude;
};
Sum dot(const real* x, int n_in, const real* column, std::ptrdiff_t stride, double bias) {
    Sum s{bias, std::abs(bias)};
    for (int i = 0; i < n_in; ++i) {
        const double term = double(x[i]) * double(column[i * stride]);
        s.value += term;
        s.magnitude += std::abs(term);
    }
    return s;
}

void expect_vec_mat(int n_in, int n_out, int stride, bool with_bias) {
    SCOPED_TRACE(std::to_string(n_in) + " x " + std::to_string(n_out) + ", stride " + std::to_string(stride));
    const auto seed = static_cast<unsigned long long>(n_in * 1000 + n_out);
    const auto x = random_values(static_cast<std::size_t>(n_in), seed),
               bias = random_values(static_cast<std::size_t>(n_out), seed + 1);
    const auto a = random_values(static_cast<std::size_t>(n_in * stride), seed + 2);
    std::vector<real> y(static_cast<std::size_t>(n_out) + 1, 77); // one more, which must stay as it is
    vec_mat(x.data(), n_in, a.data(), stride, with_bias ? bias.data() : nullptr, y.data(), n_out);
    for (int j = 0; j < n_out; ++j) {
        const auto at = static_cast<std::size_t>(j);
        const Sum s = dot(x.data(), n_in, a.data() + j, stride, with_bias ? double(bias[at]) : 0);
        ASSERT_NEAR(y[at], s.value, (n_in + 2) * k_epsilon * s.magnitude) << "column " << j;
    }
    ASSERT_EQ(y.back(), 77);
}

TEST(Kernels, VecMatOfEverySize) {
    for (int n_in = 0; n_in <= 70; ++n_in)
        for (int n_out = 1; n_out <= 70; ++n_out)
            expect_vec_mat(n_in, n_out, n_out + (n_in + n_out) % 3, (n_in + n_out) % 2 == 1);
    expect_vec_mat(700, 512, 600, true);
}

TEST(Kernels, VecMatOfWiderMatrixIsExactlyTheSame) {
    for (const int n_in : {1, 3, 4, 7, 33, 64, 70}) {
        const auto x = random_values(static_cast<std::size_t>(n_in), 1), bias = random_values(130, 2);
        const auto a = random_values(static_cast<std::size_t>(n_in) * 130, 3);
        std::vector<real> wide(130);
        vec_mat(x.data(), n_in, a.data(), 130, bias.data(), wide.data(), 130);
        for (int n_out = 1; n_out < 130; ++n_out) {
            std::vector<real> narrow(static_cast<std::size_t>(n_out));
            vec_mat(x.data(), n_in, a.data(), 130, bias.data(), narrow.data(), n_out);
            for (std::size_t j = 0; j < narrow.size(); ++j)
                ASSERT_EQ(narrow[j], wide[j]) << n_in << " x " << n_out << ", column " << j;
        }
    }
}

void expect_product(int n_rows, int n_in, int n_out, bool with_bias) {
    SCOPED_TRACE(std::to_string(n_rows) + " x " + std::to_string(n_in) + " x " + std::to_string(n_out));
    const int x_stride = n_in + 3, w_stride = n_out + 2, y_stride = n_out + 5;
    const auto x = random_values(static_cast<std::size_t>(n_rows * x_stride), 1),
               w = random_values(static_cast<std::size_t>(n_in * w_stride), 2);
    const auto bias = random_values(static_cast<std::size_t>(n_out), 3);
    std::vector<real> y(static_cast<std::size_t>(n_rows * y_stride), 77);
    linear(x.data(), x_stride, n_rows, Matrix{w.data(), n_in, n_out, w_stride},
           with_bias ? bias.data() : nullptr, y.data(), y_stride);
    for (int r = 0; r < n_rows; ++r)
        for (int j = 0; j < y_stride; ++j) {
            const real found = y[static_cast<std::size_t>(r * y_stride + j)];
            if (j >= n_out) {
                ASSERT_EQ(found, 77) << "between the rows";
                continue;
            }
            const Sum s = dot(x.data() + r * x_stride, n_in, w.data() + j, w_stride,
                              with_bias ? double(bias[static_cast<std::size_t>(j)]) : 0);
            ASSERT_NEAR(found, s.value, (n_in + 2) * k_epsilon * s.magnitude)
                << "row " << r << ", column " << j;
        }
}

TEST(Kernels, ProductOfManySizes) {
    for (const int rows : {1, 2, 3, 4, 5, 8, 13, 70})
        for (const int in : {1, 2, 7, 16, 37, 70})
            for (const int out : {1, 3, 8, 20, 53, 70}) expect_product(rows, in, out, (in + out) % 2 == 1);
}

TEST(Kernels, ProductsCarryNanAndInfinity) {
    for (const int n_rows : {1, 6})
        for (const int n_out : {1, 9, 20, 70}) {
            const int n_in = 11;
            auto x = random_values(static_cast<std::size_t>(n_rows * n_in), 1);
            auto w = random_values(static_cast<std::size_t>(n_in * n_out), 2);
            for (int j = 0; j < n_out; ++j)
                w[static_cast<std::size_t>(5 * n_out + j)] = 1; // what the special values meet
            std::vector<real> y(static_cast<std::size_t>(n_rows * n_out));
            auto compute = [&](real special) {
                x[5] = special; // only in the first row
                linear(x.data(), n_in, n_rows, Matrix{w.data(), n_in, n_out, n_out}, nullptr, y.data(),
                       n_out);
            };
            compute(k_nan);
            for (int j = 0; j < n_out; ++j) EXPECT_TRUE(std::isnan(y[static_cast<std::size_t>(j)]));
            compute(-k_inf);
            for (int j = 0; j < n_out; ++j) EXPECT_EQ(y[static_cast<std::size_t>(j)], -k_inf);
            for (std::size_t i = static_cast<std::size_t>(n_out); i < y.size(); ++i)
                EXPECT_TRUE(std::isfinite(y[i])) << "another row";
        }
}

TEST(Kernels, Softmax) {
    for (int n = 1; n <= 70; ++n)
        for (const double scale : {0.1, 3.0, 30.0}) {
            const auto s =
                random_values(static_cast<std::size_t>(n), static_cast<unsigned long long>(n), scale);
            double most = s[0], sum = 0;
            for (const real v : s) most = std::max(most, double(v));
            for (const real v : s) sum += std::exp(v - most);
            std::vector<real> p(s.size() + 1, 77), in_place = s;
            softmax(s.data(), p.data(), n);
            softmax(in_place.data(), in_place.data(), n);
            double total = 0;
            for (std::size_t i = 0; i < s.size(); ++i) {
                const double expected = std::exp(s[i] - most) / sum;
                // the exponent itself is rounded: relative error epsilon * |s - most|
                ASSERT_NEAR(p[i], expected, (n + 8 + std::abs(s[i] - most)) * k_epsilon * expected + 1e-37)
                    << n << ", " << i;
                ASSERT_EQ(in_place[i], p[i]);
                total += p[i];
            }
            EXPECT_NEAR(total, 1, n * k_epsilon);
            EXPECT_EQ(p.back(), 77);
        }
}

TEST(Kernels, SoftmaxOfMaskedRows) {
    for (const int n : {1, 2, 15, 16, 17, 33, 70}) {
        std::vector<real> s(static_cast<std::size_t>(n), -k_inf), p(s.size(), 77);
        softmax(s.data(), p.data(), n);
        for (const real v : p) EXPECT_EQ(v, 0) << "fully masked, n = " << n;
        s[s.size() / 2] = -5;
        softmax(s.data(), p.data(), n);
        for (std::size_t i = 0; i < s.size(); ++i)
            EXPECT_EQ(p[i], i == s.size() / 2 ? 1 : 0) << "one left, n = " << n;
    }
    real untouched = 77;
    softmax(&untouched, &untouched, 0);
    softmax(&untouched, real(1), &untouched, 0); // with a sink, of a row that may read nothing
    EXPECT_EQ(untouched, 77);
}

TEST(Kernels, SoftmaxOfLargeValuesDoesNotOverflow) {
    const std::vector<real> s{real(1e30), real(1e30), real(-1e30), 0};
    std::vector<real> p(4);
    softmax(s.data(), p.data(), 4);
    EXPECT_EQ(p, (std::vector<real>{real(0.5), real(0.5), 0, 0}));
}

TEST(Kernels, SoftmaxCarriesNan) {
    for (const int n : {1, 5, 16, 20, 70})
        for (const real others : {real(0.5), -k_inf})
            for (int at = 0; at < n; ++at) {
                std::vector<real> s(static_cast<std::size_t>(n), others), p(s.size());
                s[static_cast<std::size_t>(at)] = k_nan;
                softmax(s.data(), p.data(), n);
                for (int i = 0; i < n; ++i) // where all others are masked it may stay alone
                    EXPECT_TRUE(std::isnan(p[static_cast<std::size_t>(i)]) || (others == -k_inf && i != at))
                        << n << ", NaN at " << at;
            }
}

double activation_of(Activation f, double x) {
    switch (f) {
    case Activation::gelu_tanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::gelu:
        return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); // x times the normal distribution function
    case Activation::silu: return x / (1 + std::exp(-x));
    case Activation::relu: return x > 0 ? x : 0;
    }
    return k_nan;
}

constexpr Activation k_activations[] = {Activation::gelu_tanh, Activation::gelu, Activation::silu,
                                        Activation::relu};

TEST(Kernels, Activations) {
    for (const Activation f : k_activations)
        for (int n = 1; n <= 70; ++n) {
            const auto x = random_values(static_cast<std::size_t>(n), static_cast<unsigned long long>(n), 4);
            std::vector<real> y(x.size() + 1, 77);
            activate(f, x.data(), y.data(), n);
            for (std::size_t i = 0; i < x.size(); ++i) {
                // 1 + tanh, 1 + erf cancel for negative x: the error is relative to x, not to the result
                ASSERT_NEAR(y[i], activation_of(f, x[i]), 8 * k_epsilon * std::abs(x[i]))
                    << name(f) << "(" << x[i] << ")";
            }
            ASSERT_EQ(y.back(), 77);
        }
}

TEST(Kernels, ActivationsOfExtremes) {
    for (const Activation f : k_activations)
        for (const int n : {3, 16, 21}) {
            std::vector<real> x(static_cast<std::size_t>(n), real(0.25)), y(x.size());
            x[0] = 1000, x[1] = -1000, x[2] = 0;
            activate(f, x.data(), y.data(), n);
            EXPECT_FLOAT_EQ(static_cast<float>(y[0]), 1000) << name(f);
            EXPECT_EQ(y[1], 0) << name(f);
            EXPECT_EQ(y[2], 0) << name(f);
            for (int at = 0; at < n; ++at) {
                std::vector<real> with_nan(x.size(), real(0.25));
                with_nan[static_cast<std::size_t>(at)] = k_nan;
                activate(f, with_nan.data(), y.data(), n);
                for (int i = 0; i < n; ++i)
                    EXPECT_EQ(std::isnan(y[static_cast<std::size_t>(i)]), i == at) << name(f) << " of NaN";
            }
            x[0] = k_inf;
            activate(f, x.data(), y.data(), n);
            EXPECT_EQ(y[0], k_inf) << name(f) << " of infinity";
        }
}

TEST(Kernels, Norms) {
    for (int n = 1; n <= 70; ++n) {
        auto x = random_values(static_cast<std::size_t>(n), static_cast<unsigned long long>(n));
        for (real& v : x) v += 3;
        const auto gain = random_values(x.size(), 1), bias = random_values(x.size(), 2);
        double mean = 0, squares = 0, about_mean = 0;
        for (const real v : x) mean += v / double(n);
        for (const real v : x) squares += double(v) * v / n, about_mean += (v - mean) * (v - mean) / n;
        const double eps = 1e-3, deviation = std::sqrt(about_mean + eps);
        ASSERT_NEAR(mean_of(x.data(), n), mean, n * k_epsilon * 5);
        ASSERT_NEAR(norm_scale(x.data(), n, static_cast<real>(mean), eps), deviation, n * k_epsilon * 5);
        ASSERT_NEAR(norm_scale(x.data(), n, 0, eps), std::sqrt(squares + eps),
                    n * k_epsilon * 5); // root mean square
        std::vector<real> normalised(x.size() + 1, 77), out(x.size() + 1, 77), gained(x.size());
        normalize(x.data(), n, static_cast<real>(mean), static_cast<real>(deviation), normalised.data());
        apply_gain_and_bias(normalised.data(), gain.data(), 0, bias.data(), out.data(), n);
        apply_gain_and_bias(normalised.data(), gain.data(), 0, nullptr, gained.data(), n);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double expected = (x[i] - mean) / deviation;
            ASSERT_NEAR(normalised[i], expected, 8 * k_epsilon * (5 / deviation + std::abs(expected)));
            ASSERT_NEAR(out[i], double(normalised[i]) * gain[i] + bias[i],
                        4 * k_epsilon * (std::abs(out[i]) + std::abs(bias[i])));
            ASSERT_NEAR(gained[i], double(normalised[i]) * gain[i], 2 * k_epsilon * std::abs(gained[i]));
        }
        ASSERT_EQ(normalised.back(), 77);
        ASSERT_EQ(out.back(), 77);
    }
}

TEST(Kernels, NormsCarryNan) {
    for (const int n : {1, 7, 16, 40}) {
        std::vector<real> x(static_cast<std::size_t>(n), 1);
        x.back() = k_nan;
        EXPECT_TRUE(std::isnan(mean_of(x.data(), n)));
        EXPECT_TRUE(std::isnan(norm_scale(x.data(), n, 0, 1e-5)));
    }
}

} // namespace
} // namespace gf::tests::kernels_test
