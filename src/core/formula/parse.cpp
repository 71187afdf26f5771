// From the text of a formula to its tree, by recursive descent. core/formula/formula.h explains the language.

#include "core/formula/tree.h"
#include "core/named_values.h"

#include <array>
#include <charconv>
#include <stdexcept>
#include <string>
#include <utility>

namespace gf::formula {
namespace {

constexpr Named<Op> k_functions[] = {{"sqrt", Op::sqrt}, {"exp", Op::exp},   {"sin", Op::sin},
                                     {"cos", Op::cos},   {"tanh", Op::tanh}, {"act", Op::act}};
constexpr Named<Op> k_reductions[] = {
    {"sum", Op::sum}, {"mean", Op::mean}, {"max", Op::max}, {"rank", Op::rank}};
constexpr Named<Quantity> k_quantities[] = {{"d_head", Quantity::d_head},
                                            {"d_model", Quantity::d_model},
                                            {"d_rotary", Quantity::d_rotary},
                                            {"eps", Quantity::eps},
                                            {"position", Quantity::position},
                                            {"theta", Quantity::theta},
                                            {"pair", Quantity::pair},
                                            {"stretch", Quantity::stretch},
                                            {"embed_scale", Quantity::embed_scale},
                                            {"attn_scale", Quantity::attn_scale},
                                            {"gain_offset", Quantity::gain_offset},
                                            {"score_cap", Quantity::score_cap},
                                            {"logit_cap", Quantity::logit_cap},
                                            {"logit_scale", Quantity::logit_scale},
                                            {"attention_factor", Quantity::attention_factor},
                                            {"slope", Quantity::slope},
                                            {"distance", Quantity::distance},
                                            {"source_output", Quantity::source_output},
                                            {"shared_expert", Quantity::shared_expert}};
constexpr Named<Condition> k_conditions[] = {{"pre_norm", Condition::pre_norm},
                                             {"post_norm", Condition::post_norm},
                                             {"output_norm", Condition::output_norm},
                                             {"shared_norm", Condition::shared_norm},
                                             {"parallel", Condition::parallel},
                                             {"norm_by_heads", Condition::norm_by_heads},
                                             {"scores_capped", Condition::scores_capped},
                                             {"logits_capped", Condition::logits_capped},
                                             {"logits_scaled", Condition::logits_scaled},
                                             {"layer_norm", Condition::layer_norm},
                                             {"learned", Condition::learned},
                                             {"alibi", Condition::alibi},
                                             {"stretched", Condition::stretched},
                                             {"amplified", Condition::amplified},
                                             {"embed_scaled", Condition::embed_scaled},
                                             {"sqrt_scaled", Condition::sqrt_scaled},
                                             {"attn_scaled", Condition::attn_scaled},
                                             {"gain_offset", Condition::gain_offset},
                                             {"attention_only", Condition::attention_only},
                                             {"embed_norm", Condition::embed_norm},
                                             {"masked_tokens", Condition::masked_tokens},
                                             {"encoder_decoder", Condition::encoder_decoder},
                                             {"sigmoid_router", Condition::sigmoid_router},
                                             {"renormalised", Condition::renormalised},
                                             {"visible", Condition::visible},
                                             {"leads", Condition::leads},
                                             {"turned", Condition::turned},
                                             {"on", Condition::on},
                                             {"forced", Condition::forced},
                                             {"counted", Condition::counted},
                                             {"shared", Condition::shared}};
constexpr Named<Domain> k_domains[] = {{"d_model", Domain::d_model},
                                       {"d_head", Domain::d_head},
                                       {"d_mlp", Domain::d_mlp},
                                       {"heads", Domain::heads},
                                       {"kv_heads", Domain::kv_heads},
                                       {"keys", Domain::keys},
                                       {"experts", Domain::experts},
                                       {"slots", Domain::slots},
                                       {"chosen", Domain::chosen},
                                       {"pooled_rows", Domain::pooled_rows},
                                       {"source_keys", Domain::source_keys}};
constexpr Named<Index::Kind> k_indices[] = {{"t", Index::Kind::row},
                                            {"h", Index::Kind::head},
                                            {"c", Index::Kind::column},
                                            {"kv", Index::Kind::kv_head},
                                            {"partner", Index::Kind::partner},
                                            {"token", Index::Kind::token},
                                            {"position", Index::Kind::position},
                                            {"bucket", Index::Kind::bucket}};

const SiteRow* site_named(std::string_view word) {
    for (const SiteRow& row : site_rows())
        if (row.symbol == word) return &row;
    return nullptr;
}

/// The cell's own indices, for a site that is written without indices.
std::vector<Index> own_indices(Site site) {
    const Index t{Index::Kind::row}, h{Index::Kind::head}, c{Index::Kind::column};
    const auto axes = site_row(site).axes;
    if (axes.back() == Axis::one) return axes.size() == 3 ? std::vector{t, h} : std::vector{t};
    if (has_key_axis(site)) return {h, t, c};
    if (axes.size() == 3 || axes.back() == Axis::d_mlp) return {t, h, c};
    return {t, c};
}

/// One method per rule of the grammar, from loosely to tightly binding:
///     choice        alternatives ["if" condition ["else" choice]]
///     alternatives  additive {"or" additive}
///     additive      product {("+" | "-") product}
///     product       power {("*" | "/") power}
///     power         primary ["^" primary]
///     primary       "(" choice ")" | number | function "(" choice ")" | reduction | formula part | reference
class Parser {
  public:
    /// Names of indices: bound variables, and in a formula part the indices that it was written with.
    using Scope = std::vector<std::pair<std::string_view, Index>>;
    /// `depth` is the number of bound variables around the text.
    Parser(std::string_view text, Scope scope, int depth)
        : text_(text), scope_(std::move(scope)), depth_(depth) {}

