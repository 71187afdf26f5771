#include "cli/commands_doc.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace gf::commands_doc_test {
namespace {

TEST(CommandsDoc, TheDocumentIsWhatTheStructsSay) {
    std::ifstream file(GLASSFORMER_TESTS_DIR "/../docs/commands.md");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), commands_markdown())
        << "write it anew: build/glassformer info --all-commands > docs/commands.md";
}

} // namespace
} // namespace gf::commands_doc_test
