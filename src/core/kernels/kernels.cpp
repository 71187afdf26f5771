#include "core/kernels/kernels.h"

#include "core/kernels/gemm.h"
#include "core/kernels/lanes.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace gf {
namespace {

using namespace detail; // lanes.h

/// Vectors of output columns that are summed at once. With k_chains sums each they take half of the
/// registers.
constexpr int k_max_vectors = 4;

/// Partial sums of each output column, which hide the latency of the multiply-add. Their number is the same
/// for all widths, which keeps the order of summation independent of n_out.
constexpr int k_chains = k_lanes * sizeof(real) == 64 ? 4 : 2;

/// y = x A (+ bias) for N vectors of W output columns.
template <int W, int N>
void columns(const real* x, int n_in, const real* a, std::ptrdiff_t stride, const real* bias, real* y) {
    using L = Lanes<W>;
    typename L::Vector sum[k_chains][N] = {};
    int i = 0;
    for (; i + k_chains <= n_in; i += k_chains)
        for (int c = 0; c < k_chains; ++c, a += stride)
            for (int j = 0; j < N; ++j) sum[c][j] += x[i + c] * L::load(a + j * W);
    for (; i < n_in; ++i, a += stride)
        for (int j = 0; j < N; ++j) sum[0][j] += x[i] * L::load(a + j * W);
    for (int j = 0; j < N; ++j) {
        typename L::Vector total = sum[0][j] + sum[1][j];
        if constexpr (k_chains == 4) total += sum[2][j] + sum[3][j];
        if (bias) total += L::load(bias + j * W);
        L::store(y + j * W, total);
    }
}

void one_column(const real* x, int n_in, const real* a, std::ptrdiff_t stride, const real* bias, real* y) {
    real sum[k_chains] = {};
    int i = 0;
    for (; i + k_chains <= n_in; i += k_chains)
        for (int c = 0; c < k_chains; ++c, a += stride) sum[c] += x[i + c] * *a;
    for (; i < n_in; ++i, a += stride) sum[0] += x[i] * *a;
    real total = sum[0] + sum[1];
    if constexpr (k_chains == 4) total += sum[2] + sum[3];
    *y = total + (bias ? *bias : 0);
}

using Array16 = Eigen::Array<real, 16, 1>;

/// y = f(x) on arrays of 16 values. The last one is filled up with `fill`, so that each value takes the same
/// path, whatever n is.
template <class F>
void apply_16_at_a_time(const real* x, real* y, int n, real fill, F f) {
    int i = 0;
    for (; i + 16 <= n; i += 16) Eigen::Map<Array16>(y + i) = f(Array16(Eigen::Map<const Array16>(x + i)));
    if (i == n) return;
    Array16 rest = Array16::Constant(fill);
    std::copy(x + i, x + n, rest.data());
    rest = f(rest);
    std::copy_n(rest.data(), n - i, y + i);
}

/// exp(x) for x <= 0, and exactly 0 where that is too small for a normal number. There Eigen's exp gives a
/// tiny value on some processors, so that masked keys would get a weight.
Array16 exp_or_0(const Array16& x) {
    using L = Lanes<k_lanes>;
    static const real lowest = std::log(std::numeric_limits<real>::min());
    const Array16 e = x.exp();
    Array16 out;
    for (int i = 0; i < 16; i += k_lanes) {
        const typename L::Vector in = L::load(x.data() + i);
        L::store(out.data() + i, in < lowest ? typename L::Vector{} : L::load(e.data() + i)); // NaN stays
    }
    return out;
}

using Array = Eigen::Array<real, Eigen::Dynamic, 1>;
using ConstArray = Eigen::Map<const Array>;
using ArrayMap = Eigen::Map<Array>;

} // namespace

void vec_mat(const real* x, int n_in, const real* a, std::ptrdiff_t stride, const real* bias, real* y,
             int n_out) {
    int j = 0;
    auto at = [&](const real* p) { return p ? p + j : nullptr; };
    auto run = [&](auto* kernel, int width) {
        for (; j + width <= n_out; j += width) kernel(x, n_in, a + j, stride, at(bias), y + j);
    };
    run(columns<k_lanes, k_max_vectors>, k_lanes * k_max_vectors);
    if constexpr (k_max_vectors > 2) run(columns<k_lanes, 2>, 2 * k_lanes);
    run(columns<k_lanes, 1>, k_lanes);
    if (j == n_out) return;
    if (n_out >= k_lanes) {
        // The last columns are computed together with some of those before, to fill a vector.
        j = n_out - k_lanes;
        run(columns<k_lanes, 1>, k_lanes);
        return;
    }
    if constexpr (k_lanes > 4) run(columns<k_lanes / 2, 1>, k_lanes / 2);
    run(one_column, 1);
}

