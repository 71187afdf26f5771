#include "train/tinyville/grammar.h"

#include "core/error.h"
#include "train/tinyville/tokens.h"

#include <algorithm>
#include <sstream>

namespace gf::tinyville {
namespace {

struct Component {
    const char *suffix, *table, *tag;
};
struct RoleType {
    const char* name;
    std::vector<Component> components;
};

/// What each type of role is made of. An adjective stands before its noun.
const std::vector<RoleType>& role_types() {
    static const std::vector<RoleType> types = {
        {"person", {{"", "name", ""}, {"k", "kind", ""}}},
        {"thing", {{"", "thing", ""}, {"c", "colour", ""}}},
        {"gift", {{"", "thing", ""}, {"c", "look", ""}}},
        {"home", {{"", "place", "home"}}},
        {"out", {{"", "place", "out"}}},
        {"food", {{"", "food", ""}}},
        {"skill", {{"", "skill", ""}}},
        {"fear", {{"", "fear", ""}}},
        {"flower", {{"", "flower", ""}}},
        {"stuff", {{"", "stuff", ""}}},
        {"review", {{"", "review", ""}}},
        {"number", {{"", "number", ""}}},
    };
    return types;
}

struct Macro {
    std::string parameters; ///< one letter each
    std::string body;
};

[[noreturn]] void fail(const std::string& where, const std::string& expected, const std::string& found) {
    throw Error({"grammar, " + where, expected, found, ""});
}

std::vector<std::string> split_words(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::vector<std::string> words;
    for (std::string w; in >> w;) words.push_back(w);
    return words;
}

} // namespace

/// Recursive descent over the notation; pieces are expanded where they are used.
class GrammarReader {
  public:
    explicit GrammarReader(Grammar& grammar) : g_(grammar) {}

