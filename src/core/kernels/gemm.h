#pragma once
// The product of two matrices, in any orientation: what forward and backward spend their time in.

#include "core/real.h"

#include <cstddef>

namespace gf {

/// A matrix in memory: element (i, j) is data[i * row + j * column]. Swapped strides give the transposed
/// matrix.
struct MatrixView {
    const real* data = nullptr;
    std::ptrdiff_t row = 0, column = 1;
    MatrixView transposed() const { return {data, column, row}; }
};

/// C = A B, or C += A B if `accumulate`: (m, k) x (k, n) -> (m, n); the rows of C are c_row apart. Each
/// element sums over k in ascending order (in blocks of a fixed size), whatever m and n are: a part of a
/// product equals that part of the whole. Needs no memory but a buffer that each thread keeps. The packed
/// panel and register tile follow Goto & van de Geijn (2008).
void gemm(int m, int n, int k, MatrixView a, MatrixView b, real* c, std::ptrdiff_t c_row,
          bool accumulate = false);

} // namespace gf
