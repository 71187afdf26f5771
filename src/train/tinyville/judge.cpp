#include "train/tinyville/judge.h"

#include "train/tinyville/program.h"
#include "train/tinyville/telling.h"
#include "train/tinyville/tokens.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace gf::tinyville {
namespace {

constexpr std::int16_t k_open =
    -1; // a register that nothing has filled; below it, one whose class alone is known: -2 - class

/// One reading of the text so far: where it is in the program and who plays which role.
struct Thread {
    int pc;
    int offset = 0; ///< words of the form at pc that are read
    std::array<std::int16_t, k_most_registers> regs;
    auto operator<=>(const Thread&) const = default;
};

constexpr std::array<std::int16_t, k_most_registers> no_registers() {
    std::array<std::int16_t, k_most_registers> r{};
    r.fill(k_open);
    return r;
}

std::int16_t known_class(char cls) { return static_cast<std::int16_t>(-2 - cls); }

/// Follows all readings of a text at once.
class Reading {
  public:
    /// by_sentence: sentences are read one by one, each on its own; else as one document.
    Reading(const Program& program, bool by_sentence) : p_(program), by_sentence_(by_sentence) {}

    /// Reads all tokens; returns the index of the first that does not fit, or their number.
    std::size_t read(const std::vector<Token>& tokens, const std::vector<int>& ids) {
        for (const int pc : p_.starts()) go_on(pc, no_registers());
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (by_sentence_ && (i == 0 || between_sentences(tokens, i))) restart(tokens, i, ids[i]);
            if (tokens[i].text == "«" || tokens[i].text == "»") in_quote_ = tokens[i].text == "«";
            settle();
            std::vector<Thread> now;
            now.swap(threads_);
            accepted_.clear();
            at_mark_ = false;
            for (const Thread& t : now) step(t, ids[i]);
            if (threads_.empty() && accepted_.empty() && !at_mark_) {
                threads_ = std::move(now); // what was expected here
                return i;
            }
        }
        settle();
        return tokens.size();
    }

    const std::vector<Thread>& accepted() const { return accepted_; }
    bool complete() const { return by_sentence_ ? at_mark_ || !accepted_.empty() : !accepted_.empty(); }
    std::string expectation(const std::string& found) const;

  private:
    bool between_sentences(const std::vector<Token>& tokens, std::size_t i) const {
        auto ends = [](const std::string& word) { return word == "." || word == "!" || word == "?"; };
        const std::string& last = tokens[i - 1].text;
        return last == "\n" || (ends(last) && !in_quote_) ||
               (last == "»" && i > 1 && ends(tokens[i - 2].text));
    }

    /// Forgets who is who and begins any sentence that begins with this word. Only after a quotation, or as
    /// the first word of all, may it be a small letter.
    void restart(const std::vector<Token>& tokens, std::size_t i, int word) {
        threads_.clear();
        const char first = tokens[i].text[0];
        if (i > 0 && tokens[i - 1].text != "»" && first >= 'a' && first <= 'z') return;
        for (const int pc : p_.sentences(word)) threads_.push_back({pc, 0, no_registers()});
    }

    /// Adds the readings at pc that wait for a word.
    void go_on(int pc, const std::array<std::int16_t, k_most_registers>& regs) {
        const Instruction& i = p_.at(pc);
        switch (i.op) {
        case Instruction::split:
            for (const int t : p_.targets(i)) go_on(t, regs);
            break;
        case Instruction::mark:
            at_mark_ = true;
            go_on(pc + 1, regs);
            break;
        case Instruction::accept: accepted_.push_back({pc, 0, regs}); break;
        default: threads_.push_back({pc, 0, regs});
        }
    }

    /// Different paths to the same reading are one.
    void settle() {
        std::ranges::sort(threads_);
        const auto rest = std::ranges::unique(threads_);
        threads_.erase(rest.begin(), rest.end());
    }

