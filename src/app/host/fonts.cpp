#include "app/host/fonts.h"

#include "io/assets.h"
#include "platform/error.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace gf::ui {
namespace {

// In the order of Face.
constexpr const char* k_files[k_face_count] = {"fonts/Inter-Regular.otf", "fonts/Inter-SemiBold.otf",
                                               "fonts/JetBrainsMono-Regular.ttf",
                                               "fonts/JetBrainsMono-Medium.ttf"};
/// JetBrains Mono is wide, so it is set a little smaller than Inter beside it.
constexpr float k_mono_scale = 0.92f;

constexpr ImWchar k_last_code_point = 0x10FFFF, k_replacement = 0xFFFD;
// clang-format off
constexpr ImWchar k_base_ranges[] = {
    0x0020, 0x007E, 0x00A0, 0x00FF, // Latin
    0x0391, 0x03C9, // Greek
    0x2010, 0x2027, 0x2032, 0x2033, // dashes, quotes, ellipsis, primes
    0x2070, 0x2094, // raised and lowered digits
    0x2190, 0x2193, 0x21B5, 0x21B5, // arrows, return
    0x2202, 0x2202, 0x2208, 0x2208, 0x220F, 0x2212, 0x221A, 0x221A, 0x221E, 0x221E, // mathematics
    0x2225, 0x2225, 0x2248, 0x2248, 0x2260, 0x2265, 0x2299, 0x2299,
    0x2423, 0x2423, 0x25A0, 0x25CF, // open box, shapes
    k_replacement, k_replacement,
    0};
// clang-format on

std::vector<unsigned char> read_font(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.size() < 12)
        throw Error({path.string(), "a font", std::to_string(bytes.size()) + " bytes", "build again"});
    return bytes;
}

/// In units of the em, from the tables 'head' and 'hhea'
/// (https://learn.microsoft.com/typography/opentype/spec).
struct VerticalMetrics {
    float ascent = 0, height = 0;
};

VerticalMetrics vertical_metrics(std::span<const unsigned char> font) {
    const auto u16 = [&](std::size_t at) { return static_cast<unsigned>(font[at] << 8 | font[at + 1]); };
    const auto s16 = [&](std::size_t at) { return static_cast<float>(static_cast<std::int16_t>(u16(at))); };
    const auto table = [&](std::string_view tag) {
        for (std::size_t entry = 12; entry < 12 + u16(4) * std::size_t{16}; entry += 16)
            if (std::equal(tag.begin(), tag.end(), &font[entry]))
                return std::size_t{u16(entry + 8)} << 16 | u16(entry + 10);
        throw Error({"a font of assets/fonts", "a TrueType or OpenType font", "no table " + std::string(tag),
                     "build again"});
    };
    const std::size_t hhea = table("hhea");
    const auto units_per_em = static_cast<float>(u16(table("head") + 18));
    return {s16(hhea + 4) / units_per_em, (s16(hhea + 4) - s16(hhea + 6)) / units_per_em};
}

/// The height from ascent to descent, which is what ImGui calls a font's size, in whole pixels.
float imgui_height(std::span<const unsigned char> font, float em) {
    return std::round(vertical_metrics(font).height * em);
}

/// How many pixels below the upper edge ImGui puts the base line.
float imgui_ascent(std::span<const unsigned char> font, float height) {
    const VerticalMetrics metrics = vertical_metrics(font);
    return std::ceil(metrics.ascent / metrics.height * height);
}

bool is_mono(Face face) { return face == Face::mono || face == Face::mono_bold; }

/// Lends the glyphs of the regular and the mono face to the faces of the same size that lack them. All faces
/// lie in one texture, so nothing is copied.
void share_glyphs(const std::array<ImFont*, k_face_count>& faces) {
    for (const Face lending : {Face::regular, Face::mono}) {
        const ImFont* lender = faces[static_cast<std::size_t>(lending)];
        for (ImFont* borrower : faces) {
            if (borrower == lender) continue;
            for (const ImFontGlyph& g : lender->Glyphs)
                if (!borrower->FindGlyphNoFallback(static_cast<ImWchar>(g.Codepoint)))
                    borrower->AddGlyph(nullptr, static_cast<ImWchar>(g.Codepoint), g.X0, g.Y0, g.X1, g.Y1,
                                       g.U0, g.V0, g.U1, g.V1, g.AdvanceX);
            borrower->FallbackChar = k_replacement;
            borrower->BuildLookupTable();
        }
    }
}

} // namespace

