#include "app/shell/settings.h"

#include "app/host/imgui_host.h"
#include "platform/error.h"
#include "support/mutate.h"
#include "support/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

namespace gf::ui {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
  protected:
    fs::path file() const { return folder_ / "settings.json"; }
    fs::path bad() const { return folder_ / "settings.json.bad"; }
    fs::path layout() const { return folder_ / "layout.ini"; }

    /// Loads contents that cannot be used.
    std::string note_of_damaged(std::string_view contents) {
        gf::tests::write_text(file(), contents);
        return note_of_damaged();
    }
    std::string note_of_damaged() {
        fs::remove_all(bad());
        std::string note;
        EXPECT_EQ(settings_.load(note), Settings());
        EXPECT_FALSE(fs::exists(file()));
        EXPECT_TRUE(fs::exists(bad()));
        EXPECT_THAT(note, HasSubstr("settings.json.bad"));
        EXPECT_EQ(note.find('\n'), std::string::npos);
        return note;
    }

    static Settings sample() {
        Settings s;
        s.theme = ThemeName::projector;
        s.scale = 1.1f;
        s.motion = false;
        s.speed = 12.5;
        s.window_width = 1280;
        s.window_height = 720;
        s.remember({"/models/gpt2", "/models/gpt2/tokenizer.json"});
        s.remember({"/models/caf\xC3\xA9 \"x\".bin", ""});
        return s;
    }

    const gf::tests::TestFolder scratch_;
    const fs::path folder_ = scratch_.path();
    SettingsFile settings_{folder_};
};

TEST_F(SettingsTest, ComeBackAsTheyWere) {
    settings_.save(sample());
    std::string note = "old";
    EXPECT_EQ(settings_.load(note), sample());
    EXPECT_EQ(note, "");
    EXPECT_THAT(gf::tests::read_text(file()), HasSubstr("\"scale\": 1.1,"));
}

TEST_F(SettingsTest, WithoutAFileTheyAreTheDefaults) {
    std::string note = "old";
    EXPECT_EQ(settings_.load(note), Settings());
    EXPECT_EQ(note, "");
    EXPECT_EQ(settings_.load_layout(note), "");
    EXPECT_EQ(note, "");
}

TEST_F(SettingsTest, AnOlderFileLacksKeys) {
    gf::tests::write_text(file(), R"({"theme": "dark"})");
    std::string note;
    Settings expected;
    expected.theme = ThemeName::dark;
    EXPECT_EQ(settings_.load(note), expected);
    EXPECT_EQ(note, "");
}

TEST_F(SettingsTest, ANewerFileHasKeysThatAreIgnoredWithANote) {
    gf::tests::write_text(file(), R"({"theme": "dark", "haptics": [1], "smell": {"a": 1}})");
    std::string note;
    EXPECT_EQ(settings_.load(note).theme, ThemeName::dark);
    EXPECT_THAT(note, HasSubstr("'haptics', 'smell'"));
    EXPECT_TRUE(fs::exists(file()));
}

