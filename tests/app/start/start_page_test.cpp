#include "app/start/start_page.h"

#include "app/host/headless_window.h"
#include "app/shell/settings.h"
#include "app/start/display_text.h"
#include "app/ui_driver.h"
#include "app/view/shown_amounts.h"
#include "support/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <imgui_internal.h>

#include <cstdlib>
#include <fstream>

namespace gf::ui::start_page_test {
namespace {

namespace fs = std::filesystem;
using gf::tests::TestFolder;
using gf::tests::write_text;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The header of a llama2.c model whose vocabulary has this size.
std::string model_header(int vocabulary) {
    const std::int32_t header[7] = {8, 16, 1, 2, 2, vocabulary, 32};
    return {reinterpret_cast<const char*>(header), sizeof header};
}

/// A tok.bin with <unk>, BOS, EOS, the bytes, and more tokens up to `n`.
std::string tok_bin(int n) {
    std::string bytes("\x08\0\0\0", 4);
    for (int i = 0; i < n; ++i) {
        char piece[16];
        if (i >= 3 && i < 259)
            std::snprintf(piece, sizeof piece, "<0x%02X>", i - 3);
        else
            std::snprintf(piece, sizeof piece, i == 259 ? " " : "t%d", i);
        const float score = 0;
        const auto size = static_cast<std::int32_t>(std::string_view(piece).size());
        bytes.append(reinterpret_cast<const char*>(&score), 4)
            .append(reinterpret_cast<const char*>(&size), 4)
            .append(piece);
    }
    return bytes;
}

/// A folder with a bit of everything:
///     gpt2/ (config.json, tokenizer.json, checkpoint-1/)  notes/ (text.txt)  .hidden/  m.bin  tok.bin
///     read.me
class Folder {
  public:
    Folder() {
        write_text(path_ / "gpt2" / "config.json", "{}");
        write_text(path_ / "gpt2" / "tokenizer.json", "{}");
        write_text(path_ / "gpt2" / "checkpoint-1" / "config.json", "{}");
        write_text(path_ / "notes" / "text.txt", "x");
        fs::create_directories(path_ / ".hidden");
        write_text(path_ / "m.bin", model_header(300));
        write_text(path_ / "tok.bin", tok_bin(300));
        write_text(path_ / "read.me", "x");
    }
    fs::path operator/(const char* name) const { return path_ / name; }
    std::string at(const char* name) const { return (path_ / name).string(); }
    const fs::path& path() const { return path_; }

  private:
    const TestFolder scratch_;
    const fs::path path_ = scratch_.path();
};

class StartPageTest : public ::testing::Test {
  protected:
    void draw() {
        headless_.frame([this] {
            const ImVec2 size = ImGui::GetIO().DisplaySize;
            page_.draw(48, size.y - 32, settings_.recent, message_, is_error_, commands_);
        });
    }
    /// The models that the page asked to open since the last call.
    std::vector<command::Open> opened() {
        std::vector<command::Open> all;
        for (const Command& c : commands_.take())
            all.push_back(std::get<command::Open>(std::get<SessionCommand>(c)));
        return all;
    }

    Settings with_recent() const {
        Settings settings;
        settings.remember({folder_.at("m.bin"), ""});
        return settings;
    }

    Folder folder_;
    Settings settings_ = with_recent();
    std::string message_;
    bool is_error_ = false;
    Commands commands_;
    StartPage page_{fs::path()};
    HeadlessWindow headless_{{.width = 1600, .height = 900}};
    UiDriver ui_{headless_.host(), [this] { draw(); }};
};

auto opens(const std::string& model, const std::string& tokenizer) {
    return ::testing::AllOf(::testing::Field(&command::Open::model, model),
                            ::testing::Field(&command::Open::tokenizer, tokenizer));
}

TEST_F(StartPageTest, OpensATypedPathWithTheTokenizerBesideIt) {
    ui_.set("Start/Model", folder_.at("m.bin"));
    EXPECT_THAT(opened(), ElementsAre()); // Enter only confirms
    ui_.click("Start/Open");
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("m.bin"), folder_.at("tok.bin"))));
    ui_.set("Start/Model", "  " + folder_.at("gpt2") + " ");
    ui_.click("Start/Open");
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("gpt2"), folder_.at("gpt2/tokenizer.json"))));
}

TEST_F(StartPageTest, ATypedTokenizerIsTaken) {
    ui_.set("Start/Model", folder_.at("m.bin"));
    ui_.set("Start/Tokenizer", "/elsewhere/tok512.bin");
    ui_.click("Start/Open");
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("m.bin"), "/elsewhere/tok512.bin")));
}

