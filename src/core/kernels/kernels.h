#pragma once
// The numeric kernels of the forward pass, each with its derivative for the backward pass. Used by
// core/passes and by what computes from a Trace (losses, measures). Strides count values.

#include "core/kernels/activation.h"
#include "core/kernels/matrix.h"

#include <cstddef>
#include <vector>

namespace gf {

/// y = x A (+ bias): (n_in) x (n_in, n_out) -> (n_out); the rows of A are a_stride apart. Sums run over n_in
/// in a fixed order that does not depend on n_out, so a wider product agrees exactly with a narrower one.
void vec_mat(const real* x, int n_in, const real* a, std::ptrdiff_t a_stride, const real* bias, real* y,
             int n_out);

/// Products of fewer rows than this go row by row, since packing a matrix for them would cost more than the
/// products.
inline constexpr int k_few_rows = 4;

/// Y = X W (+ bias) for the rows of a pass: (n_rows, in) x (in, out) -> (n_rows, out). Goes row by row if
/// they are few.
void linear(const real* x, std::ptrdiff_t x_stride, int n_rows, const Matrix& w, const real* bias, real* y,
            std::ptrdiff_t y_stride);

/// linear() by gemm() however few the rows are, so that each row's sums are the same as among many. For a
/// part of the rows of a pass, as those that visit an expert.
void linear_by_gemm(const real* x, std::ptrdiff_t x_stride, int n_rows, const Matrix& w, const real* bias,
                    real* y, std::ptrdiff_t y_stride);

/// p = softmax(s), n values; p may be s. If all values are -inf (everything is masked), p is 0 and not NaN.
void softmax(const real* s, real* p, int n);

/// The same with one more score, `sink`, whose weight is left out, so that p sums to less than 1.
void softmax(const real* s, real sink, real* p, int n);

/// y = cap tanh(y / cap), n values: a soft-cap (Gemma 2, Team Gemma 2024).
void soft_cap(real cap, real* y, int n);
/// The slope of a soft-cap where it gave y.
inline real soft_cap_slope(real cap, real y) { return 1 - (y / cap) * (y / cap); }

/// p = 1 / (1 + exp(-s)), n values; p may be s.
void sigmoid(const real* s, real* p, int n);

/// log(sum(exp(x))) of n values; -inf if all of them are.
real log_sum_exp(const real* x, int n);

/// y = f(x), n values: GELU (Hendrycks & Gimpel 2016), its approximation by tanh (there, too; GPT-2), SiLU
/// (Elfwing et al. 2017), ReLU.
void activate(Activation f, const real* x, real* y, int n);

/// The gradient of weight * (log_sum_exp(s) - s[target]), the cross-entropy of one of n values: ds =
/// weight * softmax(s), and `weight` less at the target.
void cross_entropy_backward(const real* s, int n, int target, double weight, real* ds);

/// For p = softmax(s): ds = p (dp - sum(p dp)), n values.
void softmax_backward(const real* p, const real* dp, real* ds, int n);

/// For y = f(x) g: dx = dy g f'(x) and dg = dy f(x). g may be null, which means 1; dg may be null.
void activate_backward(Activation f, const real* x, const real* g, const real* dy, real* dx, real* dg, int n);

/// Copies n values to memory that nobody reads soon, without bringing it into the cache if the processor can
/// do that. finish_nontemporal_copies() must follow before another thread may read the values.
void nontemporal_copy(const real* from, real* to, int n);
void finish_nontemporal_copies();

/// Whether none of the n values is infinite or NaN.
bool all_finite(const real* x, int n);

/// Mean of n values.
real mean_of(const real* x, int n);

/// sqrt(mean((x - mean)^2) + eps): the standard deviation (LayerNorm), with mean = 0 the root mean square
/// (RMSNorm).
real norm_scale(const real* x, int n, real mean, double eps);

/// y = (x - mean) / scale.
void normalize(const real* x, int n, real mean, real scale, real* y);

/// y = x * (gain + offset) (+ bias).
void apply_gain_and_bias(const real* x, const real* gain, real offset, const real* bias, real* y, int n);

/// For y = x * (gain + offset) + bias: dx = dy (gain + offset); dgain += dy x and dbias += dy, where these
/// are not null.
void gain_and_bias_backward(const real* dy, const real* x, const real* gain, real offset, real* dx,
                            real* dgain, real* dbias, int n);

/// For y = (x - mean) / scale, the mean being 0 unless `centred`: adds dy (dy / dx) to dx as if the scale
/// were constant, and returns the gradient of the scale.
real normalize_backward(const real* dy, const real* x, int n, bool centred, real scale, real* dx);

/// For scale = norm_scale(x), the mean being 0 unless `centred`: dx += dscale (x - mean) / (n scale).
void norm_scale_backward(real dscale, const real* x, int n, bool centred, double eps, real* dx);

/// The dot product of n values.
real dot(const real* x, const real* y, int n);

/// The slopes of ALiBi's heads (Press et al. 2022): 2^(-8/n), 2^(-16/n), ... if n is a power of two. Else
/// those of the next lower power of two, followed by every second one of twice that power.
std::vector<real> alibi_slopes(int n_heads);

/// The vector of d values that stands for a position (Vaswani et al. 2017, 3.5): PE(p, 2i) =
/// sin(p / 10000^(2i / d)), PE(p, 2i + 1) = cos(the same).
void sinusoidal_vector(int position, int d, real* out);

} // namespace gf
