#include "core/kernels/gemm.h"

#include "core/kernels/lanes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gf {
namespace {

using namespace detail; // vectors of reals

using L = Lanes<k_lanes>;
using Vector = L::Vector;

/// A tile of C of k_tile_rows x 2 vectors fills three quarters of the registers; the rest holds two vectors
/// of B.
constexpr int k_vectors = 2, k_panel = k_vectors * k_lanes, k_tile_rows = k_registers == 32 ? 12 : 6;
constexpr int k_depth = 256; ///< of a packed panel of B: k_depth x k_panel values fit the first cache

/// ROWS x k_panel values of C (+)= ROWS rows of A times the panel.
template <int ROWS>
void tile(int k, const real* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, const real* panel, real* c,
          std::ptrdiff_t c_row, bool accumulate) {
    Vector sum[ROWS][k_vectors] = {};
    for (int i = 0; i < ROWS; ++i) // needed at the end only: until then it can come from far
        for (int j = 0; j < k_vectors; ++j) __builtin_prefetch(c + i * c_row + j * k_lanes, 1);
    for (int p = 0; p < k; ++p, a += a_column, panel += k_panel) {
        Vector b[k_vectors];
#pragma GCC unroll 2
        for (int j = 0; j < k_vectors; ++j) b[j] = L::load(panel + j * k_lanes);
#pragma GCC unroll 12
        for (int i = 0; i < ROWS; ++i) {
            const real x = a[i * a_row];
#pragma GCC unroll 2
            for (int j = 0; j < k_vectors; ++j) sum[i][j] += x * b[j];
        }
    }
    for (int i = 0; i < ROWS; ++i)
        for (int j = 0; j < k_vectors; ++j) {
            real* to = c + i * c_row + j * k_lanes;
            L::store(to, accumulate ? L::load(to) + sum[i][j] : sum[i][j]);
        }
}

using Tile = decltype(&tile<1>);
template <int... I>
constexpr std::array<Tile, sizeof...(I)> tiles(std::integer_sequence<int, I...>) {
    return {&tile<I + 1>...};
}
constexpr auto k_tiles = tiles(std::make_integer_sequence<int, k_tile_rows>{});

/// Transposes k_lanes x k_lanes values: stage by stage, blocks of 1, 2, 4, ... swap places across the
/// diagonal.
void transpose(const real* from, std::ptrdiff_t from_row, real* to, std::ptrdiff_t to_row) {
    typedef std::conditional_t<sizeof(real) == 4, int, long> Index;
    typedef Index Mask __attribute__((vector_size(k_lanes * sizeof(real))));
    Vector v[k_lanes];
#pragma GCC unroll 16
    for (int i = 0; i < k_lanes; ++i) v[i] = L::load(from + i * from_row);
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
    for (int i = 0; i < k_lanes; ++i) L::store(to + i * to_row, v[i]);
}

/// Copies k rows of n <= k_panel columns of B side by side, zeros after the last column.
void pack(MatrixView b, int k, int n, real* panel) {
    int p = 0;
    if (n < k_panel) std::fill_n(panel, k * k_panel, real(0));
    if (b.column == 1 && n == k_panel) {
        for (; p < k; ++p)
            for (int j = 0; j < k_vectors; ++j)
                L::store(panel + p * k_panel + j * k_lanes, L::load(b.data + p * b.row + j * k_lanes));
    } else if (b.row == 1 && n == k_panel) {
        for (; p + k_lanes <= k; p += k_lanes)
            for (int j = 0; j < k_panel; j += k_lanes)
                transpose(b.data + j * b.column + p, b.column, panel + p * k_panel + j, k_panel);
    }
    for (; p < k; ++p)
        for (int j = 0; j < n; ++j) panel[p * k_panel + j] = b.data[p * b.row + j * b.column];
}

} // namespace

void gemm(int m, int n, int k, MatrixView a, MatrixView b, real* c, std::ptrdiff_t c_row, bool accumulate) {
    alignas(64) thread_local std::array<real, k_depth * k_panel> panel;
    alignas(64) thread_local std::array<real, k_tile_rows * k_panel>
        edge; // of C, where it is narrower than a tile
    if (k == 0 && !accumulate)
        for (int i = 0; i < m; ++i) std::fill_n(c + i * c_row, n, real(0));
    for (int p = 0; p < k; p += k_depth) {
        const int depth = std::min(k_depth, k - p);
        const bool add = accumulate || p > 0;
        for (int j = 0; j < n; j += k_panel) {
            const int wide = std::min(k_panel, n - j);
            pack({b.data + p * b.row + j * b.column, b.row, b.column}, depth, wide, panel.data());
            for (int i = 0; i < m; i += k_tile_rows) {
                const int high = std::min(k_tile_rows, m - i);
                const real* from = a.data + i * a.row + p * a.column;
                real* to = c + i * c_row + j;
                const Tile run = k_tiles[static_cast<std::size_t>(high - 1)];
                if (wide == k_panel) {
                    run(depth, from, a.row, a.column, panel.data(), to, c_row, add);
                    continue;
                }
                run(depth, from, a.row, a.column, panel.data(), edge.data(), k_panel, false);
                for (int r = 0; r < high; ++r)
                    for (int q = 0; q < wide; ++q) {
                        const real value = edge[static_cast<std::size_t>(r * k_panel + q)];
                        to[r * c_row + q] = add ? to[r * c_row + q] + value : value;
                    }
            }
        }
    }
}

} // namespace gf
