#pragma once
// The grammar as a program for a machine that follows all readings of a text at once (Thompson 1968; Pike's
// machine with registers, as in regular expressions with captures).

#include "train/tinyville/grammar.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace gf::tinyville {

struct Instruction {
    enum Op : std::uint8_t { word, slot, split, mark, accept } op;
    std::int16_t document = 0; ///< index of the kind it belongs to
    std::int16_t reg = -1, column = -1, form = -1;
    int word_id = -1;                    ///< of a word
    int first_target = 0, n_targets = 0; ///< of a split; every other instruction goes on with the next one
};

class Program {
  public:
    static const Program& get();
    explicit Program(const Grammar& grammar);

    const Grammar& grammar() const { return grammar_; }
    const Instruction& at(int pc) const { return code_[static_cast<std::size_t>(pc)]; }
    std::span<const int> targets(const Instruction& i) const {
        return {targets_.data() + i.first_target, static_cast<std::size_t>(i.n_targets)};
    }
    const std::vector<int>& starts() const { return starts_; } ///< of each kind of document
    /// Where a sentence can begin that begins with this word.
    const std::vector<int>& sentences(int word_id) const;
    /// Entries of a table whose form in this column begins with this word.
    const std::vector<int>& entries(int table, int column, int word_id) const;
    const Register& reg(const Instruction& i) const {
        return grammar_.documents()[static_cast<std::size_t>(i.document)]
            .registers[static_cast<std::size_t>(i.reg)];
    }

  private:
    void emit(const Node& node, int document);
    void index_sentences();
    void first_words(int pc, std::vector<bool>& seen, std::vector<std::pair<int, int>>& out) const;

    const Grammar& grammar_;
    std::vector<Instruction> code_;
    std::vector<int> targets_, starts_;
    std::unordered_map<int, std::vector<int>> sentences_;
    std::unordered_map<std::uint64_t, std::vector<int>> entries_;
};

} // namespace gf::tinyville
