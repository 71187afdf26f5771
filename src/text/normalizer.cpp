#include "text/normalizer.h"

#include "platform/error.h"
#include "text/byte_level.h"
#include "text/unicode.h"
#include "text/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {

namespace {

/// Calls visit(begin, end) for the stretches of well-formed UTF-8, and keeps the other bytes.
template <class Visit>
void for_each_valid(const AlignedText& in, AlignedText& out, Visit&& visit) {
    for (std::size_t at = 0; at < in.size();) {
        const std::size_t valid_end = at + valid_utf8_size(in.text(), at);
        if (valid_end > at) visit(at, valid_end);
        at = valid_end;
        while (at < in.size() && !code_point_at(in.text(), at).is_valid) ++at;
        out.keep(in, {valid_end, at});
    }
}

} // namespace

AlignedText Prepend::apply(const AlignedText& in) const {
    AlignedText out;
    if (in.size() > 0) out.write(content_, in.origin(0));
    out.keep(in, {0, in.size()});
    return out;
}

AlignedText Replace::apply(const AlignedText& in) const {
    const std::size_t most_bytes = 16 * in.size() + 1024;
    AlignedText out;
    std::vector<Span> matches;
    for_each_valid(in, out, [&](std::size_t begin, std::size_t end) {
        matches.clear();
        regex_.find_all(in.text().substr(begin, end - begin), matches);
        std::size_t done = begin;
        for (const Span& m : matches) {
            const Span match{begin + m.begin, begin + m.end};
            out.keep(in, {done, match.begin});
            const bool is_empty = match.begin == match.end;
            out.write(content_,
                      is_empty ? in.origin(match.begin > 0 ? match.begin - 1 : 0) : in.origin(match));
            if (out.size() > most_bytes)
                throw Error({regex_.where(),
                             fmt::format("steps that make at most {} bytes of {}", most_bytes, in.size()),
                             "more", "the file is damaged"});
            done = match.end;
        }
        out.keep(in, {done, end});
    });
    return out;
}

AlignedText StripSpace::apply(const AlignedText& in) const {
    const std::string_view text = in.text();
    Span kept{0, in.size()};
    if (left_) kept.begin = white_space_end(text, 0);
    if (right_) kept.end = white_space_begin(text, in.size(), kept.begin);
    AlignedText out;
    out.keep(in, kept);
    return out;
}

AlignedText MapChars::apply(const AlignedText& in) const {
    AlignedText out;
    std::string mapped;
    for_each_valid(in, out, [&](std::size_t begin, std::size_t end) {
        std::size_t done = begin; // what stands before it is in `out`
        for (std::size_t at = begin, size = 0; at < end; at += size) {
            const CodePoint c = code_point_at(in.text(), at);
            size = c.size;
            mapped.clear();
            map_(c.value, mapped);
            if (mapped == in.part({at, at + size})) continue;
            out.keep(in, {done, at});
            out.write(mapped, in.origin(at));
            done = at + size;
        }
        out.keep(in, {done, end});
    });
    return out;
}

AlignedText NormalForm::apply(const AlignedText& in) const {
    AlignedText out;
    for_each_valid(in, out, [&](std::size_t begin, std::size_t end) {
        for (std::size_t at = begin; at < end;) {
            const Span block{at, normal_block_end(in.text().substr(0, end), at)};
            const std::string form = form_(in.part(block));
            if (form == in.part(block))
                out.keep(in, block);
            else
                out.write(form, in.origin(block));
            at = block.end;
        }
    });
    return out;
}

AlignedText ByteChars::apply(const AlignedText& in) const {
    AlignedText out;
    for (std::size_t i = 0; i < in.size(); ++i)
        out.write(byte_level_char(static_cast<unsigned char>(in.text()[i])), in.origin(i));
    return out;
}

bool Normalizer::prepends() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->prepends(); });
}

bool Normalizer::is_byte_level() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->is_byte_level(); });
}

AlignedText Normalizer::apply(AlignedText text) const {
    const std::size_t most_bytes = 16 * text.size() + 1024, n_bytes = text.size();
    for (const auto& step : steps_) {
        text = step->apply(text);
        if (text.size() > most_bytes)
            throw Error({where_, fmt::format("steps that make at most {} bytes of {}", most_bytes, n_bytes),
                         "more", "the file is damaged"});
    }
    return text;
}

} // namespace gf
