#include "train/tinyville/prose_writer.h"

#include "train/tinyville/word_tokens.h"

#include <algorithm>
#include <map>
#include <utility>

namespace gf::tinyville {
namespace {

/// A kind with more templates than this leaves their splits to the hash.
constexpr double k_few_templates = 200;

using Truth = std::vector<std::pair<std::string, std::string>>;

const GrammarNode& alternative(const GrammarNode& choice, int index) {
    return choice.children[static_cast<std::size_t>(index)];
}

/// One of a choice's alternatives, by weight.
int draw_alternative(const GrammarNode& choice, RandomStream& random) {
    int total = 0;
    for (const int w : choice.weights) total += w;
    int left = random.below(total), index = 0;
    for (const int w : choice.weights) {
        if (left < w) break;
        left -= w;
        ++index;
    }
    return index;
}

void draw_plot(const GrammarNode& node, RandomStream& random, std::vector<int>& choices) {
    if (node.kind == NodeKind::plot_choice) {
        choices.push_back(draw_alternative(node, random));
        draw_plot(alternative(node, choices.back()), random, choices);
    } else if (node.kind == NodeKind::sequence) {
        for (const GrammarNode& child : node.children) draw_plot(child, random, choices);
    }
}

/// "kind/0.2.1"; a kind without choices has the one template "kind/0".
std::string template_id(const ProseKind& kind, const std::vector<int>& choices) {
    std::string id = kind.name + "/" + (choices.empty() ? "0" : "");
    for (std::size_t i = 0; i < choices.size(); ++i) id += (i ? "." : "") + std::to_string(choices[i]);
    return id;
}

using Plots = std::vector<std::vector<int>>;

/// All ways to choose within `node`, each appended to each of `before`.
Plots all_plots(const GrammarNode& node, Plots before) {
    if (node.kind == NodeKind::sequence)
        for (const GrammarNode& child : node.children) before = all_plots(child, std::move(before));
    if (node.kind != NodeKind::plot_choice) return before;
    Plots all;
    for (int i = 0; i < static_cast<int>(node.children.size()); ++i) {
        Plots chosen = before;
        for (auto& choices : chosen) choices.push_back(i);
        chosen = all_plots(alternative(node, i), std::move(chosen));
        all.insert(all.end(), chosen.begin(), chosen.end());
    }
    return all;
}

/// All templates of a kind, in an order that only their ids decide.
std::vector<std::string> ranked_templates(const ProseKind& kind) {
    std::vector<std::string> ids;
    for (const auto& choices : all_plots(kind.root, {std::vector<int>{}}))
        ids.push_back(template_id(kind, choices));
    std::ranges::sort(ids, {}, [](const std::string& id) { return std::pair(hash_text(id), id); });
    return ids;
}

/// The splits of the templates of all kinds that have few.
std::map<std::string, Split> split_few_templates() {
    std::map<std::string, Split> splits;
    for (const ProseKind& kind : Grammar::get().kinds()) {
        if (count_templates(kind.root) > k_few_templates) continue;
        const auto ids = ranked_templates(kind);
        const std::size_t share = ids.size() < 3 ? 0 : std::max<std::size_t>(1, ids.size() / 10);
        for (std::size_t i = 0; i < ids.size(); ++i)
            splits[ids[i]] = i < share ? Split::validation : i < 2 * share ? Split::test : Split::train;
    }
    return splits;
}

/// Writes words one after the other and notes what is to be labelled.
class ProseWriter {
  public:
    ProseWriter(const ProseKind& kind, const Template& plot, const Cast& cast, RandomStream& random)
        : kind_(kind), plot_(plot), cast_(cast), random_(random) {}

    LabelledText write() {
        write_node(kind_.root);
        label_questions();
        return std::move(out_);
    }

  private:
    struct Range {
        std::size_t begin, end; ///< bytes of the text
    };

    void write_node(const GrammarNode& node) {
        switch (node.kind) {
        case NodeKind::sequence:
            for (const GrammarNode& child : node.children) write_node(child);
            break;
        case NodeKind::wording_choice: write_node(alternative(node, draw_alternative(node, random_))); break;
        case NodeKind::plot_choice: write_node(alternative(node, plot_.choices[next_choice_++])); break;
        case NodeKind::word: write_word(node); break;
        case NodeKind::slot: write_slot(node); break;
        case NodeKind::event: label_event(node); break;
        }
    }

    void write_word(const GrammarNode& node) {
        const Range word = append(Grammar::get().word(node.word));
        if (!node.roles.empty()) {
            std::string all;
            for (const char r : node.roles) all += (all.empty() ? "" : ", ") + name_of(r);
            add_label("pronoun", word, {{"referent", all}, {"number", "plural"}});
        }
        if (node.note == "s" || node.note == "p")
            add_label("agreement", word, {{"number", node.note == "p" ? "plural" : "singular"}});
        else if (!node.note.empty())
            add_label("sense", word, {{"word", text_of(word)}, {"sense", node.note}});
    }

    void write_slot(const GrammarNode& node) {
        const Register& filled = kind_.register_at(node.register_index);
        const int value = cast_.values[static_cast<std::size_t>(node.register_index)];
        const Table& words = table(filled.table);
        const Entry& entry = words.entry(value);
        if (node.form >= 0) {
            write_agreeing(agreeing_form(node.form), entry, filled.role);
            return;
        }
        Range form{std::string::npos, 0};
        for (const int id : Grammar::get().form(filled.table, value, node.column)) {
            const Range word = append(Grammar::get().word(id));
            form = {std::min(form.begin, word.begin), word.end};
        }
        if (!entry.sense.empty() && node.column == 0)
            add_label("sense", form, {{"word", entry.forms[0]}, {"sense", entry.sense}});
        if (words.name == "name") {
            const auto [first, is_new] = first_mentions_.emplace(value, form.begin);
            if (!is_new)
                add_label("repeat", form,
                          {{"name", entry.forms[0]}, {"first", std::to_string(first->second)}});
        }
    }