FontSet::FontSet() : required_bits_(k_last_code_point / 64 + 1) {
    for (std::size_t face = 0; face < files_.size(); ++face)
        files_[face] = read_font(
            require_asset(k_files[face], "install fonts-inter and fonts-jetbrains-mono and build again"));
}

bool FontSet::require(std::string_view utf8) {
    const ImFont* built = get(TextSize::body, Face::regular);
    const std::size_t before = required_.size();
    const char* end = utf8.data() + utf8.size();
    for (const char* at = utf8.data(); at < end;) {
        unsigned int c = static_cast<unsigned char>(*at);
        if (c < 0x80) {
            ++at;
            continue;
        }
        at += ImTextCharFromUtf8(&c, at, end);
        if (built && built->FindGlyphNoFallback(c)) continue;
        std::uint64_t& word = required_bits_[std::min(c, k_last_code_point) / 64];
        const std::uint64_t bit = std::uint64_t{1} << c % 64;
        if (!(word & bit)) required_.push_back(c);
        word |= bit;
    }
    return required_.size() > before;
}

ImFont* FontSet::add_face(ImFontAtlas& atlas, Face face, float em, float base_line) {
    FontFile& file = files_[static_cast<std::size_t>(face)];
    const float height = imgui_height(file, em * (is_mono(face) ? k_mono_scale : 1.0f));
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.OversampleH = 2;
    config.GlyphRanges = k_base_ranges;
    config.GlyphOffset.y = base_line - imgui_ascent(file, height);
    return atlas.AddFontFromMemoryTTF(file.data(), static_cast<int>(file.size()), height, &config);
}

void FontSet::merge_required(ImFontAtlas& atlas, FontFile& file, float em, float base_line) {
    if (file.empty()) return;
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.MergeMode = true;
    config.OversampleH = 1;
    config.GlyphRanges = required_ranges_.data();
    config.GlyphOffset.y = base_line - imgui_ascent(files_.front(), imgui_height(files_.front(), em));
    atlas.AddFontFromMemoryTTF(file.data(), static_cast<int>(file.size()), imgui_height(file, em), &config);
}

void FontSet::read_fallbacks() {
    fallbacks_read_ = true;
    if (const auto path = find_asset("fonts/scripts.ttf"); !path.empty()) scripts_ = read_font(path);
    if (const auto path = find_asset("fonts/cjk.ttf"); !path.empty()) cjk_ = read_font(path);
    if (const auto path = find_asset("fonts/symbol.ttf"); !path.empty()) symbols_ = read_font(path);
}

void FontSet::collect_required_ranges() {
    std::ranges::sort(required_);
    required_ranges_.clear();
    for (const ImWchar c : required_) {
        if (!required_ranges_.empty() && required_ranges_.back() + 1 == c)
            required_ranges_.back() = c;
        else
            required_ranges_.insert(required_ranges_.end(), {c, c});
    }
    required_ranges_.push_back(0);
}

void FontSet::build(ImFontAtlas& atlas, float scale) {
    atlas.Clear();
    if (!required_.empty() && !fallbacks_read_) read_fallbacks();
    collect_required_ranges();
    const VerticalMetrics inter = vertical_metrics(files_.front());
    for (std::size_t i = 0; i < fonts_.size(); ++i) {
        const float em = k_em_pixels[i] * scale, line = std::round(k_line_pixels[i] * scale);
        const float base_line = std::round((line - inter.height * em) / 2 + inter.ascent * em);
        for (int face = 0; face < k_face_count; ++face) {
            fonts_[i][static_cast<std::size_t>(face)] =
                add_face(atlas, static_cast<Face>(face), em, base_line);
            if (static_cast<Face>(face) != Face::regular || required_.empty()) continue;
            for (FontFile* file : {&files_.front(), &scripts_, &cjk_, &symbols_})
                merge_required(atlas, *file, em, base_line);
        }
    }
    if (!atlas.Build())
        throw Error({"the fonts", "", "they fill more than one texture", "choose a smaller scale"});
    for (std::size_t i = 0; i < fonts_.size(); ++i) {
        share_glyphs(fonts_[i]);
        for (ImFont* font : fonts_[i]) font->FontSize = std::round(k_line_pixels[i] * scale);
    }
}

} // namespace gf::ui