TEST_F(StartPageTest, EnterConfirmsAndEnterOpens) {
    ui_.click("Start/Model");
    ui_.type(folder_.at("m.bin"));
    ui_.key(ImGuiKey_Enter);
    ui_.frames(2);
    EXPECT_THAT(opened(), ElementsAre());
    ui_.key(ImGuiKey_Enter);
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("m.bin"), folder_.at("tok.bin"))));
}

TEST_F(StartPageTest, WithoutAPathThereIsNothingToOpen) {
    ui_.click("Start/Open"); // disabled
    ui_.set("Start/Model", "   ");
    ui_.click("Start/Open");
    ui_.double_click("Start/files/tok.bin");
    EXPECT_THAT(opened(), ElementsAre());
}

TEST_F(StartPageTest, RecentModelsOpenAsTheyWere) {
    settings_.remember({folder_.at("gone.bin"), folder_.at("t.json")});
    ui_.frames(2);
    ui_.click("Start/recent/1");
    ui_.click("Start/recent/0");
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("m.bin"), ""),
                                      opens(folder_.at("gone.bin"), folder_.at("t.json"))));
    EXPECT_FALSE(ui_.exists("Start/recent/2"));
}

TEST_F(StartPageTest, FilesAreChosenByClickAndOpenedByDoubleClick) {
    ui_.click("Start/files/m.bin");
    EXPECT_THAT(opened(), ElementsAre());
    ui_.click("Start/Open");
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("m.bin"), folder_.at("tok.bin"))));
    ui_.double_click("Start/files/gpt2");
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("gpt2"), folder_.at("gpt2/tokenizer.json"))));
    ui_.click("Start/files/m.bin");
    ui_.double_click("Start/files/tok.bin");
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("m.bin"), folder_.at("tok.bin"))));
}

TEST_F(StartPageTest, FoldersAreWalkedThrough) {
    EXPECT_FALSE(ui_.exists("Start/files/read.me"));
    ui_.double_click("Start/files/notes");
    EXPECT_FALSE(ui_.exists("Start/files/m.bin"));
    EXPECT_TRUE(ui_.exists("Start/path/notes"));
    ui_.double_click("Start/files/..");
    EXPECT_TRUE(ui_.exists("Start/files/m.bin"));
    ui_.click("Start/files/enter gpt2"); // opening it is another thing
    EXPECT_THAT(opened(), ElementsAre());
    EXPECT_TRUE(ui_.exists("Start/files/checkpoint-1"));
    ui_.double_click("Start/files/this folder");
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("gpt2"), folder_.at("gpt2/tokenizer.json"))));
    ui_.click(("Start/path/" + folder_.path().filename().string()).c_str());
    EXPECT_TRUE(ui_.exists("Start/files/m.bin"));
    write_text(folder_ / "new.bin", model_header(5));
    ui_.frames(2);
    EXPECT_FALSE(ui_.exists("Start/files/new.bin")); // the disk is not watched
    ui_.click(("Start/path/" + folder_.path().filename().string()).c_str());
    EXPECT_TRUE(ui_.exists("Start/files/new.bin"));
}

TEST_F(StartPageTest, TheKeyboardReachesAndOpensFiles) {
    ui_.click("Start/files/m.bin");
    const auto name_of_focus = [] {
        return std::string(ImGuiTestEngine_FindItemDebugLabel(ImGui::GetCurrentContext(),
                                                              ImGui::GetCurrentContext()->NavId));
    };
    for (int i = 0; i < 20 && name_of_focus() != "notes"; ++i) ui_.key(ImGuiKey_DownArrow);
    ASSERT_EQ(name_of_focus(), "notes");
    ui_.key(ImGuiKey_Enter);
    ui_.frames(2);
    ASSERT_TRUE(ui_.exists("Start/path/notes"));
    EXPECT_EQ(name_of_focus(), "..");
    ui_.key(ImGuiKey_Enter);
    ui_.frames(2);
    ASSERT_TRUE(ui_.exists("Start/files/m.bin"));
    for (int i = 0; i < 20 && name_of_focus() != "m.bin"; ++i) ui_.key(ImGuiKey_DownArrow);
    ui_.key(ImGuiKey_Enter);
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("m.bin"), folder_.at("tok.bin"))));
    ui_.key(ImGuiKey_Backspace);
    ui_.frames(2);
    EXPECT_FALSE(ui_.exists("Start/files/m.bin"));
    EXPECT_THAT(opened(), ElementsAre());
}

