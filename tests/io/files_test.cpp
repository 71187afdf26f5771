#include "io/support.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gf::tests::files_test {
namespace {

namespace fs = std::filesystem;

TEST(MappedFile, HoldsTheBytes) {
    const TestFolder folder;
    const std::string contents("a\0b\n", 4);
    write_text(folder.path() / "f", contents);
    const MappedFile file(folder.path() / "f");
    EXPECT_EQ(file.text(), contents);
    ASSERT_EQ(file.bytes().size(), 4u);
    EXPECT_EQ(file.bytes()[2], std::byte{'b'});
}

TEST(MappedFile, CanBeMoved) {
    const TestFolder folder;
    write_text(folder.path() / "f", "abc");
    MappedFile a(folder.path() / "f");
    const MappedFile b(std::move(a));
    EXPECT_EQ(b.text(), "abc");
}

TEST(MappedFile, SaysWhatIsWrong) {
    const TestFolder folder;
    const fs::path file = folder.path() / "f";
    expect_words(problem_of([&] { MappedFile{file}; }),
                 {file, "readable file", "nothing there", "check the path"});
    write_text(file, "");
    expect_words(problem_of([&] { MappedFile{file}; }), {file, "contents", "an empty file", "again"});
    expect_words(problem_of([&] { MappedFile{folder.path()}; }),
                 {folder.path(), "readable file", "a folder", "name a file"});
    expect_words(problem_of([&] { MappedFile{file / "below"}; }),
                 {file, "readable file", "Not a directory", "check the path"});
    expect_words(problem_of([&] { MappedFile{"/dev/zero"}; }),
                 {"/dev/zero", "readable file", "a device or pipe", "file"});
    ASSERT_EQ(mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
    expect_words(problem_of([&] { MappedFile{folder.path() / "pipe"}; }),
                 {"pipe", "readable file", "a device or pipe", "file"});
}

TEST(MappedFile, SaysThatItMayNotRead) {
    if (geteuid() == 0) GTEST_SKIP() << "the superuser may read everything";
    const TestFolder folder;
    write_text(folder.path() / "f", "x");
    fs::permissions(folder.path() / "f", fs::perms::none);
    expect_words(problem_of([&] { MappedFile{folder.path() / "f"}; }),
                 {"f", "readable", "Permission denied", "permissions"});
}

int n_files(const fs::path& folder) {
    return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(WriteFile, WritesAndReplaces) {
    const TestFolder folder;
    const fs::path file = folder.path() / "f";
    write_file(file, "one");
    EXPECT_EQ(read_text(file), "one");
    const std::string large(1 << 20, 'x'); // more than the buffer
    write_file(file, large);
    EXPECT_EQ(read_text(file), large);
    EXPECT_EQ(n_files(folder.path()), 1);
}

TEST(WriteFile, PiecesOfAnySizeArriveInOrder) {
    const TestFolder folder;
    std::string expected;
    FileWriter file(folder.path() / "f");
    for (std::size_t n = 0; n < 1500; ++n) {
        const std::string piece(n, static_cast<char>('a' + n % 26));
        file.write(bytes_of(piece));
        expected += piece;
    }
    EXPECT_FALSE(fs::exists(folder.path() / "f")) << "it must not be seen before it is whole";
    file.commit();
    EXPECT_EQ(read_text(folder.path() / "f"), expected);
}

TEST(WriteFile, WithoutCommitNothingChanges) {
    const TestFolder folder;
    write_file(folder.path() / "f", "old");
    {
        FileWriter file(folder.path() / "f");
        file.write(bytes_of("new"));
    }
    EXPECT_EQ(read_text(folder.path() / "f"), "old");
    EXPECT_EQ(n_files(folder.path()), 1);
}

/// Files of this process cannot grow beyond `limit` bytes while it lives.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t limit) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit lower{limit, old_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &lower);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit old_{};
    void (*handler_)(int);
};

TEST(WriteFile, AFullDiskLeavesTheOldFile) {
    const TestFolder folder;
    const fs::path file = folder.path() / "f";
    write_file(file, "old");
    const Problem problem = [&] {
        const FileSizeLimit limit(100'000);
        return problem_of([&] { write_file(file, std::string(1 << 20, 'x')); });
    }();
    expect_words(problem, {file, "to be written", "File too large", "unchanged"});
    EXPECT_EQ(read_text(file), "old");
    EXPECT_EQ(n_files(folder.path()), 1);
}

TEST(WriteFile, SaysWhatIsWrong) {
    const TestFolder folder;
    expect_words(problem_of([&] { write_file(folder.path() / "none" / "f", "x"); }),
                 {"none/f", "a folder that can be written to", "No such file", "check the folder"});
    expect_words(problem_of([&] { write_file(folder.path(), "x"); }),
                 {folder.path(), "a file to write", "folder", "another name"});
    expect_words(problem_of([&] { write_file("/dev/null", "x"); }),
                 {"/dev/null", "a file to write", "device", "another name"});
    EXPECT_FALSE(fs::is_regular_file("/dev/null"));
}

} // namespace
} // namespace gf::tests::files_test