void linear(const real* x, std::ptrdiff_t x_stride, int n_rows, const Matrix& w, const real* bias, real* y,
            std::ptrdiff_t y_stride) {
    if (n_rows < k_few_rows) {
        for (int r = 0; r < n_rows; ++r)
            vec_mat(x + r * x_stride, w.in, w.data, w.stride, bias, y + r * y_stride, w.out);
        return;
    }
    linear_by_gemm(x, x_stride, n_rows, w, bias, y, y_stride);
}

void linear_by_gemm(const real* x, std::ptrdiff_t x_stride, int n_rows, const Matrix& w, const real* bias,
                    real* y, std::ptrdiff_t y_stride) {
    if (bias)
        for (int r = 0; r < n_rows; ++r) std::copy_n(bias, w.out, y + r * y_stride);
    gemm(n_rows, w.out, w.in, {x, x_stride}, {w.data, w.stride}, y, y_stride, bias != nullptr);
}

void sigmoid(const real* s, real* p, int n) {
    std::transform(s, s + n, p, [](real x) { return 1 / (1 + std::exp(-x)); });
}

void softmax(const real* s, real* p, int n) {
    constexpr real minus_infinity = -std::numeric_limits<real>::infinity();
    if (n == 0) return;
    const real largest = ConstArray(s, n).maxCoeff();
    if (largest == minus_infinity) { // maxCoeff() may overlook a NaN, which must not become 0
        std::transform(s, s + n, p, [](real x) { return std::isnan(x) ? x : real(0); });
        return;
    }
    Array16 sums = Array16::Zero();
    apply_16_at_a_time(s, p, n, minus_infinity, [&](const Array16& x) {
        const Array16 e = exp_or_0(x - largest);
        sums += e;
        return e;
    });
    ArrayMap(p, n) *= 1 / sums.sum();
}

void softmax(const real* s, real sink, real* p, int n) {
    if (n == 0) return; // the row may read no key: the sink has all
    const real share = 1 / (1 + std::exp(sink - log_sum_exp(s, n)));
    softmax(s, p, n);
    for (int i = 0; i < n; ++i) p[i] *= share;
}

void soft_cap(real cap, real* y, int n) {
    for (int i = 0; i < n; ++i) y[i] = cap * std::tanh(y[i] / cap);
}

real log_sum_exp(const real* x, int n) {
    const ConstArray in(x, n);
    const real largest = in.maxCoeff();
    return std::isinf(largest)
               ? largest
               : largest + static_cast<real>(std::log((in - largest).exp().template cast<double>().sum()));
}

void activate(Activation f, const real* x, real* y, int n) {
    auto apply = [&](auto g) { apply_16_at_a_time(x, y, n, 0, g); };
    switch (f) {
    case Activation::silu: return apply([](const Array16& v) -> Array16 { return v / (1 + (-v).exp()); });
    case Activation::relu: return apply([](const Array16& v) -> Array16 { return v.max(real(0)); });
    case Activation::gelu_tanh:
        return apply([root = std::sqrt(2 / std::acos(real(-1)))](const Array16& v) -> Array16 {
            return real(0.5) * v * (1 + (root * (v + real(0.044715) * v * v * v)).tanh());
        });
    case Activation::gelu:
        return apply([](const Array16& v) -> Array16 {
            return real(0.5) * v *
                   (1 + (v * std::sqrt(real(0.5))).unaryExpr([](real t) { return std::erf(t); }));
        });
    }
}

void cross_entropy_backward(const real* s, int n, int target, double weight, real* ds) {
    softmax(s, ds, n);
    ds[target] -= 1;
    for (int i = 0; i < n; ++i) ds[i] *= static_cast<real>(weight);
}

void softmax_backward(const real* p, const real* dp, real* ds, int n) {
    const ConstArray weights(p, n), in(dp, n);
    ArrayMap(ds, n) = weights * (in - (weights * in).sum());
}