    void step(const Thread& t, int word) {
        const Instruction& i = p_.at(t.pc);
        if (i.op == Instruction::word) {
            if (i.word_id == word) go_on(t.pc + 1, t.regs);
        } else if (i.form >= 0) {
            step_class(t, i, word);
        } else if (const std::int16_t value = t.regs[static_cast<std::size_t>(i.reg)]; value >= 0) {
            step_form(t, i, value, word);
        } else {
            for (const int entry : p_.entries(p_.reg(i).table, i.column, word))
                if (may_be(t, i, entry))
                    step_form(with(t, i, static_cast<std::int16_t>(entry)), i, entry, word);
        }
    }

    void step_form(Thread t, const Instruction& i, int entry, int word) {
        const auto& form = p_.grammar().form(p_.reg(i).table, entry, i.column);
        if (form[static_cast<std::size_t>(t.offset)] != word) return;
        if (++t.offset == static_cast<int>(form.size()))
            go_on(t.pc + 1, t.regs);
        else
            threads_.push_back(t);
    }

    /// A form that agrees: "she" fits whoever is feminine, and makes an unknown role feminine.
    void step_class(const Thread& t, const Instruction& i, int word) {
        const ClassForm& form = class_forms()[static_cast<std::size_t>(i.form)];
        const std::int16_t value = t.regs[static_cast<std::size_t>(i.reg)];
        auto fits = [&](char cls) { return p_.grammar().find(class_word(form, cls)) == word; };
        if (value >= 0) {
            if (fits(tables()[static_cast<std::size_t>(p_.reg(i).table)]
                         .entries[static_cast<std::size_t>(value)]
                         .cls))
                go_on(t.pc + 1, t.regs);
            return;
        }
        for (const char cls : form.by_gender ? std::string_view("fm") : std::string_view("sp"))
            if ((value == k_open || value == known_class(cls)) && fits(cls))
                go_on(t.pc + 1, with(t, i, known_class(cls)).regs);
    }

    static Thread with(Thread t, const Instruction& i, std::int16_t value) {
        t.regs[static_cast<std::size_t>(i.reg)] = value;
        return t;
    }

    bool may_be(const Thread& t, const Instruction& i, int entry) const {
        const Register& reg = p_.reg(i);
        const Table& table = tables()[static_cast<std::size_t>(reg.table)];
        const Entry& e = table.entries[static_cast<std::size_t>(entry)];
        const std::int16_t value = t.regs[static_cast<std::size_t>(i.reg)];
        if (!e.has(reg.tag) || (value != k_open && value != known_class(e.cls))) return false;
        const auto& registers = p_.grammar().documents()[static_cast<std::size_t>(i.document)].registers;
        for (std::size_t r = 0; table.strict && r < registers.size(); ++r)
            if (registers[r].table == reg.table && t.regs[r] == entry) return false;
        return true;
    }

    std::string expected(const Thread& t, const std::string& found, std::string& clash) const;

    const Program& p_;
    bool by_sentence_, at_mark_ = false, in_quote_ = false;
    std::vector<Thread> threads_, accepted_;
};

std::string text_of(const std::vector<int>& words, std::size_t from, const Grammar& g) {
    std::string text, last;
    for (std::size_t i = from; i < words.size(); ++i) {
        const std::string& w = g.word(words[i]);
        if (space_between(last, w)) text += ' ';
        text += w;
        last = w;
    }
    return text;
}

/// What one reading waits for; `clash` gets the reason if `found` is a word of the same sort that means
/// somebody else.
std::string Reading::expected(const Thread& t, const std::string& found, std::string& clash) const {
    const Instruction& i = p_.at(t.pc);
    if (i.op == Instruction::word) return fmt::format("'{}'", spelling(p_.grammar().word(i.word_id)));
    const DocumentKind& kind = p_.grammar().documents()[static_cast<std::size_t>(i.document)];
    const Register& reg = p_.reg(i);
    const std::int16_t value = t.regs[static_cast<std::size_t>(i.reg)];
    const std::string who = called(kind, reg.role, {t.regs.begin(), t.regs.begin() + kind.registers.size()});
    if (i.form >= 0) {
        const ClassForm& form = class_forms()[static_cast<std::size_t>(i.form)];
        const auto& entries = tables()[static_cast<std::size_t>(reg.table)].entries;
        if (value == k_open) return std::string("'") + form.words[0] + "', '" + form.words[1] + "'";
        const char cls =
            value >= 0 ? entries[static_cast<std::size_t>(value)].cls : static_cast<char>(-2 - value);
        const std::string word = class_word(form, cls);
        if (found != word && (found == form.words[0] || found == form.words[1]))
            clash = "'" + found + "' does not agree" + (value >= 0 ? " with " + who : "") + ": expected '" +
                    word + "'";
        return "'" + word + "'";
    }
    if (value < 0) return tables()[static_cast<std::size_t>(reg.table)].spoken;
    const std::string word = text_of(p_.grammar().form(reg.table, value, i.column),
                                     static_cast<std::size_t>(t.offset), p_.grammar());
    if (t.offset == 0 && !p_.entries(reg.table, i.column, p_.grammar().find(found)).empty())
        clash = "found '" + found + "' where the story so far says '" + word + "'";
    return "'" + word + "'";
}