    /// @throws std::logic_error if the text is no formula: the texts are part of the program
    Expr parse_all() {
        Expr e = choice();
        if (at_ != text_.size()) fail("the end");
        return e;
    }

  private:
    [[noreturn]] void fail(const std::string& expected) const {
        throw std::logic_error("formula '" + std::string(text_) + "', character " + std::to_string(at_) +
                               ": expected " + expected);
    }
    static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
    }
    void skip_blanks() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }
    bool take(char c) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        skip_blanks();
        return true;
    }
    void expect(char c) {
        if (!take(c)) fail(std::string(1, c));
    }
    std::string_view peek_word() {
        skip_blanks();
        std::size_t end = at_;
        while (end < text_.size() && is_letter(text_[end])) ++end;
        return text_.substr(at_, end - at_);
    }
    std::string_view next_word() {
        const std::string_view w = peek_word();
        at_ += w.size();
        skip_blanks();
        return w;
    }
    bool take_word(std::string_view wanted) {
        if (peek_word() != wanted) return false;
        next_word();
        return true;
    }
    template <class E, std::size_t N>
    E take_one_of(const Named<E> (&words)[N], const char* what) {
        const E* found = find_named(words, next_word());
        if (!found) fail(what);
        return *found;
    }

    static Expr node(Op op, std::vector<Expr> args) {
        Expr e;
        e.op = op;
        e.args = std::move(args);
        return e;
    }

    Expr choice() {
        Expr e = alternatives();
        if (!take_word("if")) return e;
        Expr chosen = node(Op::choose, {});
        chosen.condition = take_one_of(k_conditions, "a condition");
        chosen.args.push_back(std::move(e));
        if (take_word("else")) chosen.args.push_back(choice());
        return chosen;
    }
    Expr alternatives() {
        Expr e = additive();
        if (peek_word() != "or") return e;
        e = node(Op::first_of, {std::move(e)});
        while (take_word("or")) e.args.push_back(additive());
        return e;
    }
    Expr additive() {
        Expr e = product();
        while (true) {
            const Op op = take('+') ? Op::add : take('-') ? Op::subtract : Op::number;
            if (op == Op::number) return e;
            e = node(op, {std::move(e), product()});
        }
    }
    Expr product() {
        Expr e = power();
        while (true) {
            const Op op = take('*') ? Op::multiply : take('/') ? Op::divide : Op::number;
            if (op == Op::number) return e;
            e = node(op, {std::move(e), power()});
        }
    }
    Expr power() {
        Expr e = primary();
        return take('^') ? node(Op::power, {std::move(e), primary()}) : e;
    }

    Expr primary() {
        if (take('(')) {
            Expr e = choice();
            expect(')');
            return e;
        }
        const bool negative = take('-');
        const std::string_view w = next_word();
        Expr e;
        if (w == "inf" || (!w.empty() && w[0] >= '0' && w[0] <= '9')) {
            std::from_chars(w.data(), w.data() + w.size(), e.number);
            if (negative) e.number = -e.number;
            return e;
        }
        if (negative) fail("a number after the sign");
        if (const Op* op = find_named(k_functions, w)) {
            expect('(');
            e = node(*op, {choice()});
            expect(')');
            return e;
        }
        if (const Op* op = find_named(k_reductions, w)) return reduction(*op);
        for (const FormulaPart& part : formula_parts())
            if (part.name == w) return formula_part(part);
        if (const Quantity* quantity = find_named(k_quantities, w)) {
            e.op = Op::quantity;
            e.quantity = *quantity;
            return e;
        }
        return reference(w);
    }

    /// ("sum" | "mean" | "max" | "rank") "(" variable "in" domain {"," variable "in" domain} ":" choice ")"
    Expr reduction(Op op) {
        Expr e = node(op, {});
        expect('(');
        const std::size_t outer = scope_.size();
        do {
            const std::string_view name = next_word();
            if (!take_word("in")) fail("'in'");
            if (depth_ == k_max_bound_variables) fail("fewer nested sums");
            scope_.push_back({name, {Index::Kind::bound, depth_}});
            e.loops.push_back({depth_++, take_one_of(k_domains, "a domain")});
        } while (take(','));
        expect(':');
        e.args.push_back(choice());
        expect(')');
        scope_.resize(outer);
        depth_ -= static_cast<int>(e.loops.size());
        return e;
    }

    /// A FormulaPart stands in the tree as if its text had been written in its place.
    Expr formula_part(const FormulaPart& part) {
        Scope scope;
        if (take('[')) {
            scope.push_back({"i", index()});
            if (take(',')) scope.push_back({"t", index()}); // the part is wanted for another row
            expect(']');
        }
        return Parser(part.text, std::move(scope), depth_).parse_all();
    }

    Expr reference(std::string_view name) {
        Expr e;
        e.op = Op::ref;
        if (const SiteRow* row = site_named(name)) {
            e.site = row->site;
            if (take('.')) {
                if (!take_word("before")) fail("'before'");
                e.before = true;
            }
        } else {
            e.param = param_named(name);
            if (!e.param) fail("a site, a parameter or a quantity, not '" + std::string(name) + "'");
        }
        if (!take('[')) {
            if (e.param) fail("indices");
            e.indices = own_indices(e.site);
            return e;
        }
        do e.indices.push_back(index());
        while (take(','));
        expect(']');
        if (!e.param && e.indices.size() != own_indices(e.site).size())
            fail("as many indices as the site has");
        return e;
    }

    Index index() {
        const std::string_view w = next_word();
        for (auto it = scope_.rbegin(); it != scope_.rend(); ++it)
            if (it->first == w) return it->second;
        if (w == "expert") {
            expect('(');
            Index inner = index();
            expect(')');
            inner.through_expert = true;
            return inner;
        }
        const Index::Kind* kind = find_named(k_indices, w);
        if (!kind) fail("an index, not '" + std::string(w) + "'");
        return {*kind};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Scope scope_;
    int depth_;
};

} // namespace

const Expr& tree_of(Site site) {
    static const std::vector<Expr> trees = [] {
        std::vector<Expr> all;
        for (const SiteRow& row : site_rows()) all.push_back(Parser(row.formula, {}, 0).parse_all());
        return all;
    }();
    return trees[static_cast<std::size_t>(site)];
}

} // namespace gf::formula
