#pragma once
// Writes a resolved formula as spans: by the names of its operands, or by their numbers. Internal to core.

#include "core/formula/spelling.h"
#include "core/formula/terms.h"

#include <map>

namespace gf::formula {

class Writer {
  public:
    Writer(const Trace& trace, std::vector<FormulaSpan>& out, int terms)
        : trace_(trace), out_(out), terms_(terms) {}

    void write_names(const Term& root) { names(root, 0); }
    /// Numbers with this many digits. Returns what the printed numbers give.
    double write_numbers(const Term& root, int digits) {
        digits_ = digits;
        return numbers(root, 0);
    }
    /// Which expert is the n-th.
    void write_rank(const Term& root, const CellRef& cell);

  private:
    /// A sum's largest terms; the rest is written as one number.
    struct Sum {
        double total = 0;
        int n = 0;
        std::vector<std::pair<double, Bound>> largest;
    };
    const Sum& sum_of(const Term& t);

    void sign(const char* text) { out_.push_back({text, FormulaSpan::Kind::sign, {}, Kinship::none}); }
    double number(double value, bool exact, std::optional<CellRef> cell = {});
    void name(const Term& t);
    void names(const Term& t, int level);
    double numbers(const Term& t, int level);
    double write_sum(const Term& t, int level);
    double write_max(const Term& t);
    double write_function(const Term& t);
    Kinship kin(const CellRef& cell) const;

    const Trace& trace_;
    std::vector<FormulaSpan>& out_;
    int terms_, digits_ = 3;
    Bound at_{};
    std::map<const Term*, Sum> sums_;
};

} // namespace gf::formula
