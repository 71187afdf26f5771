#pragma once
// An Expression as a tree. Internal to core/watch.

#include "core/site.h"

#include <string>
#include <string_view>
#include <vector>

namespace gf::watch {

enum class Op {
    number,
    word,
    cell, ///< its arguments are the indices
    add,
    subtract,
    multiply,
    divide,
    power,
    negate,
    abs,
    sqrt,
    exp,
    log2,
    min,
    max,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    logical_not,
    logical_and,
    logical_or,
};
constexpr bool is_condition(Op op) { return op >= Op::less; }

enum class Word { t, token, likeliest, probability, surprisal, entropy };

struct Node {
    Op op = Op::number;
    double number = 0;
    Word word{};
    SiteRef site{};
    std::string text; ///< of a word or a cell, as it was typed
    std::vector<Node> args;
};

/// @throws Error as Expression's constructor does
Node parse(std::string_view text, const ModelConfig& config);

} // namespace gf::watch
