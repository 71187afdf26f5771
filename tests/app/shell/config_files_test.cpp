#include "app/shell/config_files.h"

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

namespace gf::ui::config_files_test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ConfigFilesTest : public ::testing::Test {
  protected:
    fs::path settings_file() const { return folder_ / "settings.json"; }
    fs::path set_aside_file() const { return folder_ / "settings.json.bad"; }
    fs::path positions_file() const { return folder_ / "layout.ini"; }

    /// The warning when the settings file has contents that cannot be used. The file must be set aside.
    std::string warning_about(std::string_view contents) {
        gf::tests::write_text(settings_file(), contents);
        return warning_about();
    }
    std::string warning_about() {
        fs::remove_all(set_aside_file());
        std::string warning;
        EXPECT_EQ(files_.load_settings(warning), Settings());
        EXPECT_FALSE(fs::exists(settings_file()));
        EXPECT_TRUE(fs::exists(set_aside_file()));
        EXPECT_THAT(warning, HasSubstr("settings.json.bad"));
        EXPECT_EQ(warning.find('\n'), std::string::npos);
        return warning;
    }

    static Settings sample() {
        Settings s;
        s.theme = ThemeName::projector;
        s.scale = 1.1f;
        s.motion = false;
        s.speed = 12.5;
        s.window = {-20, 30, 1280, 720, true};
        s.closed_looks = {"story"};
        s.labs = {{"18-top-k-vs-top-p", {3, false, {"", "2"}}}};
        s.remember({"/models/gpt2", "/models/gpt2/tokenizer.json"});
        s.remember({"/models/caf\xC3\xA9 \"x\".bin", "", {"my_norm"}});
        return s;
    }

    const gf::tests::TestFolder scratch_;
    const fs::path folder_ = scratch_.path();
    ConfigFiles files_{folder_};
};

TEST_F(ConfigFilesTest, SettingsComeBackAsTheyWere) {
    files_.save_settings(sample());
    std::string warning = "old";
    EXPECT_EQ(files_.load_settings(warning), sample());
    EXPECT_EQ(warning, "");
    EXPECT_THAT(gf::tests::read_text(settings_file()), HasSubstr("\"scale\": 1.1,"));
}

TEST_F(ConfigFilesTest, SettingsAreWrittenInTheOrderOfTheirFields) {
    files_.save_settings(sample());
    EXPECT_EQ(gf::tests::read_text(settings_file()), R"({
  "theme": "projector",
  "scale": 1.1,
  "motion": false,
  "tokens_per_s": 12.5,
  "trace_megabytes": 1024.0,
  "window_x": -20,
  "window_y": 30,
  "window_width": 1280,
  "window_height": 720,
  "window_maximized": true,
  "closed_looks": [
    "story"
  ],
  "labs": {
    "18-top-k-vs-top-p": {
      "step": 3,
      "done": false,
      "answers": [
        "",
        "2"
      ]
    }
  },
  "recent": [
    {
      "model": "/models/café \"x\".bin",
      "tokenizer": ""
    },
    {
      "model": "/models/gpt2",
      "tokenizer": "/models/gpt2/tokenizer.json"
    }
  ]
}
)");
}

TEST_F(ConfigFilesTest, WithoutAFileSettingsAreTheDefaults) {
    std::string warning = "old";
    EXPECT_EQ(files_.load_settings(warning), Settings());
    EXPECT_EQ(warning, "");
    EXPECT_EQ(files_.load_window_positions(warning), "");
    EXPECT_EQ(warning, "");
}

TEST_F(ConfigFilesTest, AnOlderFileLacksKeys) {
    gf::tests::write_text(settings_file(), R"({"theme": "dark"})");
    std::string warning;
    Settings expected;
    expected.theme = ThemeName::dark;
    EXPECT_EQ(files_.load_settings(warning), expected);
    EXPECT_EQ(warning, "");
}

TEST_F(ConfigFilesTest, ANewerFileHasKeysThatAreIgnoredWithANote) {
    gf::tests::write_text(settings_file(), R"({"theme": "dark", "haptics": [1], "smell": {"a": 1}})");
    std::string warning;
    EXPECT_EQ(files_.load_settings(warning).theme, ThemeName::dark);
    EXPECT_THAT(warning, HasSubstr("'haptics', 'smell'"));
    EXPECT_TRUE(fs::exists(settings_file()));
}

