// Tests of training: encoding gives the tokens that training saw, and every step of training is the best one.
#include "text/train/train_tokenizer.h"

#include "text/helpers.h"
#include "text/tokenizer_json.h"
#include "text/utf8.h"

#include <map>
#include <nlohmann/json.hpp>

namespace gf::train_tokenizer_test {
namespace {

using namespace tests;
using nlohmann::json;

const std::string k_text =
    "The quick brown fox jumps over the lazy dog; the dog didn't jump, it was lazier than the quickest fox.\n"
    "There is the hound, there are the hounds, and thereafter they howled: aaaa aaa aaaaaa abab ababab.\n"
    "\xE4\xBD\xA0\xE5\xA5\xBD \xE4\xBD\xA0 caf\xC3\xA9 d\xC3\xA9j\xC3\xA0 \xF0\x9F\x99\x82\xF0\x9F\x99\x82 "
    "12 123 1234\n\n  and "
    "the end\n";

TokenizerRecipe recipe(const json& value) { return parse_tokenizer_recipe(value, "recipe"); }

const std::vector<json> k_recipes = {
    {{"kind", "bpe"}, {"vocab_size", 330}},
    {{"kind", "bpe"},
     {"vocab_size", 5000},
     {"min_frequency", 1},
     {"special_tokens", {{"bos", "<s>"}, {"eos", "</s>"}}}},
    {{"kind", "wordpiece"}, {"vocab_size", 110}},
    {{"kind", "wordpiece"}, {"vocab_size", 500}, {"min_frequency", 1}, {"lowercase", true}},
    {{"kind", "unigram"}, {"vocab_size", 100}},
    {{"kind", "unigram"}, {"vocab_size", 20}, {"normalization", "nfkc"}},
    {{"kind", "characters"}},
    {{"kind", "characters"}, {"vocab_size", 270}, {"byte_fallback", true}},
    {{"kind", "characters"}, {"vocab_size", 12}, {"lowercase", true}},
};

/// A text of random words of few letters, so that pairs repeat, and now and then any other character.
std::string random_text(Random& random, std::size_t n_words) {
    std::string text;
    for (std::size_t i = 0; i < n_words; ++i) {
        for (std::size_t n = 1 + random_below(random, 7); n > 0; --n) {
            if (random_below(random, 20) == 0) {
                char32_t c = 0;
                do
                    c = static_cast<char32_t>(random_below(random, 8) == 0 ? random_below(random, 0x110000)
                                                                           : random_below(random, 0x600));
                while (c >= 0xD800 && c < 0xE000);
                append_utf8(text, c);
            } else {
                text += static_cast<char>('a' + random_below(random, 5));
            }
        }
        text += " \n,"[random_below(random, 10) == 0 ? random_below(random, 3) : 0];
    }
    return text;
}

/// Encodes a word as training saw it by the model alone, without normalizer and pre-tokenizer.
Ids model_ids(const TrainedTokenizer& t, const std::string& piece) {
    json file = json::parse(t.tokenizer_json);
    for (const char* part : {"normalizer", "pre_tokenizer", "post_processor"}) file[part] = nullptr;
    file["added_tokens"] = json::array();
    if (file["decoder"].at("type") == "ByteLevel") file["decoder"] = nullptr;
    static std::map<std::string, std::shared_ptr<const Tokenizer>> cache;
    auto& tokenizer = cache[t.tokenizer_json];
    if (!tokenizer) tokenizer = parse_tokenizer_json(file.dump(), "model");
    return tokenizer->encode(piece, false);
}

TEST(TrainTokenizer, EncodingIsTheSegmentationAtTheEndOfTraining) {
    Random random(1);
    for (const json& r : k_recipes)
        for (const std::string& text :
             {k_text, random_text(random, 300), std::string("x"), std::string(300, 'a')}) {
            SCOPED_TRACE(r.dump());
            const TrainedTokenizer t = train_tokenizer(recipe(r), text);
            for (const CountedWord& w : t.words) ASSERT_EQ(model_ids(t, w.piece), w.ids) << w.piece;
            std::int64_t n = 0;
            for (const CountedWord& w : t.words) n += w.count * static_cast<std::int64_t>(w.ids.size());
            EXPECT_EQ(static_cast<std::int64_t>(t.tokenizer->encode(text, false).size()), n);
            const int limit = r.value("vocab_size", 0);
            if (limit > 0) {
                EXPECT_LE(t.tokenizer->size(), limit);
            }
        }
}

TEST(TrainTokenizer, SameRecipeAndTextGiveTheSameBytes) {
    for (const json& r : k_recipes)
        EXPECT_EQ(train_tokenizer(recipe(r), k_text).tokenizer_json,
                  train_tokenizer(recipe(r), k_text).tokenizer_json);
}

TEST(TrainTokenizer, DecodingGivesTheTextBack) {
    Random random(2);
    for (const json& r :
         {json{{"kind", "bpe"}, {"vocab_size", 400}},
          json{{"kind", "characters"}, {"vocab_size", 280}, {"byte_fallback", true}, {"min_frequency", 2}}}) {
        const auto t = train_tokenizer(recipe(r), k_text).tokenizer;
        for (int i = 0; i < 300; ++i) {
            const std::string text = random_text(random, 20);
            ASSERT_EQ(t->decode(t->encode(text)), text);
        }
    }
}

/// Counts how often each pair and each token stands in the words, in the plainest way.
struct NaiveCounts {
    std::map<std::pair<std::string, std::string>, std::int64_t> pairs;
    std::map<std::string, std::int64_t> singles;