    void read(std::string_view text) {
        std::istringstream lines{std::string(text)};
        std::string block;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("#")) continue;
            if (line.starts_with("define ") || line.starts_with("document ")) flush(block);
            block += line + "\n";
        }
        flush(block);
        for (const auto& [head, body] : texts_) read_document(head, body);
    }

  private:
    using Bindings = std::map<char, char>; ///< a piece's parameter -> the document's role

    void flush(std::string& block) {
        if (block.starts_with("define ")) {
            const std::size_t equals = block.find(" =");
            std::string head = block.substr(7, equals - 7);
            Macro macro{"", block.substr(equals + 2)};
            if (const std::size_t open = head.find('('); open != std::string::npos) {
                for (const char c : head.substr(open))
                    if (c >= 'A' && c <= 'Z') macro.parameters += c;
                head.resize(open);
            }
            if (!macros_.emplace(head, macro).second) fail(head, "one definition", "two");
        } else if (block.starts_with("document ")) {
            const std::size_t tell = block.find("\ntell");
            if (tell == std::string::npos) fail(block.substr(0, 30), "a line that begins with tell", "none");
            texts_.emplace_back(block.substr(0, tell), block.substr(tell + 5));
        }
        block.clear();
    }

    void read_document(const std::string& head, const std::string& body) {
        DocumentKind kind;
        std::istringstream lines(head);
        for (std::string line; std::getline(lines, line);) {
            std::ranges::replace(line, ',', ' ');
            const auto words = split_words(line);
            if (words.empty()) continue;
            if (words[0] == "document") {
                kind.name = words.at(1);
                kind.group = words.at(2);
                kind.weight = std::stoi(words.at(3));
            } else if (words[0] == "roles") {
                for (std::size_t i = 1; i + 1 < words.size(); i += 2)
                    add_role(kind, words[i][0], words[i + 1]);
            } else {
                for (std::size_t i = 1; i + 2 < words.size(); i += 3)
                    kind.facts.push_back({words[i], words[i + 1][0], words[i + 2][0]});
            }
        }
        if (kind.registers.size() > k_most_registers)
            fail(kind.name, std::to_string(k_most_registers) + " registers at most",
                 std::to_string(kind.registers.size()));
        kind_ = &kind;
        Bindings own;
        for (const Role& r : kind.roles) own[r.letter] = r.letter;
        std::string_view rest = body;
        kind.root = sequence(rest, own, kind.name);
        if (!rest.empty()) fail(kind.name, "matching brackets", std::string(rest.substr(0, 40)));
        g_.documents_.push_back(std::move(kind));
    }

    void add_role(DocumentKind& kind, char letter, const std::string& type) {
        const std::size_t colon = type.find(':');
        const auto t = std::ranges::find(role_types(), type.substr(0, colon), &RoleType::name);
        if (t == role_types().end()) fail(kind.name, "a type of role", type);
        Role role{letter, t->name, {}};
        for (const Component& c : t->components) {
            const bool narrowed = colon != std::string::npos && &c == t->components.data();
            role.registers.push_back(static_cast<int>(kind.registers.size()));
            kind.registers.push_back(
                {table_index(c.table), narrowed ? type.substr(colon + 1) : c.tag, letter});
        }
        kind.roles.push_back(role);
    }

    Node sequence(std::string_view& rest, const Bindings& env, const std::string& where) {
        Node node;
        while (!rest.empty() && rest[0] != '|' && rest[0] != ')' && rest[0] != ']')
            item(rest, env, where, node.children);
        return node;
    }

    void item(std::string_view& rest, const Bindings& env, const std::string& where, std::vector<Node>& out) {
        const char c = rest[0];
        if (c == ' ' || c == '\n') {
            rest.remove_prefix(1);
        } else if (c == '(' || c == '[') {
            out.push_back(choice(rest, env, where));
        } else if (c == '{' || (c == '<' && rest[1] != ' ')) {
            const std::size_t end = rest.find(c == '{' ? '}' : '>');
            if (end == std::string_view::npos)
                fail(where, "a closing bracket", std::string(rest.substr(0, 40)));
            const std::string inside(rest.substr(1, end - 1));
            rest.remove_prefix(end + 1);
            if (c == '{')
                slot(inside, env, where, out);
            else
                out.push_back(expand(inside, env, where));
        } else {
            words(rest, out);
        }
    }

    Node choice(std::string_view& rest, const Bindings& env, const std::string& where) {
        const char close = rest[0] == '(' ? ')' : ']';
        Node node;
        node.kind = close == ')' ? NodeKind::wording : NodeKind::fork;
        if (close == ']' && in_wording_)
            fail(where, "no [choice of plot] inside a (wording)", std::string(rest.substr(0, 40)));
        in_wording_ += close == ')';
        do {
            rest.remove_prefix(1);
            int weight = 1;
            while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\n')) rest.remove_prefix(1);
            if (rest.starts_with("*")) {
                const std::size_t end = rest.find(' ');
                weight = std::stoi(std::string(rest.substr(1, end - 1)));
                rest.remove_prefix(end);
            }
            node.children.push_back(sequence(rest, env, where));
            node.weights.push_back(weight);
        } while (rest.starts_with("|"));
        if (!rest.starts_with(close))
            fail(where, std::string("'") + close + "'", std::string(rest.substr(0, 40)));
        rest.remove_prefix(1);
        in_wording_ -= close == ')';
        return node;
    }

    Node expand(const std::string& call, const Bindings& env, const std::string& where) {
        const auto parts = split_words(call);
        const auto at = macros_.find(parts.at(0));
        if (at == macros_.end()) fail(where, "a defined piece", "<" + call + ">");
        if (parts.size() != at->second.parameters.size() + 1)
            fail(where, std::to_string(at->second.parameters.size()) + " roles", "<" + call + ">");
        Bindings inner;
        for (std::size_t i = 1; i < parts.size(); ++i)
            inner[at->second.parameters[i - 1]] = bound(parts[i][0], env, where);
        std::string_view body = at->second.body;
        Node node = sequence(body, inner, at->first);
        if (!body.empty()) fail(at->first, "matching brackets", std::string(body.substr(0, 40)));
        return node;
    }

    char bound(char letter, const Bindings& env, const std::string& where) {
        const auto at = env.find(letter);
        if (at == env.end()) fail(where, "a role of the document or a parameter", std::string(1, letter));
        return at->second;
    }

    void slot(const std::string& inside, const Bindings& env, const std::string& where,
              std::vector<Node>& out) {
        if (inside[0] == '!') {
            const auto parts = split_words(std::string_view(inside).substr(1));
            Node node;
            node.kind = NodeKind::mark;
            node.note = parts.at(0);
            for (std::size_t i = 1; i < parts.size(); ++i) node.roles += bound(parts[i][0], env, where);
            out.push_back(node);
            return;
        }
        const std::size_t dot = inside.find('.');
        const std::string letters = inside.substr(0, std::min(dot, inside.find('+')));
        const std::string form = dot == std::string::npos ? "" : inside.substr(dot + 1);
        if (letters.size() > 1) {
            Node node = word_node(form);
            for (const char l : letters) node.roles += bound(l, env, where);
            out.push_back(node);
            return;
        }
        const Role& role = kind_->role(bound(letters[0], env, where));
        if (inside.ends_with('+')) {
            out.push_back(column_node(role.registers[0], "n", where));
            out.push_back(word_node("the"));
            out.push_back(column_node(role.registers[1], "n", where));
        } else if (dot == std::string::npos) {
            const bool adjective = role.type == "thing" || role.type == "gift";
            if (adjective) out.push_back(column_node(role.registers[1], "n", where));
            out.push_back(column_node(role.registers[0], "n", where));
        } else if (form == "k" || form == "c") {
            out.push_back(column_node(role.registers.at(1), "n", where));
        } else {
            out.push_back(form_node(role.registers[0], form, where));
        }
    }

    Node column_node(int reg, const std::string& column, const std::string& where) {
        Node node;
        node.kind = NodeKind::slot;
        node.reg = reg;
        node.column =
            tables()[static_cast<std::size_t>(kind_->registers[static_cast<std::size_t>(reg)].table)].column(
                column);
        if (node.column < 0) fail(where, "a column of the role's table or a form that agrees", column);
        return node;
    }

    Node form_node(int reg, const std::string& form, const std::string& where) {
        const auto& forms = class_forms();
        const Table& t =
            tables()[static_cast<std::size_t>(kind_->registers[static_cast<std::size_t>(reg)].table)];
        const auto at = std::ranges::find_if(forms, [&](const ClassForm& f) { return f.name == form; });
        if (t.column(form) >= 0 || at == forms.end()) return column_node(reg, form, where);
        if (!class_word(*at, t.entries[0].cls)) fail(where, "a form that applies to " + t.spoken, form);
        Node node;
        node.kind = NodeKind::slot;
        node.reg = reg;
        node.form = static_cast<int>(at - forms.begin());
        for (const char* w : at->words) g_.intern(w);
        return node;
    }

    Node word_node(const std::string& word) {
        Node node;
        node.kind = NodeKind::word;
        node.word = g_.intern(word);
        return node;
    }

    /// Plain words up to the next bracket; "\n" is a line break, word^note carries a note.
    void words(std::string_view& rest, std::vector<Node>& out) {
        const std::size_t end = std::min(rest.find_first_of("(|)[]{}<\n"), rest.size());
        std::string_view plain = rest.substr(0, end);
        // What stood before decides whether a quotation mark opens or closes. (A body begins with a space:
        // there is a before.)
        const char before = rest.data()[-1];
        std::string text(1, before == '}' || before == '>' || before == ')' || before == ']' ? ')' : ' ');
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const bool line_break = plain.substr(i, 2) == "\\n";
            text += line_break ? '\n' : plain[i];
            i += line_break;
        }
        rest.remove_prefix(end);
        auto tokens = tokenize(text);
        if (text[0] == ')') tokens.erase(tokens.begin());
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (tokens[i].text == "^") {
                out.back().note = tokens[++i].text;
            } else {
                out.push_back(word_node(tokens[i].text));
            }
        }
    }

    Grammar& g_;
    std::map<std::string, Macro> macros_;
    std::vector<std::pair<std::string, std::string>> texts_;
    DocumentKind* kind_ = nullptr;
    int in_wording_ = 0; ///< depth
};

