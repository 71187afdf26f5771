#include "cli/sites_doc.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace gf::sites_doc_test {
namespace {

TEST(SitesDoc, TheDocumentIsWhatTheRowsSay) {
    std::ifstream file(GLASSFORMER_TESTS_DIR "/../docs/sites.md");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), sites_markdown())
        << "write it anew: build/glassformer info --all-sites > docs/sites.md";
}

} // namespace
} // namespace gf::sites_doc_test
