// From what a person typed to its tree, by recursive descent. core/watch/expression.h explains the language.

#include "core/watch/node.h"

#include "core/model_config.h"
#include "core/named_values.h"
#include "platform/error.h"

#include <array>
#include <charconv>
#include <utility>

namespace gf::watch {
namespace {

constexpr Named<Word> k_words[] = {{"t", Word::t},
                                   {"token", Word::token},
                                   {"drawn", Word::token},
                                   {"likeliest", Word::likeliest},
                                   {"probability", Word::probability},
                                   {"surprisal", Word::surprisal},
                                   {"entropy", Word::entropy}};
constexpr Named<Op> k_functions[] = {{"abs", Op::abs},   {"sqrt", Op::sqrt}, {"exp", Op::exp},
                                     {"log2", Op::log2}, {"min", Op::min},   {"max", Op::max}};
/// Longer signs stand before their beginnings.
constexpr Named<Op> k_comparisons[] = {
    {"<=", Op::less_equal}, {">=", Op::greater_equal}, {"!=", Op::not_equal}, {"==", Op::equal},
    {"≤", Op::less_equal},  {"≥", Op::greater_equal},  {"≠", Op::not_equal},  {"<", Op::less},
    {">", Op::greater},     {"=", Op::equal}};

constexpr int k_deepest = 64; ///< parentheses and signs in each other; so that no text exhausts the stack

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One method per rule of the grammar, from loosely to tightly binding:
///     either      both {"or" both}
///     both        negation {"and" negation}
///     negation    "not" negation | comparison
///     comparison  sum [sign sum]
///     sum         product {("+" | "-") product}
///     product     factor {("*" | "/") factor}
///     factor      ["-"] primary ["^" factor]
///     primary     "(" either ")" | number | function "(" sum ["," sum] ")" | word | site "[" sum {"," sum}
///     "]"
class Parser {
  public:
    Parser(std::string_view text, const ModelConfig& config) : text_(text), config_(config) {}

    Node parse_all() {
        skip_blanks();
        if (at_ == text_.size()) fail("a condition");
        Node all = either();
        if (at_ != text_.size()) fail("a sign of comparison or reckoning, 'and', 'or', or the end");
        return all;
    }

  private:
    [[noreturn]] void fail(std::string expected) const {
        const std::string rest(text_.substr(at_, 24));
        throw Error({"condition '" + std::string(text_) + "', character " + std::to_string(at_ + 1),
                     std::move(expected), rest.empty() ? "its end" : "'" + rest + "'",
                     "for example: surprisal > 6 and drawn != likeliest"});
    }
    void require_condition(const Node& n, std::size_t begin) {
        if (is_condition(n.op)) return;
        at_ = begin;
        fail("a condition, such as a comparison");
    }
    void require_number(const Node& n, std::size_t begin) {
        if (!is_condition(n.op)) return;
        at_ = begin;
        fail("a number, not a condition");
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    }
    bool take(std::string_view sign) {
        if (!text_.substr(at_).starts_with(sign)) return false;
        at_ += sign.size();
        skip_blanks();
        return true;
    }
    /// A word of letters, digits, dots and underscores; empty if there is none.
    std::string_view peek_word() const {
        std::size_t end = at_;
        while (end < text_.size() &&
               (is_letter(text_[end]) || (end > at_ && (is_digit(text_[end]) || text_[end] == '.'))))
            ++end;
        return text_.substr(at_, end - at_);
    }
    bool take_word(std::string_view wanted) { return peek_word() == wanted && take(wanted); }

    static Node node(Op op, std::vector<Node> args) {
        Node n;
        n.op = op;
        n.args = std::move(args);
        return n;
    }

    /// operand {word operand}, where the operands are conditions.
    Node chain_of(std::string_view word, Op op, Node (Parser::*operand)()) {
        const std::size_t begin = at_;
        Node n = (this->*operand)();
        while (peek_word() == word) {
            require_condition(n, begin);
            take(word);
            const std::size_t second = at_;
            Node other = (this->*operand)();
            require_condition(other, second);
            n = node(op, {std::move(n), std::move(other)});
        }
        return n;
    }
    Node either() { return chain_of("or", Op::logical_or, &Parser::both); }
    Node both() { return chain_of("and", Op::logical_and, &Parser::negation); }
    Node negation() {
        const Depth deeper(*this);
        if (!take_word("not")) return comparison();
        const std::size_t begin = at_;
        Node n = negation();
        require_condition(n, begin);
        return node(Op::logical_not, {std::move(n)});
    }
    Node comparison() {
        const std::size_t begin = at_;
        Node left = sum();
        for (const auto& [sign, op] : k_comparisons) {
            if (!take(sign)) continue;
            require_number(left, begin);
            const std::size_t second = at_;
            Node right = sum();
            require_number(right, second);
            return node(op, {std::move(left), std::move(right)});
        }
        return left;
    }

