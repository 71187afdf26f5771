#include "train/tinyville/grammar_reader.h"

#include "platform/error.h"
#include "train/tinyville/word_tokens.h"

#include <algorithm>
#include <sstream>

namespace gf::tinyville {
namespace {

struct Component {
    const char *table, *tag;
};
struct RoleType {
    const char* name;
    std::vector<Component> components; ///< the first is what the role is called by
};

const std::vector<RoleType>& role_types() {
    static const std::vector<RoleType> types = {
        {"person", {{"name", ""}, {"kind", ""}}},
        {"thing", {{"thing", ""}, {"colour", ""}}},
        {"gift", {{"thing", ""}, {"look", ""}}},
        {"home", {{"place", "home"}}},
        {"out", {{"place", "out"}}},
        {"food", {{"food", ""}}},
        {"skill", {{"skill", ""}}},
        {"fear", {{"fear", ""}}},
        {"flower", {{"flower", ""}}},
        {"stuff", {{"stuff", ""}}},
        {"review", {{"review", ""}}},
        {"number", {{"number", ""}}},
    };
    return types;
}

[[noreturn]] void fail(const std::string& definition, const std::string& expected, const std::string& found) {
    throw Error({"grammar, " + definition, expected, found, ""});
}

/// As much of a text as a message quotes.
std::string quoted(std::string_view text) { return std::string(text.substr(0, 40)); }

std::vector<std::string> words_at_whitespace(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::vector<std::string> words;
    for (std::string w; in >> w;) words.push_back(w);
    return words;
}

} // namespace

void GrammarReader::read(std::string_view text) {
    std::istringstream lines{std::string(text)};
    std::string block;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#")) continue;
        if (line.starts_with("define ") || line.starts_with("document ")) {
            keep_definition(block);
            block.clear();
        }
        block += line + "\n";
    }
    keep_definition(block);
    for (const auto& [head, body] : documents_) read_document(head, body);
}

/// Keeps a piece or a document. All pieces must be known before a document is read.
void GrammarReader::keep_definition(const std::string& block) {
    if (block.starts_with("define ")) {
        keep_piece(block);
    } else if (block.starts_with("document ")) {
        const std::size_t tell = block.find("\ntell");
        if (tell == std::string::npos) fail(block.substr(0, 30), "a line that begins with tell", "none");
        documents_.emplace_back(block.substr(0, tell), block.substr(tell + 5));
    }
}

/// "define smile(X) = ..."
void GrammarReader::keep_piece(const std::string& block) {
    const std::size_t equals = block.find(" =");
    std::string name = block.substr(7, equals - 7);
    Piece piece{"", block.substr(equals + 2)};
    if (const std::size_t open = name.find('('); open != std::string::npos) {
        for (const char c : name.substr(open))
            if (c >= 'A' && c <= 'Z') piece.parameters += c;
        name.resize(open);
    }
    if (!pieces_.emplace(name, piece).second) fail(name, "one definition", "two");
}

void GrammarReader::read_document(const std::string& head, const std::string& body) {
    ProseKind kind;
    read_head(head, kind);
    if (kind.registers.size() > k_max_registers)
        fail(kind.name, std::to_string(k_max_registers) + " registers at most",
             std::to_string(kind.registers.size()));
    kind_ = &kind;
    Bindings own_roles;
    for (const Role& r : kind.roles) own_roles[r.letter] = r.letter;
    kind.root = read_body(body, own_roles, kind.name);
    grammar_.kinds_.push_back(std::move(kind));
}

/// The lines "document ...", "roles ..." and "facts ...".
void GrammarReader::read_head(const std::string& head, ProseKind& kind) {
    std::istringstream lines(head);
    for (std::string line; std::getline(lines, line);) {
        std::ranges::replace(line, ',', ' ');
        const auto words = words_at_whitespace(line);
        if (words.empty()) continue;
        if (words[0] == "document") {
            kind.name = words.at(1);
            kind.group = words.at(2);
            kind.weight = std::stoi(words.at(3));
        } else if (words[0] == "roles") {
            for (std::size_t i = 1; i + 1 < words.size(); i += 2) add_role(kind, words[i][0], words[i + 1]);
        } else {
            for (std::size_t i = 1; i + 2 < words.size(); i += 3)
                kind.facts.push_back({words[i], words[i + 1][0], words[i + 2][0]});
        }
    }
}

