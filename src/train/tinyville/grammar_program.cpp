#include "train/tinyville/grammar_program.h"

#include "train/tinyville/word_tokens.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

const std::vector<int> k_none;

bool ends_sentence(const std::string& word) {
    return is_end_of_sentence(word) || word == "»" || word == "\n";
}

std::uint64_t entry_key(int table, int column, int word_id) {
    return (static_cast<std::uint64_t>(table) << 40) | (static_cast<std::uint64_t>(column) << 32) |
           static_cast<std::uint32_t>(word_id);
}

} // namespace

GrammarProgram::GrammarProgram(const Grammar& grammar) : grammar_(grammar) {
    for (std::size_t k = 0; k < grammar.kinds().size(); ++k) {
        const auto kind = static_cast<std::int16_t>(k);
        starts_.push_back(static_cast<int>(instructions_.size()));
        emit(grammar.kinds()[k].root, kind);
        instructions_.push_back({Instruction::accept, kind});
    }
    index_entries();
    index_sentences();
}

const GrammarProgram& GrammarProgram::get() {
    static const GrammarProgram program(Grammar::get());
    return program;
}

void GrammarProgram::emit(const GrammarNode& node, std::int16_t kind) {
    switch (node.kind) {
    case NodeKind::event: break;
    case NodeKind::word:
        instructions_.push_back({.operation = Instruction::word, .kind = kind, .word_id = node.word});
        if (ends_sentence(grammar_.word(node.word)))
            instructions_.push_back({Instruction::sentence_end, kind});
        break;
    case NodeKind::slot:
        instructions_.push_back({.operation = Instruction::slot,
                                 .kind = kind,
                                 .register_index = static_cast<std::int16_t>(node.register_index),
                                 .column = static_cast<std::int16_t>(node.column),
                                 .form = static_cast<std::int16_t>(node.form)});
        break;
    case NodeKind::sequence:
        for (const GrammarNode& child : node.children) emit(child, kind);
        break;
    case NodeKind::wording_choice:
    case NodeKind::plot_choice: emit_choice(node, kind); break;
    }
}

/// A branch to each alternative. Behind each stands a branch with one target, which leads to the end of all.
void GrammarProgram::emit_choice(const GrammarNode& node, std::int16_t kind) {
    std::size_t target = targets_.size();
    emit_branch(kind, static_cast<int>(node.children.size()));
    std::vector<std::size_t> jumps; // their places in targets_
    for (const GrammarNode& child : node.children) {
        targets_[target++] = static_cast<int>(instructions_.size());
        emit(child, kind);
        jumps.push_back(targets_.size());
        emit_branch(kind, 1);
    }
    for (const std::size_t jump : jumps) targets_[jump] = static_cast<int>(instructions_.size());
}

/// The targets are still to be set.
void GrammarProgram::emit_branch(std::int16_t kind, int n_targets) {
    instructions_.push_back({.operation = Instruction::branch,
                             .kind = kind,
                             .first_target = static_cast<int>(targets_.size()),
                             .n_targets = n_targets});
    targets_.resize(targets_.size() + static_cast<std::size_t>(n_targets));
}

void GrammarProgram::index_entries() {
    for (int t = 0; t < static_cast<int>(tables().size()); ++t)
        for (int e = 0; e < table(t).size(); ++e)
            for (int c = 0; c < static_cast<int>(table(t).columns.size()); ++c)
                entries_[entry_key(t, c, grammar_.form(t, e, c).front())].push_back(e);
}

void GrammarProgram::index_sentences() {
    std::vector<FirstWord> first_words;
    std::vector<bool> seen(instructions_.size());
    for (const int pc : starts_) collect_first_words(pc, seen, first_words);
    for (int pc = 0; pc < static_cast<int>(instructions_.size()); ++pc)
        if (at(pc).operation == Instruction::sentence_end) collect_first_words(pc + 1, seen, first_words);
    std::ranges::sort(first_words);
    for (const auto& [word_id, pc] : first_words) sentence_starts_[word_id].push_back(pc);
}

/// The words that can come next at `pc`, each with the instruction that reads it.
void GrammarProgram::collect_first_words(int pc, std::vector<bool>& seen, std::vector<FirstWord>& out) const {
    if (seen[static_cast<std::size_t>(pc)]) return;
    seen[static_cast<std::size_t>(pc)] = true;
    const Instruction& i = at(pc);
    switch (i.operation) {
    case Instruction::branch:
        for (const int target : targets(i)) collect_first_words(target, seen, out);
        break;
    case Instruction::sentence_end: collect_first_words(pc + 1, seen, out); break;
    case Instruction::word: out.push_back({i.word_id, pc}); break;
    case Instruction::slot: {
        const int filled_from = register_of(i).table;
        if (i.form >= 0) {
            for (const char* word : agreeing_form(i.form).words) out.push_back({grammar_.find(word), pc});
        } else {
            for (int e = 0; e < table(filled_from).size(); ++e)
                out.push_back({grammar_.form(filled_from, e, i.column).front(), pc});
        }
        break;
    }
    case Instruction::accept: break;
    }
}

const std::vector<int>& GrammarProgram::sentence_starts(int word_id) const {
    const auto at = sentence_starts_.find(word_id);
    return at == sentence_starts_.end() ? k_none : at->second;
}

const std::vector<int>& GrammarProgram::entries(int table, int column, int word_id) const {
    const auto at = entries_.find(entry_key(table, column, word_id));
    return at == entries_.end() ? k_none : at->second;
}

} // namespace gf::tinyville
