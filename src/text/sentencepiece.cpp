#include "text/sentencepiece.h"

#include "platform/error.h"
#include "text/charsmap.h"
#include "text/lattice.h"
#include "text/merge_pairs.h"
#include "text/sentencepiece_model.h"
#include "text/utf8.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>

namespace gf {

namespace {

using PieceType = SentencePieceModel::PieceType;
constexpr std::string_view k_space_mark = "\xE2\x96\x81"; // U+2581

class SentencePieceTokenizer : public Tokenizer {
  public:
    SentencePieceTokenizer(std::string_view bytes, const std::string& where, SpecialEnds ends);
    std::vector<TokenSpan> encode_spans(std::string_view text, bool with_special) const override;

  private:
    /// A part of the normalized text, and its piece; k_unknown if it has none.
    struct Cut {
        static constexpr int k_unknown = -1;
        Span span;
        int piece;
    };

    void read_pieces();
    Token make_token(const SentencePieceModel::Piece& piece) const;
    AlignedText normalize(std::string_view text) const;
    std::pair<std::size_t, std::string_view> normalized_prefix(std::string_view text) const;
    std::size_t user_defined_size(std::string_view text, std::size_t at) const;
    std::vector<Cut> cut(std::string_view text) const;
    std::vector<Cut> cut_by_scores(std::string_view text) const;
    std::vector<Cut> cut_by_merges(std::string_view text) const;
    std::vector<Cut> cut_into_words(std::string_view text) const;
    std::vector<Cut> cut_into_characters(std::string_view text) const;
    int find_piece(std::string_view name) const { return pieces_.find(name).value_or(Cut::k_unknown); }
    PieceType type(int id) const { return model_.pieces[std::size_t(id)].type; }

