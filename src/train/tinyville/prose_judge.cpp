#include "train/tinyville/prose_judge.h"

#include "train/tinyville/cast.h"
#include "train/tinyville/grammar_program.h"
#include "train/tinyville/word_tokens.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

namespace gf::tinyville {
namespace {

/// What fills a register: an entry of its table (0 or more), nothing yet, or an entry of which only is known
/// what it agrees with (f, m, s or p), because a pronoun came before its name.
using RegisterValue = std::int16_t;
using Registers = std::array<RegisterValue, k_max_registers>;

constexpr RegisterValue k_unfilled = -1;
constexpr RegisterValue known_agreement(char gender_or_number) {
    return static_cast<RegisterValue>(-2 - gender_or_number);
}
constexpr char agreement_of(RegisterValue known) { return static_cast<char>(-2 - known); }

constexpr Registers no_registers() {
    Registers registers{};
    registers.fill(k_unfilled);
    return registers;
}

/// The registers that the kind of document has.
std::vector<int> values_of(const Registers& registers, const ProseKind& kind) {
    return {registers.begin(), registers.begin() + static_cast<std::ptrdiff_t>(kind.registers.size())};
}

/// One reading of the text so far: where it is in the program and who plays which role.
struct Reading {
    int pc;
    int n_words = 0; ///< how many words of the slot's form at pc are read
    Registers registers;
    auto operator<=>(const Reading&) const = default;
};

/// Follows all readings of a text at once (Pike's machine).
class ReadingMachine {
  public:
    enum class Unit {
        document, ///< the text is one document from its first word to its last
        sentence  ///< each sentence is read on its own: who is who is forgotten behind it
    };

    ReadingMachine(const GrammarProgram& program, Unit unit) : program_(program), unit_(unit) {}

    /// Reads all tokens; returns the index of the first that does not fit, or their number.
    std::size_t read(const std::vector<WordToken>& tokens, const std::vector<int>& ids) {
        for (const int pc : program_.starts()) follow(pc, no_registers());
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (unit_ == Unit::sentence && (i == 0 || is_between_sentences(tokens, i)))
                begin_sentence(tokens, i, ids[i]);
            if (tokens[i].text == "«" || tokens[i].text == "»") in_quotation_ = tokens[i].text == "«";
            merge_equal_readings();
            std::vector<Reading> now;
            now.swap(readings_);
            accepted_.clear();
            may_end_sentence_ = false;
            for (const Reading& r : now) step(r, ids[i]);
            if (readings_.empty() && accepted_.empty() && !may_end_sentence_) {
                readings_ = std::move(now); // for explain_stop
                return i;
            }
        }
        merge_equal_readings();
        return tokens.size();
    }

    /// The readings that end with the text as a complete document.
    const std::vector<Reading>& accepted() const { return accepted_; }
    bool is_complete() const { return !accepted_.empty() || (unit_ == Unit::sentence && may_end_sentence_); }

    /// Why read() stopped at this word (empty: at the end of the text).
    std::string explain_stop(const std::string& found) const;

  private:
    bool is_between_sentences(const std::vector<WordToken>& tokens, std::size_t i) const {
        const std::string& last = tokens[i - 1].text;
        return last == "\n" || (is_end_of_sentence(last) && !in_quotation_) ||
               (last == "»" && i > 1 && is_end_of_sentence(tokens[i - 2].text));
    }

    /// Forgets who is who and begins any sentence that begins with this word. Only behind a quotation, or as
    /// the first word of all, may it have a small letter.
    void begin_sentence(const std::vector<WordToken>& tokens, std::size_t i, int word_id) {
        readings_.clear();
        const char first = tokens[i].text[0];
        if (i > 0 && tokens[i - 1].text != "»" && first >= 'a' && first <= 'z') return;
        for (const int pc : program_.sentence_starts(word_id)) readings_.push_back({pc, 0, no_registers()});
    }

    /// Adds the readings that wait for a word at pc or where it leads.
    void follow(int pc, const Registers& registers) {
        const Instruction& i = program_.at(pc);
        switch (i.operation) {
        case Instruction::branch:
            for (const int target : program_.targets(i)) follow(target, registers);
            break;
        case Instruction::sentence_end:
            may_end_sentence_ = true;
            follow(pc + 1, registers);
            break;
        case Instruction::accept: accepted_.push_back({pc, 0, registers}); break;
        case Instruction::word:
        case Instruction::slot: readings_.push_back({pc, 0, registers}); break;
        }
    }

    /// Different paths may lead to the same reading; it is followed once, which keeps the time linear.
    void merge_equal_readings() {
        std::ranges::sort(readings_);
        const auto rest = std::ranges::unique(readings_);
        readings_.erase(rest.begin(), rest.end());
    }

