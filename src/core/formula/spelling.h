#pragma once
// A cell's formula as text, first with the names of its operands and then with their values. Used by the
// formula bar and by the menus and tooltips of cells.

#include "core/formula/formula.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// A piece of the text, as long as it has one look and one meaning.
struct FormulaSpan {
    enum class Kind {
        name,   ///< the cell's site or parameter
        index,  ///< the cell's indices
        sign,   ///< operators, parentheses and the words between
        symbol, ///< the name of an operand
        number, ///< the value of an operand or constant, or the sum of the terms that are not written out
        result, ///< the cell's value
        note,   ///< a remark
    };
    std::string text;
    Kind kind = Kind::sign;
    std::optional<CellRef> cell = {};      ///< the cell of the operand, where the span is one
    std::optional<SiteFamily> family = {}; ///< the operand's
};

struct SpellOptions {
    int terms = 3; ///< how many terms of a long sum are written: the largest ones
    /// The text of a token id; if empty, only positions and ids are written.
    std::function<std::string(int token)> token;
};

struct Spelling {
    std::vector<FormulaSpan> spans; ///< name[indices] = formula with names = formula with numbers = value
    bool edited = false;            ///< an edit sets the cell
    double value = 0;               ///< the cell's value in the Trace
    double computed = 0;            ///< the result of the formula, in double precision
    std::string text() const;       ///< the texts of all spans
};

/// The formula of a cell or the value of a parameter. Numbers have enough digits that the printed operands
/// give the printed result, to half a unit of its last digit. If the cell does not exist (its row is not
/// below `rows`, or the Trace does not keep it), a note says so.
Spelling spell(const Trace& trace, int rows, const CellRef& cell, const SpellOptions& options = {});

/// The public name with the indices: "blocks.2.attn.hook_attn_scores[h3, q7, k2]",
/// "model.embed_tokens.weight[403, 5]".
std::string cell_name(const Weights& weights, const CellRef& cell);
/// The public name of the cell's site or parameter, without indices.
std::string place_name(const Weights& weights, const CellRef& cell);
/// The indices alone, with the tokens at rows and keys if `token` is not empty: "[h3, q7 “to”, k2 “lo”]".
std::string cell_indices(const Trace& trace, const CellRef& cell,
                         const std::function<std::string(int)>& token);

/// A range in a few words: "rot_q of “to”", "v of 12 tokens", "W_O".
std::string range_words(const Trace& trace, const CellRange& range,
                        const std::function<std::string(int)>& token);

/// The number with `digits` significant digits, or more where the integer part has more.
std::string spell_number(double value, int digits);

} // namespace gf