TEST_F(ConfigFilesTest, DamagedSettingsAreKeptAside) {
    const char* cases[][2] = {{"\xFF\xFE garbage", "JSON"},
                              {"", "empty"},
                              {"[]", "an object"},
                              {R"({"theme": 3})", "theme"},
                              {R"({"theme": "pink"})", "pink"},
                              {R"({"scale": "big"})", "scale"},
                              {R"({"scale": 3.5})", "scale"},
                              {R"({"scale": 0})", "scale"},
                              {R"({"motion": 1})", "motion"},
                              {R"({"tokens_per_s": -1})", "tokens_per_s"},
                              {R"({"window_x": 1e9})", "window_x"},
                              {R"({"window_width": 1600.5})", "window_width"},
                              {R"({"window_height": 99999999999999999999})", "window_height"},
                              {R"({"recent": {}})", "recent"},
                              {R"({"recent": ["a"]})", "recent"},
                              {R"({"recent": [{"tokenizer": "a"}]})", "recent"},
                              {R"({"recent": [{"model": "a\u0000b"}]})", "recent"},
                              {R"({"recent": [0,0,0,0,0,0,0,0,0,0,0]})", "recent"}};
    for (const auto& [contents, named] : cases)
        EXPECT_THAT(warning_about(contents), HasSubstr(named)) << contents;
    EXPECT_THAT(warning_about(R"({"theme": ")" + std::string(2 << 20, 'x') + "\"}"), HasSubstr("bytes"));
    EXPECT_LT(warning_about(std::string(100'000, '[')).size(), 900u);
    EXPECT_LT(warning_about("{\"theme\": \"" + std::string(100'000, 'x') + "\"}").size(), 900u);
    warning_about("{\"a\\n\\u0007\": 1, \"a\\n\\u0007\": 2}");
}

TEST_F(ConfigFilesTest, AFolderInPlaceOfTheFileIsKeptAside) {
    fs::create_directories(settings_file() / "inside");
    EXPECT_THAT(warning_about(), HasSubstr("folder"));
    EXPECT_TRUE(fs::exists(set_aside_file() / "inside"));
    EXPECT_NO_THROW(files_.save_settings(sample()));
}

TEST_F(ConfigFilesTest, APipeIsNotWaitedFor) {
    ASSERT_EQ(mkfifo(settings_file().c_str(), 0600), 0);
    warning_about();
}

TEST_F(ConfigFilesTest, UnreadableSettingsAreKeptAside) {
    if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
    gf::tests::write_text(settings_file(), "{}");
    fs::permissions(settings_file(), fs::perms::none);
    warning_about();
}

TEST_F(ConfigFilesTest, WhatCannotBeSetAsideIsSaid) {
    gf::tests::write_text(settings_file(), "garbage");
    fs::create_directories(set_aside_file() / "in the way");
    std::string warning;
    EXPECT_EQ(files_.load_settings(warning), Settings());
    EXPECT_THAT(warning, HasSubstr("could not be set aside"));
}

TEST_F(ConfigFilesTest, NoMutantCrashesAndWhatStillLoadsIsInRange) {
    files_.save_settings(sample());
    const std::string seed = gf::tests::read_text(settings_file());
    tests::Random random(11);
    int loaded = 0;
    for (int i = 0; i < 2000; ++i) {
        gf::tests::write_text(settings_file(), gf::tests::mutate_json(seed, random));
        std::string warning;
        const Settings s = files_.load_settings(warning);
        EXPECT_TRUE(s.scale >= k_min_scale && s.scale <= k_max_scale) << s.scale;
        EXPECT_TRUE(s.window.width >= 320 && s.window.height >= 320 && s.speed >= 0);
        EXPECT_LE(s.recent.size(), k_max_recent_models);
        const bool usable = fs::exists(settings_file());
        loaded += usable;
        if (!usable) {
            EXPECT_EQ(s, Settings());
            EXPECT_NE(warning, "");
            EXPECT_TRUE(fs::exists(set_aside_file()));
        }
    }
    EXPECT_GT(loaded, 200);
    EXPECT_LT(loaded, 1800);
    std::printf("2000 mutants, %d still settings\n", loaded);
}

TEST_F(ConfigFilesTest, WhatIsSavedCanAlwaysBeLoaded) {
    Settings s;
    s.scale = 100;
    s.speed = std::numeric_limits<double>::infinity();
    s.window.width = 0;
    s.window.x = 1 << 30;
    s.recent = {{"/caf\xE9", ""}, {"/" + std::string(5000, 'x'), ""}, {"/good", ""}};
    files_.save_settings(s);
    std::string warning;
    const Settings back = files_.load_settings(warning);
    EXPECT_EQ(warning, "");
    EXPECT_EQ(back.scale, k_max_scale);
    EXPECT_GE(back.window.width, 320);
    EXPECT_LT(back.window.x, 1 << 30);
    EXPECT_EQ(back.recent, (std::vector<RecentModel>{{"/good", ""}}));
    s.speed = std::numeric_limits<double>::quiet_NaN();
    files_.save_settings(s);
    EXPECT_EQ(files_.load_settings(warning).speed, Settings().speed);
    EXPECT_EQ(warning, "");
}

TEST_F(ConfigFilesTest, TheFolderIsMadeForThePersonAlone) {
    const fs::path deep = folder_ / "config" / "glassformer";
    const ConfigFiles files(deep);
    files.save_settings({});
    files.save_window_positions("[Window][a]\n");
    for (const fs::path& made : {deep, deep.parent_path()})
        EXPECT_EQ(fs::status(made).permissions(), fs::perms::owner_all) << made;
    EXPECT_EQ(std::distance(fs::directory_iterator(deep), fs::directory_iterator()),
              2); // nothing temporary is left
}

TEST_F(ConfigFilesTest, WhatCannotBeWrittenIsAnError) {
    gf::tests::write_text(folder_ / "file", "x");
    EXPECT_THROW(ConfigFiles(folder_ / "file" / "glassformer").save_settings({}), Error);
    EXPECT_THROW(ConfigFiles(folder_ / "file" / "glassformer").save_window_positions("[a]"), Error);
    std::string warning;
    EXPECT_EQ(ConfigFiles(folder_ / "file" / "glassformer").load_settings(warning), Settings());
    fs::create_directories(settings_file());
    EXPECT_THROW(files_.save_settings({}), Error);
}

TEST_F(ConfigFilesTest, WithoutAFolderNothingIsKept) {
    const ConfigFiles nowhere{fs::path()};
    EXPECT_NO_THROW(nowhere.save_settings(sample()));
    EXPECT_NO_THROW(nowhere.save_window_positions("[a]"));
    std::string warning;
    EXPECT_EQ(nowhere.load_settings(warning), Settings());
    EXPECT_EQ(nowhere.load_window_positions(warning), "");
    EXPECT_EQ(warning, "");
}

TEST_F(ConfigFilesTest, WindowPositionsComeBackAndDamagedOnesAreKeptAside) {
    const std::string ini = "[Window][Sampling]\nPos=1,2\nSize=3,4\n\n[Docking][Data]\n";
    files_.save_window_positions(ini);
    std::string warning = "old";
    EXPECT_EQ(files_.load_window_positions(warning), ini);
    EXPECT_EQ(warning, "");
    const std::string whole = gf::tests::read_text(positions_file());
    EXPECT_EQ(whole.front(), '[');
    const std::string zero = whole + std::string(1, '\0');
    for (const std::string& damaged : {ini, std::string("garbage"), zero, whole + "x", whole.substr(0, 60),
                                       std::string(), whole.substr(0, 20), "[" + std::string(2 << 20, 'x')}) {
        gf::tests::write_text(positions_file(), damaged);
        fs::remove_all(folder_ / "layout.ini.bad");
        EXPECT_EQ(files_.load_window_positions(warning), "");
        EXPECT_THAT(warning, HasSubstr("layout.ini.bad")) << damaged.substr(0, 100);
        EXPECT_TRUE(fs::exists(folder_ / "layout.ini.bad"));
    }
}

TEST_F(ConfigFilesTest, NoMutantOfWindowPositionsIsTrusted) {
    const std::string ini =
        "[Window][Sampling]\nPos=1,2\nSize=3,4\n\n[Docking][Data]\nDockSpace ID=0x1 Window=0x2\n";
    files_.save_window_positions(ini);
    const std::string seed = gf::tests::read_text(positions_file());
    tests::Random random(12);
    for (int i = 0; i < 500; ++i) {
        gf::tests::write_text(positions_file(), gf::tests::mutate(seed, random));
        std::string warning;
        const std::string loaded = files_.load_window_positions(warning);
        EXPECT_TRUE(loaded.empty() ? !warning.empty() : loaded == ini);
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
} // namespace gf::ui::config_files_test