void activate_backward(Activation f, const real* x, const real* g, const real* dy, real* dx, real* dg,
                       int n) {
    // both(v, y, slope) gives y = f(v) and slope = f'(v).
    const auto up_to_16 = [&](int i, int n_left, auto both) {
        Array16 v = Array16::Zero(), d = v, factor = Array16::Ones(), y, slope;
        std::copy_n(x + i, n_left, v.data()), std::copy_n(dy + i, n_left, d.data());
        if (g) std::copy_n(g + i, n_left, factor.data());
        both(v, y, slope);
        y *= d, slope *= d * factor;
        std::copy_n(slope.data(), n_left, dx + i);
        if (dg) std::copy_n(y.data(), n_left, dg + i);
    };
    const auto apply = [&](auto both) {
        int i = 0;
        for (; i + 16 <= n; i += 16) up_to_16(i, 16, both);
        if (i < n) up_to_16(i, n - i, both);
    };
    switch (f) {
    case Activation::silu:
        return apply([](const Array16& v, Array16& y, Array16& slope) {
            const Array16 s = 1 / (1 + (-v).exp());
            y = v * s;
            slope = s * (1 + v * (1 - s));
        });
    case Activation::relu:
        return apply([](const Array16& v, Array16& y, Array16& slope) {
            y = v.max(real(0));
            slope = (v > real(0)).select(Array16::Ones(), Array16::Zero());
        });
    case Activation::gelu_tanh:
        return apply([root = std::sqrt(2 / std::acos(real(-1)))](const Array16& v, Array16& y,
                                                                 Array16& slope) {
            const Array16 t = (root * (v + real(0.044715) * v * v * v)).tanh();
            y = real(0.5) * v * (1 + t);
            slope =
                real(0.5) * (1 + t) + real(0.5) * v * (1 - t * t) * root * (1 + real(3 * 0.044715) * v * v);
        });
    case Activation::gelu:
        return apply([density = 1 / std::sqrt(2 * std::acos(real(-1)))](const Array16& v, Array16& y,
                                                                        Array16& slope) {
            const Array16 below =
                real(0.5) * (1 + (v * std::sqrt(real(0.5))).unaryExpr([](real t) { return std::erf(t); }));
            y = v * below;
            slope = below + v * density * (real(-0.5) * v * v).exp();
        });
    }
}

void nontemporal_copy(const real* from, real* to, int n) {
    int i = 0;
#ifdef __AVX512F__ // by whole cache lines, since anything narrower was slower than ordinary stores
    constexpr int k_line = 64 / sizeof(real);
    for (; i < n && reinterpret_cast<std::uintptr_t>(to + i) % 64 != 0; ++i) to[i] = from[i];
    for (; i + k_line <= n; i += k_line)
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to + i), _mm512_loadu_si512(from + i));
#endif
    std::copy(from + i, from + n, to + i);
}

void finish_nontemporal_copies() {
#ifdef __AVX512F__
    _mm_sfence();
#endif
}

bool all_finite(const real* x, int n) { return (ConstArray(x, n) * real(0)).sum() == 0; }

real mean_of(const real* x, int n) { return ConstArray(x, n).mean(); }

real norm_scale(const real* x, int n, real mean, double eps) {
    return std::sqrt((ConstArray(x, n) - mean).square().mean() + static_cast<real>(eps));
}

void normalize(const real* x, int n, real mean, real scale, real* y) {
    const real factor = 1 / scale;
    for (int i = 0; i < n; ++i) y[i] = (x[i] - mean) * factor;
}

void apply_gain_and_bias(const real* x, const real* gain, real offset, const real* bias, real* y, int n) {
    for (int i = 0; i < n; ++i) y[i] = x[i] * (gain[i] + offset);
    if (bias)
        for (int i = 0; i < n; ++i) y[i] += bias[i];
}

void gain_and_bias_backward(const real* dy, const real* x, const real* gain, real offset, real* dx,
                            real* dgain, real* dbias, int n) {
    for (int i = 0; i < n; ++i) dx[i] = dy[i] * (gain[i] + offset);
    if (dgain)
        for (int i = 0; i < n; ++i) dgain[i] += dy[i] * x[i];
    if (dbias)
        for (int i = 0; i < n; ++i) dbias[i] += dy[i];
}

real normalize_backward(const real* dy, const real* x, int n, bool centred, real scale, real* dx) {
    const ConstArray d(dy, n), in(x, n);
    const real factor = 1 / scale, mean = centred ? in.mean() : 0, dmean = centred ? d.mean() : 0;
    ArrayMap(dx, n) += (d - dmean) * factor;
    return -(d * (in - mean)).sum() * factor * factor;
}

void norm_scale_backward(real dscale, const real* x, int n, bool centred, double eps, real* dx) {
    const ConstArray in(x, n);
    const real mean = centred ? in.mean() : 0;
    ArrayMap(dx, n) += (in - mean) * (dscale / (static_cast<real>(n) * norm_scale(x, n, mean, eps)));
}

real dot(const real* x, const real* y, int n) { return (ConstArray(x, n) * ConstArray(y, n)).sum(); }

std::vector<real> alibi_slopes(int n_heads) {
    int power = 1;
    while (power * 2 <= n_heads) power *= 2;
    std::vector<real> slopes;
    for (int h = 0; h < n_heads; ++h) {
        const double exponent =
            h < power ? 8.0 * (h + 1) / power : 8.0 * (2 * (h - power) + 1) / (2.0 * power);
        slopes.push_back(static_cast<real>(std::exp2(-exponent)));
    }
    return slopes;
}

void sinusoidal_vector(int position, int d, real* out) {
    for (int i = 0; i < d; ++i) {
        const double angle = position * std::pow(10000.0, -double(i - i % 2) / d);
        out[i] = static_cast<real>(i % 2 ? std::cos(angle) : std::sin(angle));
    }
}

} // namespace gf