std::string Reading::expectation(const std::string& found) const {
    std::map<std::string, int> counts;
    std::string clash;
    for (const Thread& t : threads_) ++counts[expected(t, found, clash)];
    if (!clash.empty()) return clash;
    std::vector<std::pair<int, std::string>> ranked;
    for (const auto& [text, n] : counts) ranked.emplace_back(-n, text);
    std::ranges::sort(ranked);
    std::string reason = "expected ";
    for (std::size_t i = 0; i < std::min<std::size_t>(ranked.size(), 5); ++i)
        reason.append(i ? ", " : "").append(ranked[i].second);
    if (ranked.empty()) reason += "the end";
    if (ranked.size() > 5) reason += " ...";
    if (!found.empty()) reason.append("; found '").append(found).append("'");
    return reason;
}

/// Words and spaces that no sentence of the grammar has.
bool well_spelled(std::string_view text, const std::vector<Token>& tokens, const std::vector<int>& ids,
                  Verdict& verdict) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        verdict.at = tokens[i].begin;
        if (ids[i] < 0) {
            verdict.reason = "no word of Tinyville: '" + tokens[i].text.substr(0, 40) + "'";
            return false;
        }
        const std::size_t from = i ? tokens[i - 1].end : 0;
        const bool space = space_between(i ? tokens[i - 1].text : "", tokens[i].text);
        if (text.substr(from, tokens[i].begin - from) != (space ? " " : "")) {
            verdict.reason = std::string("expected ") + (space ? "one space" : "no space") + " before '" +
                             std::string(spelling(tokens[i].text)) + "'";
            return false;
        }
    }
    return true;
}

} // namespace

Verdict judge(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
    Verdict verdict;
    const auto tokens = tokenize(text);
    std::vector<int> ids;
    for (const Token& t : tokens) ids.push_back(Grammar::get().find(t.text));
    if (!well_spelled(text, tokens, ids, verdict)) return verdict;

    auto problem = [&](const Reading& reading, std::size_t at) {
        verdict.at = at < tokens.size() ? tokens[at].begin : text.size();
        const std::string found(at < tokens.size() ? tokens[at].text : "");
        verdict.reason = reading.expectation(found);
        if (found.empty()) verdict.reason = "the text stops before its end: " + verdict.reason;
    };
    Reading whole(Program::get(), false);
    const std::size_t read = whole.read(tokens, ids);
    if (read == tokens.size() && whole.complete()) {
        verdict.grammatical = verdict.consistent = true;
        const Thread& t = whole.accepted().front();
        const DocumentKind& kind =
            Grammar::get().documents()[static_cast<std::size_t>(Program::get().at(t.pc).document)];
        verdict.kind = kind.name;
        verdict.at = 0;
        verdict.reason = untrue_fact(
            kind, {t.regs.begin(), t.regs.begin() + static_cast<std::ptrdiff_t>(kind.registers.size())});
        verdict.true_to_world = verdict.reason.empty();
        return verdict;
    }
    Reading sentences(Program::get(), true);
    const std::size_t by_sentence = sentences.read(tokens, ids);
    verdict.grammatical = !tokens.empty() && by_sentence == tokens.size() && sentences.complete();
    if (verdict.grammatical)
        problem(whole, read);
    else
        problem(sentences, by_sentence);
    return verdict;
}

} // namespace gf::tinyville