TEST_F(SettingsTest, DamagedOnesAreKeptAside) {
    const char* cases[][2] = {{"\xFF\xFE garbage", "JSON"},
                              {"", "empty"},
                              {"[]", "theme"},
                              {R"({"theme": 3})", "theme"},
                              {R"({"theme": "pink"})", "pink"},
                              {R"({"scale": "big"})", "scale"},
                              {R"({"scale": 3.5})", "scale"},
                              {R"({"scale": 0})", "scale"},
                              {R"({"motion": 1})", "motion"},
                              {R"({"tokens_per_s": -1})", "tokens_per_s"},
                              {R"({"window_width": 1600.5})", "window_width"},
                              {R"({"window_height": 99999999999999999999})", "window_height"},
                              {R"({"recent": {}})", "recent"},
                              {R"({"recent": ["a"]})", "recent"},
                              {R"({"recent": [{"tokenizer": "a"}]})", "recent"},
                              {R"({"recent": [{"model": "a\u0000b"}]})", "recent"},
                              {R"({"recent": [0,0,0,0,0,0,0,0,0,0,0]})", "recent"}};
    for (const auto& [contents, named] : cases)
        EXPECT_THAT(note_of_damaged(contents), HasSubstr(named)) << contents;
    EXPECT_THAT(note_of_damaged(R"({"theme": ")" + std::string(2 << 20, 'x') + "\"}"), HasSubstr("bytes"));
    EXPECT_LT(note_of_damaged(std::string(100'000, '[')).size(), 900u);
    EXPECT_LT(note_of_damaged("{\"theme\": \"" + std::string(100'000, 'x') + "\"}").size(), 900u);
    note_of_damaged("{\"a\\n\\u0007\": 1, \"a\\n\\u0007\": 2}");
}

TEST_F(SettingsTest, AFolderInTheirPlaceIsKeptAside) {
    fs::create_directories(file() / "inside");
    EXPECT_THAT(note_of_damaged(), HasSubstr("folder"));
    EXPECT_TRUE(fs::exists(bad() / "inside"));
    EXPECT_NO_THROW(settings_.save(sample()));
}

TEST_F(SettingsTest, APipeIsNotWaitedFor) {
    ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
    note_of_damaged();
}

TEST_F(SettingsTest, UnreadableOnesAreKeptAside) {
    if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
    gf::tests::write_text(file(), "{}");
    fs::permissions(file(), fs::perms::none);
    note_of_damaged();
}

TEST_F(SettingsTest, WhatCannotBeSetAsideIsSaid) {
    gf::tests::write_text(file(), "garbage");
    fs::create_directories(bad() / "in the way");
    std::string note;
    EXPECT_EQ(settings_.load(note), Settings());
    EXPECT_THAT(note, HasSubstr("could not be set aside"));
}

TEST_F(SettingsTest, NoMutantCrashesAndWhatStillLoadsIsInRange) {
    settings_.save(sample());
    const std::string seed = gf::tests::read_text(file());
    tests::Random random(11);
    int loaded = 0;
    for (int i = 0; i < 2000; ++i) {
        gf::tests::write_text(file(), gf::tests::mutate_json(seed, random));
        std::string note;
        const Settings s = settings_.load(note);
        EXPECT_TRUE(s.scale >= k_least_scale && s.scale <= k_greatest_scale) << s.scale;
        EXPECT_TRUE(s.window_width >= 320 && s.window_height >= 320 && s.speed >= 0);
        EXPECT_LE(s.recent.size(), k_most_recent_models);
        const bool usable = fs::exists(file());
        loaded += usable;
        if (!usable) {
            EXPECT_EQ(s, Settings());
            EXPECT_NE(note, "");
            EXPECT_TRUE(fs::exists(bad()));
        }
    }
    EXPECT_GT(loaded, 200);
    EXPECT_LT(loaded, 1800);
    std::printf("2000 mutants, %d still settings\n", loaded);
}

TEST_F(SettingsTest, WhatIsSavedCanAlwaysBeLoaded) {
    Settings s;
    s.scale = 100;
    s.speed = std::numeric_limits<double>::infinity();
    s.window_width = 0;
    s.recent = {{"/caf\xE9", ""}, {"/" + std::string(5000, 'x'), ""}, {"/good", ""}};
    settings_.save(s);
    std::string note;
    const Settings back = settings_.load(note);
    EXPECT_EQ(note, "");
    EXPECT_EQ(back.scale, k_greatest_scale);
    EXPECT_GE(back.window_width, 320);
    EXPECT_EQ(back.recent, (std::vector<RecentModel>{{"/good", ""}}));
    s.speed = std::numeric_limits<double>::quiet_NaN();
    settings_.save(s);
    EXPECT_EQ(settings_.load(note).speed, Settings().speed);
    EXPECT_EQ(note, "");
}

TEST_F(SettingsTest, TheFolderIsMadeForThePersonAlone) {
    const fs::path deep = folder_ / "config" / "glassformer";
    const SettingsFile settings(deep);
    settings.save({});
    settings.save_layout("[Window][a]\n");
    for (const fs::path& made : {deep, deep.parent_path()})
        EXPECT_EQ(fs::status(made).permissions(), fs::perms::owner_all) << made;
    EXPECT_EQ(std::distance(fs::directory_iterator(deep), fs::directory_iterator()),
              2); // nothing temporary is left
}

TEST_F(SettingsTest, WhatCannotBeWrittenIsAnError) {
    gf::tests::write_text(folder_ / "file", "x");
    EXPECT_THROW(SettingsFile(folder_ / "file" / "glassformer").save({}), Error);
    EXPECT_THROW(SettingsFile(folder_ / "file" / "glassformer").save_layout("[a]"), Error);
    std::string note;
    EXPECT_EQ(SettingsFile(folder_ / "file" / "glassformer").load(note), Settings());
    fs::create_directories(file());
    EXPECT_THROW(settings_.save({}), Error);
}

TEST_F(SettingsTest, WithoutAFolderNothingIsKept) {
    const SettingsFile nowhere{fs::path()};
    EXPECT_NO_THROW(nowhere.save(sample()));
    EXPECT_NO_THROW(nowhere.save_layout("[a]"));
    std::string note;
    EXPECT_EQ(nowhere.load(note), Settings());
    EXPECT_EQ(nowhere.load_layout(note), "");
    EXPECT_EQ(note, "");
}

TEST_F(SettingsTest, LayoutsComeBackAndDamagedOnesAreKeptAside) {
    const std::string ini = "[Window][Sampling]\nPos=1,2\nSize=3,4\n\n[Docking][Data]\n";
    settings_.save_layout(ini);
    std::string note = "old";
    EXPECT_EQ(settings_.load_layout(note), ini);
    EXPECT_EQ(note, "");
    const std::string whole = gf::tests::read_text(layout());
    EXPECT_EQ(whole.front(), '[');
    const std::string zero = whole + std::string(1, '\0');
    for (const std::string& damaged : {ini, std::string("garbage"), zero, whole + "x", whole.substr(0, 60),
                                       std::string(), whole.substr(0, 20), "[" + std::string(2 << 20, 'x')}) {
        gf::tests::write_text(layout(), damaged);
        fs::remove_all(folder_ / "layout.ini.bad");
        EXPECT_EQ(settings_.load_layout(note), "");
        EXPECT_THAT(note, HasSubstr("layout.ini.bad")) << damaged.substr(0, 100);
        EXPECT_TRUE(fs::exists(folder_ / "layout.ini.bad"));
    }
}

TEST_F(SettingsTest, NoMutantOfALayoutIsTrusted) {
    const std::string ini =
        "[Window][Sampling]\nPos=1,2\nSize=3,4\n\n[Docking][Data]\nDockSpace ID=0x1 Window=0x2\n";
    settings_.save_layout(ini);
    const std::string seed = gf::tests::read_text(layout());
    tests::Random random(12);
    for (int i = 0; i < 500; ++i) {
        gf::tests::write_text(layout(), gf::tests::mutate(seed, random));
        std::string note;
        const std::string loaded = settings_.load_layout(note);
        EXPECT_TRUE(loaded.empty() ? !note.empty() : loaded == ini);
    }
}

TEST(RecentModels, NewestFirstEachOnceAtMostTen) {
    Settings s;
    for (int i = 0; i < 12; ++i) s.remember({"/m" + std::to_string(i), ""});
    ASSERT_EQ(s.recent.size(), 10u);
    EXPECT_EQ(s.recent.front().model, "/m11");
    EXPECT_EQ(s.recent.back().model, "/m2");
    s.remember({"/x/../m5/", "/t"});
    ASSERT_EQ(s.recent.size(), 10u);
    EXPECT_EQ(s.recent.front(), (RecentModel{"/m5", "/t"}));
    s.remember({"relative.bin", ""});
    EXPECT_EQ(s.recent.front().model, (fs::current_path() / "relative.bin").string());
    s.remember({"", "/t"});
    EXPECT_EQ(s.recent.size(), 10u);
}

TEST(ConfigFolder, FollowsTheSpecification) {
    const auto old = [](const char* name) {
        return std::getenv(name) ? std::string(std::getenv(name)) : std::string();
    };
    const std::string config = old("XDG_CONFIG_HOME"), home = old("HOME");
    setenv("HOME", "/home/a", 1);
    setenv("XDG_CONFIG_HOME", "/cfg", 1);
    EXPECT_EQ(config_folder(), "/cfg/glassformer");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    EXPECT_EQ(config_folder(), "/home/a/.config/glassformer");
    unsetenv("XDG_CONFIG_HOME");
    EXPECT_EQ(config_folder(), "/home/a/.config/glassformer");
    unsetenv("HOME");
    EXPECT_EQ(config_folder(), "");
    if (!home.empty()) setenv("HOME", home.c_str(), 1);
    if (!config.empty()) setenv("XDG_CONFIG_HOME", config.c_str(), 1);
}

} // namespace
} // namespace gf::ui
