#pragma once
// Rows of one segment taken together, so that attention is a few products of matrices. Internal to core.

#include "core/kernels.h"
#include "core/trace.h"

#include <algorithm>

namespace gf {

/// Some rows that follow each other, and the keys that any of them may read (rows of the Trace; not all rows see all of them).
struct RowBlock {
    int row = 0, n_rows = 0;
    int key_begin = 0, key_end = 0;
    int segment_begin = 0;
    int n_keys() const { return key_end - key_begin; }
};

/// The blocks of rows [begin, end) that have keys at all.
class RowBlocks {
  public:
    RowBlocks(const Trace& trace, int begin, int end) : trace_(trace), begin_(begin), end_(end) {}

    class Iterator {
      public:
        Iterator(const RowBlocks& all, int row) : all_(all) { block_ = all_.at(row); }
        const RowBlock& operator*() const { return block_; }
        Iterator& operator++() {
            block_ = all_.at(block_.row + block_.n_rows);
            return *this;
        }
        bool operator!=(const Iterator& other) const { return block_.row != other.block_.row; }

      private:
        const RowBlocks& all_;
        RowBlock block_;
    };
    Iterator begin() const { return {*this, begin_}; }
    Iterator end() const { return {*this, end_}; }

    /// Whether all keys' or values' rows that the rows may read hold finite numbers.
    bool finite(Site site, int layer) const {
        const int width = site_width(trace_.config(), site, trace_.n_keys());
        int first = end_, last = begin_;
        for (const RowBlock& b : *this) first = std::min(first, b.key_begin), last = std::max(last, b.key_end);
        for (int r = first; r < last; ++r)
            if (!all_finite(trace_.row(site, layer, r), width)) return false;
        return true;
    }

  private:
    /// High enough for the products, low enough that little above a causal mask is computed for nothing.
    static constexpr int k_rows = 48;

    RowBlock at(int row) const {
        while (row < end_ && trace_.plan(row).key_begin == trace_.plan(row).key_end) ++row; // padding
        RowBlock b{.row = row};
        if (row >= end_) return b;
        const Trace::RowPlan& first = trace_.plan(row);
        b.key_begin = first.key_begin, b.key_end = first.key_end, b.segment_begin = first.segment_begin;
        for (; row < std::min(b.row + k_rows, std::min(first.segment_end, end_)); ++row) {
            const Trace::RowPlan& p = trace_.plan(row);
            if (p.key_begin == p.key_end) break;
            b.key_begin = std::min(b.key_begin, p.key_begin);
            b.key_end = std::max(b.key_end, p.key_end);
        }
        b.n_rows = row - b.row;
        return b;
    }

    const Trace& trace_;
    int begin_, end_;
};

} // namespace gf