/// A type with a tag ("thing:toy") narrows the table of its first component.
void GrammarReader::add_role(ProseKind& kind, char letter, const std::string& type) {
    const std::size_t colon = type.find(':');
    const auto found = std::ranges::find(role_types(), type.substr(0, colon), &RoleType::name);
    if (found == role_types().end()) fail(kind.name, "a type of role", type);
    Role role{letter, found->name, {}};
    for (const Component& c : found->components) {
        const bool is_narrowed = colon != std::string::npos && role.registers.empty();
        role.registers.push_back(static_cast<int>(kind.registers.size()));
        kind.registers.push_back(
            {table_index(c.table), is_narrowed ? type.substr(colon + 1) : c.tag, letter});
    }
    kind.roles.push_back(role);
}

GrammarNode GrammarReader::read_body(std::string_view body, const Bindings& bindings,
                                     const std::string& name) {
    Source source{body, bindings, name};
    GrammarNode node = read_sequence(source);
    if (!source.at_end()) fail(name, "matching brackets", quoted(source.rest()));
    return node;
}

GrammarNode GrammarReader::read_sequence(Source& source) {
    GrammarNode node;
    while (!source.at_end() && source.next() != '|' && source.next() != ')' && source.next() != ']')
        read_item(source, node.children);
    return node;
}

void GrammarReader::read_item(Source& source, std::vector<GrammarNode>& out) {
    const char first = source.next();
    if (first == ' ' || first == '\n') {
        ++source.at;
    } else if (first == '(' || first == '[') {
        out.push_back(read_choice(source));
    } else if (first == '{' || (first == '<' && !source.rest().starts_with("< "))) {
        const std::string_view rest = source.rest();
        const std::size_t end = rest.find(first == '{' ? '}' : '>');
        if (end == std::string_view::npos) fail(source.name, "a closing bracket", quoted(rest));
        const std::string inside(rest.substr(1, end - 1));
        source.at += end + 1;
        if (first == '{')
            read_slot(inside, source, out);
        else
            out.push_back(expand_piece(inside, source));
    } else {
        read_words(source, out);
    }
}

GrammarNode GrammarReader::read_choice(Source& source) {
    const bool is_wording = source.next() == '(';
    const char close = is_wording ? ')' : ']';
    GrammarNode node;
    node.kind = is_wording ? NodeKind::wording_choice : NodeKind::plot_choice;
    if (!is_wording && wording_depth_)
        fail(source.name, "no [choice of plot] inside a (wording)", quoted(source.rest()));
    wording_depth_ += is_wording;
    do {
        ++source.at;
        while (source.next() == ' ' || source.next() == '\n') ++source.at;
        int weight = 1;
        if (source.next() == '*') {
            const std::size_t end = source.rest().find(' ');
            weight = std::stoi(std::string(source.rest().substr(1, end - 1)));
            source.at += end;
        }
        node.children.push_back(read_sequence(source));
        node.weights.push_back(weight);
    } while (source.next() == '|');
    if (source.next() != close) fail(source.name, std::string("'") + close + "'", quoted(source.rest()));
    ++source.at;
    wording_depth_ -= is_wording;
    return node;
}

/// What stands between braces: an event "!gave H F O", a pronoun for several "HF.they", or one role: "H",
/// "H+", "H.he", "O.pl", and "K.k" or "O.c" for its kind or colour alone.
void GrammarReader::read_slot(const std::string& inside, const Source& source,
                              std::vector<GrammarNode>& out) {
    if (inside[0] == '!') {
        out.push_back(event_node(std::string_view(inside).substr(1), source));
        return;
    }
    const std::size_t dot = inside.find('.');
    const std::string letters = inside.substr(0, std::min(dot, inside.find('+')));
    const std::string form = dot == std::string::npos ? "" : inside.substr(dot + 1);
    if (letters.size() > 1) {
        GrammarNode node = word_node(form);
        for (const char l : letters) node.roles += bound_role(l, source);
        out.push_back(node);
        return;
    }
    const Role& role = kind_->role(bound_role(letters[0], source));
    if (inside.ends_with('+')) {
        out.push_back(column_node(role.registers[0], "n", source));
        out.push_back(word_node("the"));
        out.push_back(column_node(role.registers[1], "n", source));
    } else if (dot == std::string::npos) {
        const bool has_adjective = role.type == "thing" || role.type == "gift";
        if (has_adjective) out.push_back(column_node(role.registers[1], "n", source));
        out.push_back(column_node(role.registers[0], "n", source));
    } else if (form == "k" || form == "c") {
        out.push_back(column_node(role.registers.at(1), "n", source));
    } else {
        out.push_back(form_node(role.registers[0], form, source));
    }
}

