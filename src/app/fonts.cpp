#include "app/fonts.h"

#include "app/assets.h"
#include "core/error.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace gf {
namespace {

constexpr const char* k_files[k_face_count] = {"fonts/Inter-Regular.otf", "fonts/Inter-SemiBold.otf",
                                               "fonts/JetBrainsMono-Regular.ttf", "fonts/JetBrainsMono-Medium.ttf"};
/// JetBrains Mono is wide: a little smaller it sits well beside Inter.
constexpr float k_mono_scale = 0.92f;

constexpr ImWchar k_last_code_point = 0x10FFFF;
constexpr ImWchar k_base_ranges[] = {
    0x0020, 0x007E, 0x00A0, 0x00FF,                                                 // Latin
    0x0391, 0x03C9,                                                                 // Greek
    0x2010, 0x2027, 0x2032, 0x2033,                                                 // dashes, quotes, ellipsis, primes
    0x2070, 0x2094,                                                                 // raised and lowered digits
    0x2190, 0x2193, 0x21B5, 0x21B5,                                                 // arrows, return
    0x2202, 0x2202, 0x2208, 0x2208, 0x220F, 0x2212, 0x221A, 0x221A, 0x221E, 0x221E, // mathematics
    0x2225, 0x2225, 0x2248, 0x2248, 0x2260, 0x2265, 0x2299, 0x2299, 0x22C5, 0x22C5, //
    0x2423, 0x2423, 0x25A0, 0x25CF, 0xFFFD, 0xFFFD,                                 // open box, shapes, replacement
    0};

std::vector<unsigned char> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.size() < 12) throw Error({path.string(), "a font", std::to_string(bytes.size()) + " bytes", "build again"});
    return bytes;
}

/// Multiples of the em, from the tables 'head' and 'hhea' (https://learn.microsoft.com/typography/opentype/spec).
struct VerticalMetrics {
    float ascent = 0, height = 0;
};

VerticalMetrics vertical_metrics(std::span<const unsigned char> font) {
    const auto u16 = [&](std::size_t at) { return static_cast<unsigned>(font[at] << 8 | font[at + 1]); };
    const auto s16 = [&](std::size_t at) { return static_cast<float>(static_cast<std::int16_t>(u16(at))); };
    const auto table = [&](std::string_view tag) {
        for (std::size_t entry = 12; entry < 12 + u16(4) * std::size_t{16}; entry += 16)
            if (std::equal(tag.begin(), tag.end(), &font[entry])) return std::size_t{u16(entry + 8)} << 16 | u16(entry + 10);
        throw Error({"a font of assets/fonts", "a TrueType or OpenType font", "no table " + std::string(tag), "build again"});
    };
    const std::size_t hhea = table("hhea");
    const auto units_per_em = static_cast<float>(u16(table("head") + 18));
    return {s16(hhea + 4) / units_per_em, (s16(hhea + 4) - s16(hhea + 6)) / units_per_em};
}

bool is_mono(Face face) { return face == Face::mono || face == Face::mono_bold; }

} // namespace

FontSet::FontSet() : known_(k_last_code_point / 64 + 1) {
    for (std::size_t face = 0; face < files_.size(); ++face)
        files_[face] = read_file(require_asset(k_files[face], "install fonts-inter and fonts-jetbrains-mono and build again"));
    for (const ImWchar* range = k_base_ranges; *range; range += 2)
        for (ImWchar c = range[0]; c <= range[1]; ++c) known_[c / 64] |= std::uint64_t{1} << c % 64;
}

bool FontSet::require(std::string_view utf8) {
    const std::size_t before = extra_.size();
    const char* end = utf8.data() + utf8.size();
    for (const char* at = utf8.data(); at < end;) {
        unsigned int c = static_cast<unsigned char>(*at);
        if (c < 0x80) {
            ++at;
            continue;
        }
        at += ImTextCharFromUtf8(&c, at, end);
        std::uint64_t& word = known_[std::min(c, k_last_code_point) / 64];
        const std::uint64_t bit = std::uint64_t{1} << c % 64;
        if (word & bit) continue;
        word |= bit;
        extra_.push_back(c);
    }
    return extra_.size() > before;
}

