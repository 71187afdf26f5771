// Toy code: "let a = 3 ; let b = a + 4 ; print b -> 7".
//
//   program   := statement (" ; " statement)*        the last prints
//   statement := "let" variable "=" sum | "print" sum | "if" variable (">" | "<") term "then print" term
//   "else print" term sum       := term (("+" | "-") term)?            term := variable | number

#include "train/tinyville/tasks.h"

#include <map>

namespace gf::tinyville {
namespace {

using Words = std::vector<std::string>;

constexpr int k_most = 20; ///< values stay small enough to be learnt

/// Runs a program; any mistake in it ends the run.
class Machine {
  public:
    std::optional<int> run(std::string_view program) {
        const auto statements = split_words(program, " ; ");
        std::optional<int> printed;
        for (std::size_t i = 0; i < statements.size(); ++i) {
            const Words w = split_words(statements[i]);
            const bool last = i + 1 == statements.size();
            if (!last && !let(w)) return std::nullopt;
            if (last) printed = print(w);
        }
        return printed;
    }

  private:
    static bool is_variable(const std::string& w) { return w.size() == 1 && w[0] >= 'a' && w[0] <= 'e'; }

    std::optional<int> term(const std::string& w) const {
        if (!is_variable(w)) return read_number(w);
        const auto at = values_.find(w);
        return at == values_.end() ? std::nullopt : std::optional(at->second);
    }

    std::optional<int> sum(const Words& w, std::size_t from) const {
        if (w.size() != from + 1 && w.size() != from + 3) return std::nullopt;
        const auto a = term(w[from]);
        if (!a || w.size() == from + 1) return a;
        const auto b = term(w[from + 2]);
        if (!b || (w[from + 1] != "+" && w[from + 1] != "-")) return std::nullopt;
        return w[from + 1] == "+" ? *a + *b : *a - *b;
    }

    bool let(const Words& w) {
        if (w.size() < 4 || w[0] != "let" || !is_variable(w[1]) || w[2] != "=") return false;
        const auto value = sum(w, 3);
        if (!value || *value < 0 || *value > k_most) return false;
        values_[w[1]] = *value;
        return true;
    }

    std::optional<int> print(const Words& w) const {
        if (w[0] == "print") {
            const auto value = sum(w, 1);
            return value && *value >= 0 && *value <= k_most ? value : std::nullopt;
        }
        const bool form = w.size() == 10 && w[0] == "if" && w[4] == "then" && w[5] == "print" &&
                          w[7] == "else" && w[8] == "print";
        if (!form || (w[2] != ">" && w[2] != "<")) return std::nullopt;
        const auto a = term(w[1]), b = term(w[3]), yes = term(w[6]), no = term(w[9]);
        if (!a || !b || !yes || !no) return std::nullopt;
        return (w[2] == ">" ? *a > *b : *a < *b) ? yes : no;
    }

    std::map<std::string, int> values_;
};

std::optional<std::string> answer_code(std::string_view question) {
    const auto value = Machine().run(question);
    return value ? std::optional(std::to_string(*value)) : std::nullopt;
}

std::string draw_sum(Draw& draw, const Words& variables, int numbers_to) {
    auto variable = [&] { return draw.of(variables); };
    auto number = [&] { return std::to_string(draw.between(1, numbers_to)); };
    const std::string sign = draw.chance(65) ? " + " : " - ";
    switch (draw.below(4)) {
    case 0: return variable();
    case 1: return variable() + sign + variable();
    default: return variable() + sign + number();
    }
}

std::string draw_code(Draw& draw) {
    static const Words k_names = {"a", "b", "c", "d", "e"};
    for (;;) { // until no value leaves the range
        Words names = k_names, known, statements;
        draw.shuffle(names);
        const int n = draw.between(1, 3);
        for (int i = 0; i < n; ++i) {
            const bool again = i > 0 && draw.chance(20);
            const std::string name = again ? draw.of(known) : names[static_cast<std::size_t>(i)];
            const bool fresh = known.empty() || draw.chance(30);
            statements.push_back("let " + name + " = " +
                                 (fresh ? std::to_string(draw.below(10)) : draw_sum(draw, known, 6)));
            if (!again) known.push_back(name);
        }
        if (known.size() > 1 && draw.chance(30)) {
            const std::string &x = known[0], &y = known[1];
            statements.push_back("if " + x + (draw.chance(50) ? " > " : " < ") + y + " then print " +
                                 draw.of(known) + " else print " + draw.of(known));
        } else {
            statements.push_back("print " + draw_sum(draw, known, 6));
        }
        const std::string program = join_words(statements, " ; ");
        if (answer_code(program)) return program;
    }
}

} // namespace

const std::vector<Task> k_code_tasks = {
    {"code", "code", "code", "code", " -> ", 130, draw_code, answer_code, whole_key},
};

} // namespace gf::tinyville
