// Datasets: which tokens a step sees, what they predict, and what is refused.

#include "train/dataset.h"

#include "support.h"
#include "text/load_tokenizer.h"
#include "text/train/train_tokenizer.h"
#include "train/tinyville/toy_language.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace gf::tests::dataset_test {
namespace {

using testing::ElementsAre;

/// The tokens 0 to n - 1.
std::vector<int> counting_tokens(int n) {
    std::vector<int> tokens(static_cast<std::size_t>(n));
    std::iota(tokens.begin(), tokens.end(), 0);
    return tokens;
}

Batch training_items(const Dataset& data, std::uint64_t seed, std::uint64_t n) {
    Batch batch;
    for (std::uint64_t i = 0; i < n; ++i) data.append_training(seed, i, batch);
    return batch;
}

Batch validation_items(const Dataset& data) {
    Batch batch;
    for (std::size_t i = 0; i < data.n_validation(); ++i) data.append_validation(i, batch);
    return batch;
}

TEST(WindowDataset, TargetsAreTheNextTokens) {
    const auto data = window_dataset(counting_tokens(100), {.length = 7, .validation = 0.2});
    EXPECT_EQ(data->n_training(), 80u);
    for (const Sequence& s : training_items(*data, 3, 200).sequences) {
        ASSERT_EQ(s.tokens.size(), 7u);
        for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(s.targets[i], s.tokens[i] + 1);
        EXPECT_LT(s.targets.back(), 80) << "validation is the tail";
    }
}

TEST(WindowDataset, RandomWindowsBeginEverywhereAndDependOnTheSeedOnly) {
    const auto data = window_dataset(counting_tokens(30), {.length = 10, .validation = 0});
    std::set<int> starts;
    for (const Sequence& s : training_items(*data, 1, 400).sequences) starts.insert(s.tokens[0]);
    EXPECT_EQ(starts.size(), 20u) << "0 to 19: the last target is token 29";
    const Batch a = training_items(*data, 5, 20), b = training_items(*data, 5, 20),
                other = training_items(*data, 6, 20);
    int n_equal = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        EXPECT_EQ(a.sequences[i].tokens, b.sequences[i].tokens);
        n_equal += a.sequences[i].tokens == other.sequences[i].tokens;
    }
    EXPECT_LT(n_equal, 8);
}

TEST(WindowDataset, InOrderItReadsAllAndBeginsAgain) {
    const auto data =
        window_dataset(counting_tokens(22), {.length = 7, .validation = 0, .order = DataOrder::sequential});
    std::vector<int> starts;
    for (const Sequence& s : training_items(*data, 1, 5).sequences) starts.push_back(s.tokens[0]);
    EXPECT_THAT(starts, ElementsAre(0, 7, 14, 0, 7));
}

TEST(WindowDataset, ValidationCoversItsTailOnce) {
    const auto data = window_dataset(counting_tokens(50), {.length = 8, .validation = 0.4});
    std::vector<int> targets;
    for (const Sequence& s : validation_items(*data).sequences)
        targets.insert(targets.end(), s.targets.begin(), s.targets.end());
    std::vector<int> expected(19);
    std::iota(expected.begin(), expected.end(), 31);
    EXPECT_EQ(targets, expected);
    EXPECT_EQ(window_dataset(counting_tokens(50), {.length = 8, .validation = 0})->n_validation(), 0u);
}

TEST(WindowDataset, MasksAsBertDoes) {
    constexpr int k_mask = 1000, k_n = 20'000;
    const auto data =
        window_dataset(std::vector<int>(k_n, 7),
                       {.length = 100, .validation = 0.1, .mask_id = k_mask, .n_random_ids = 1000});
    double chosen = 0, masked = 0, unchanged = 0, random = 0, all = 0;
    for (const Sequence& s : training_items(*data, 2, 500).sequences)
        for (std::size_t i = 0; i < s.tokens.size(); ++i) {
            ++all;
            if (s.targets[i] < 0) {
                EXPECT_EQ(s.tokens[i], 7);
                continue;
            }
            EXPECT_EQ(s.targets[i], 7);
            ++chosen;
            masked += s.tokens[i] == k_mask;
            unchanged += s.tokens[i] == 7;
            random += s.tokens[i] != k_mask && s.tokens[i] != 7;
        }
    // 50,000 tokens: the tolerances are about five standard deviations.
    EXPECT_NEAR(chosen / all, 0.15 + 0.85 / 100, 0.008)
        << "15 %, and one of the others that is always chosen";
    EXPECT_NEAR(masked / chosen, 0.8, 0.025);
    EXPECT_NEAR(unchanged / chosen, 0.1, 0.02);
    EXPECT_NEAR(random / chosen, 0.1, 0.02);
}