    /// Goes on with one reading if it can read this word.
    void step(const Reading& r, int word_id) {
        const Instruction& i = program_.at(r.pc);
        if (i.operation == Instruction::word) {
            if (i.word_id == word_id) follow(r.pc + 1, r.registers);
        } else if (i.form >= 0) {
            step_agreeing(r, i, word_id);
        } else if (const int entry = value(r, i); entry >= 0) {
            step_entry(r, i, entry, word_id);
        } else {
            for (const int candidate : program_.entries(program_.register_of(i).table, i.column, word_id))
                if (may_fill(r, i, candidate)) step_entry(filled(r, i, candidate), i, candidate, word_id);
        }
    }

    /// Reads the next word of the entry's form.
    void step_entry(Reading r, const Instruction& i, int entry, int word_id) {
        const auto& form = program_.grammar().form(program_.register_of(i).table, entry, i.column);
        if (form[static_cast<std::size_t>(r.n_words)] != word_id) return;
        if (++r.n_words == static_cast<int>(form.size()))
            follow(r.pc + 1, r.registers);
        else
            readings_.push_back(r);
    }

    /// Reads a form that agrees: "she" fits whoever is feminine, and makes an unknown role feminine.
    void step_agreeing(const Reading& r, const Instruction& i, int word_id) {
        const AgreeingForm& form = agreeing_form(i.form);
        auto fits = [&](char agrees_with) {
            return program_.grammar().find(agreeing_word(form, agrees_with)) == word_id;
        };
        const RegisterValue known = value(r, i);
        if (known >= 0) {
            if (fits(table(program_.register_of(i).table).entry(known).gender_or_number))
                follow(r.pc + 1, r.registers);
            return;
        }
        for (const char c : std::string_view(form.by_gender ? "fm" : "sp"))
            if ((known == k_unfilled || known == known_agreement(c)) && fits(c))
                follow(r.pc + 1, filled(r, i, known_agreement(c)).registers);
    }

    static RegisterValue value(const Reading& r, const Instruction& slot) {
        return r.registers[static_cast<std::size_t>(slot.register_index)];
    }

    static Reading filled(Reading r, const Instruction& slot, int value) {
        r.registers[static_cast<std::size_t>(slot.register_index)] = static_cast<RegisterValue>(value);
        return r;
    }

    bool may_fill(const Reading& r, const Instruction& slot, int candidate) const {
        const Register& wanted = program_.register_of(slot);
        const Table& words = table(wanted.table);
        const Entry& entry = words.entry(candidate);
        const RegisterValue known = value(r, slot);
        if (!entry.has(wanted.tag)) return false;
        if (known != k_unfilled && known != known_agreement(entry.gender_or_number)) return false;
        const auto& registers = program_.kind(slot).registers;
        for (std::size_t other = 0; words.distinct_when_judged && other < registers.size(); ++other)
            if (registers[other].table == wanted.table && r.registers[other] == candidate) return false;
        return true;
    }

    struct Expectation {
        std::string text;  ///< "'was'", "a thing"
        std::string clash; ///< a message, if what was found is of the same sort but means somebody else
    };
    Expectation expected_by(const Reading& r, const std::string& found) const;
    Expectation expected_agreement(const Reading& r, const Instruction& i, const std::string& found) const;
    std::string rest_of_form(const Reading& r, const Instruction& i) const;

