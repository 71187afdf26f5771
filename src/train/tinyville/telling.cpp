#include "train/tinyville/telling.h"

#include "train/tinyville/tokens.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

constexpr double k_few_templates = 200;

int draw_alternative(const Node& node, Draw& draw) {
    int total = 0;
    for (const int w : node.weights) total += w;
    int left = draw.below(total), i = 0;
    while (left >= node.weights[static_cast<std::size_t>(i)])
        left -= node.weights[static_cast<std::size_t>(i++)];
    return i;
}

void walk(const Node& node, Draw& draw, std::vector<int>& choices) {
    if (node.kind == NodeKind::fork) {
        choices.push_back(draw_alternative(node, draw));
        walk(node.children[static_cast<std::size_t>(choices.back())], draw, choices);
    } else if (node.kind == NodeKind::sequence) {
        for (const Node& c : node.children) walk(c, draw, choices);
    }
}

/// All ways to choose within `node`, appended to each of `heads`.
std::vector<std::string> all_choices(const Node& node, std::vector<std::string> heads) {
    if (node.kind == NodeKind::sequence) {
        for (const Node& c : node.children) heads = all_choices(c, std::move(heads));
        return heads;
    }
    if (node.kind != NodeKind::fork) return heads;
    std::vector<std::string> out;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        std::vector<std::string> chosen = heads;
        for (std::string& h : chosen) h.append(".").append(std::to_string(i));
        chosen = all_choices(node.children[i], std::move(chosen));
        out.insert(out.end(), chosen.begin(), chosen.end());
    }
    return out;
}

std::string id_of(const DocumentKind& kind, const std::string& choices) {
    return kind.name + "/" + (choices.empty() ? "0" : choices.substr(1));
}

/// The templates of a kind with few, in an order that only their names decide.
std::vector<std::string> ranked_templates(const DocumentKind& kind) {
    std::vector<std::string> ids;
    for (const std::string& choices : all_choices(kind.root, {""})) ids.push_back(id_of(kind, choices));
    std::ranges::sort(ids, {}, [](const std::string& id) { return std::pair(hash_text(id), id); });
    return ids;
}

/// Writes words one after the other and notes what is to be labelled.
class Teller {
  public:
    Teller(const DocumentKind& kind, const Template& plot, const Cast& cast, Draw& draw)
        : kind_(kind), plot_(plot), cast_(cast), draw_(draw) {}

    Telling tell() {
        visit(kind_.root);
        label_questions();
        return std::move(out_);
    }

  private:
    void visit(const Node& node) {
        switch (node.kind) {
        case NodeKind::sequence:
            for (const Node& c : node.children) visit(c);
            break;
        case NodeKind::wording:
            visit(node.children[static_cast<std::size_t>(draw_alternative(node, draw_))]);
            break;
        case NodeKind::fork:
            visit(node.children[static_cast<std::size_t>(plot_.choices[next_choice_++])]);
            break;
        case NodeKind::word: word(node); break;
        case NodeKind::slot: slot(node); break;
        case NodeKind::mark: mark(node); break;
        }
    }

    void word(const Node& node) {
        const auto [begin, end] = write(Grammar::get().word(node.word));
        if (!node.roles.empty()) {
            std::string all;
            for (const char r : node.roles) all += (all.empty() ? "" : ", ") + called(kind_, r, cast_.values);
            add("pronoun", begin, end, {{"referent", all}, {"number", "plural"}});
        }
        if (node.note == "s" || node.note == "p")
            add("agreement", begin, end, {{"number", node.note == "p" ? "plural" : "singular"}});
        else if (!node.note.empty())
            add("sense", begin, end, {{"word", out_.text.substr(begin, end - begin)}, {"sense", node.note}});
    }

    void slot(const Node& node) {
        const Register& reg = kind_.registers[static_cast<std::size_t>(node.reg)];
        const int value = cast_.values[static_cast<std::size_t>(node.reg)];
        const Table& t = tables()[static_cast<std::size_t>(reg.table)];
        const Entry& e = t.entries[static_cast<std::size_t>(value)];
        if (node.form >= 0) {
            agreeing(class_forms()[static_cast<std::size_t>(node.form)], e, reg.role);
            return;
        }
        std::size_t begin = std::string::npos, end = 0;
        for (const int id : Grammar::get().form(reg.table, value, node.column)) {
            const auto [b, e2] = write(Grammar::get().word(id));
            begin = std::min(begin, b);
            end = e2;
        }
        if (!e.sense.empty() && node.column == 0)
            add("sense", begin, end, {{"word", e.columns[0]}, {"sense", e.sense}});
        if (t.name == "name") {
            const auto [first, fresh] = named_.emplace(value, begin);
            if (!fresh)
                add("repeat", begin, end, {{"name", e.columns[0]}, {"first", std::to_string(first->second)}});
        }
    }

    void agreeing(const ClassForm& form, const Entry& e, char role) {
        const auto [begin, end] = write(class_word(form, e.cls));
        const std::string number = e.cls == 'p' ? "plural" : "singular";
        if (form.use == ClassForm::pronoun) {
            const std::string gender = e.cls == 'f' ? "feminine" : e.cls == 'm' ? "masculine" : "neuter";
            add("pronoun", begin, end,
                {{"referent", called(kind_, role, cast_.values)}, {"gender", gender}, {"number", number}});
        } else if (form.use == ClassForm::agreement) {
            add("agreement", begin, end, {{"number", number}, {"subject", e.columns[0]}});
        }
    }