TEST(WindowDataset, EveryMaskedWindowHasATarget) {
    const auto data = window_dataset(counting_tokens(40),
                                     {.length = 2, .validation = 0.5, .mask_id = 99, .n_random_ids = 40});
    Batch all = training_items(*data, 1, 50);
    for (const Sequence& s : validation_items(*data).sequences) all.sequences.push_back(s);
    for (const Sequence& s : all.sequences) EXPECT_GE(std::max(s.targets[0], s.targets[1]), 0);
    EXPECT_EQ(validation_items(*data).sequences[3].tokens, validation_items(*data).sequences[3].tokens);
}

TEST(WindowDataset, SaysWhenThereIsTooLittle) {
    expect_error([] { window_dataset(counting_tokens(10), {.length = 10, .validation = 0}); },
                 {"data", "at least 11 tokens", "10"});
    expect_error([] { window_dataset(counting_tokens(100), {.length = 10, .validation = 0.01}); },
                 {"data.validation", "1 of 100"});
}

TEST(Dataset, FingerprintTellsTextsAndSplitsApart) {
    const auto fingerprint = [](std::vector<int> tokens, double validation) {
        return window_dataset(std::move(tokens), {.length = 3, .validation = validation})->fingerprint();
    };
    std::vector<int> changed = counting_tokens(20);
    changed[19] = 3;
    EXPECT_EQ(fingerprint(counting_tokens(20), 0.2), fingerprint(counting_tokens(20), 0.2));
    EXPECT_NE(fingerprint(counting_tokens(20), 0.2), fingerprint(counting_tokens(20), 0.3));
    EXPECT_NE(fingerprint(counting_tokens(20), 0.2), fingerprint(changed, 0.2));
}

class DatasetFiles : public testing::Test {
  protected:
    DatasetFiles() {
        folder.file("tokenizer.json", byte_tokenizer_json({"[MASK]", "<|endoftext|>"}));
        tokenizer = load_tokenizer(folder.path());
    }
    std::unique_ptr<const Dataset> load(Objective objective, std::vector<std::string> contents,
                                        double validation = 0, int length = 8) {
        DataConfig config{.files = {}, .validation = validation};
        for (std::size_t i = 0; i < contents.size(); ++i)
            config.files.push_back(folder.file("data" + std::to_string(i), contents[i]));
        return load_dataset(config, objective, *tokenizer, length);
    }
    const TestFolder folder;
    std::shared_ptr<const Tokenizer> tokenizer;
};

TEST_F(DatasetFiles, TextsStandOneBehindTheOther) {
    const auto data = load(Objective::next_token, {"abcdef", "ghij"}, 0, 4);
    EXPECT_EQ(data->n_training(), tokenizer->eos_id() ? 11u : 10u);
    EXPECT_EQ(training_items(*data, 1, 1).sequences[0].tokens.size(), 4u);
}

TEST_F(DatasetFiles, RefusesBytesThatAreNoUtf8) {
    expect_error([&] { load(Objective::next_token, {"abc\xff\xfe def"}); }, {"data0", "UTF-8", "offset 3"});
}

TEST_F(DatasetFiles, TheMaskIsASpecialToken) {
    DataConfig config{.files = {folder.file("text", std::string(100, 'a'))}, .validation = 0};
    config.mask_token = "[MSK]";
    expect_error([&] { load_dataset(config, Objective::masked_token, *tokenizer, 8); },
                 {"data.mask_token", "'[MASK]'", "'[MSK]'"});
    config.mask_token = "[MASK]";
    const auto data = load_dataset(config, Objective::masked_token, *tokenizer, 8);
    bool masked = false;
    for (const Sequence& s : training_items(*data, 1, 20).sequences)
        masked |= std::count(s.tokens.begin(), s.tokens.end(), 256) > 0;
    EXPECT_TRUE(masked);
}