    SentencePieceModel model_;
    SpecialEnds ends_;
    std::optional<Charsmap> charsmap_;
    StringIdMap pieces_;          // those that a text may be cut into
    PieceIndex index_{{}};        // the same, by id
    PieceIndex user_defined_{{}}; // those that are never cut
    float unknown_score_ = 0, highest_score_ = 0;
    std::optional<int> unknown_id_;
    std::array<std::optional<int>, 256> byte_ids_;
};

SentencePieceTokenizer::SentencePieceTokenizer(std::string_view bytes, const std::string& where,
                                               SpecialEnds ends)
    : Tokenizer(where), model_(parse_sentencepiece_model(bytes, where)), ends_(ends) {
    if (!model_.charsmap.empty()) charsmap_.emplace(model_.charsmap, where + ": precompiled_charsmap");
    read_pieces();
    if (model_.bos_id >= 0) bos_id_ = model_.bos_id;
    if (model_.eos_id >= 0) eos_id_ = model_.eos_id;
}

void SentencePieceTokenizer::read_pieces() {
    constexpr float k_unknown_penalty = 10; // nats below the worst piece
    float lowest = std::numeric_limits<float>::max();
    highest_score_ = std::numeric_limits<float>::lowest();
    std::vector<std::string> names, user_defined;
    StringIdMap all;
    for (std::size_t i = 0; i < model_.pieces.size(); ++i) {
        const SentencePieceModel::Piece& piece = model_.pieces[i];
        const int id = static_cast<int>(i);
        if (!all.add(piece.name, id))
            throw Error({fmt::format("{}: piece {}", where_, id), "a name that no other piece has",
                         fmt::format("'{}', as piece {}", piece.name, *all.find(piece.name)),
                         "the file is damaged"});
        const bool is_text = piece.type == PieceType::normal || piece.type == PieceType::user_defined ||
                             piece.type == PieceType::unused;
        if (is_text) pieces_.add(piece.name, id);
        names.push_back(is_text && piece.type != PieceType::unused ? piece.name : "");
        user_defined.push_back(piece.type == PieceType::user_defined ? piece.name : "");
        if (piece.type == PieceType::normal) {
            lowest = std::min(lowest, piece.score);
            highest_score_ = std::max(highest_score_, piece.score);
        }
        if (piece.type == PieceType::unknown) unknown_id_ = id;
        if (const auto byte = byte_of_name(piece.name); byte && piece.type == PieceType::byte)
            byte_ids_[*byte] = id;
        tokens_.push_back(make_token(piece));
    }
    if (!unknown_id_)
        throw Error({where_, "a piece of the type unknown", "none",
                     "the file is damaged, or no SentencePiece model"});
    if (lowest > highest_score_) lowest = highest_score_ = 0; // there are no normal pieces
    unknown_score_ = lowest - k_unknown_penalty;
    index_ = PieceIndex(names);
    user_defined_ = PieceIndex(user_defined);
}

Token SentencePieceTokenizer::make_token(const SentencePieceModel::Piece& piece) const {
    Token token{.name = piece.name};
    if (piece.type == PieceType::control || piece.type == PieceType::unknown) {
        token.kind = TokenKind::special;
        return token;
    }
    if (const auto byte = byte_of_name(piece.name); byte && piece.type == PieceType::byte) {
        token.kind = TokenKind::byte;
        token.bytes = token.start_bytes = std::string(1, static_cast<char>(*byte));
        return token;
    }
    for (std::size_t at = 0; at < piece.name.size();) {
        const bool is_mark = std::string_view(piece.name).substr(at).starts_with(k_space_mark);
        token.bytes += is_mark ? ' ' : piece.name[at];
        at += is_mark ? k_space_mark.size() : 1;
    }
    const bool hides_space =
        !model_.space_is_suffix && (model_.add_dummy_prefix || model_.remove_extra_whitespaces);
    token.start_bytes = hides_space ? without_leading_space(token.bytes) : token.bytes;
    return token;
}

/// Bytes of the longest user-defined piece that `text` has at `at`; 0 for none.
std::size_t SentencePieceTokenizer::user_defined_size(std::string_view text, std::size_t at) const {
    std::size_t longest = 0;
    user_defined_.find_prefixes(text, at, [&](std::size_t size, int) { longest = size; });
    return longest;
}

/// The number of bytes at the start of `text` that are rewritten together, and what is written for them:
/// user-defined pieces as they are, then the longest key of the table, then a character.
std::pair<std::size_t, std::string_view>
SentencePieceTokenizer::normalized_prefix(std::string_view text) const {
    constexpr std::string_view k_replacement = "\xEF\xBF\xBD"; // U+FFFD
    if (const std::size_t size = user_defined_size(text, 0)) return {size, text.substr(0, size)};
    if (charsmap_)
        if (const auto found = charsmap_->find(text)) return {found->second.size, found->second.content};
    const CodePoint c = code_point_at(text, 0);
    return {c.size, c.is_valid ? text.substr(0, c.size) : k_replacement};
}

AlignedText SentencePieceTokenizer::normalize(std::string_view text) const {
    const std::string_view space = model_.escape_whitespaces ? k_space_mark : " ";
    const bool strips = model_.remove_extra_whitespaces;
    AlignedText out;
    bool after_space = strips, is_blank = true;
    const bool has_prefix = model_.add_dummy_prefix && !model_.space_is_suffix;
    for (std::size_t at = 0; at < text.size();) {
        auto [size, content] = normalized_prefix(text.substr(at));
        const Origin origin{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + size)};
        at += size;
        if (is_blank && strips && content == " ") continue;
        if (is_blank && has_prefix) out.write(space, {origin.begin, origin.begin});
        is_blank = false;
        while (after_space && content.starts_with(' ')) content.remove_prefix(1);
        if (!content.empty()) after_space = strips && content.ends_with(' ');
        for (const char c : content) out.write(c == ' ' ? space : std::string_view(&c, 1), origin);
    }
    AlignedText stripped;
    std::size_t end = out.size();
    while (strips && out.text().substr(0, end).ends_with(space)) end -= space.size();
    stripped.keep(out, {0, end});
    const auto text_end = static_cast<std::uint32_t>(text.size());
    if (!is_blank && model_.add_dummy_prefix && model_.space_is_suffix)
        stripped.write(space, {text_end, text_end});
    return stripped;
}

std::vector<SentencePieceTokenizer::Cut> SentencePieceTokenizer::cut(std::string_view text) const {
    switch (model_.kind) {
    case SentencePieceModel::Kind::unigram: return cut_by_scores(text);
    case SentencePieceModel::Kind::bpe: return cut_by_merges(text);
    case SentencePieceModel::Kind::word: return cut_into_words(text);
    case SentencePieceModel::Kind::characters: break;
    }
    return cut_into_characters(text);
}

/// The likeliest cut. User-defined pieces get a bonus so that they always win.
std::vector<SentencePieceTokenizer::Cut> SentencePieceTokenizer::cut_by_scores(std::string_view text) const {
    const auto score = [&](int id) {
        if (id == LatticeEdge::k_unknown) return unknown_score_;
        const SentencePieceModel::Piece& piece = model_.pieces[std::size_t(id)];
        return piece.type == PieceType::user_defined
                   ? static_cast<float>(static_cast<float>(piece.name.size()) * highest_score_ - 0.1)
                   : piece.score;
    };
    std::vector<Cut> cuts;
    for (const LatticeEdge& e : best_path(lattice_edges(text, index_), text.size(), score))
        cuts.push_back({{std::size_t(e.begin), std::size_t(e.end)},
                        e.piece == LatticeEdge::k_unknown ? Cut::k_unknown : e.piece});
    return cuts;
}

/// Merges the neighbours whose joined text is the piece with the highest score, again and again. A piece that
/// is marked as unused is cut where it was joined.
std::vector<SentencePieceTokenizer::Cut> SentencePieceTokenizer::cut_by_merges(std::string_view text) const {
    const std::vector<Cut> characters = cut_into_characters(text);
    const int n_pieces = static_cast<int>(model_.pieces.size());
    std::vector<int>
        symbols; // pieces; above them, unknown characters and user-defined pieces, as indices of `others`
    std::vector<std::string_view> others; // empty for user-defined pieces, which do not merge
    for (const Cut& c : characters) {
        const bool is_known = c.piece != Cut::k_unknown;
        if (is_known && type(c.piece) != PieceType::user_defined) {
            symbols.push_back(c.piece);
            continue;
        }
        symbols.push_back(n_pieces + static_cast<int>(others.size()));
        others.push_back(is_known ? "" : text.substr(c.span.begin, c.span.end - c.span.begin));
    }
    const auto name = [&](int symbol) {
        return symbol < n_pieces ? std::string_view(model_.pieces[std::size_t(symbol)].name)
                                 : others[std::size_t(symbol - n_pieces)];
    };
    std::unordered_map<int, std::pair<int, int>> parts_of_unused;
    const std::vector<int> firsts = merge_pairs(symbols, [&](int left, int right) -> std::optional<Merge> {
        if (name(left).empty() || name(right).empty()) return {};
        const int merged = find_piece(std::string(name(left)).append(name(right)));
        if (merged == Cut::k_unknown) return {};
        if (type(merged) == PieceType::unused) parts_of_unused[merged] = {left, right};
        return Merge{-double(model_.pieces[std::size_t(merged)].score), merged};
    });
    std::vector<Cut> cuts;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const Cut& first = characters[std::size_t(firsts[i])];
        std::size_t begin = first.span.begin;
        std::vector<int> todo = {symbols[i]};
        while (!todo.empty()) {
            const int symbol = todo.back();
            todo.pop_back();
            if (const auto parts = parts_of_unused.find(symbol); parts != parts_of_unused.end()) {
                todo.push_back(parts->second.second);
                todo.push_back(parts->second.first);
                continue;
            }
            const std::size_t size =
                name(symbol).empty() ? first.span.end - first.span.begin : name(symbol).size();
            cuts.push_back({{begin, begin + size}, symbol < n_pieces ? symbol : first.piece});
            begin += size;
        }
    }
    return cuts;
}

