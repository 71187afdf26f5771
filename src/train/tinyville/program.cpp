#include "train/tinyville/program.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

const std::vector<int> k_none;

bool ends_sentence(const std::string& word) {
    return word == "." || word == "!" || word == "?" || word == "»" || word == "\n";
}

std::uint64_t entry_key(int table, int column, int word) {
    return (static_cast<std::uint64_t>(table) << 40) | (static_cast<std::uint64_t>(column) << 32) |
           static_cast<std::uint32_t>(word);
}

} // namespace

Program::Program(const Grammar& grammar) : grammar_(grammar) {
    for (int t = 0; t < static_cast<int>(tables().size()); ++t) {
        const Table& table = tables()[static_cast<std::size_t>(t)];
        for (int e = 0; e < static_cast<int>(table.entries.size()); ++e)
            for (int c = 0; c < static_cast<int>(table.columns.size()); ++c)
                entries_[entry_key(t, c, grammar.form(t, e, c).front())].push_back(e);
    }
    for (int d = 0; d < static_cast<int>(grammar.documents().size()); ++d) {
        starts_.push_back(static_cast<int>(code_.size()));
        emit(grammar.documents()[static_cast<std::size_t>(d)].root, d);
        code_.push_back({Instruction::accept, static_cast<std::int16_t>(d)});
    }
    index_sentences();
}

const Program& Program::get() {
    static const Program program(Grammar::get());
    return program;
}

void Program::emit(const Node& node, int document) {
    const auto d = static_cast<std::int16_t>(document);
    switch (node.kind) {
    case NodeKind::mark: break;
    case NodeKind::word:
        code_.push_back({Instruction::word, d, -1, -1, -1, node.word});
        if (ends_sentence(grammar_.word(node.word))) code_.push_back({Instruction::mark, d});
        break;
    case NodeKind::slot:
        code_.push_back({Instruction::slot, d, static_cast<std::int16_t>(node.reg),
                         static_cast<std::int16_t>(node.column), static_cast<std::int16_t>(node.form)});
        break;
    case NodeKind::sequence:
        for (const Node& c : node.children) emit(c, document);
        break;
    case NodeKind::wording:
    case NodeKind::fork: {
        const int n = static_cast<int>(node.children.size()), from = static_cast<int>(targets_.size());
        code_.push_back({Instruction::split, d, -1, -1, -1, -1, from, n});
        targets_.resize(targets_.size() + static_cast<std::size_t>(n));
        std::vector<int> jumps; // from the end of each alternative to the end of all
        for (int i = 0; i < n; ++i) {
            targets_[static_cast<std::size_t>(from + i)] = static_cast<int>(code_.size());
            emit(node.children[static_cast<std::size_t>(i)], document);
            jumps.push_back(static_cast<int>(targets_.size()));
            code_.push_back({Instruction::split, d, -1, -1, -1, -1, jumps.back(), 1});
            targets_.push_back(0);
        }
        for (const int j : jumps) targets_[static_cast<std::size_t>(j)] = static_cast<int>(code_.size());
        break;
    }
    }
}

void Program::index_sentences() {
    std::vector<std::pair<int, int>> firsts; // word, pc
    std::vector<bool> seen(code_.size());
    for (const int pc : starts_) first_words(pc, seen, firsts);
    for (int pc = 0; pc < static_cast<int>(code_.size()); ++pc)
        if (at(pc).op == Instruction::mark) first_words(pc + 1, seen, firsts);
    std::ranges::sort(firsts);
    for (const auto& [word, pc] : firsts) sentences_[word].push_back(pc);
}

void Program::first_words(int pc, std::vector<bool>& seen, std::vector<std::pair<int, int>>& out) const {
    if (seen[static_cast<std::size_t>(pc)]) return;
    seen[static_cast<std::size_t>(pc)] = true;
    const Instruction& i = at(pc);
    switch (i.op) {
    case Instruction::split:
        for (const int t : targets(i)) first_words(t, seen, out);
        break;
    case Instruction::mark: first_words(pc + 1, seen, out); break;
    case Instruction::word: out.emplace_back(i.word_id, pc); break;
    case Instruction::slot: {
        const Register& r = reg(i);
        const auto& entries = tables()[static_cast<std::size_t>(r.table)].entries;
        for (std::size_t e = 0; i.form < 0 && e < entries.size(); ++e)
            out.emplace_back(grammar_.form(r.table, static_cast<int>(e), i.column).front(), pc);
        if (i.form >= 0)
            for (const char* w : class_forms()[static_cast<std::size_t>(i.form)].words)
                out.emplace_back(grammar_.find(w), pc);
        break;
    }
    case Instruction::accept: break;
    }
}

const std::vector<int>& Program::sentences(int word_id) const {
    const auto at = sentences_.find(word_id);
    return at == sentences_.end() ? k_none : at->second;
}

const std::vector<int>& Program::entries(int table, int column, int word_id) const {
    const auto at = entries_.find(entry_key(table, column, word_id));
    return at == entries_.end() ? k_none : at->second;
}

} // namespace gf::tinyville
