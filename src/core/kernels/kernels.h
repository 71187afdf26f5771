#pragma once
// The few numeric kernels of the forward pass. Strides count values.

#include "core/kernels/activation.h"
#include "core/kernels/matrix.h"

#include <cstddef>
#include <vector>

namespace gf {

/// y = x A (+ bias): (n_in) x (n_in, n_out) -> (n_out); the rows of A are a_stride apart. Sums run over n_in
/// in a fixed order that does not depend on n_out, so a wider product agrees exactly with a narrower one.
void vec_mat(const real* x, int n_in, const real* a, std::ptrdiff_t a_stride, const real* bias, real* y,
             int n_out);

/// Products of fewer rows than this go row by row: packing a matrix for them would cost more than the
/// products.
inline constexpr int k_few_rows = 4;

/// Y = X W (+ bias) for n_rows rows: (T, in) x (in, out) -> (T, out).
void product(const real* x, std::ptrdiff_t x_stride, int n_rows, const Matrix& w, const real* bias, real* y,
             std::ptrdiff_t y_stride);

/// The same for a part of the rows of a pass: each row's sums are the same however many rows there are.
void block_product(const real* x, std::ptrdiff_t x_stride, int n_rows, const Matrix& w, const real* bias,
                   real* y, std::ptrdiff_t y_stride);

/// p = softmax(s), n values (may be in place). A row of -inf only (everything masked) gives zeros, never NaN.
void softmax(const real* s, real* p, int n);

/// log(sum(exp(x))), n values; -inf if all are.
real log_sum_exp(const real* x, int n);

/// y = f(x), n values. GELU (Hendrycks & Gimpel 2016; tanh: its approximation as in GPT-2), SiLU (Elfwing et
/// al. 2017), ReLU.
void activate(Activation f, const real* x, real* y, int n);

/// p = softmax(s): ds = p (dp - sum(p dp)).
void softmax_backward(const real* p, const real* dp, real* ds, int n);

/// y = f(x) g: dx = dy g f'(x) and dg = dy f(x). Without g (null) it is 1.
void activate_backward(Activation f, const real* x, const real* g, const real* dy, real* dx, real* dg, int n);

/// Copies n values to memory that nobody needs soon, without bringing it into the cache where the processor
/// can. Followed by finish_store_away() before another thread may read it.
void store_away(const real* from, real* to, int n);
void finish_store_away();

/// Whether none of n values is infinite or NaN.
bool all_finite(const real* x, int n);

/// Mean of n values.
real mean_of(const real* x, int n);

/// sqrt(mean((x - mean)^2) + eps): the standard deviation (LayerNorm), with mean = 0 the root mean square
/// (RMSNorm).
real norm_scale(const real* x, int n, real mean, double eps);

/// y = (x - mean) / scale.
void normalize(const real* x, int n, real mean, real scale, real* y);

/// y = x * gain (+ bias).
void gain_and_bias(const real* x, const real* gain, const real* bias, real* y, int n);

/// y = x * gain + bias: dx = dy gain; adds to the gradients of gain and bias where they are wanted (not
/// null).
void gain_backward(const real* dy, const real* x, const real* gain, real* dx, real* dgain, real* dbias,
                   int n);

/// y = (x - mean) / scale, the mean being 0 unless `centred`: adds to dx what comes past the scale. Returns d
/// scale.
real normalize_backward(const real* dy, const real* x, int n, bool centred, real scale, real* dx);

/// scale = norm_scale(x): adds to dx.
void norm_scale_backward(real dscale, const real* x, int n, bool centred, double eps, real* dx);

/// Sum of x y.
real dot(const real* x, const real* y, int n);

/// Slopes of ALiBi (Press et al. 2022): the geometric sequence from 2^(-8/n); between powers of two, every
/// second one of 2n.
std::vector<real> alibi_slopes(int n_heads);

} // namespace gf
