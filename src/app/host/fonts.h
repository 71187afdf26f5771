#pragma once
// The typefaces: Inter for words and JetBrains Mono for numbers, in three sizes; other scripts and emoji are
// added when a text has them. Owned by the ImGuiHost; panels use font() and FontScope of imgui_host.h.

#include <imgui.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gf::ui {

enum class TextSize { small, body, title };
inline constexpr int k_text_size_count = 3;
// Pixels at scale 1, in the order of TextSize.
inline constexpr std::array<float, k_text_size_count> k_em_pixels = {12, 13, 16};
inline constexpr std::array<float, k_text_size_count> k_line_pixels = {16, 20, 24}; ///< height of a line

/// All faces of one size share line height and base line, so they can stand on one line.
enum class Face { regular, bold, mono, mono_bold };
inline constexpr int k_face_count = 4;

class FontSet {
  public:
    /// Reads the font files. @throws Error naming the Debian packages if a file is missing
    FontSet();

    /// Notes the characters of a text. Returns whether some are new; then build() again to see them. Ask only
    /// for what is on screen: each new character costs some 40 microseconds of the next build.
    bool require(std::string_view utf8);

    /// Fills the atlas; all ImFont pointers from before become invalid.
    /// @throws Error if the fonts do not fit into a texture
    void build(ImFontAtlas& atlas, float scale);

    ImFont* get(TextSize size, Face face) const {
        return fonts_[static_cast<std::size_t>(size)][static_cast<std::size_t>(face)];
    }

  private:
    using FontFile = std::vector<unsigned char>;
    /// Adds a face with its base characters. `em` and `base_line` are pixels, the latter from the line's
    /// upper edge.
    ImFont* add_face(ImFontAtlas& atlas, Face face, float em, float base_line);
    /// Adds the required characters that a file has to the face that was added last.
    void merge_required(ImFontAtlas& atlas, FontFile& file, float em, float base_line);
    void read_fallbacks();
    void collect_required_ranges();

    std::array<FontFile, k_face_count> files_;
    FontFile scripts_, cjk_, symbols_; // read when first needed; empty when they are not installed
    bool fallbacks_read_ = false;
    std::vector<ImWchar> required_;            // characters beyond the base ranges
    std::vector<std::uint64_t> required_bits_; // the same as a set: one bit per code point
    std::vector<ImWchar> required_ranges_; // the same for ImGui, which keeps a pointer: pairs and a final 0
    std::array<std::array<ImFont*, k_face_count>, k_text_size_count> fonts_{};
};

} // namespace gf::ui
