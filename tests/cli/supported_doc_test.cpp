#include "cli/supported_doc.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace gf::supported_doc_test {
namespace {

TEST(SupportedDoc, TheDocumentIsWhatTheTablesSay) {
    std::ifstream file(GLASSFORMER_TESTS_DIR "/../docs/models-you-can-open.md");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), supported_markdown())
        << "write it anew: build/glassformer info --supported > docs/models-you-can-open.md";
}

TEST(SupportedDoc, NamesWhatPeopleLookFor) {
    const std::string text = supported_markdown();
    for (const char* word : {"| llama | LlamaForCausalLM |", "| bert | BertForPreTraining |", "yarn",
                             "gelu_new", "`attn_logit_softcapping`", "--ignore-config-key", "WordPiece",
                             "ByteLevel", "git lfs pull", "GGUF", "PyTorch", "adapter"})
        EXPECT_THAT(text, testing::HasSubstr(word));
}

} // namespace
} // namespace gf::supported_doc_test