    void add(const std::vector<std::string>& tokens, std::int64_t count) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            singles[tokens[i]] += count;
            if (i + 1 < tokens.size()) pairs[{tokens[i], tokens[i + 1]}] += count;
        }
    }
};

std::vector<std::string> characters(const std::string& piece) {
    std::vector<std::string> chars;
    for (std::size_t at = 0; at < piece.size(); at += chars.back().size())
        chars.push_back(piece.substr(at, code_point_at(piece, at).size));
    return chars;
}

/// Joins `left` and `right` wherever they meet, from left to right.
void join(std::vector<std::string>& tokens, const std::string& left, const std::string& right) {
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (tokens[i] == left && tokens[i + 1] == right) {
            tokens[i] += tokens[i + 1];
            tokens.erase(tokens.begin() + std::ptrdiff_t(i) + 1);
        }
}

TEST(TrainTokenizer, EveryBpeMergeIsTheMostFrequentPair) {
    Random random(3);
    for (const std::string& text : {k_text, random_text(random, 200)}) {
        const TrainedTokenizer t =
            train_tokenizer(recipe({{"kind", "bpe"}, {"vocab_size", 340}, {"min_frequency", 1}}), text);
        std::vector<std::vector<std::string>> words;
        for (const CountedWord& w : t.words) words.push_back(characters(w.piece));
        ASSERT_GT(t.merges.size(), 50u);
        for (const MergeStep& m : t.merges) {
            NaiveCounts naive;
            for (std::size_t w = 0; w < words.size(); ++w) naive.add(words[w], t.words[w].count);
            std::int64_t most = 0;
            for (const auto& [pair, count] : naive.pairs) most = std::max(most, count);
            const std::string &left = t.tokenizer->token_name(m.left),
                              &right = t.tokenizer->token_name(m.right);
            ASSERT_EQ(m.count, most);
            ASSERT_EQ((naive.pairs[{left, right}]), most) << left << " " << right;
            ASSERT_EQ(t.tokenizer->token_name(m.merged), left + right);
            for (auto& word : words) join(word, left, right);
        }
    }
}

/// A second implementation of WordPiece's encoding, the longest token first.
std::vector<std::string> cut_greedily(const std::string& word, const std::map<std::string, bool>& vocab) {
    std::vector<std::string> tokens;
    for (std::size_t at = 0; at < word.size();) {
        std::size_t size = word.size() - at;
        const auto name = [&] { return (at > 0 ? "##" : "") + word.substr(at, size); };
        while (!vocab.contains(name())) --size;
        tokens.push_back(name());
        at += size;
    }
    return tokens;
}

TEST(TrainTokenizer, EveryWordPieceMergeHasTheBestScore) {
    Random random(4);
    for (const std::string& text : {k_text, random_text(random, 100)}) {
        const json r = {{"kind", "wordpiece"}, {"vocab_size", 200}, {"min_frequency", 2}};
        const TrainedTokenizer t = train_tokenizer(recipe(r), text);
        ASSERT_GT(t.merges.size(), 20u);
        std::map<std::string, bool> vocab;
        for (int id = 1; id < t.merges.front().merged; ++id) vocab[t.tokenizer->token_name(id)] = true;
        for (const MergeStep& m : t.merges) {
            NaiveCounts naive;
            for (const CountedWord& w : t.words) naive.add(cut_greedily(w.piece, vocab), w.count);
            const auto score = [&](const std::pair<std::string, std::string>& p) {
                return double(naive.pairs.at(p)) /
                       (double(naive.singles[p.first]) * double(naive.singles[p.second]));
            };
            double best = 0;
            for (const auto& [pair, count] : naive.pairs)
                if (count >= 2) best = std::max(best, score(pair));
            const std::pair<std::string, std::string> pair{t.tokenizer->token_name(m.left),
                                                           t.tokenizer->token_name(m.right)};
            ASSERT_TRUE(naive.pairs.contains(pair)) << pair.first << " " << pair.second;
            ASSERT_EQ(m.count, naive.pairs[pair]);
            ASSERT_EQ(m.score, score(pair));
            ASSERT_EQ(m.score, best);
            vocab[t.tokenizer->token_name(m.merged)] = true;
        }
    }
}

