#include "core/kernels/gemm.h"

#include "core/kernels/lanes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gf {
namespace {

using namespace detail; // lanes.h

using Register = Lanes<k_lanes>;
using Vector = Register::Vector;

/// A tile of C has k_tile_rows x k_panel_vectors vectors, which fill three quarters of the registers. The
/// others hold two vectors of B.
constexpr int k_panel_vectors = 2, k_panel_columns = k_panel_vectors * k_lanes,
              k_tile_rows = k_registers == 32 ? 12 : 6;
/// Rows of a packed panel of B; k_panel_depth x k_panel_columns values fit into the first cache.
constexpr int k_panel_depth = 256;

/// One tile of C = A B, or C += A B if `accumulate`, with B packed:
/// (ROWS, k) x (k, k_panel_columns) -> (ROWS, k_panel_columns).
template <int ROWS>
void tile(int k, const real* a, std::ptrdiff_t a_row_stride, std::ptrdiff_t a_column_stride,
          const real* panel, real* c, std::ptrdiff_t c_stride, bool accumulate) {
    Vector sum[ROWS][k_panel_vectors] = {};
    // C is needed only at the end; fetching it from memory overlaps with the sums.
    for (int i = 0; i < ROWS; ++i)
        for (int j = 0; j < k_panel_vectors; ++j) __builtin_prefetch(c + i * c_stride + j * k_lanes, 1);
    for (int p = 0; p < k; ++p, a += a_column_stride, panel += k_panel_columns) {
        Vector b[k_panel_vectors];
#pragma GCC unroll 2
        for (int j = 0; j < k_panel_vectors; ++j) b[j] = Register::load(panel + j * k_lanes);
#pragma GCC unroll 12
        for (int i = 0; i < ROWS; ++i) {
            const real x = a[i * a_row_stride];
#pragma GCC unroll 2
            for (int j = 0; j < k_panel_vectors; ++j) sum[i][j] += x * b[j];
        }
    }
    for (int i = 0; i < ROWS; ++i)
        for (int j = 0; j < k_panel_vectors; ++j) {
            real* to = c + i * c_stride + j * k_lanes;
            Register::store(to, accumulate ? Register::load(to) + sum[i][j] : sum[i][j]);
        }
}

using TileFunction = decltype(&tile<1>);
template <int... I>
constexpr std::array<TileFunction, sizeof...(I)> make_tile_functions(std::integer_sequence<int, I...>) {
    return {&tile<I + 1>...};
}
/// tile<ROWS> at index ROWS - 1.
constexpr auto k_tile_functions = make_tile_functions(std::make_integer_sequence<int, k_tile_rows>{});

/// Transposes k_lanes x k_lanes values. In step s = 1, 2, 4, ... blocks of s x s values swap places across
/// the diagonal.
void transpose(const real* from, std::ptrdiff_t from_stride, real* to, std::ptrdiff_t to_stride) {
    typedef std::conditional_t<sizeof(real) == 4, int, long> Index;
    typedef Index Mask __attribute__((vector_size(k_lanes * sizeof(real))));
    Vector v[k_lanes];
#pragma GCC unroll 16
    for (int i = 0; i < k_lanes; ++i) v[i] = Register::load(from + i * from_stride);
#pragma GCC unroll 4
    for (int s = 1; s < k_lanes; s *= 2) {
        Mask low, high;
        for (int j = 0; j < k_lanes; ++j) {
            low[j] = j & s ? k_lanes + j - s : j;
            high[j] = j & s ? k_lanes + j : j + s;
        }
#pragma GCC unroll 16
        for (int i = 0; i < k_lanes; ++i)
            if (!(i & s)) {
                const Vector a = v[i], b = v[i + s];
                v[i] = __builtin_shuffle(a, b, low);
                v[i + s] = __builtin_shuffle(a, b, high);
            }
    }
#pragma GCC unroll 16
    for (int i = 0; i < k_lanes; ++i) Register::store(to + i * to_stride, v[i]);
}

/// Copies k rows of n <= k_panel_columns columns of B into rows of k_panel_columns values, with zeros after
/// the last column.
void pack(MatrixView b, int k, int n, real* panel) {
    int p = 0;
    if (n < k_panel_columns) std::fill_n(panel, k * k_panel_columns, real(0));
    if (b.column_stride == 1 && n == k_panel_columns) {
        for (; p < k; ++p)
            for (int j = 0; j < k_panel_vectors; ++j)
                Register::store(panel + p * k_panel_columns + j * k_lanes,
                                Register::load(b.data + p * b.row_stride + j * k_lanes));
    } else if (b.row_stride == 1 && n == k_panel_columns) {
        for (; p + k_lanes <= k; p += k_lanes)
            for (int j = 0; j < k_panel_columns; j += k_lanes)
                transpose(b.data + j * b.column_stride + p, b.column_stride, panel + p * k_panel_columns + j,
                          k_panel_columns);
    }
    for (; p < k; ++p)
        for (int j = 0; j < n; ++j)
            panel[p * k_panel_columns + j] = b.data[p * b.row_stride + j * b.column_stride];
}

} // namespace

void gemm(int m, int n, int k, MatrixView a, MatrixView b, real* c, std::ptrdiff_t c_stride,
          bool accumulate) {
    alignas(64) thread_local std::array<real, k_panel_depth * k_panel_columns> panel;
    // The tile at the right edge of C may be narrower than the others; it is computed here in full width.
    alignas(64) thread_local std::array<real, k_tile_rows * k_panel_columns> edge;
    if (k == 0 && !accumulate)
        for (int i = 0; i < m; ++i) std::fill_n(c + i * c_stride, n, real(0));
    for (int p = 0; p < k; p += k_panel_depth) {
        const int depth = std::min(k_panel_depth, k - p);
        const bool add = accumulate || p > 0;
        for (int j = 0; j < n; j += k_panel_columns) {
            const int width = std::min(k_panel_columns, n - j);
            pack({b.data + p * b.row_stride + j * b.column_stride, b.row_stride, b.column_stride}, depth,
                 width, panel.data());
            for (int i = 0; i < m; i += k_tile_rows) {
                const int height = std::min(k_tile_rows, m - i);
                const real* from = a.data + i * a.row_stride + p * a.column_stride;
                real* to = c + i * c_stride + j;
                const TileFunction compute_tile = k_tile_functions[static_cast<std::size_t>(height - 1)];
                if (width == k_panel_columns) {
                    compute_tile(depth, from, a.row_stride, a.column_stride, panel.data(), to, c_stride, add);
                    continue;
                }
                compute_tile(depth, from, a.row_stride, a.column_stride, panel.data(), edge.data(),
                             k_panel_columns, false);
                for (int r = 0; r < height; ++r)
                    for (int q = 0; q < width; ++q) {
                        const real value = edge[static_cast<std::size_t>(r * k_panel_columns + q)];
                        to[r * c_stride + q] = add ? to[r * c_stride + q] + value : value;
                    }
            }
        }
    }
}

} // namespace gf
