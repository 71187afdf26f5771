#include "cli/glossary_doc.h"

#include "core/words/term.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace gf::glossary_doc_test {
namespace {

TEST(GlossaryDoc, TheDocumentIsWhatTheTableSays) {
    std::ifstream file(GLASSFORMER_TESTS_DIR "/../docs/glossary.md");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), glossary_markdown())
        << "write it anew: build/glassformer info --glossary > docs/glossary.md";
}

TEST(GlossaryDoc, AnchorsAreThoseOfTheHeadings) {
    EXPECT_EQ(glossary_anchor("attention weight"), "#attention-weight");
    EXPECT_EQ(glossary_anchor("norm's divisor"), "#norms-divisor");
    EXPECT_EQ(glossary_anchor("top-k"), "#top-k");
}

} // namespace
} // namespace gf::glossary_doc_test
