// `glassformer shot`: the same arguments make the same picture, and an error names what is wrong.

#include "cli/process.h"

#include "app/host/headless_window.h"
#include "platform/error.h"

#include <gmock/gmock.h>

namespace gf::ui::tests::shot_test {

using namespace gf::tests;
namespace {

namespace fs = std::filesystem;

class ShotTest : public ::testing::Test {
  protected:
    void SetUp() override {
        try {
            SurfacelessEgl screen(16, 16);
        } catch (const Error& e) {
            GTEST_SKIP() << "no EGL without a display: " << e.what();
        }
    }
    static std::string picture_path(const std::string& name) { return (scratch() / name).string(); }
    /// The contents of the PNG file that these arguments make.
    static std::string shoot(std::vector<std::string> arguments) {
        static int n = 0;
        const std::string path = picture_path(fmt::format("shot{}.png", ++n));
        arguments.insert(arguments.begin(), "shot");
        arguments.insert(arguments.end(), {"--out", path});
        stdout_of(arguments);
        return read_text(path);
    }
    static std::string script(const std::string& name, const std::string& json) {
        return scratch_file(name, json);
    }
    /// Width and height in pixels, from the PNG's header (RFC 2083, section 11.2.1).
    static std::pair<int, int> size_of(const std::string& png) {
        const auto number = [&](std::size_t at) {
            int n = 0;
            for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<unsigned char>(png.at(at + i));
            return n;
        };
        EXPECT_EQ(png.substr(1, 3), "PNG");
        return {number(16), number(20)};
    }
};

TEST_F(ShotTest, TheSameArgumentsMakeTheSamePicture) {
    const std::string model = saved_preset("llama").path;
    const std::string steps =
        script("steps.json",
               R"([{"command": "step", "tokens": 5}, {"command": "pin-head", "layer": 1, "head": 2}])");
    const std::vector<std::string> arguments{"--model",  model, "--prompt", "3,1,4,1,5",
                                             "--script", steps, "--size",   "1280x720"};
    const std::string first = shoot(arguments);
    EXPECT_EQ(first, shoot(arguments));
    EXPECT_EQ(size_of(first), std::pair(1280, 720));
    EXPECT_GT(first.size(), 20'000u) << "there is something on it";
    // Each argument is to be seen.
    const auto with = [&](std::initializer_list<std::string> more) {
        std::vector<std::string> all = arguments;
        all.insert(all.end(), more);
        return all;
    };
    EXPECT_NE(first, shoot(with({"--theme", "dark"})));
    EXPECT_NE(first, shoot(with({"--scale", "1.5"})));
    EXPECT_NE(first, shoot({"--model", model, "--prompt", "3,1,4,1,5", "--size", "1280x720"}));
    EXPECT_NE(first,
              shoot({"--model", model, "--prompt", "3,1,4,1,6", "--script", steps, "--size", "1280x720"}));
    EXPECT_EQ(size_of(shoot({"--size", "640x400"})), std::pair(640, 400)) << "the start page";
}

TEST_F(ShotTest, ErrorsInTheScriptAreNamed) {
    const std::string model = saved_preset("llama").path, out = picture_path("never.png");
    const auto refused = [&](const std::string& json, std::initializer_list<const char*> words) {
        expect_refused({"shot", "--model", model, "--script", script("bad.json", json), "--out", out}, words);
        EXPECT_FALSE(fs::exists(out));
    };
    refused("[{\"command\": \"stepp\"}]", {"bad.json", "[0]", "'stepp'", "step"});
    refused("[{\"command\": \"step\"}, {\"command\": \"step\", \"token\": 3}]",
            {"bad.json", "[1]", "'token'", "tokens"});
    refused("[{\"command\": \"step\", \"tokens\": \"three\"}]", {"bad.json", "tokens"});
    refused("{\"command\": \"step\"}", {"bad.json", "array"});
    refused("[{\"command\": ", {"bad.json"});
    refused("[{\"command\": \"theme\", \"theme\": \"drak\"}]", {"theme", "dark"});
    refused("[{\"command\": \"force-token\", \"position\": 1, \"token\": 99}]", {"force token", "52", "99"});
    refused("[{\"command\": \"prompt\", \"text\": \"1,x\"}]", {"x"});
    expect_refused({"shot", "--script", picture_path("nowhere.json"), "--out", out}, {"nowhere.json"});
    expect_refused({"shot", "--script", script("step.json", "[{\"command\": \"step\"}]"), "--out", out},
                   {"step", "open model"});
}

TEST_F(ShotTest, BadArgumentsAreRefused) {
    const std::string out = picture_path("never.png");
    expect_refused({"shot"}, {"--out"});
    expect_refused({"shot", "--out", "/nonexistent/x.png"}, {"/nonexistent/x.png"});
    expect_refused({"shot", "--out", scratch().string()}, {scratch().c_str()});
    for (const char* size : {"0x0", "1600", "1600x", "1600x900x3", "99999x99999", "319x200"})
        expect_refused({"shot", "--out", out, "--size", size}, {"--size", size});
    for (const char* scale : {"0.5", "4", "nan"})
        expect_refused({"shot", "--out", out, "--scale", scale}, {"--scale"});
    expect_refused({"shot", "--out", out, "--theme", "drak"}, {"drak", "dark"});
    expect_refused({"shot", "--out", out, "--model", picture_path("nowhere.bin")}, {"nowhere.bin"});
    expect_refused({"shot", "--out", out, "--prompt", "a"}, {"open model"});
    expect_refused({"shot", "--out", out, "--skript", "x"}, {"--script"});
    EXPECT_FALSE(fs::exists(out));
}

} // namespace
} // namespace gf::ui::tests::shot_test