/// Plain words up to the next bracket. "\n" is a line break; word^note carries a note.
void GrammarReader::read_words(Source& source, std::vector<GrammarNode>& out) {
    const std::string_view rest = source.rest(), plain = rest.substr(0, rest.find_first_of("(|)[]{}<\n"));
    // The first character stands for what came before: behind a closing bracket, a quotation mark closes.
    const char before = source.at ? source.text[source.at - 1] : ' ';
    const bool is_behind_bracket = before == '}' || before == '>' || before == ')' || before == ']';
    std::string text(1, is_behind_bracket ? ')' : ' ');
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const bool is_line_break = plain.substr(i, 2) == "\\n";
        text += is_line_break ? '\n' : plain[i];
        i += is_line_break;
    }
    source.at += plain.size();
    auto tokens = word_tokens(text);
    if (is_behind_bracket) tokens.erase(tokens.begin());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].text == "^")
            out.back().note = tokens[++i].text;
        else
            out.push_back(word_node(tokens[i].text));
    }
}

/// The document's role that a letter stands for.
char GrammarReader::bound_role(char letter, const Source& source) {
    const auto at = source.bindings.find(letter);
    if (at == source.bindings.end())
        fail(source.name, "a role of the document or a parameter", std::string(1, letter));
    return at->second;
}

GrammarNode GrammarReader::expand_piece(const std::string& call, const Source& source) {
    const auto words = words_at_whitespace(call);
    const auto at = pieces_.find(words.at(0));
    if (at == pieces_.end()) fail(source.name, "a defined piece", "<" + call + ">");
    const auto& [name, piece] = *at;
    if (words.size() != piece.parameters.size() + 1)
        fail(source.name, std::to_string(piece.parameters.size()) + " roles", "<" + call + ">");
    Bindings bindings;
    for (std::size_t i = 1; i < words.size(); ++i)
        bindings[piece.parameters[i - 1]] = bound_role(words[i][0], source);
    return read_body(piece.body, bindings, name);
}

GrammarNode GrammarReader::event_node(std::string_view event, const Source& source) {
    const auto words = words_at_whitespace(event);
    GrammarNode node;
    node.kind = NodeKind::event;
    node.note = words.at(0);
    for (std::size_t i = 1; i < words.size(); ++i) node.roles += bound_role(words[i][0], source);
    return node;
}

GrammarNode GrammarReader::column_node(int register_index, const std::string& column, const Source& source) {
    GrammarNode node;
    node.kind = NodeKind::slot;
    node.register_index = register_index;
    node.column = table(kind_->register_at(register_index).table).column(column);
    if (node.column < 0) fail(source.name, "a column of the role's table or a form that agrees", column);
    return node;
}

/// A column of the role's table, or else a form that agrees with the role.
GrammarNode GrammarReader::form_node(int register_index, const std::string& form, const Source& source) {
    const auto& forms = agreeing_forms();
    const Table& words = table(kind_->register_at(register_index).table);
    const auto at = std::ranges::find_if(forms, [&](const AgreeingForm& f) { return f.name == form; });
    if (words.column(form) >= 0 || at == forms.end()) return column_node(register_index, form, source);
    if (!agreeing_word(*at, words.entries[0].gender_or_number))
        fail(source.name, "a form that applies to " + words.example, form);
    GrammarNode node;
    node.kind = NodeKind::slot;
    node.register_index = register_index;
    node.form = static_cast<int>(at - forms.begin());
    for (const char* word : at->words) grammar_.intern(word);
    return node;
}

GrammarNode GrammarReader::word_node(const std::string& word) {
    GrammarNode node;
    node.kind = NodeKind::word;
    node.word = grammar_.intern(word);
    return node;
}

} // namespace gf::tinyville
