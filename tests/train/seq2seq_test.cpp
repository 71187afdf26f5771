// An encoder-decoder from beginning to end: from JSON lines to a model that reverses texts.

#include "core/passes/forward.h"
#include "io/model_file.h"
#include "support.h"
#include "text/load_tokenizer.h"
#include "train/training_run.h"

#include <algorithm>
#include <random>

namespace gf::tests::seq2seq_test {
namespace {

using nlohmann::json;

/// n words of four letters out of eight.
std::vector<std::string> random_words(int n, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::string> words;
    for (int i = 0; i < n; ++i) {
        std::string word;
        for (int j = 0; j < 4; ++j) word += static_cast<char>('a' + random() % 8);
        words.push_back(word);
    }
    return words;
}

std::string reversed(const std::string& word) { return {word.rbegin(), word.rend()}; }

/// The model's answer: the likeliest tokens up to `end`, eight at most.
std::string answer(const std::shared_ptr<const Weights>& weights, const Tokenizer& tokenizer,
                   const std::string& text, int end) {
    const std::vector<int> ids = tokenizer.encode(text);
    const auto source = std::make_shared<Trace>(
        weights, TraceShape{static_cast<int>(ids.size()), Keep::cache, Stack::encoder});
    extend(*source, ids);
    Trace decoder(weights, {8, Keep::cache}, {}, source);
    std::string said;
    for (int token = end, i = 0; i < 8; ++i) { // the decoder begins with the end-of-text token
        extend(decoder, {&token, 1});
        const real* logits = decoder.row(Site::logits, -1, i);
        token = static_cast<int>(std::max_element(logits, logits + weights->config.d_vocab) - logits);
        if (token == end) break;
        said += token < 256 ? static_cast<char>(token) : '?';
    }
    return said;
}

TEST(SequenceToSequence, LearnsToTurnTextsRound) {
    const TestFolder folder;
    std::string lines;
    for (const std::string& word : random_words(1500, 1))
        lines += json{{"source", word}, {"target", reversed(word)}}.dump() + "\n";
    json c = json::parse(R"({
        "model": {"d_model": 32, "n_layers": 1, "n_encoder_layers": 1, "n_heads": 4, "n_ctx": 16, "d_mlp": 64,
                  "norm": "layer", "positions": "learned", "mlp": "plain", "activation": "relu"},
        "objective": "seq2seq", "optimiser": {"lr": 0.01}, "schedule": {"warmup_steps": 20},
        "batch": {"sequences": 24}, "steps": 450,
        "evaluate_every": 450, "checkpoint_every": 450, "threads": 1})");
    c["data"] = {{"files", folder.file("pairs.jsonl", lines).string()}};
    c["tokenizer"] = folder.file("tokenizer.json", byte_tokenizer_json({"</s>"})).string();
    c["out"] = (folder.path() / "out").string();
    const TrainingEnd end = run_training(parse_train_config(c, "test", folder.path()), false);
    ASSERT_EQ(end.kind, TrainingEnd::Kind::finished);

    std::vector<std::string> warnings;
    const std::shared_ptr<const Weights> model = load_model(folder.path() / "out", warnings);
    EXPECT_EQ(model->config.n_encoder_layers, 1);
    const auto tokenizer = load_tokenizer(folder.path() / "out" / "tokenizer.json");
    int right = 0;
    // There are 4096 words, so most of these were not among the 1500 to train on.
    for (const std::string& word : random_words(100, 2))
        right += answer(model, *tokenizer, word, *tokenizer->eos_id()) == reversed(word);
    EXPECT_GE(right, 95);
}

} // namespace
} // namespace gf::tests::seq2seq_test