TEST_F(DatasetFiles, LabelsAreNumbersOrNames) {
    const auto numbers = load(Objective::classification,
                              {"{\"text\": \"ab\", \"label\": 2}\n\n{\"text\": \"c\", \"label\": 0}\n"});
    Batch batch;
    numbers->append_training(1, 0, batch);
    EXPECT_EQ(numbers->n_classes(), 3);
    const auto names =
        load(Objective::classification,
             {"{\"text\": \"ab\", \"label\": \"sad\"}\n{\"text\": \"c\", \"label\": \"glad\"}"}, 0.4);
    EXPECT_THAT(names->class_names(), ElementsAre("glad", "sad"));
    EXPECT_EQ(names->n_training(), 1u);
    Batch split;
    names->append_training(1, 0, split);
    names->append_validation(0, split);
    EXPECT_EQ(split.sequences[0].label, 1);
    EXPECT_EQ(split.sequences[1].label, 0);
    EXPECT_THAT(split.sequences[0].tokens, ElementsAre('a', 'b'));
    expect_error(
        [&] {
            load(Objective::classification,
                 {"{\"text\": \"ab\", \"label\": \"x\"}\n{\"text\": \"c\", \"label\": 1}"});
        },
        {"data0, line 2", "'label'", "on every line"});
    expect_error([&] { load(Objective::classification, {"{\"text\": \"ab\", \"label\": 1.5}"}); },
                 {"line 1", "'label'", "1.5"});
}

TEST_F(DatasetFiles, PairsOfContrast) {
    const auto data =
        load(Objective::contrastive, {"{\"a\": \"x\", \"b\": \"yz\"}\n{\"a\": \"u\", \"b\": \"v\"}\n"});
    EXPECT_EQ(data->n_training(), 2u);
    const Batch batch = training_items(*data, 1, 8);
    ASSERT_EQ(batch.sequences.size(), 16u);
    for (std::size_t i = 0; i < 16; i += 2)
        EXPECT_EQ(batch.sequences[i].tokens[0] == 'x', batch.sequences[i + 1].tokens.size() == 2);
}

TEST_F(DatasetFiles, SequenceToSequence) {
    if (!tokenizer->eos_id()) {
        expect_error([&] { load(Objective::seq2seq, {"{\"source\": \"ab\", \"target\": \"xyz\"}"}); },
                     {"tokenizer", "end-of-text"});
        return;
    }
    const int end = *tokenizer->eos_id();
    const auto data = load(Objective::seq2seq, {"{\"source\": \"ab\", \"target\": \"xyz\"}"});
    const Sequence s = training_items(*data, 1, 1).sequences[0];
    EXPECT_THAT(s.source, ElementsAre('a', 'b'));
    EXPECT_THAT(s.tokens, ElementsAre(tokenizer->bos_id().value_or(end), 'x', 'y', 'z'));
    EXPECT_THAT(s.targets, ElementsAre('x', 'y', 'z', end));
}

TEST_F(DatasetFiles, LinesThatDoNotFit) {
    expect_error(
        [&] {
            load(Objective::classification,
                 {"{\"text\": \"a\", \"label\": 0}\n{\"text\": \"123456789\", \"label\": 0}"});
        },
        {"data0, line 2", "at most 8 tokens", "found 9"});
    expect_error([&] { load(Objective::classification, {"{\"text\": \"\", \"label\": 0}"}); },
                 {"line 1", "some text"});
    expect_error([&] { load(Objective::contrastive, {"{\"a\": \"x\"}"}); }, {"line 1", "'b'"});
    expect_error([&] { load(Objective::contrastive, {"{\"a\": \"x\""}); }, {"data0, line 1"});
    expect_error([&] { load(Objective::contrastive, {"\n\n"}); }, {"at least one example"});
}

/// A tokenizer with all bytes and an end-of-text token.
std::shared_ptr<const Tokenizer> small_tokenizer() {
    return train_tokenizer(
               parse_tokenizer_recipe(
                   {{"kind", "bpe"}, {"vocab_size", 300}, {"special_tokens", {{"eos", "<|endoftext|>"}}}},
                   ""),
               "the fox sees the boat")
        .tokenizer;
}

