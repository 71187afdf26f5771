#pragma once
// A cell's formula in words and in its own numbers: what the formula bar shows.

#include "core/formula/formula.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// What kind of thing a site or parameter is; each has its colour.
enum class Kinship { none, query, key, value, residual, mlp, token, position };
Kinship kinship(Site site);
Kinship kinship(Role role);

struct FormulaSpan {
    enum class Kind {
        name,   ///< of the cell
        index,  ///< its indices
        sign,   ///< operators, parentheses, words between
        symbol, ///< an operand by its name
        number, ///< an operand, constant or rest by its value
        result, ///< the cell's value
        note,   ///< a remark
    };
    std::string text;
    Kind kind = Kind::sign;
    std::optional<CellRef> cell; ///< the operand
    Kinship kin = Kinship::none; ///< of the operand
};

struct SpellOptions {
    int terms = 3;                               ///< of a long sum, the largest
    std::function<std::string(int token)> token; ///< how a token is written; none: positions and ids only
};

struct Spelling {
    std::vector<FormulaSpan> spans; ///< name[indices] = in words = in numbers = value
    bool edited = false;
    double value = 0;    ///< the cell's
    double computed = 0; ///< what the formula gives
    std::string text() const;
};

/// The formula with as many digits that the printed numbers give the printed result (to half a unit of its
/// last digit). A cell that is not there (beyond `rows`, or not kept) is a note that says so.
Spelling spell(const Trace& trace, int rows, const CellRef& cell, const SpellOptions& options = {});

/// "blocks.2.attn.hook_attn_scores[h3, q7, k2]", "model.embed_tokens.weight[403, 5]".
std::string cell_name(const Weights& weights, const CellRef& cell);
/// A site's or parameter's public name alone.
std::string place_name(const Weights& weights, const CellRef& cell);
/// The indices alone: "[h3, q7 to, k2 lo]" with tokens, if they can be written.
std::string cell_indices(const Trace& trace, const CellRef& cell,
                         const std::function<std::string(int)>& token);

/// What a range is, in a few words: "rot_q of “to”", "v of 12 tokens", "W_O".
std::string range_words(const Trace& trace, const CellRange& range,
                        const std::function<std::string(int)>& token);

/// A number with at least `digits` significant digits.
std::string spell_number(double value, int digits);

} // namespace gf
