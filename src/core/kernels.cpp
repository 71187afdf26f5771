#include "core/kernels.h"

#include <Eigen/Core>

#include <cmath>
#include <limits>

namespace gf {
namespace {

// Vectors of 16 and 8 reals through GCC's extension: one register or several, whatever the processor has.
typedef real Vec16 __attribute__((vector_size(16 * sizeof(real)), aligned(sizeof(real)), may_alias));
typedef real Vec8 __attribute__((vector_size(8 * sizeof(real)), aligned(sizeof(real)), may_alias));

template <class V>
inline const V& load(const real* p) {
    return *reinterpret_cast<const V*>(p);
}
template <class V>
inline V& store(real* p) {
    return *reinterpret_cast<V*>(p);
}

/// N vectors of output columns at once, `Chains` partial sums each so that the latency of the multiply-add is hidden. The number
/// of chains is the same for all widths: that keeps the order of summation independent of n_out.
constexpr int k_chains = 2;

template <class V, int N>
void columns(const real* x, int n_in, const real* a, std::ptrdiff_t stride, const real* bias, real* y) {
    constexpr int w = sizeof(V) / sizeof(real);
    V even[N], odd[N];
    for (int j = 0; j < N; ++j) even[j] = odd[j] = V{};
    int i = 0;
    for (; i + k_chains <= n_in; i += k_chains, a += k_chains * stride) {
        const real x0 = x[i], x1 = x[i + 1];
        for (int j = 0; j < N; ++j) even[j] += x0 * load<V>(a + j * w);
        for (int j = 0; j < N; ++j) odd[j] += x1 * load<V>(a + stride + j * w);
    }
    if (i < n_in)
        for (int j = 0; j < N; ++j) even[j] += x[i] * load<V>(a + j * w);
    for (int j = 0; j < N; ++j) {
        V sum = even[j] + odd[j];
        if (bias) sum += load<V>(bias + j * w);
        store<V>(y + j * w) = sum;
    }
}

void one_column(const real* x, int n_in, const real* a, std::ptrdiff_t stride, const real* bias, real* y) {
    real even = 0, odd = 0;
    int i = 0;
    for (; i + k_chains <= n_in; i += k_chains, a += k_chains * stride) even += x[i] * a[0], odd += x[i + 1] * a[stride];
    if (i < n_in) even += x[i] * a[0];
    const real sum = even + odd;
    *y = bias ? sum + *bias : sum;
}

using RowMajor = Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>;
using Array = Eigen::Array<real, Eigen::Dynamic, 1>;
using ConstArray = Eigen::Map<const Array>;
using ArrayMap = Eigen::Map<Array>;

} // namespace

void vec_mat(const real* x, int n_in, const real* a, std::ptrdiff_t stride, const real* bias, real* y, int n_out) {
    int j = 0;
    auto at = [&](const real* p) { return p ? p + j : nullptr; };
    auto run = [&](auto* kernel, int width) {
        for (; j + width <= n_out; j += width) kernel(x, n_in, a + j, stride, at(bias), y + j);
    };
    run(columns<Vec16, 8>, 128);
    run(columns<Vec16, 4>, 64);
    run(columns<Vec16, 2>, 32);
    run(columns<Vec16, 1>, 16);
    if (j == n_out) return;
    if (n_out >= 16) { // the last columns once more, together with enough of those before to fill a vector
        j = n_out - 16;
        run(columns<Vec16, 1>, 16);
        return;
    }
    run(columns<Vec8, 1>, 8);
    run(one_column, 1);
}

void product(const real* x, std::ptrdiff_t x_stride, int n_rows, const Matrix& w, const real* bias, real* y, std::ptrdiff_t y_stride) {
    constexpr int k_few = 4; // below, a vector at a time is faster than packing the matrix
    if (n_rows < k_few) {
        for (int r = 0; r < n_rows; ++r) vec_mat(x + r * x_stride, w.in, w.data, w.stride, bias, y + r * y_stride, w.out);
        return;
    }
    const ConstMap in(x, n_rows, w.in, Eigen::OuterStride<>(x_stride));
    const ConstMap matrix(w.data, w.in, w.out, Eigen::OuterStride<>(w.stride));
    Eigen::Map<RowMajor, 0, Eigen::OuterStride<>> out(y, n_rows, w.out, Eigen::OuterStride<>(y_stride));
    out.noalias() = in * matrix; // (T, in) x (in, out) -> (T, out)
    if (bias) out.rowwise() += Eigen::Map<const Eigen::Matrix<real, 1, Eigen::Dynamic>>(bias, w.out);
}

void softmax(const real* s, real* p, int n) {
    if (n == 0) return;
    const ConstArray in(s, n);
    ArrayMap out(p, n);
    const real most = in.maxCoeff();
    if (most == -std::numeric_limits<real>::infinity()) {
        out.setZero();
        return;
    }
    out = (in - most).exp();
    out *= 1 / out.sum();
}

void activate(Activation f, const real* x, real* y, int n) {
    const ConstArray in(x, n);
    ArrayMap out(y, n);
    switch (f) {
    case Activation::silu: out = in / (1 + (-in).exp()); break;
    case Activation::relu: out = in.max(real(0)); break;
    case Activation::gelu_tanh: {
        const real root = std::sqrt(2 / std::acos(real(-1)));
        out = real(0.5) * in * (1 + (root * (in + real(0.044715) * in * in * in)).tanh());
        break;
    }
    case Activation::gelu:
        for (int i = 0; i < n; ++i) y[i] = real(0.5) * x[i] * (1 + std::erf(x[i] * std::sqrt(real(0.5))));
        break;
    }
}

real mean_of(const real* x, int n) { return ConstArray(x, n).mean(); }

real norm_scale(const real* x, int n, real mean, double eps) {
    return std::sqrt((ConstArray(x, n) - mean).square().mean() + static_cast<real>(eps));
}

void normalize(const real* x, int n, real mean, real scale, real* y) {
    const real factor = 1 / scale;
    for (int i = 0; i < n; ++i) y[i] = (x[i] - mean) * factor;
}

void gain_and_bias(const real* x, const real* gain, const real* bias, real* y, int n) {
    for (int i = 0; i < n; ++i) y[i] = x[i] * gain[i];
    if (bias)
        for (int i = 0; i < n; ++i) y[i] += bias[i];
}

} // namespace gf