    const GrammarProgram& program_;
    const Unit unit_;
    bool may_end_sentence_ = false; ///< a sentence of some reading ends with the last word read
    bool in_quotation_ = false;
    std::vector<Reading> readings_; ///< that wait for the next word
    std::vector<Reading> accepted_;
};

/// The words of the slot's form that are still to be read.
std::string ReadingMachine::rest_of_form(const Reading& r, const Instruction& i) const {
    const Grammar& grammar = program_.grammar();
    const auto& form = grammar.form(program_.register_of(i).table, value(r, i), i.column);
    std::string text, last;
    for (std::size_t n = static_cast<std::size_t>(r.n_words); n < form.size(); ++n) {
        const std::string& word = grammar.word(form[n]);
        if (space_between(last, word)) text += ' ';
        text += word;
        last = word;
    }
    return text;
}

ReadingMachine::Expectation ReadingMachine::expected_agreement(const Reading& r, const Instruction& i,
                                                               const std::string& found) const {
    const AgreeingForm& form = agreeing_form(i.form);
    const Register& wanted = program_.register_of(i);
    const RegisterValue known = value(r, i);
    if (known == k_unfilled) return {fmt::format("'{}', '{}'", form.words[0], form.words[1]), ""};
    const char agrees_with =
        known >= 0 ? table(wanted.table).entry(known).gender_or_number : agreement_of(known);
    const std::string word = agreeing_word(form, agrees_with);
    Expectation expected{"'" + word + "'", ""};
    if (found != word && (found == form.words[0] || found == form.words[1])) {
        const ProseKind& kind = program_.kind(i);
        const std::string who =
            known >= 0 ? " with " + role_name(kind, wanted.role, values_of(r.registers, kind)) : "";
        expected.clash = fmt::format("'{}' does not agree{}: expected '{}'", found, who, word);
    }
    return expected;
}

/// What one reading waits for.
ReadingMachine::Expectation ReadingMachine::expected_by(const Reading& r, const std::string& found) const {
    const Instruction& i = program_.at(r.pc);
    const Grammar& grammar = program_.grammar();
    if (i.operation == Instruction::word) return {fmt::format("'{}'", spelling(grammar.word(i.word_id))), ""};
    if (i.form >= 0) return expected_agreement(r, i, found);
    const int filled_from = program_.register_of(i).table;
    if (value(r, i) < 0) return {table(filled_from).example, ""};
    const std::string words = rest_of_form(r, i);
    Expectation expected{"'" + words + "'", ""};
    if (r.n_words == 0 && !program_.entries(filled_from, i.column, grammar.find(found)).empty())
        expected.clash = fmt::format("found '{}' where the story so far says '{}'", found, words);
    return expected;
}

/// A clash if there is one, else the five words that most readings wait for.
std::string ReadingMachine::explain_stop(const std::string& found) const {
    constexpr std::size_t k_shown = 5;
    std::map<std::string, int> counts;
    std::string clash;
    for (const Reading& r : readings_) {
        Expectation expected = expected_by(r, found);
        ++counts[expected.text];
        if (!expected.clash.empty()) clash = std::move(expected.clash);
    }
    if (!clash.empty()) return clash;
    std::vector<std::pair<int, std::string>> ranked; // minus the count, so that the most frequent comes first
    for (const auto& [text, n] : counts) ranked.emplace_back(-n, text);
    std::ranges::sort(ranked);
    std::string reason = "expected ";
    for (std::size_t i = 0; i < std::min(ranked.size(), k_shown); ++i)
        reason.append(i ? ", " : "").append(ranked[i].second);
    if (ranked.empty()) reason += "the end";
    if (ranked.size() > k_shown) reason += " ...";
    if (!found.empty()) reason.append("; found '").append(found).append("'");
    return reason;
}

/// False, with place and reason, if there is a word or a space that no sentence of the grammar has.
bool is_well_spelled(std::string_view text, const std::vector<WordToken>& tokens, const std::vector<int>& ids,
                     Verdict& verdict) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        verdict.at = tokens[i].begin;
        if (ids[i] < 0) {
            verdict.reason = "no word of Tinyville: '" + tokens[i].text.substr(0, 40) + "'";
            return false;
        }
        const std::size_t from = i ? tokens[i - 1].end : 0;
        const bool needs_space = space_between(i ? tokens[i - 1].text : "", tokens[i].text);
        if (text.substr(from, tokens[i].begin - from) != (needs_space ? " " : "")) {
            verdict.reason = fmt::format("expected {} before '{}'", needs_space ? "one space" : "no space",
                                         spelling(tokens[i].text));
            return false;
        }
    }
    return true;
}

} // namespace

Verdict judge_prose(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
    Verdict verdict;
    const auto tokens = word_tokens(text);
    std::vector<int> ids;
    for (const WordToken& t : tokens) ids.push_back(Grammar::get().find(t.text));
    if (!is_well_spelled(text, tokens, ids, verdict)) return verdict;

    ReadingMachine document(GrammarProgram::get(), ReadingMachine::Unit::document);
    const std::size_t n_read = document.read(tokens, ids);
    if (n_read == tokens.size() && document.is_complete()) {
        const Reading& reading = document.accepted().front();
        const ProseKind& kind = GrammarProgram::get().kind(GrammarProgram::get().at(reading.pc));
        verdict.grammatical = verdict.consistent = true;
        verdict.kind = kind.name;
        verdict.at = 0;
        verdict.reason = first_untrue_fact(kind, values_of(reading.registers, kind));
        verdict.true_to_world = verdict.reason.empty();
        return verdict;
    }

    // It is no document. If it consists of sentences, the problem is where they stop being one story.
    ReadingMachine sentences(GrammarProgram::get(), ReadingMachine::Unit::sentence);
    const std::size_t n_read_as_sentences = sentences.read(tokens, ids);
    verdict.grammatical = !tokens.empty() && n_read_as_sentences == tokens.size() && sentences.is_complete();
    const ReadingMachine& stopped = verdict.grammatical ? document : sentences;
    const std::size_t at = verdict.grammatical ? n_read : n_read_as_sentences;
    verdict.at = at < tokens.size() ? tokens[at].begin : text.size();
    verdict.reason = at < tokens.size() ? stopped.explain_stop(tokens[at].text)
                                        : "the text stops before its end: " + stopped.explain_stop("");
    return verdict;
}

} // namespace gf::tinyville