    void mark(const Node& node) {
        auto who = [&](std::size_t i) { return called(kind_, node.roles[i], cast_.values); };
        const std::size_t begin = sentence_, end = out_.text.size();
        if (node.note == "gave") {
            add("indirect-object", begin, end,
                {{"event", "gave"}, {"giver", who(0)}, {"receiver", who(1)}, {"thing", who(2)}});
        } else if (node.note == "thanked") {
            add("indirect-object", begin, end, {{"event", "thanked"}, {"who", who(0)}, {"whom", who(1)}});
        } else if (node.note == "counted") {
            const Role& r = kind_.role(node.roles[0]);
            const auto& e = table("number").entries[static_cast<std::size_t>(
                cast_.values[static_cast<std::size_t>(r.registers[0])])];
            add("counting", 0, end, {{"a", e.columns[0]}, {"b", e.columns[1]}, {"sum", e.columns[2]}});
        } else {
            const bool world = node.note == "fact";
            const Role& object = kind_.role(node.roles[1]);
            std::string relation = node.note;
            for (const RoleFact& f : kind_.facts)
                if (world && f.subject == node.roles[0] && f.object == object.letter) relation = f.relation;
            add("fact", world ? 0 : begin, end,
                {{"relation", relation}, {"subject", who(0)}, {"object", who(1)}});
        }
    }

    /// Lines "Q: ... A: ..."
    void label_questions() {
        for (std::size_t at = 0; (at = out_.text.find("Q: ", at)) != std::string::npos; ++at) {
            const std::size_t answer = out_.text.find(" A: ", at),
                              end = std::min(out_.text.find('\n', at), out_.text.size());
            add("question", at, end,
                {{"question", out_.text.substr(at + 3, answer - at - 3)},
                 {"answer", out_.text.substr(answer + 4, end - answer - 4)}});
        }
    }

    std::pair<std::size_t, std::size_t> write(const std::string& token) {
        const bool ended =
            last_ == "." || last_ == "!" || last_ == "?" || last_ == "\n" || (last_ == "»" && quote_ended_);
        if (space_between(last_, token)) out_.text += ' ';
        const std::size_t begin = out_.text.size();
        // "Where is it?" asked Mira: a small letter goes on with the sentence.
        if (ended && token != "»" && !in_quote_ && !(token[0] >= 'a' && token[0] <= 'z')) sentence_ = begin;
        if (token == "«") in_quote_ = true;
        if (token == "»") {
            in_quote_ = false;
            quote_ended_ = ended;
        }
        out_.text += spelling(token);
        last_ = token;
        return {begin, out_.text.size()};
    }

    void add(const char* phenomenon, std::size_t begin, std::size_t end,
             std::vector<std::pair<std::string, std::string>> truth) {
        out_.labels.push_back({phenomenon, begin, end, std::move(truth)});
    }

    const DocumentKind& kind_;
    const Template& plot_;
    const Cast& cast_;
    Draw& draw_;
    Telling out_;
    std::size_t next_choice_ = 0, sentence_ = 0;
    std::string last_;
    bool in_quote_ = false, quote_ended_ = false;
    std::map<int, std::size_t> named_; ///< name -> where it stood first
};

} // namespace

Template draw_template(const DocumentKind& kind, Draw& draw) {
    Template t;
    walk(kind.root, draw, t.choices);
    std::string choices;
    for (const int c : t.choices) choices.append(".").append(std::to_string(c));
    t.id = id_of(kind, choices);
    return t;
}

Split split_of_template(const std::string& template_id) {
    static const auto few = [] {
        std::map<std::string, Split> splits;
        for (const DocumentKind& d : Grammar::get().documents()) {
            if (count_templates(d.root) > k_few_templates) continue;
            const auto ids = ranked_templates(d);
            const std::size_t share = ids.size() < 3 ? 0 : std::max<std::size_t>(1, ids.size() / 10);
            for (std::size_t i = 0; i < ids.size(); ++i)
                splits[ids[i]] = i < share ? Split::validation : i < 2 * share ? Split::test : Split::train;
        }
        return splits;
    }();
    const auto at = few.find(template_id);
    return at == few.end() ? split_of(template_id) : at->second;
}

Telling tell(const DocumentKind& kind, const Template& plot, const Cast& cast, Draw& draw) {
    return Teller(kind, plot, cast, draw).tell();
}

std::string called(const DocumentKind& kind, char letter, const std::vector<int>& values) {
    const Role& role = kind.role(letter);
    std::string text;
    auto part = [&](std::size_t component) {
        const int reg = role.registers[component];
        const Table& t =
            tables()[static_cast<std::size_t>(kind.registers[static_cast<std::size_t>(reg)].table)];
        const int value = values[static_cast<std::size_t>(reg)];
        return value < 0 ? std::string() : t.entries[static_cast<std::size_t>(value)].columns[0];
    };
    if (role.registers.size() > 1 && role.type != "person") text = part(1);
    if (!text.empty()) text += ' ';
    return text + part(0);
}

} // namespace gf::tinyville