    /// operand {sign operand}, where the operands are numbers.
    Node numbers(std::array<Named<Op>, 2> signs, Node (Parser::*operand)()) {
        const std::size_t begin = at_;
        Node n = (this->*operand)();
        while (true) {
            const Op op = take(signs[0].first)   ? signs[0].second
                          : take(signs[1].first) ? signs[1].second
                                                 : Op::number;
            if (op == Op::number) return n;
            require_number(n, begin);
            const std::size_t second = at_;
            Node other = (this->*operand)();
            require_number(other, second);
            n = node(op, {std::move(n), std::move(other)});
        }
    }
    Node sum() { return numbers({{{"+", Op::add}, {"-", Op::subtract}}}, &Parser::product); }
    Node product() { return numbers({{{"*", Op::multiply}, {"/", Op::divide}}}, &Parser::factor); }
    Node factor() {
        const Depth deeper(*this);
        const std::size_t begin = at_;
        if (take("-")) {
            Node n = factor();
            require_number(n, begin);
            return node(Op::negate, {std::move(n)});
        }
        Node n = primary();
        if (!take("^")) return n;
        require_number(n, begin);
        const std::size_t second = at_;
        Node exponent = factor();
        require_number(exponent, second);
        return node(Op::power, {std::move(n), std::move(exponent)});
    }

    Node primary() {
        if (take("(")) {
            Node n = either();
            if (!take(")")) fail("')'");
            return n;
        }
        if (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) return number();
        const std::size_t begin = at_;
        const std::string_view name = peek_word();
        if (name.empty()) fail("a number, a word or a site");
        at_ += name.size();
        skip_blanks();
        if (const Op* op = find_named(k_functions, name)) return function(*op);
        Node n;
        if (const Word* word = find_named(k_words, name)) {
            n.op = Op::word;
            n.word = *word;
        } else {
            n = cell(name, begin);
        }
        n.text = text_.substr(begin, at_ - begin);
        while (!n.text.empty() && n.text.back() == ' ') n.text.pop_back();
        return n;
    }

    Node number() {
        Node n;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), n.number);
        if (error != std::errc()) fail("a number that can be held");
        at_ = static_cast<std::size_t>(end - text_.data());
        skip_blanks();
        return n;
    }

    Node function(Op op) {
        if (!take("(")) fail("'('");
        std::vector<Node> args = list_until(")");
        const std::size_t wanted = op == Op::min || op == Op::max ? 2 : 1;
        if (args.size() != wanted) fail(wanted == 2 ? "two arguments" : "one argument");
        return node(op, std::move(args));
    }
    std::vector<Node> list_until(std::string_view end) {
        std::vector<Node> args;
        do {
            const std::size_t begin = at_;
            args.push_back(sum());
            require_number(args.back(), begin);
        } while (take(","));
        if (!take(end)) fail("',' or '" + std::string(end) + "'");
        return args;
    }

    Node cell(std::string_view name, std::size_t begin) {
        Node n;
        n.op = Op::cell;
        try {
            n.site = find_site(config_, name);
        } catch (const Error& e) {
            at_ = begin;
            fail("t, token, drawn, likeliest, probability, surprisal, entropy, a function, or the name of a "
                 "site: " +
                 e.problem().expected);
        }
        const int n_indices = indices_of(n.site.site);
        const char* indices = n_indices == 1              ? "[t]"
                              : n_indices == 2            ? "[t, column]"
                              : has_key_axis(n.site.site) ? "[head, query, key]"
                                                          : "[t, head, column]";
        if (!take("[")) fail(std::string("indices ") + indices);
        n.args = list_until("]");
        if (static_cast<int>(n.args.size()) != n_indices) fail(std::string("indices ") + indices);
        require_in_range(n);
        return n;
    }
    int indices_of(Site site) const {
        const auto axes = site_row(site).axes;
        if (axes.back() == Axis::one) return 1;
        return axes.size() == 3 || site_heads(config_, site) > 1 ? 3 : 2;
    }
    /// Heads and columns that are written as numbers are checked once, here.
    void require_in_range(const Node& n) const {
        const Site site = n.site.site;
        const int heads = site_heads(config_, site);
        const auto check = [&](std::size_t index, const char* what, int size) {
            const Node& i = n.args[index];
            if (i.op != Op::number || (i.number >= 0 && i.number < size)) return;
            fail(std::string(what) + " of " + std::string(site_name(site, n.site.layer)) + " from 0 to " +
                 std::to_string(size - 1));
        };
        if (n.args.size() == 3) check(has_key_axis(site) ? 0 : 1, "a head", heads);
        if (n.args.size() > 1 && !has_key_axis(site))
            check(n.args.size() - 1, "a column", site_width(config_, site, 1) / heads);
    }

    /// Counts how deep the text is nested.
    struct Depth {
        explicit Depth(Parser& p) : parser(p) {
            if (++parser.depth_ > k_deepest) parser.fail("fewer parentheses in each other");
        }
        ~Depth() { --parser.depth_; }
        Parser& parser;
    };

    std::string_view text_;
    const ModelConfig& config_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

} // namespace

Node parse(std::string_view text, const ModelConfig& config) { return Parser(text, config).parse_all(); }

} // namespace gf::watch