/// Words begin with their space, even if that is set to be a suffix.
std::vector<SentencePieceTokenizer::Cut> SentencePieceTokenizer::cut_into_words(std::string_view text) const {
    std::vector<Cut> cuts;
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        end = std::min(text.find(k_space_mark, at + 1), text.size());
        cuts.push_back({{at, end}, find_piece(text.substr(at, end - at))});
    }
    return cuts;
}

std::vector<SentencePieceTokenizer::Cut>
SentencePieceTokenizer::cut_into_characters(std::string_view text) const {
    std::vector<Cut> cuts;
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
        size = std::max(user_defined_size(text, at), code_point_at(text, at).size);
        cuts.push_back({{at, at + size}, find_piece(text.substr(at, size))});
    }
    return cuts;
}

std::vector<TokenSpan> SentencePieceTokenizer::encode_spans(std::string_view text, bool with_special) const {
    constexpr std::size_t k_longest = 1u << 30; // bytes
    if (text.size() > k_longest)
        throw Error(
            {where_, "a text of at most 1 GB", fmt::format("{} bytes", text.size()), "pass it in parts"});
    const AlignedText normalized = normalize(text);
    std::vector<TokenSpan> tokens;
    if (with_special && ends_.bos && bos_id_) tokens.push_back({*bos_id_, 0, 0});
    bool after_unknown = false;
    for (const Cut& c : cut(normalized.text())) {
        const Origin origin = normalized.origin(c.span);
        const std::string_view name = normalized.part(c.span);
        const bool is_unknown = c.piece == Cut::k_unknown;
        const auto byte_id = [&](char b) { return byte_ids_[static_cast<unsigned char>(b)]; };
        const bool as_bytes =
            is_unknown && model_.byte_fallback &&
            std::all_of(name.begin(), name.end(), [&](char b) { return byte_id(b).has_value(); });
        if (as_bytes)
            for (const char b : name) tokens.push_back({*byte_id(b), origin.begin, origin.end});
        else if (is_unknown && after_unknown) // neighbouring unknown characters make one token
            tokens.back().end = origin.end;
        else
            tokens.push_back({is_unknown ? *unknown_id_ : c.piece, origin.begin, origin.end});
        after_unknown = is_unknown && !as_bytes;
    }
    if (with_special && ends_.eos && eos_id_) tokens.push_back({*eos_id_, 0, 0});
    return tokens;
}

} // namespace

std::shared_ptr<const Tokenizer> parse_sentencepiece(std::string_view bytes, const std::string& where,
                                                     SpecialEnds ends) {
    return std::make_shared<SentencePieceTokenizer>(bytes, where, ends);
}

} // namespace gf
