#pragma once
// What the tests of training share: folders, files, and what an Error says.

#include "core/error.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace gf::tests {

/// A folder that is removed at the end of the scope.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "glassformer-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }
    /// Writes a file in it and returns its path.
    std::filesystem::path file(const std::string& name, std::string_view contents) const {
        std::ofstream(path_ / name, std::ios::binary) << contents;
        return path_ / name;
    }

  private:
    std::filesystem::path path_;
};

inline std::string contents_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Expects an Error whose message has all the words.
inline void expect_error(const std::function<void()>& f, std::initializer_list<const char*> words) {
    try {
        f();
    } catch (const Error& e) {
        for (const char* word : words) EXPECT_THAT(e.what(), testing::HasSubstr(word));
        return;
    }
    ADD_FAILURE() << "no Error; expected one with '" << *words.begin() << "'";
}

/// The tokenizer.json of a vocabulary of the 256 bytes, id = byte, and special tokens from 256 on.
std::string byte_tokenizer_json(const std::vector<std::string>& special = {});

/// Sentences of three parts with three choices each: log 27 nats of surprise in each, and none else.
std::string generated_text(int n_sentences);

} // namespace gf::tests