ImFont* FontSet::add(ImFontAtlas& atlas, Face face, float em_pixels) {
    FontFile& file = files_[static_cast<std::size_t>(face)];
    const float body_ascent = vertical_metrics(files_.front()).ascent * em_pixels;
    if (is_mono(face)) em_pixels *= k_mono_scale;
    const VerticalMetrics metrics = vertical_metrics(file);
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.OversampleH = 2;
    config.GlyphRanges = k_base_ranges;
    config.GlyphOffset.y = std::ceil(body_ascent) - std::ceil(metrics.ascent * em_pixels); // ImGui rounds ascents up
    return atlas.AddFontFromMemoryTTF(file.data(), static_cast<int>(file.size()), metrics.height * em_pixels, &config);
}

void FontSet::merge(ImFontAtlas& atlas, FontFile& file, float em_pixels) {
    if (file.empty()) return;
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.MergeMode = true;
    config.OversampleH = 1;
    config.GlyphRanges = extra_ranges_.data();
    atlas.AddFontFromMemoryTTF(file.data(), static_cast<int>(file.size()), vertical_metrics(file).height * em_pixels, &config);
}

void FontSet::build(ImFontAtlas& atlas, float scale) {
    atlas.Clear();
    if (!extra_.empty() && !fallbacks_read_) {
        fallbacks_read_ = true;
        if (const auto path = find_asset("fonts/cjk.ttf"); !path.empty()) cjk_ = read_file(path);
        if (const auto path = find_asset("fonts/symbol.ttf"); !path.empty()) symbols_ = read_file(path);
    }
    std::ranges::sort(extra_);
    extra_ranges_.clear();
    for (const ImWchar c : extra_) {
        if (!extra_ranges_.empty() && extra_ranges_.back() + 1 == c)
            extra_ranges_.back() = c;
        else
            extra_ranges_.insert(extra_ranges_.end(), {c, c});
    }
    extra_ranges_.push_back(0);

    for (std::size_t size = 0; size < fonts_.size(); ++size) {
        const float em_pixels = k_em_pixels[size] * scale;
        for (int face = 0; face < k_face_count; ++face) {
            fonts_[size][static_cast<std::size_t>(face)] = add(atlas, static_cast<Face>(face), em_pixels);
            if (static_cast<Face>(face) != Face::regular || extra_.empty()) continue;
            for (FontFile* file : {&files_.front(), &cjk_, &symbols_}) merge(atlas, *file, em_pixels);
        }
    }
    if (!atlas.Build()) throw Error({"the fonts", "", "they fill more than one texture", "choose a smaller scale"});
    share_extra_glyphs();
    for (auto& faces : fonts_) {
        const float line = std::round(faces.front()->FontSize);
        for (ImFont* font : faces) font->FontSize = line; // whole pixels, the same for all faces
    }
}

// The other faces show the extra characters in the regular face's glyphs, which lie in the same texture.
void FontSet::share_extra_glyphs() {
    for (auto& faces : fonts_) {
        for (const ImWchar c : extra_) {
            const ImFontGlyph* found = faces.front()->FindGlyphNoFallback(c);
            if (!found) continue;
            const ImFontGlyph g = *found;
            for (std::size_t face = 1; face < faces.size(); ++face)
                if (!faces[face]->FindGlyphNoFallback(c))
                    faces[face]->AddGlyph(nullptr, c, g.X0, g.Y0, g.X1, g.Y1, g.U0, g.V0, g.U1, g.V1, g.AdvanceX);
        }
        if (!extra_.empty())
            for (std::size_t face = 1; face < faces.size(); ++face) faces[face]->BuildLookupTable();
    }
}

} // namespace gf
