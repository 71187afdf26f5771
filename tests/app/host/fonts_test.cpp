#include "app/host/headless_window.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gf::ui::fonts_test {
namespace {

TEST(Fonts, FacesOfASizeShareLineHeightAndBaseLine) {
    for (const float scale : {0.75f, 1.0f, 1.5f, 3.0f}) {
        HeadlessWindow headless({.look = {ThemeName::light, scale}});
        for (int size = 0; size < k_text_size_count; ++size) {
            const ImFont* words = font(static_cast<TextSize>(size));
            EXPECT_EQ(words->FontSize, std::floor(words->FontSize));
            for (int face = 0; face < k_face_count; ++face) {
                const ImFont* other = font(static_cast<TextSize>(size), static_cast<Face>(face));
                EXPECT_EQ(other->FontSize, words->FontSize);
                EXPECT_EQ(other->FindGlyph('E')->Y1, words->FindGlyph('E')->Y1)
                    << "base line, face " << face << " at " << scale;
            }
        }
    }
}

TEST(Fonts, DigitsOfTheMonoFaceAreEquallyWide) {
    HeadlessWindow headless({});
    const ImFont* mono = font(TextSize::body, Face::mono);
    for (const char digit : std::string("0123456789-."))
        EXPECT_EQ(mono->GetCharAdvance(static_cast<ImWchar>(digit)), mono->GetCharAdvance('0'));
}

TEST(Fonts, OtherScriptsComeOnDemandInEveryFace) {
    HeadlessWindow headless({});
    ImGuiHost& host = headless.host();
    EXPECT_FALSE(host.fonts().get(TextSize::body, Face::regular)->FindGlyphNoFallback(0x0416));
    host.require_glyphs("\xD0\x96 caf\xC3\xA9"); // Cyrillic Zhe: Inter has it; e acute is there already
    EXPECT_TRUE(host.wants_frame());
    headless.frame([] {});
    EXPECT_FALSE(host.wants_frame());
    for (int size = 0; size < k_text_size_count; ++size)
        for (int face = 0; face < k_face_count; ++face)
            EXPECT_TRUE(
                font(static_cast<TextSize>(size), static_cast<Face>(face))->FindGlyphNoFallback(0x0416))
                << size << "," << face;
    host.require_glyphs("\xD0\x96");
    EXPECT_FALSE(host.wants_frame());
}

TEST(Fonts, MissingCharactersAreNoQuestionMarks) {
    HeadlessWindow headless({});
    for (int face = 0; face < k_face_count; ++face)
        EXPECT_EQ(font(TextSize::body, static_cast<Face>(face))->FindGlyph(0x10FFFD)->Codepoint, 0xFFFDu)
            << face;
}

TEST(Fonts, CharactersThatNoFontHasAreAskedForOnce) {
    HeadlessWindow headless({});
    headless.host().require_glyphs("\xF4\x80\x80\x80 \xFF\xFE"); // private use, and bytes that are no UTF-8
    headless.frame([] { ImGui::TextUnformatted("\xF4\x80\x80\x80"); });
    EXPECT_FALSE(headless.host().wants_frame());
}

TEST(ImGuiHost, LookChangesWithTheNextFrame) {
    HeadlessWindow headless({});
    ImGuiHost& host = headless.host();
    headless.frame([] {});
    const float small_line = font(TextSize::body)->FontSize;
    host.set_look({ThemeName::dark, 2});
    EXPECT_TRUE(host.wants_frame());
    headless.frame([] {
        EXPECT_TRUE(theme().dark);
        EXPECT_EQ(px(4), 8);
    });
    EXPECT_NEAR(font(TextSize::body)->FontSize, 2 * small_line, 1);
    host.set_look({ThemeName::dark, 100});
    EXPECT_EQ(host.look().scale, k_max_scale);
}

TEST(ImGuiHost, OneAfterAnother) {
    for (int i = 0; i < 2; ++i) {
        HeadlessWindow headless({.width = 320, .height = 200});
        headless.frame([] {
            ImGui::Begin("Window");
            ImGui::TextUnformatted("text");
            ImGui::End();
        });
    }
}

} // namespace
} // namespace gf::ui::fonts_test
