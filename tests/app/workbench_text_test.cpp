// Texts that are hard to show: other scripts, emoji, bytes that are no character. Every panel lives through them.

#include "workbench_support.h"

#include "text/utf8.h"

namespace gf::tests {
namespace {

using ::testing::Contains;

/// Hovers everything that has a text, and looks whether what is written is UTF-8.
void look_around(Bench& bench) {
    for (const char* name : {"Head/matrix", "Heads/L0H0", "Sampling/the draw", "Text/next", "Transport/Prompt"})
        bench.ui.tooltip(name);
    int hovered = 0;
    for (const std::string& name : bench.ui.list()) {
        if (!name.starts_with("Text/token ")) continue;
        if (++hovered > 40) break;
        bench.ui.hover(name);
    }
    for (const UiText& text : ImGuiHost::current().items().texts())
        EXPECT_TRUE(is_valid_utf8(text.text)) << text.window << ": " << text.text;
    bench.ui.click("Text/next");
    bench.ui.key(ImGuiKey_Escape);
}

TEST(WorkbenchText, BytesThatAreNoCharacterAreChips) {
    Bench bench;
    bench.open(byte_model().path, byte_tokenizer());
    bench.prompt("a\xE2(\xFF\xF0\x9F\x98\x80 \xE4\xBD\xA0\n\t\x01z");
    const auto texts = bench.ui.texts("Text");
    for (const char* chip : {"<0xE2>", "<0xFF>", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "<0xE4>", "(", "z"})
        EXPECT_THAT(texts, Contains(chip));
    look_around(bench);
    bench.post(command::ForceToken{5, 3 + 0xE2});
    bench.post(command::Step{200}); // random bytes
    look_around(bench);
    EXPECT_GT(bench.rows(), 100) << "until it draws the end of the text";
}

TEST(WorkbenchText, OtherScriptsInTheRealVocabulary) {
    const Stories files = stories();
    if (!files) GTEST_SKIP() << "no stories260K in " GLASSFORMER_MODELS_DIR;
    Bench bench;
    bench.open(files.model, files.tokenizer);
    bench.ui.set("Transport/Prompt", "Zo\xC3\xAB \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80 said");
    EXPECT_EQ(bench.tokens(),
              encode_prompt(*bench.snapshot().model, "Zo\xC3\xAB \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80 said"));
    EXPECT_THAT(bench.ui.texts("Text"), Contains("<0xF0>"));
    look_around(bench);
    bench.ui.set("Transport/Prompt", "\xF0\x9F\x98\x80");
    EXPECT_EQ(bench.snapshot().prompt, "\xF0\x9F\x98\x80");
}

TEST(WorkbenchText, NamesOfFilesThatAreNoUtf8) {
    const std::string folder = (scratch() / "\xE4\xBD\xA0-\xFF##").string();
    std::filesystem::copy(saved_preset("llama").path, folder);
    Bench bench;
    bench.post(command::Open{folder + "x", ""}); // not there
    EXPECT_TRUE(bench.snapshot().message_is_error);
    bench.ui.frames(3);
    bench.post(command::Open{folder, ""});
    ASSERT_TRUE(bench.snapshot().has_run());
    look_around(bench);
    EXPECT_TRUE(is_valid_utf8(bench.workbench.title())) << bench.workbench.title();
    bench.ui.key(ImGuiMod_Ctrl | ImGuiKey_O);
    bench.ui.frames(3);
    EXPECT_TRUE(bench.ui.exists("Start/recent/0"));
    for (const UiText& text : ImGuiHost::current().items().texts())
        EXPECT_TRUE(is_valid_utf8(text.text)) << text.window << ": " << text.text;
}

} // namespace
} // namespace gf::tests
