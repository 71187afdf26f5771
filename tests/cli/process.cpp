#include "cli/process.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gf::tests {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool k_limits_memory = false;
#else
constexpr bool k_limits_memory = true;
#endif

/// In the child process: becomes the program, with its output in two files.
[[noreturn]] void exec_program(char* const* argv, const char* out, const char* err) {
    const int in_fd = open("/dev/null", O_RDONLY), out_fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600),
              err_fd = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (dup2(in_fd, 0) < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0) _exit(126);
    const rlimit space{rlim_t{1} << 30, rlim_t{1} << 30}, no_core{0, 0};
    if (k_limits_memory) setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_CORE, &no_core);
    execv(argv[0], argv);
    _exit(127);
}

} // namespace

Outcome run_glassformer(const std::vector<std::string>& arguments) {
    std::vector<std::string> words = arguments;
    words.emplace(words.begin(), GLASSFORMER_BINARY);
    std::vector<char*> argv;
    for (std::string& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    const std::string out = (scratch() / "stdout").string(), err = (scratch() / "stderr").string();
    const pid_t child = fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) exec_program(argv.data(), out.c_str(), err.c_str());
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_text(out), read_text(err)};
}

std::string stdout_of(const std::vector<std::string>& arguments) {
    const Outcome o = run_glassformer(arguments);
    EXPECT_EQ(o.exit_code, 0) << o.err;
    EXPECT_EQ(o.err, "");
    return o.out;
}

nlohmann::json stdout_json(const std::vector<std::string>& arguments) {
    const std::string out = stdout_of(arguments);
    const auto json = nlohmann::json::parse(out, nullptr, false);
    EXPECT_FALSE(json.is_discarded()) << out;
    return json;
}

void expect_refused(const std::vector<std::string>& arguments, std::initializer_list<const char*> words) {
    std::string line = "glassformer";
    for (const std::string& a : arguments) line.append(" ").append(a, 0, 80);
    SCOPED_TRACE(line);
    const Outcome o = run_glassformer(arguments);
    EXPECT_EQ(o.exit_code, 2);
    EXPECT_EQ(o.out, "");
    EXPECT_TRUE(o.err.starts_with("glassformer: ")) << o.err;
    EXPECT_TRUE(o.err.ends_with('\n')) << o.err;
    EXPECT_EQ(std::ranges::count(o.err, '\n'), 1) << "one line: " << o.err;
    EXPECT_LT(o.err.size(), 1000u) << "one that can be read";
    for (const char* word : words) EXPECT_THAT(o.err, ::testing::HasSubstr(word));
}

} // namespace gf::tests