TEST(TrainTokenizer, HistoryNamesEveryStep) {
    const TrainedTokenizer bpe = train_tokenizer(recipe(k_recipes[0]), k_text);
    const json merges = history_json(bpe).at("merges");
    ASSERT_EQ(merges.size(), bpe.merges.size());
    EXPECT_EQ(merges[0].at("merged").get<std::string>(),
              merges[0].at("left").get<std::string>() + merges[0].at("right").get<std::string>());
    const TrainedTokenizer unigram = train_tokenizer(recipe(k_recipes[4]), k_text);
    EXPECT_EQ(history_json(unigram).at("prunings").size(), unigram.prunings.size());
}

TEST(TrainTokenizer, SpecialTokens) {
    const json special = {{"cls", "[CLS]"}, {"sep", "[SEP]"}, {"mask", "[MASK]"}, {"pad", "[PAD]"}};
    const auto t =
        train_tokenizer(recipe({{"kind", "wordpiece"}, {"vocab_size", 90}, {"special_tokens", special}}),
                        k_text)
            .tokenizer;
    EXPECT_EQ(t->find_token("[UNK]"), 0);
    for (const auto& [role, value] : special.items()) {
        const std::string name = value;
        ASSERT_TRUE(t->find_token(name)) << name;
        EXPECT_EQ(t->kind(*t->find_token(name)), TokenKind::special);
    }
    const Ids ids = t->encode("the dog");
    EXPECT_EQ(ids.front(), t->find_token("[CLS]"));
    EXPECT_EQ(ids.back(), t->find_token("[SEP]"));
    EXPECT_EQ(t->bos_id(), ids.front());
    EXPECT_EQ(t->eos_id(), ids.back());
    EXPECT_EQ(t->decode(ids), "the dog");

    const json both = {{"bos", "<|endoftext|>"}, {"eos", "<|endoftext|>"}};
    const auto b =
        train_tokenizer(recipe({{"kind", "bpe"}, {"vocab_size", 257}, {"special_tokens", both}}), k_text)
            .tokenizer;
    EXPECT_EQ(b->size(), 257);
    EXPECT_EQ(b->bos_id(), 0);
    EXPECT_EQ(b->eos_id(), 0);
    const auto c =
        train_tokenizer(recipe({{"kind", "characters"}, {"special_tokens", {{"unk", nullptr}}}}), "abc")
            .tokenizer;
    EXPECT_EQ(c->size(), 3);
    EXPECT_EQ(c->encode("abcd"), c->encode("abc")) << "left out, as the library does";
}

TEST(TrainTokenizer, EveryDigitCanBeATokenOfItsOwn) {
    const auto trained = train_tokenizer(
        parse_tokenizer_recipe({{"kind", "bpe"}, {"vocab_size", 280}, {"split_digits", true}}, ""),
        "12 12 12 12 ab ab ab ab 12");
    for (int id = 0; id < trained.tokenizer->size(); ++id) {
        const std::string& bytes = trained.tokenizer->token_bytes(id);
        const bool digits = bytes.find_first_of("0123456789") != std::string::npos;
        EXPECT_TRUE(!digits || bytes.size() == 1) << bytes;
    }
    EXPECT_EQ(trained.tokenizer->encode("712").size(), 3u);
    EXPECT_EQ(trained.tokenizer->decode(trained.tokenizer->encode("ab 712 ab")), "ab 712 ab");
    expect_error(
        [] {
            parse_tokenizer_recipe({{"kind", "unigram"}, {"vocab_size", 9}, {"split_digits", true}},
                                   "tokenizer");
        },
        {"split_digits", "bpe"});
}

TEST(TrainTokenizer, AMaskStandsForAWordWithTheSpaceBeforeIt) {
    const json special{{"mask", "[MASK]"}, {"eos", "<|endoftext|>"}};
    const auto t =
        train_tokenizer(recipe({{"kind", "bpe"}, {"special_tokens", special}, {"vocab_size", 280}}),
                        "the fox the fox the fox sat the fox")
            .tokenizer;
    const int mask = *t->find_token("[MASK]");
    std::vector<int> expected = t->encode("the");
    expected.push_back(mask);
    for (const int id : t->encode(" sat")) expected.push_back(id);
    EXPECT_EQ(t->encode("the [MASK] sat"), expected);
    EXPECT_EQ(t->encode("the <|endoftext|>").size(), t->encode("the ").size() + 1) << "only the mask";
}

