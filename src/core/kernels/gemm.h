#pragma once
// The product of two matrices, in any orientation. Both passes spend most of their time here.

#include "core/real.h"

#include <cstddef>

namespace gf {

/// A matrix in memory: element (i, j) is data[i * row_stride + j * column_stride]. Swapped strides give the
/// transposed matrix.
struct MatrixView {
    const real* data = nullptr;
    std::ptrdiff_t row_stride = 0, column_stride = 1;
    MatrixView transposed() const { return {data, column_stride, row_stride}; }
};

/// C = A B, or C += A B if `accumulate`: (m, k) x (k, n) -> (m, n). The rows of C are c_stride values apart.
/// Each element sums over k in ascending order, in blocks of a fixed size, whatever m and n are, so a part of
/// a product equals that part of the whole. Needs no memory but a buffer that each thread keeps. Panel and
/// register tile follow Goto & van de Geijn (2008).
void gemm(int m, int n, int k, MatrixView a, MatrixView b, real* c, std::ptrdiff_t c_stride,
          bool accumulate = false);

} // namespace gf
