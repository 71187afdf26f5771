#pragma once
// Rows of one segment taken together, so that attention is a few products of matrices. Used by the attention
// of the forward and the backward pass. Internal to core.

#include "core/kernels/kernels.h"
#include "core/trace.h"

#include <algorithm>
#include <limits>

namespace gf::detail {

/// Some rows that follow each other, and the keys that any of them may read in some heads. Not every row
/// reads all of them. Keys are rows of the Trace, or of its source.
struct RowBlock {
    int row = 0, n_rows = 0;
    int key_begin = 0, key_end = 0;
    int first_key = 0; ///< the row that is column 0 of the site's key axis
    int n_keys() const { return key_end - key_begin; }
};

/// The blocks of rows [begin, end) under one mask, to be iterated over. Rows that read no key (padding) are
/// in no block.
class RowBlocks {
  public:
    /// Enough for efficient products, few enough that little above a causal mask is computed for nothing.
    static constexpr int k_max_rows = 48;

    RowBlocks(const Plan& plan, const KeyMask& mask, int begin, int end)
        : plan_(plan), mask_(mask), begin_(begin), end_(end) {}

    class Iterator {
      public:
        Iterator(const RowBlocks& all, int row) : all_(all) { block_ = all_.block_from(row); }
        const RowBlock& operator*() const { return block_; }
        Iterator& operator++() {
            block_ = all_.block_from(block_.row + block_.n_rows);
            return *this;
        }
        bool operator!=(const Iterator& other) const { return block_.row != other.block_.row; }

      private:
        const RowBlocks& all_;
        RowBlock block_;
    };
    Iterator begin() const { return {*this, begin_}; }
    Iterator end() const { return {*this, end_}; }

    /// Whether the rows of keys or values that the blocks read hold finite numbers only.
    bool read_only_finite(const Trace& trace, Site site, int layer) const {
        const int width = trace.width(site);
        int first = std::numeric_limits<int>::max(), last = 0;
        for (const RowBlock& b : *this)
            first = std::min(first, b.key_begin), last = std::max(last, b.key_end);
        for (int r = first; r < last; ++r)
            if (!all_finite(trace.row(site, layer, r), width)) return false;
        return true;
    }

  private:
    /// The first block that begins at this row or behind it; empty at end_ if there is none.
    RowBlock block_from(int row) const {
        while (row < end_ && mask_.keys(row).size() == 0) ++row; // padding
        RowBlock b{.row = row};
        if (row >= end_) return b;
        const KeyRange& first = mask_.keys(row);
        b.key_begin = first.begin, b.key_end = first.end, b.first_key = first.first;
        for (const int segment_end = plan_.row(row).segment_end;
             row < std::min(b.row + k_max_rows, std::min(segment_end, end_)); ++row) {
            const KeyRange& keys = mask_.keys(row);
            if (keys.size() == 0) break;
            b.key_begin = std::min(b.key_begin, keys.begin);
            b.key_end = std::max(b.key_end, keys.end);
        }
        b.n_rows = row - b.row;
        return b;
    }

    const Plan& plan_;
    const KeyMask& mask_;
    int begin_, end_;
};

} // namespace gf::detail