Grammar::Grammar(std::string_view text) {
    GrammarReader(*this).read(text);
    for (const Table& t : tables()) {
        auto& entries = forms_.emplace_back();
        for (const Entry& e : t.entries) {
            auto& columns = entries.emplace_back();
            for (const std::string& c : e.columns) {
                auto& ids = columns.emplace_back();
                for (const Token& token : tokenize(c)) ids.push_back(intern(token.text));
            }
        }
    }
}

const Grammar& Grammar::get() {
    static const Grammar grammar = [] {
        std::string text = k_grammar_pieces;
        for (const char* stories : k_grammar_stories) text += stories;
        return Grammar(text + k_grammar_scenes);
    }();
    return grammar;
}

int Grammar::intern(const std::string& word) {
    const auto [at, fresh] = ids_.emplace(word, n_words());
    if (fresh) words_.push_back(word);
    return at->second;
}

int Grammar::find(const std::string& word) const {
    const auto at = ids_.find(word);
    return at == ids_.end() ? -1 : at->second;
}

const Role& DocumentKind::role(char letter) const {
    const auto at = std::ranges::find(roles, letter, &Role::letter);
    if (at == roles.end()) fail(name, "a role of the document", std::string(1, letter));
    return *at;
}

namespace {

double count(const Node& node, bool forks, bool wordings) {
    if (node.children.empty()) return 1;
    const bool sum = node.kind != NodeKind::sequence;
    const bool all = node.kind == NodeKind::fork ? forks : wordings;
    double total = sum ? 0 : 1;
    for (const Node& c : node.children) {
        const double n = count(c, forks, wordings);
        total = !sum ? total * n : all ? total + n : std::max(total, n);
    }
    return total;
}

} // namespace

double count_wordings(const Node& node) { return count(node, true, true); }
double count_templates(const Node& node) { return count(node, true, false); }

} // namespace gf::tinyville