TEST(TrainTokenizer, LearnsFromTheBeginningOfTheTextAlone) {
    const std::string begin = "one two one two \xC3\xA9"; // a last character of two bytes
    for (const json& r : k_recipes) {
        SCOPED_TRACE(r.dump());
        json recipe_of_begin = r;
        recipe_of_begin["text_size"] = begin.size();
        const std::string wanted = train_tokenizer(recipe(r), begin).tokenizer_json;
        EXPECT_EQ(train_tokenizer(recipe(recipe_of_begin), begin + " three three three").tokenizer_json,
                  wanted);
        EXPECT_EQ(train_tokenizer(recipe(recipe_of_begin), begin).tokenizer_json, wanted);
        EXPECT_EQ(recipe(recipe_of_begin).text_size, begin.size());
        recipe_of_begin["text_size"] = begin.size() - 1; // would cut that character
        EXPECT_EQ(train_tokenizer(recipe(recipe_of_begin), begin).tokenizer_json,
                  train_tokenizer(recipe(r), begin.substr(0, begin.size() - 2)).tokenizer_json);
    }
}

TEST(TrainTokenizer, BadTextsAndTinyOnes) {
    for (const json& r : k_recipes) {
        SCOPED_TRACE(r.dump());
        expect_error([&] { train_tokenizer(recipe(r), "", "t.txt"); }, {"t.txt", "nothing"});
        expect_error([&] { train_tokenizer(recipe(r), "ab\xFFx", "t.txt"); }, {"t.txt: byte 2", "<0xFF>"});
        for (const char* text : {" ", "\n", "a", "<unk>", "[UNK]", "\xE2\x96\x81", "##"}) {
            const auto t = train_tokenizer(recipe(r), text).tokenizer;
            t->decode(t->encode("a b"));
        }
    }
    expect_error(
        [] {
            train_tokenizer(recipe({{"kind", "bpe"}, {"vocab_size", 200}}), k_text);
        },
        {"'vocab_size'", "at least 256"});
    expect_error(
        [] {
            train_tokenizer(recipe({{"kind", "unigram"}, {"vocab_size", 1}}), k_text);
        },
        {"'vocab_size'", "at least 2"});
    expect_error(
        [] {
            train_tokenizer(
                recipe({{"kind", "bpe"}, {"vocab_size", 300}, {"special_tokens", {{"eos", "END"}}}}), k_text);
        },
        {"'eos'", "</s>", "END"});
    expect_error(
        [] {
            train_tokenizer(
                recipe({{"kind", "bpe"}, {"vocab_size", 300}, {"special_tokens", {{"pad", "a"}}}}), k_text);
        },
        {"'special_tokens'", "found a"});
}

TEST(TrainTokenizer, BadRecipesAreNamed) {
    const std::vector<std::pair<json, const char*>> table = {
        {json::array(), "an object"},
        {{{"kind", "bep"}}, "nearest: 'bpe'"},
        {{{"kind", 3}}, "'kind'"},
        {{{"kind", "bpe"}}, "'vocab_size'"},
        {{{"kind", "bpe"}, {"vocab_size", -1}}, "'vocab_size'"},
        {{{"kind", "bpe"}, {"vocabsize", 300}}, "nearest: 'vocab_size'"},
        {{{"kind", "bpe"}, {"vocab_size", 300}, {"byte_fallback", true}}, "'byte_fallback'"},
        {{{"kind", "bpe"}, {"vocab_size", 300}, {"normalization", "nfx"}}, "nfc"},
        {{{"kind", "bpe"}, {"vocab_size", 300}, {"special_tokens", {"<s>"}}}, "'special_tokens'"},
        {{{"kind", "bpe"}, {"vocab_size", 300}, {"special_tokens", {{"boss", "<s>"}}}}, "nearest: 'bos'"},
        {{{"kind", "bpe"}, {"vocab_size", 300}, {"special_tokens", {{"bos", ""}}}}, "'bos'"},
        {{{"kind", "wordpiece"}, {"vocab_size", 300}, {"special_tokens", {{"unk", nullptr}}}}, "unk"},
        {{{"kind", "wordpiece"}, {"vocab_size", 300}, {"special_tokens", {{"cls", "[CLS]"}}}}, "cls and sep"},
        {{{"kind", "unigram"}, {"vocab_size", 300}, {"shrinking_factor", 1}}, "'shrinking_factor'"},
    };
    for (const auto& [value, message] : table) {
        SCOPED_TRACE(value.dump());
        expect_error([&, v = value] { recipe(v); }, {"recipe", message});
    }
}

} // namespace
} // namespace gf::train_tokenizer_test