TEST_F(StartPageTest, TabLeadsFromTheFieldsIntoTheFiles) {
    ui_.click("Start/Model");
    ui_.type(folder_.at("m.bin"));
    bool reached = false;
    for (int i = 0; i < 30 && !reached; ++i) {
        ui_.key(ImGuiKey_Tab);
        const char* name =
            ImGuiTestEngine_FindItemDebugLabel(ImGui::GetCurrentContext(), ImGui::GetCurrentContext()->NavId);
        reached = name && std::string(name) == "tok.bin";
    }
    EXPECT_TRUE(reached);
}

TEST_F(StartPageTest, ErrorsAreShown) {
    is_error_ = true;
    message_ = "m.bin: expected a llama2.c model; found 3 bytes; download it again";
    ui_.frames(2);
    EXPECT_LE(ui_.rect("Start/" + message_).max.y, ui_.rect("Start/Model").min.y);
    headless_.resize(640, 400);
    ui_.frames(2);
    EXPECT_NO_THROW(ui_.hover("Start/recent/0")); // far below
    ASSERT_THAT(ui_.list(), ::testing::Not(Contains("Start/" + message_)));
    message_ += ", once more";
    ui_.frames(3);
    EXPECT_THAT(ui_.list(), Contains("Start/" + message_)) << "the page turned back to it";
    message_.clear();
    ui_.frames(1);
    EXPECT_THAT(ui_.list(), ::testing::Not(Contains(HasSubstr("expected"))));
}

TEST_F(StartPageTest, DroppedFilesAreOpened) {
    page_.open_dropped_files({folder_.at("m.bin")});
    ui_.frames(2);
    EXPECT_THAT(opened(), ElementsAre(opens(folder_.at("m.bin"), folder_.at("tok.bin"))));
    page_.open_dropped_files(
        {"/elsewhere/tokenizer.json", folder_.at("gpt2/config.json"), folder_.at("gpt2/tokenizer.json")});
    ui_.frames(2);
    EXPECT_EQ(opened().size(), 1u);
    page_.open_dropped_files({folder_.at("tok.bin")});
    ui_.frames(2);
    EXPECT_THAT(opened(), ElementsAre()); // waits for the model
}

TEST_F(StartPageTest, NothingIsCutOffAtAnySize) {
    is_error_ = true;
    message_ =
        std::string(300, 'w') + " a path of a model and what was wrong with it: " + folder_.at("m.bin");
    for (int i = 0; i < 12; ++i)
        settings_.remember({"/a/long/way/to/the/model/with/a/long/name/" + std::to_string(i) + ".bin", ""});
    for (const auto& [width, height] : {std::pair(1280, 720), std::pair(1600, 900), std::pair(3840, 2160)})
        for (const float scale : {0.75f, 1.0f, 2.0f, 3.0f})
            for (const ThemeName look : {ThemeName::light, ThemeName::projector}) {
                SCOPED_TRACE(std::to_string(width) + " at " + std::to_string(scale));
                headless_.resize(width, height);
                headless_.host().set_look({look, scale});
                ui_.frames(6); // files, contents and scroll position follow each other
                for (const std::string& name : ui_.list()) {
                    const auto& items = headless_.host().items().items();
                    const auto item = std::ranges::find_if(
                        items, [&](const UiItem& i) { return "Start/" + label_name(i.label) == name; });
                    ASSERT_NE(item, items.end()) << name;
                    EXPECT_GE(item->rect.min.x, 0) << name;
                    EXPECT_LE(item->rect.max.x, width) << name;
                }
                EXPECT_NO_THROW(ui_.hover("Start/Open")); // scrolled to
                const UiRect open = ui_.rect("Start/Open"), field = ui_.rect("Start/Tokenizer");
                EXPECT_LE(field.max.y, open.min.y);
                EXPECT_NO_THROW(ui_.hover("Start/recent/1"));
                EXPECT_LE(ui_.rect("Start/recent/0").max.y, ui_.rect("Start/recent/1").min.y);
                EXPECT_NO_THROW(ui_.click("Start/recent/9"));
                EXPECT_NO_THROW(ui_.hover("Start/Open"));
                ImGui::GetIO().AddMousePosEvent(-1, -1);
            }
}

TEST_F(StartPageTest, TextOnMessagesIsReadable) {
    for (int i = 0; i < k_theme_count; ++i) {
        const Theme& t = theme_of(static_cast<ThemeName>(i));
        EXPECT_GE(contrast(t.text, mix(t.panel, t.bad, 0.08f)), 7);
    }
}