    void write_agreeing(const AgreeingForm& form, const Entry& entry, char role) {
        const Range word = append(agreeing_word(form, entry.gender_or_number));
        const char agrees_with = entry.gender_or_number;
        const std::string number = agrees_with == 'p' ? "plural" : "singular";
        if (form.use == AgreeingForm::pronoun) {
            const std::string gender = agrees_with == 'f'   ? "feminine"
                                       : agrees_with == 'm' ? "masculine"
                                                            : "neuter";
            add_label("pronoun", word, {{"referent", name_of(role)}, {"gender", gender}, {"number", number}});
        } else if (form.use == AgreeingForm::agreement) {
            add_label("agreement", word, {{"number", number}, {"subject", entry.forms[0]}});
        }
    }

    /// Labels the sentence (or the text so far) that tells the event.
    void label_event(const GrammarNode& node) {
        auto who = [&](std::size_t i) { return name_of(node.roles[i]); };
        const Range sentence{sentence_begin_, out_.text.size()}, text{0, out_.text.size()};
        if (node.note == "gave") {
            add_label("indirect-object", sentence,
                      {{"event", "gave"}, {"giver", who(0)}, {"receiver", who(1)}, {"thing", who(2)}});
        } else if (node.note == "thanked") {
            add_label("indirect-object", sentence, {{"event", "thanked"}, {"who", who(0)}, {"whom", who(1)}});
        } else if (node.note == "counted") {
            const int numbers = kind_.role(node.roles[0]).registers[0];
            const auto& forms = table("number").entry(cast_.values[static_cast<std::size_t>(numbers)]).forms;
            add_label("counting", text, {{"a", forms[0]}, {"b", forms[1]}, {"sum", forms[2]}});
        } else if (node.note == "fact") {
            add_label("fact", text,
                      {{"relation", declared_relation(node)}, {"subject", who(0)}, {"object", who(1)}});
        } else {
            add_label("fact", sentence, {{"relation", node.note}, {"subject", who(0)}, {"object", who(1)}});
        }
    }

    /// The relation that the kind of document declares between the two roles of {!fact H P}.
    std::string declared_relation(const GrammarNode& node) const {
        std::string relation = node.note;
        for (const RoleFact& f : kind_.facts)
            if (f.subject == node.roles[0] && f.object == node.roles[1]) relation = f.relation;
        return relation;
    }

    /// Labels the lines "Q: ... A: ...".
    void label_questions() {
        const std::string& text = out_.text;
        for (std::size_t at = 0; (at = text.find("Q: ", at)) != std::string::npos; ++at) {
            const std::size_t answer = text.find(" A: ", at),
                              end = std::min(text.find('\n', at), text.size());
            add_label("question", {at, end},
                      {{"question", text.substr(at + 3, answer - at - 3)},
                       {"answer", text.substr(answer + 4, end - answer - 4)}});
        }
    }

    /// Appends a word or a mark, with a space before it if one belongs there.
    Range append(const std::string& token) {
        const bool sentence_ended = is_end_of_sentence(last_token_) || last_token_ == "\n" ||
                                    (last_token_ == "»" && ended_in_quotation_);
        if (space_between(last_token_, token)) out_.text += ' ';
        const std::size_t begin = out_.text.size();
        // "Where is it?" asked Mira: a small letter goes on with the sentence.
        const bool is_small = token[0] >= 'a' && token[0] <= 'z';
        if (sentence_ended && token != "»" && !in_quotation_ && !is_small) sentence_begin_ = begin;
        if (token == "«") in_quotation_ = true;
        if (token == "»") {
            in_quotation_ = false;
            ended_in_quotation_ = sentence_ended;
        }
        out_.text += spelling(token);
        last_token_ = token;
        return {begin, out_.text.size()};
    }

    void add_label(const char* phenomenon, Range range, Truth truth) {
        out_.labels.push_back({phenomenon, range.begin, range.end, std::move(truth)});
    }

    std::string name_of(char role) const { return role_name(kind_, role, cast_.values); }
    std::string text_of(Range range) const { return out_.text.substr(range.begin, range.end - range.begin); }

    const ProseKind& kind_;
    const Template& plot_;
    const Cast& cast_;
    RandomStream& random_;

    LabelledText out_;
    std::size_t next_choice_ = 0;    ///< of the plot
    std::size_t sentence_begin_ = 0; ///< byte at which the sentence that is being written begins
    std::string last_token_;
    bool in_quotation_ = false;
    bool ended_in_quotation_ = false;           ///< the last quotation closed behind a sentence's end
    std::map<int, std::size_t> first_mentions_; ///< name -> byte at which it stood first
};

} // namespace

Template draw_template(const ProseKind& kind, RandomStream& random) {
    Template drawn;
    draw_plot(kind.root, random, drawn.choices);
    drawn.id = template_id(kind, drawn.choices);
    return drawn;
}

Split split_of_template(const std::string& id) {
    static const std::map<std::string, Split> few = split_few_templates();
    const auto at = few.find(id);
    return at == few.end() ? split_of_key(id) : at->second;
}

LabelledText write_prose(const ProseKind& kind, const Template& plot, const Cast& cast,
                         RandomStream& random) {
    return ProseWriter(kind, plot, cast, random).write();
}

} // namespace gf::tinyville
