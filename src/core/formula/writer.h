#pragma once
// Writes a resolved formula as spans, by the names of its operands or by their values. Internal to core; used
// by spelling.cpp.

#include "core/formula/spelling.h"
#include "core/formula/terms.h"

#include <map>

namespace gf::formula {

class Writer {
  public:
    /// Appends to `out`. `terms`: how many terms of a long sum are written.
    Writer(const Trace& trace, std::vector<FormulaSpan>& out, int terms)
        : trace_(trace), out_(out), terms_(terms) {}

    void write_names(const Term& root) { write_by_name(root, 0); }
    /// Writes values with this many significant digits. Returns the result of the formula for the numbers as
    /// printed.
    double write_numbers(const Term& root, int digits) {
        digits_ = digits;
        return write_by_value(root, 0);
    }
    /// Writes that the cell is the expert of the n-th largest weight, and that weight.
    void write_rank(const Term& root, const CellRef& cell);

  private:
    /// A sum in which only the largest terms are written out, and the others as one number.
    struct Sum {
        double total = 0;
        int n = 0; ///< terms, written out or not
        /// The terms to write out, largest magnitude first: value, and the bound variables that give it.
        std::vector<std::pair<double, BoundValues>> largest;
    };
    const Sum& sum_of(const Term& t);

    void write_sign(const char* text) { out_.push_back({text, FormulaSpan::Kind::sign}); }
    double write_number(double value, bool exact, std::optional<CellRef> cell = {});
    void write_operand_name(const Term& t);
    void write_by_name(const Term& t, int level);
    double write_by_value(const Term& t, int level);
    double write_sum(const Term& t, int level);
    double write_max(const Term& t);
    double write_function(const Term& t);
    std::optional<SiteFamily> family_of_cell(const CellRef& cell) const;

    const Trace& trace_;
    std::vector<FormulaSpan>& out_;
    int terms_, digits_ = 3;
    BoundValues bound_values_{};
    std::map<const Term*, Sum> sums_;
};

} // namespace gf::formula