TEST(FileBrowser, ListsWhatCanBeOpenedFirst) {
    const Folder folder;
    FileBrowser browser;
    browser.show(folder.path());
    std::vector<std::string> names;
    for (const FolderEntry& e : browser.entries()) names.push_back(e.name);
    EXPECT_THAT(names, ElementsAre("..", "gpt2", "m.bin", "tok.bin", "notes", ".hidden"));
    EXPECT_EQ(browser.entries()[2].detail, "llama2.c model, 28 B");
    browser.show(folder / "m.bin"); // a file's folder is listed
    EXPECT_EQ(browser.folder(), folder.path());
}

TEST(FileBrowser, SortsNamesAsPeopleDo) {
    const Folder folder;
    for (const char* name :
         {"n/c-10", "n/c-9", "n/C-009b", "n/b", "n/D", "n/c", "n/2", "n/10", "n/99999999999999999999999"})
        fs::create_directories(folder / name);
    FileBrowser browser;
    browser.show(folder / "n");
    std::vector<std::string> names;
    for (const FolderEntry& e : browser.entries()) names.push_back(e.name);
    EXPECT_THAT(names, ElementsAre("..", "2", "10", "99999999999999999999999", "b", "c", "c-9", "C-009b",
                                   "c-10", "D"));
}

TEST(FileBrowser, SaysWhyAFolderCannotBeRead) {
    FileBrowser browser;
    browser.show("/nonexistent/folder");
    EXPECT_THAT(browser.problem(), HasSubstr("No such file"));
    ASSERT_EQ(browser.entries().size(), 1u);
    EXPECT_EQ(browser.entries()[0].name, "..");
    browser.show("/");
    EXPECT_EQ(browser.problem(), "");
    EXPECT_NE(browser.entries()[0].name, "..");
}

TEST(FileBrowser, DrawsOnlyTheRowsInSight) {
    const Folder folder;
    for (int i = 0; i < 300; ++i)
        write_text(folder / ("many/" + std::to_string(10'000 + i) + ".bin").c_str(), "x");
    HeadlessWindow headless({.width = 400, .height = 300, .record_items = true});
    FileBrowser browser;
    browser.show(folder / "many");
    const auto frame = [&] {
        headless.frame([&] {
            ImGui::SetNextWindowSize({400, 300});
            ImGui::Begin("W");
            browser.draw(360, 100, 260);
            ImGui::End();
        });
    };
    for (int i = 0; i < 3; ++i) frame();
    EXPECT_LT(headless.host().items().items().size(), 40u);
}

TEST(ModelPaths, TheTokenizerThatFitsIsChosen) {
    const Folder folder;
    EXPECT_EQ(guess_tokenizer(folder / "m.bin"), folder.at("tok.bin"));
    write_text(folder / "tok260.bin", tok_bin(260));
    EXPECT_EQ(guess_tokenizer(folder / "m.bin"), folder.at("tok.bin"));
    write_text(folder / "m.bin", model_header(-260)); // negative: a separate classifier
    EXPECT_EQ(guess_tokenizer(folder / "m.bin"), folder.at("tok260.bin"));
    write_text(folder / "m.bin", model_header(261));
    EXPECT_EQ(guess_tokenizer(folder / "m.bin"), "");
    write_text(folder / "m.bin", "");
    EXPECT_EQ(guess_tokenizer(folder / "m.bin"), "");
    EXPECT_EQ(guess_tokenizer(folder / "gpt2"), folder.at("gpt2/tokenizer.json"));
    EXPECT_EQ(guess_tokenizer(folder / "notes"), "");
    EXPECT_EQ(guess_tokenizer(folder / "nothing"), "");
    EXPECT_EQ(guess_tokenizer(""), "");
}

TEST(ModelPaths, PathsAreReadAndShownAsPeopleWriteThem) {
    const std::string home = std::getenv("HOME") ? std::getenv("HOME") : "";
    setenv("HOME", "/home/me", 1);
    EXPECT_EQ(typed_path(" ~/models/a b.bin\n"), "/home/me/models/a b.bin");
    EXPECT_EQ(typed_path("~"), "/home/me");
    EXPECT_EQ(typed_path("~other"), "~other");
    EXPECT_EQ(typed_path("  "), "");
    EXPECT_EQ(shown_path("/home/me/x"), "~/x");
    EXPECT_EQ(shown_path("/home/me"), "~");
    EXPECT_EQ(shown_path("/home/mercury"), "/home/mercury");
    EXPECT_EQ(shown_name("caf\xE9\n"), "caf<0xE9>?");
    setenv("HOME", home.c_str(), 1);
    EXPECT_EQ(shown_size(999), "999 B");
    EXPECT_EQ(shown_size(1060), "1.1 kB");
    EXPECT_EQ(shown_size(25'000'000), "25 MB");
    EXPECT_EQ(shown_size(7'100'000'000), "7.1 GB");
}

} // namespace
} // namespace gf::ui::start_page_test
