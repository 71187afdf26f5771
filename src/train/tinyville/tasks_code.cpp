// Tasks of toy code: what does "let a = 3 ; let b = a + 4 ; print b" print?
//
//   program   := (let " ; ")* output
//   let       := "let" variable "=" sum
//   output    := "print" sum
//              | "if" term (">" | "<") term "then print" term "else print" term
//   sum       := term (("+" | "-") term)?
//   term      := variable | number
//   variable  := "a" | "b" | "c" | "d" | "e"

#include "train/tinyville/tasks.h"

#include <map>

namespace gf::tinyville {
namespace {

using Words = std::vector<std::string>;

constexpr int k_largest = 20; // values stay small enough to be learnt

/// Runs a toy program.
class Interpreter {
  public:
    /// What the program prints; none if there is a mistake in it.
    std::optional<int> run(std::string_view program) {
        const auto statements = split_words(program, " ; ");
        for (std::size_t i = 0; i + 1 < statements.size(); ++i)
            if (!assign(split_words(statements[i]))) return std::nullopt;
        return output(split_words(statements.back()));
    }

  private:
    static bool is_variable(const std::string& w) { return w.size() == 1 && w[0] >= 'a' && w[0] <= 'e'; }

    std::optional<int> term(const std::string& w) const {
        if (!is_variable(w)) return read_number(w);
        const auto at = values_.find(w);
        return at == values_.end() ? std::nullopt : std::optional(at->second);
    }

    /// The sum that the words from `from` to the last one are.
    std::optional<int> sum(const Words& w, std::size_t from) const {
        if (w.size() != from + 1 && w.size() != from + 3) return std::nullopt;
        const auto a = term(w[from]);
        if (!a || w.size() == from + 1) return a;
        const auto b = term(w[from + 2]);
        if (!b || (w[from + 1] != "+" && w[from + 1] != "-")) return std::nullopt;
        return w[from + 1] == "+" ? *a + *b : *a - *b;
    }

    static bool in_range(int value) { return value >= 0 && value <= k_largest; }

    bool assign(const Words& w) {
        if (w.size() < 4 || w[0] != "let" || !is_variable(w[1]) || w[2] != "=") return false;
        const auto value = sum(w, 3);
        if (!value || !in_range(*value)) return false;
        values_[w[1]] = *value;
        return true;
    }

    std::optional<int> output(const Words& w) const {
        if (w[0] == "print") {
            const auto value = sum(w, 1);
            return value && in_range(*value) ? value : std::nullopt;
        }
        const bool is_if = w.size() == 10 && w[0] == "if" && w[4] == "then" && w[5] == "print" &&
                           w[7] == "else" && w[8] == "print";
        if (!is_if || (w[2] != ">" && w[2] != "<")) return std::nullopt;
        const auto a = term(w[1]), b = term(w[3]), yes = term(w[6]), no = term(w[9]);
        if (!a || !b || !yes || !no) return std::nullopt;
        return (w[2] == ">" ? *a > *b : *a < *b) ? yes : no;
    }

    std::map<std::string, int> values_;
};

std::optional<std::string> answer_code(std::string_view question) {
    const auto value = Interpreter().run(question);
    return value ? std::optional(std::to_string(*value)) : std::nullopt;
}

std::string draw_sum(RandomStream& random, const Words& variables) {
    const std::string sign = random.chance(65) ? " + " : " - ";
    const int form = random.below(4);
    if (form == 0) return random.pick(variables);
    // The second term is drawn first: another order would be another corpus.
    const std::string second = form == 1 ? random.pick(variables) : std::to_string(random.between(1, 6));
    return random.pick(variables) + sign + second;
}

std::string draw_output(RandomStream& random, const Words& variables) {
    if (variables.size() < 2 || !random.chance(30)) return "print " + draw_sum(random, variables);
    // Drawn from the last to the first: another order would be another corpus.
    const std::string &no = random.pick(variables), &yes = random.pick(variables);
    const char* relation = random.chance(50) ? " > " : " < ";
    return "if " + variables[0] + relation + variables[1] + " then print " + yes + " else print " + no;
}

std::string draw_program(RandomStream& random) {
    Words names = {"a", "b", "c", "d", "e"}, assigned, statements;
    random.shuffle(names);
    const int n = random.between(1, 3);
    for (int i = 0; i < n; ++i) {
        const bool reassigns = i > 0 && random.chance(20);
        const std::string name = reassigns ? random.pick(assigned) : names[static_cast<std::size_t>(i)];
        const bool is_number = assigned.empty() || random.chance(30);
        const std::string value = is_number ? std::to_string(random.below(10)) : draw_sum(random, assigned);
        statements.push_back("let " + name + " = " + value);
        if (!reassigns) assigned.push_back(name);
    }
    statements.push_back(draw_output(random, assigned));
    return join_words(statements, " ; ");
}

/// A program in which no value is out of range.
std::string draw_code(RandomStream& random) {
    for (;;)
        if (const std::string program = draw_program(random); answer_code(program)) return program;
}

} // namespace

const std::vector<Task> k_code_tasks = {
    {"code", "code", "code", "code", " -> ", 130, draw_code, answer_code, body_key},
};

} // namespace gf::tinyville