TEST(TinyvilleDataset, WindowsBeginWithDocumentsOfTheTrainingSplit) {
    const auto tokenizer = small_tokenizer();
    DataConfig config;
    config.tinyville = {.seed = 5, .size = 100'000};
    const auto data = load_dataset(config, Objective::next_token, *tokenizer, 24);
    std::set<std::string> training, validation; // texts of documents
    tinyville::for_each_document(config.tinyville, [&](const tinyville::Document& d, std::uint64_t) {
        if (d.split == tinyville::Split::test) return;
        (d.split == tinyville::Split::train ? training : validation).insert(d.text);
    });
    for (const Sequence& s : training_items(*data, 1, 300).sequences) {
        ASSERT_EQ(s.tokens.front(), *tokenizer->eos_id());
        const auto end = std::ranges::find(s.tokens.begin() + 1, s.tokens.end(), *tokenizer->eos_id());
        const std::string text = tokenizer->decode(std::vector<int>(s.tokens.begin() + 1, end));
        EXPECT_TRUE(std::ranges::any_of(training, [&](const std::string& d) { return d.starts_with(text); }))
            << text;
    }
    std::size_t n_read = 0;
    for (const Sequence& s : validation_items(*data).sequences) {
        EXPECT_EQ(s.tokens.front(), *tokenizer->eos_id());
        const auto end = std::ranges::find(s.tokens.begin() + 1, s.tokens.end(), *tokenizer->eos_id());
        const std::string text = tokenizer->decode(std::vector<int>(s.tokens.begin() + 1, end));
        EXPECT_TRUE(std::ranges::any_of(validation, [&](const std::string& d) {
            return d.starts_with(text);
        })) << text;
        n_read += s.tokens.size();
    }
    std::size_t n_validation = 0;
    for (const std::string& text : validation) n_validation += 1 + tokenizer->encode(text, false).size();
    EXPECT_LE(n_read, n_validation);
    EXPECT_GT(n_read, n_validation / 10) << "short windows of long documents";
    const auto tested = load_dataset(config, Objective::next_token, *tokenizer, 24, tinyville::Split::test);
    EXPECT_EQ(tested->n_training(), data->n_training());
    EXPECT_NE(tested->n_validation(), data->n_validation());
}

TEST(TinyvilleDataset, SingleDocumentsAreWindowsOfTheirOwnAndGroupsWeigh) {
    const auto tokenizer = small_tokenizer();
    DataConfig config;
    config.tinyville = {.seed = 5, .size = 100'000};
    config.single_documents = true;
    // The group of each document, by its tokens and the end-of-text token that follows.
    std::map<std::vector<int>, std::string> groups;
    std::size_t n_validation = 0;
    double stories = 0, documents = 0;
    tinyville::for_each_document(config.tinyville, [&](const tinyville::Document& d, std::uint64_t) {
        if (d.split == tinyville::Split::test) return;
        n_validation += d.split == tinyville::Split::validation;
        if (d.split == tinyville::Split::train) stories += d.group == "story", ++documents;
        std::vector<int> tokens = tokenizer->encode(d.text, false);
        tokens.push_back(*tokenizer->eos_id());
        groups[tokens] = d.group;
    });
    const auto share_of_stories = [&](const Dataset& data) {
        constexpr int k_items = 3000;
        double n = 0;
        for (const Sequence& s : training_items(data, 1, k_items).sequences) {
            const auto document = groups.find(s.targets);
            if (document == groups.end()) {
                ADD_FAILURE() << tokenizer->decode(s.targets);
                return 0.0;
            }
            n += document->second == "story";
        }
        return n / k_items;
    };
    const auto equal = load_dataset(config, Objective::next_token, *tokenizer, 2000);
    EXPECT_NEAR(share_of_stories(*equal), stories / documents, 0.03);
    config.group_weights = {{"story", 4}};
    const auto data = load_dataset(config, Objective::next_token, *tokenizer, 2000);
    EXPECT_NEAR(share_of_stories(*data), 4 * stories / (documents + 3 * stories), 0.03);
    EXPECT_EQ(data->n_validation(), n_validation) << "each once";
    for (const Sequence& s : validation_items(*data).sequences) EXPECT_TRUE(groups.contains(s.targets));
    const auto shorter = load_dataset(config, Objective::next_token, *tokenizer, 24);
    for (const Sequence& s : training_items(*shorter, 1, 100).sequences) EXPECT_LE(s.tokens.size(), 24u);
    config.group_weights = {{"storys", 4}};
    expect_error([&] { load_dataset(config, Objective::next_token, *tokenizer, 24); },
                 {"data.tinyville.weights", "'story'"});
}

TEST(TinyvilleDataset, TasksAreExamplesForAnEncoderDecoder) {
    const auto tokenizer = small_tokenizer();
    DataConfig config;
    config.tinyville = {.seed = 5, .size = 20'000, .only = {"translate"}};
    const auto data = load_dataset(config, Objective::seq2seq, *tokenizer, 96);
    EXPECT_GT(data->n_training(), 100u);
    EXPECT_GT(data->n_validation(), 5u);
    for (const Sequence& s : training_items(*data, 1, 20).sequences) {
        std::vector<int> target = s.targets;
        target.pop_back();
        EXPECT_EQ(tinyville::translate(tokenizer->decode(s.source)), tokenizer->decode(target));
    }
    expect_error([&] { load_dataset(config, Objective::classification, *tokenizer, 96); },
                 {"data.tinyville", "classification"});
}

} // namespace
} // namespace gf::tests::dataset_test
