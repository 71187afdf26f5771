// Every token that is trained on knows its domain: the file or the part of Tinyville that it stands in.

#include "train/dataset.h"

#include "support.h"
#include "text/load_tokenizer.h"
#include "text/train/train_tokenizer.h"
#include "train/tinyville_data.h"

#include <algorithm>
#include <map>

namespace gf::tests::domains_test {
namespace {

using testing::ElementsAre;

/// The 256 bytes, and an end-of-text token.
std::shared_ptr<const Tokenizer> byte_tokenizer() {
    return train_tokenizer(
               parse_tokenizer_recipe(
                   {{"kind", "bpe"}, {"vocab_size", 257}, {"special_tokens", {{"eos", "<|endoftext|>"}}}},
                   ""),
               "text")
        .tokenizer;
}

TEST(Domains, AreTheFilesOfAText) {
    const TestFolder folder;
    const auto tokenizer = byte_tokenizer();
    ASSERT_TRUE(tokenizer->eos_id());
    const auto a = folder.file("a.txt", std::string(50, 'a')), b = folder.file("b.txt", std::string(70, 'b'));
    DataConfig config;
    config.files = {a, b, a};
    config.validation = 0.2;
    const auto data = load_dataset(config, Objective::next_token, *tokenizer, 16);
    EXPECT_THAT(data->domain_names(), ElementsAre(a.string(), b.string()));
    std::map<DomainId, int> rows;
    Batch batch;
    for (std::uint64_t n = 0; n < 100; ++n) data->append_training(1, n, batch);
    for (std::size_t n = 0; n < data->n_validation(); ++n) data->append_validation(n, batch);
    for (const Sequence& s : batch.sequences) {
        ASSERT_EQ(s.domains.size(), s.tokens.size());
        for (std::size_t i = 0; i < s.tokens.size(); ++i) {
            // The end-of-text token belongs to what follows it.
            const int letter = s.tokens[i] == *tokenizer->eos_id() ? s.targets[i] : s.tokens[i];
            EXPECT_EQ(s.domain(i), tokenizer->token_bytes(letter) == "a" ? 0 : 1);
            ++rows[s.domain(i)];
        }
    }
    EXPECT_GT(rows[0], 100);
    EXPECT_GT(rows[1], 100);
    config.files = {a};
    const auto one =
        load_dataset(config, Objective::masked_token,
                     *load_tokenizer(folder.file("masked.json", byte_tokenizer_json({"[MASK]"}))), 16);
    EXPECT_THAT(one->domain_names(), ElementsAre(a.string()));
    Batch masked;
    one->append_training(1, 0, masked);
    EXPECT_EQ(masked.sequences[0].domain(9), 0);
}

TEST(Domains, AreTheFilesOfExamples) {
    const TestFolder folder;
    const auto tokenizer = byte_tokenizer();
    const auto line = [](const std::string& text) { return R"({"a": ")" + text + R"(", "b": "x"})" + "\n"; };
    const auto short_ones = folder.file("short.jsonl", line("s") + line("s")),
               long_ones = folder.file("long.jsonl", line("long") + line("long") + line("long"));
    DataConfig config;
    config.files = {short_ones, long_ones};
    config.validation = 0.2;
    const auto data = load_dataset(config, Objective::contrastive, *tokenizer, 16);
    EXPECT_THAT(data->domain_names(), ElementsAre(short_ones.string(), long_ones.string()));
    Batch batch;
    for (std::uint64_t n = 0; n < 40; ++n) data->append_training(1, n, batch);
    data->append_validation(0, batch);
    for (std::size_t i = 0; i < batch.sequences.size(); ++i) {
        const Sequence &first = batch.sequences[i / 2 * 2], &s = batch.sequences[i];
        for (std::size_t row = 0; row < s.tokens.size(); ++row)
            EXPECT_EQ(s.domain(row), first.tokens.size() == 1 ? 0 : 1);
    }
    EXPECT_EQ(batch.sequences.back().domain(0), 1);
}

TEST(Domains, OfTinyvilleAreItsDocuments) {
    const auto tokenizer = byte_tokenizer();
    const tinyville::CorpusOptions corpus{.seed = 5, .size = 60'000};
    const TinyvilleTokens all = tinyville_tokens(corpus, *tokenizer, tinyville::Split::test);
    ASSERT_EQ(all.domains.ids.size(), all.tokens.size());
    std::array<std::vector<std::string>, 2>
        by_split; // of each token: of the training split, of the test split
    std::map<std::string, int> documents;
    tinyville::for_each_document(corpus, [&](const tinyville::Document& d, std::uint64_t) {
        if (d.split == tinyville::Split::validation) return;
        std::vector<std::string>& names = by_split[d.split == tinyville::Split::test];
        names.insert(names.end(), 1 + d.text.size(), d.domain);
        ++documents[d.domain];
    });
    by_split[0].push_back(by_split[1].front()); // the end-of-text tokens behind all documents
    by_split[1].push_back(by_split[1].back());
    std::size_t at = 0;
    for (const auto& names : by_split)
        for (const std::string& name : names)
            ASSERT_EQ(all.domains.names.at(all.domains.ids.at(at++)), name) << at;
    EXPECT_EQ(at, all.tokens.size());
    EXPECT_GE(documents.size(), 3u);
    EXPECT_EQ(all.domains.names.size(), documents.size());

    DataConfig config;
    config.tinyville = corpus;
    const auto data = load_dataset(config, Objective::next_token, *tokenizer, 64);
    Batch batch;
    data->append_training(1, 0, batch);
    EXPECT_EQ(batch.sequences[0].domains.size(), 64u);
}

TEST(Domains, OfTasksAreThoseOfTheirDocuments) {
    const auto tokenizer = byte_tokenizer();
    DataConfig config;
    config.tinyville = {.seed = 5, .size = 60'000};
    std::map<std::string, std::string> by_question;
    tinyville::for_each_document(config.tinyville, [&](const tinyville::Document& d, std::uint64_t) {
        for (const TinyvilleExample& e : tinyville_examples(d)) by_question[e.question] = d.domain;
    });
    const auto data = load_dataset(config, Objective::seq2seq, *tokenizer, 400);
    EXPECT_GE(data->domain_names().size(), 3u);
    Batch batch;
    for (std::uint64_t n = 0; n < 200; ++n) data->append_training(1, n, batch);
    for (const Sequence& s : batch.sequences)
        EXPECT_EQ(data->domain_names().at(s.domain(0)), by_question.at(tokenizer->decode(s.source)));
}

} // namespace
} // namespace gf::tests::domains_test
