#include "text/pre_tokenizer.h"

#include "text/utf8.h"

#include <algorithm>

namespace gf {

/// Lists the matches and gaps of one piece in order. Together they cover it.
void Split::find_parts(std::string_view piece, std::vector<Part>& parts) const {
    std::vector<Span> matches;
    const auto add = [&](std::size_t begin, std::size_t end, bool is_match) {
        parts.push_back({{begin, end}, is_match != invert_});
    };
    std::size_t at = 0;
    while (at < piece.size()) {
        const std::size_t valid = valid_utf8_size(piece, at);
        matches.clear();
        regex_.find_all(piece.substr(at, valid), matches);
        std::size_t gap = at;
        for (const Span& m : matches) {
            if (at + m.begin > gap) add(gap, at + m.begin, false);
            add(at + m.begin, at + m.end, true);
            gap = at + m.end;
        }
        at += valid;
        // The last gap goes on over broken bytes.
        while (at < piece.size() && !code_point_at(piece, at).is_valid) ++at;
        if (at > gap) add(gap, at, false);
    }
}

/// Joins or drops parts according to behavior_. Every part that is left becomes a piece.
void Split::merge_parts(std::vector<Part>& parts) const {
    std::vector<Part> merged;
    const bool backwards = behavior_ == SplitBehavior::merged_with_next;
    if (backwards) std::reverse(parts.begin(), parts.end());
    bool previous_is_match = false;
    for (const Part& part : parts) {
        bool joins = false;
        switch (behavior_) {
        case SplitBehavior::removed:
        case SplitBehavior::isolated: break;
        case SplitBehavior::merged_with_previous:
        case SplitBehavior::merged_with_next: joins = part.is_match && !previous_is_match; break;
        case SplitBehavior::contiguous: joins = part.is_match == previous_is_match; break;
        }
        previous_is_match = part.is_match;
        if (joins && !merged.empty()) {
            Span& last = merged.back().span;
            last = {std::min(last.begin, part.span.begin), std::max(last.end, part.span.end)};
        } else if (behavior_ != SplitBehavior::removed || !part.is_match) {
            merged.push_back(part);
        }
    }
    if (backwards) std::reverse(merged.begin(), merged.end());
    parts = std::move(merged);
}

Pieces Split::apply(const Pieces& in) const {
    Pieces out;
    std::vector<Part> parts;
    for (std::size_t i = 0; i < in.size(); ++i) {
        parts.clear();
        find_parts(in[i], parts);
        merge_parts(parts);
        const std::size_t begin = in.span(i).begin;
        for (const Part& part : parts) {
            out.text.keep(in.text, {begin + part.span.begin, begin + part.span.end});
            out.end_piece();
        }
    }
    return out;
}

Pieces Metaspace::apply(const Pieces& in) const {
    Pieces out;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const auto [begin, end] = in.span(i);
        const bool is_text_start = in.text.origin(begin).begin == 0;
        const bool needs_mark =
            scheme_ == PrefixScheme::always || (scheme_ == PrefixScheme::first && is_text_start);
        if (needs_mark && !in[i].starts_with(' ') && !in[i].starts_with(mark_))
            out.text.write(mark_, in.text.origin(begin));
        for (std::size_t at = begin; at < end;) {
            const std::size_t space = std::min(in.text.text().find(' ', at), end);
            out.text.keep(in.text, {at, space});
            if (space < end) out.text.write(mark_, in.text.origin(space));
            at = space + 1;
        }
        out.end_piece();
    }
    return out;
}

Pieces PrefixSpace::apply(const Pieces& in) const {
    Pieces out;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (!in[i].starts_with(' ')) out.text.write(" ", in.text.origin(in.span(i).begin));
        out.text.keep(in.text, in.span(i));
        out.end_piece();
    }
    return out;
}

Pieces RewritePieces::apply(const Pieces& in) const {
    Pieces out;
    for (std::size_t i = 0; i < in.size(); ++i) {
        AlignedText piece;
        piece.keep(in.text, in.span(i));
        piece = step_->apply(piece);
        out.text.keep(piece, {0, piece.size()});
        out.end_piece();
    }
    return out;
}

} // namespace gf
