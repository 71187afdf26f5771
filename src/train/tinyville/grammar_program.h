#pragma once
// The grammar as a program for a machine that follows all readings of a text at once (Thompson 1968;
// registers as in Pike's regular expressions with captures). prose_judge.cpp has the machine.

#include "train/tinyville/grammar.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gf::tinyville {

struct Instruction {
    /// A branch goes on at each of its targets. Behind sentence_end another sentence may begin. At accept the
    /// document is complete; a word and a slot are read.
    enum Operation : std::uint8_t { word, slot, branch, sentence_end, accept } operation;
    std::int16_t kind = 0;            ///< index of the kind of document it belongs to
    std::int16_t register_index = -1; ///< of a slot, as are column and form: see GrammarNode
    std::int16_t column = -1, form = -1;
    int word_id = -1;                    ///< of a word
    int first_target = 0, n_targets = 0; ///< of a branch; every other instruction goes on with the next one
};

class GrammarProgram {
  public:
    /// The program of Grammar::get(), made on first use.
    static const GrammarProgram& get();
    /// The grammar must outlive the program.
    explicit GrammarProgram(const Grammar& grammar);

    const Grammar& grammar() const { return grammar_; }
    const Instruction& at(int pc) const { return instructions_[static_cast<std::size_t>(pc)]; }
    const ProseKind& kind(const Instruction& i) const { return grammar_.kind(i.kind); }
    const Register& register_of(const Instruction& slot) const {
        return kind(slot).register_at(slot.register_index);
    }
    std::span<const int> targets(const Instruction& branch) const {
        return {targets_.data() + branch.first_target, static_cast<std::size_t>(branch.n_targets)};
    }

    /// Where the kinds of documents begin.
    const std::vector<int>& starts() const { return starts_; }
    /// Where a sentence can begin that begins with this word.
    const std::vector<int>& sentence_starts(int word_id) const;
    /// Entries of a table whose form in this column begins with this word.
    const std::vector<int>& entries(int table, int column, int word_id) const;

  private:
    struct FirstWord {
        int word_id, pc;
        auto operator<=>(const FirstWord&) const = default;
    };

    void emit(const GrammarNode& node, std::int16_t kind);
    void emit_choice(const GrammarNode& node, std::int16_t kind);
    void emit_branch(std::int16_t kind, int n_targets);
    void index_entries();
    void index_sentences();
    void collect_first_words(int pc, std::vector<bool>& seen, std::vector<FirstWord>& out) const;

    const Grammar& grammar_;
    std::vector<Instruction> instructions_;
    std::vector<int> targets_; ///< of all branches
    std::vector<int> starts_;
    std::unordered_map<int, std::vector<int>> sentence_starts_;   ///< word id -> pcs
    std::unordered_map<std::uint64_t, std::vector<int>> entries_; ///< entry_key -> entries
};

} // namespace gf::tinyville
