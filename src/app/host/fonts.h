#pragma once
// The typefaces: Inter for words, JetBrains Mono for numbers, in three sizes; other scripts and emoji on
// demand.

#include <imgui.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gf::ui {

enum class TextSize { small, body, title };
inline constexpr int k_text_size_count = 3;
inline constexpr std::array<float, k_text_size_count> k_em_pixels = {12, 13, 16}; ///< at scale 1
inline constexpr std::array<float, k_text_size_count> k_line_pixels = {16, 20,
                                                                       24}; ///< height of a line of text

/// All faces of one size share line height and base line, so they mix on a line.
enum class Face { regular, bold, mono, mono_bold };
inline constexpr int k_face_count = 4;

class FontSet {
  public:
    /// Reads the font files. @throws Error naming the Debian package of a missing one
    FontSet();

    /// Notes the characters of a text. True when some are new: build() again to see them. Only those that
    /// occur in what is on screen should be asked for: each costs some 40 microseconds of the next build.
    bool require(std::string_view utf8);

    /// Fills the atlas, body size in Inter as ImGui's default font; ImFont pointers from before are gone.
    void build(ImFontAtlas& atlas, float scale);

    ImFont* get(TextSize size, Face face) const {
        return fonts_[static_cast<std::size_t>(size)][static_cast<std::size_t>(face)];
    }

  private:
    using FontFile = std::vector<unsigned char>;
    /// Pixels; the base line is measured from the line's upper edge.
    ImFont* add(ImFontAtlas& atlas, Face face, float em, float base_line);
    void merge(ImFontAtlas& atlas, FontFile& file, float em, float base_line);
    void read_fallbacks();
    void collect_extra_ranges();

    std::array<FontFile, k_face_count> files_;
    FontFile cjk_, symbols_; // read when first needed; empty when they are not installed
    bool fallbacks_read_ = false;
    std::vector<std::uint64_t> asked_;  // bit per code point of extra_
    std::vector<ImWchar> extra_;        // asked for beyond the base ranges
    std::vector<ImWchar> extra_ranges_; // the same as ImGui wants them: pairs, 0; alive until the next build
    std::array<std::array<ImFont*, k_face_count>, k_text_size_count> fonts_{};
};

} // namespace gf::ui
