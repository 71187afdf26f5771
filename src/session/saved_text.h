#pragma once
// A text with its branches as plain data: every token, how it came to be, and in which slices the rows were
// computed, so that they come back with the same bits. Part of a saved state.

#include "core/random.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gf {

/// A draw of a token, see DrawKey.
struct SavedDraw {
    int position = 0;
    std::uint64_t seed = 0;
    int branch = 0, number = 0;
    static void fields(auto& draw, auto visit) {
        visit("position", draw.position, {.least = 0});
        visit("seed", draw.seed);
        visit("branch", draw.branch, {.least = 0});
        visit("number", draw.number, {.least = 0});
    }
    static SavedDraw of(const DrawKey& key) {
        return {static_cast<int>(key.position), key.seed, static_cast<int>(key.branch),
                static_cast<int>(key.resample)};
    }
    DrawKey key() const {
        return {seed, static_cast<std::uint32_t>(branch), static_cast<std::uint32_t>(position),
                static_cast<std::uint32_t>(number)};
    }
};

/// A draw that gave the token once more which stands in a branch already.
struct SavedRedraw {
    int holder = 0; ///< that branch
    SavedDraw draw{};
    static void fields(auto& redraw, auto visit) {
        visit("holder", redraw.holder, {.least = 0});
        SavedDraw::fields(redraw.draw, visit);
    }
};

struct SavedBranch {
    int parent = -1, fork = 0, n_prompt = 0;
    int n_prefix = 0; ///< tokens that see each other under a prefix mask
    int capacity = 0; ///< tokens that its run has room for
    std::vector<int> tokens;
    std::vector<int> forced;      ///< positions of tokens that were put there by hand
    std::vector<SavedDraw> drawn; ///< all other tokens are the prompt's
    std::vector<int> passes;      ///< begin, end that counts and end of each pass, one after the other
    static void fields(auto& branch, auto visit) {
        visit("parent", branch.parent, {.least = -1});
        visit("fork", branch.fork, {.least = 0});
        visit("n_prompt", branch.n_prompt, {.least = 0});
        visit("n_prefix", branch.n_prefix, {.least = 0});
        visit("capacity", branch.capacity, {.least = 0});
        visit("tokens", branch.tokens, {.least = 0, .least_items = 1});
        visit("forced", branch.forced, {.least = 0});
        visit("drawn", branch.drawn);
        visit("passes", branch.passes, {.least = 0});
    }
};

struct SavedText {
    std::string prompt; ///< as it was typed
    std::vector<SavedBranch> branches;
    int branch = 0, cursor = 0;   ///< the branch in view, and how many of its tokens are shown
    std::vector<SavedDraw> draws; ///< the number of the newest draw at places that were drawn again
    std::vector<SavedRedraw> redraws = {};
    static void fields(auto& text, auto visit) {
        visit("prompt", text.prompt);
        visit("branches", text.branches, {.least_items = 1});
        visit("branch", text.branch, {.least = 0});
        visit("cursor", text.cursor, {.least = 0});
        visit("draws", text.draws);
        visit("redraws", text.redraws, {.skip_empty = true});
    }
};

} // namespace gf
