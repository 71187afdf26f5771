#include "text/aligned_text.h"

#include "text/utf8.h"

#include <algorithm>

namespace gf {

AlignedText::AlignedText(std::string_view text, std::size_t begin) : text_(text) {
    origins_.reserve(text.size());
    for_each_char(text, [&](std::string_view c) {
        const auto first = static_cast<std::uint32_t>(begin + origins_.size());
        origins_.insert(origins_.end(), c.size(), {first, first + static_cast<std::uint32_t>(c.size())});
    });
}

Origin AlignedText::origin(Span s) const {
    Origin hull = origins_[s.begin];
    for (std::size_t i = s.begin + 1; i < s.end; ++i)
        hull = {std::min(hull.begin, origins_[i].begin), std::max(hull.end, origins_[i].end)};
    return hull;
}

void AlignedText::keep(const AlignedText& from, Span s) {
    text_ += from.part(s);
    const auto first = from.origins_.begin();
    origins_.insert(origins_.end(), first + std::ptrdiff_t(s.begin), first + std::ptrdiff_t(s.end));
}

void AlignedText::write(std::string_view bytes, Origin origin) {
    text_ += bytes;
    origins_.insert(origins_.end(), bytes.size(), origin);
}

} // namespace gf
