// Arabic and Hebrew as they are seen, and characters that no font has.

#include "app/view/visual_order.h"

#include "app/workbench_support.h"

#include <imgui_internal.h>

namespace gf::ui::tests::visual_order_test {
namespace {

TEST(VisualOrder, OtherTextsStay) {
    for (const char* text :
         {"", "Once upon", " caf\xC3\xA9", "\xE4\xBD\xA0\xE5\xA5\xBD", "\xF0\x9F\x98\x80", "a\xFF("})
        EXPECT_EQ(visual_order(text), text);
}

/// Shin, lamed, vav, final mem: the last letter stands first.
TEST(VisualOrder, HebrewRunsFromRightToLeft) {
    EXPECT_EQ(visual_order("\u05E9\u05DC\u05D5\u05DD"), "\u05DD\u05D5\u05DC\u05E9");
    EXPECT_EQ(visual_order(" \u05E9\u05DC"), " \u05DC\u05E9") << "the space before a word stays before it";
    EXPECT_EQ(visual_order("\u05E9\u05DC 42"), "42 \u05DC\u05E9") << "numbers stay";
}

/// Unicode's code charts, Arabic Presentation Forms-B: beh is FE91 at the beginning of a word, FE92 inside
/// it, FE90 at its end; lam and alef become FEFB together.
TEST(VisualOrder, ArabicLettersJoin) {
    EXPECT_EQ(visual_order("\u0628\u0628\u0628"), "\uFE90\uFE92\uFE91");
    EXPECT_EQ(visual_order("\u0644\u0627"), "\uFEFB");
    EXPECT_EQ(visual_order("\u0628"), "\uFE8F") << "a letter alone";
}

/// Words of a vocabulary with such tokens: chips without boxes.
TEST(VisualOrder, ChipsHaveGlyphsForAllTheyWrite) {
    const SavedModel& model = saved_llama("scripts", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size; });
    Bench bench;
    bench.open(model.path, byte_tokenizer());
    bench.ui.set("Transport/Prompt", "\u05E9\u05DC\u05D5\u05DD \u0628\u0628 \uE000 a");
    bench.ui.frames(6);
    for (const UiText& text : ImGuiHost::current().items().texts()) {
        if (text.window != "Text" && text.window != "Flow" && text.window != "Sampling") continue;
        const char* at = text.text.data();
        for (const char* end = at + text.text.size(); at < end;) {
            unsigned int c = 0;
            at += ImTextCharFromUtf8(&c, at, end);
            EXPECT_TRUE(font(TextSize::body)->FindGlyphNoFallback(static_cast<ImWchar>(c)))
                << std::hex << c << " in " << text.text;
        }
    }
}

/// The fonts that come on demand have the joined forms.
TEST(VisualOrder, TheFontsHaveTheForms) {
    HeadlessWindow headless({});
    const std::string seen = visual_order("\u0628\u0628\u0628 \u05E9\u05DC\u05D5\u05DD");
    headless.host().require_glyphs(seen);
    headless.frame([] {});
    for (const ImWchar c : {0xFE90, 0xFE92, 0xFE91, 0x05E9, 0x05DC, 0x05D5, 0x05DD})
        EXPECT_TRUE(font(TextSize::title)->FindGlyphNoFallback(c)) << std::hex << c;
}

} // namespace
} // namespace gf::ui::tests::visual_order_test
