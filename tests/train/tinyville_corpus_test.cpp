// The corpus as a whole: reproducible, split, varied, and silent about what is held out.

#include "tinyville_support.h"

#include "platform/error.h"
#include "train/tinyville/grammar.h"
#include "train/tinyville/lexicon.h"
#include "train/tinyville/tasks.h"
#include "train/tinyville/world.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

namespace gf::tests::tinyville_corpus_test {
namespace {

using namespace tinyville;
using nlohmann::json;
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class TinyvilleFiles : public ::testing::Test {
  protected:
    fs::path folder_ = fs::temp_directory_path() / ("tinyville-" + std::to_string(::getpid()));
    void TearDown() override { fs::remove_all(folder_); }
};

/// A change of this number means that every model trained on Tinyville must be trained again.
constexpr const char* k_hash_of_seed_1 = "ee69639330fb66ff";

TEST_F(TinyvilleFiles, TheSameSeedGivesTheSameBytes) {
    const CorpusReport one = write_corpus({1, 100'000, {}}, folder_ / "a"),
                       again = write_corpus({1, 100'000, {}}, folder_ / "b"),
                       other = write_corpus({2, 100'000, {}}, folder_ / "c");
    EXPECT_EQ(hex_digits(one.hash), k_hash_of_seed_1);
    EXPECT_EQ(one.hash, again.hash);
    EXPECT_NE(one.hash, other.hash);
    int files = 0;
    for (const auto& entry : fs::directory_iterator(folder_ / "a")) {
        ++files;
        EXPECT_EQ(read_file(entry.path()), read_file(folder_ / "b" / entry.path().filename()))
            << entry.path();
    }
    EXPECT_EQ(files, 9);
    EXPECT_EQ(read_file(folder_ / "a" / "documents.txt"), read_file(folder_ / "c" / "documents.txt"))
        << "the world is one";
    // A longer corpus begins with the shorter one.
    write_corpus({1, 200'000, {}}, folder_ / "d");
    EXPECT_TRUE(read_file(folder_ / "d" / "train.txt").starts_with(read_file(folder_ / "a" / "train.txt")));
}

TEST_F(TinyvilleFiles, LabelsPointIntoTheText) {
    const CorpusReport report = write_corpus({4, 200'000, {}}, folder_);
    const json manifest = json::parse(read_file(folder_ / "corpus.json"));
    EXPECT_EQ(manifest["hash"], hex_digits(report.hash));
    std::uint64_t bytes = 0;
    for (const char* split : k_split_names) {
        const std::string text = read_file(folder_ / (std::string(split) + ".txt"));
        bytes += text.size();
        EXPECT_EQ(manifest["splits"][split]["bytes"], text.size());
        std::vector<std::size_t> lines{0};
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] == '\n') lines.push_back(i + 1);
        std::istringstream labels(read_file(folder_ / (std::string(split) + ".labels.jsonl")));
        std::uint64_t n = 0, documents = 0;
        std::size_t from = 0, to = 0;
        for (std::string line; std::getline(labels, line);) {
            const json l = json::parse(line);
            const std::size_t begin = l["bytes"][0], end = l["bytes"][1], number = l["line"];
            EXPECT_EQ(l["file"], std::string(split) + ".txt");
            if (l["phenomenon"] == "document") {
                ++documents;
                from = begin, to = end;
                EXPECT_EQ(text.substr(end, 15), "\n<|endoftext|>\n");
            } else {
                ++n;
            }
            EXPECT_LE(from, begin);
            EXPECT_LT(begin, end);
            EXPECT_LE(end, to);
            EXPECT_GE(begin, lines.at(number - 1));
            EXPECT_LT(begin, lines.at(number));
            if (l["phenomenon"] == "sense") {
                EXPECT_EQ(text.substr(begin, end - begin), l["truth"]["word"]);
            }
            if (l["phenomenon"] == "repeat") {
                EXPECT_EQ(text.substr(begin, end - begin), l["truth"]["name"]);
            }
        }
        EXPECT_EQ(n, report.labels[static_cast<std::size_t>(std::ranges::find(k_split_names, split) -
                                                            k_split_names.begin())]);
        EXPECT_EQ(documents, manifest["splits"][split]["documents"]);
    }
    EXPECT_GE(bytes, 200'000u);
    EXPECT_LT(bytes, 202'000u);
}

TEST_F(TinyvilleFiles, AFolderThatCannotBeMadeIsAnError) {
    std::ofstream(folder_.string()) << "a file";
    EXPECT_THROW(write_corpus({1, 100, {}}, folder_ / "in"), Error);
    fs::remove(folder_);
    EXPECT_THROW(DocumentSource({1, 0, {"stories"}}), Error);
    EXPECT_THROW(DocumentSource({1, 0, {"card"}}), Error);
}

TEST(TinyvilleCorpus, SplitsShareNeitherPeopleNorTemplates) {
    std::map<std::string, std::set<Split>> people, templates;
    std::map<std::string, std::set<Split>> kinds, keys;
    std::array<int, 3> n{};
    for (const Document& d : first_documents(7, 20000)) {
        ++n[static_cast<std::size_t>(d.split)];
        for (const std::string& e : d.entities) people[e].insert(d.split);
        templates[d.template_id].insert(d.split);
        kinds[d.kind].insert(d.split);
        for (const Label& l : d.labels)
            if (truth(l, "task")) keys[*truth(l, "question")].insert(d.split);
    }
    EXPECT_EQ(people.size(), 240u) << "all of Tinyville";
    EXPECT_GT(templates.size(), 5000u);
    for (const auto* sets : {&people, &templates, &keys})
        for (const auto& [key, splits] : *sets) EXPECT_EQ(splits.size(), 1u) << key;
    for (const auto& [kind, splits] : kinds)
        EXPECT_EQ(splits.size(), kind.starts_with("recall-") ? 1u : 3u) << kind;
    EXPECT_GT(n[0], 15000);
    EXPECT_GT(std::min(n[1], n[2]), 1500);
}

/// No sum of the test split stands in training in either order, with or without steps.
TEST(TinyvilleCorpus, HeldOutSumsAreHeldOutInEveryForm) {
    std::map<std::pair<int, int>, std::set<Split>> sums;
    for (const Document& d : first_documents(8, 8000, {"sum", "sum, steps"})) {
        std::istringstream in(d.text);
        for (std::string line; std::getline(in, line);) {
            const auto w = words_at_spaces(line.substr(line.find(':') + 1));
            const int a = std::stoi(w[0]), b = std::stoi(w[2]);
            sums[{std::min(a, b), std::max(a, b)}].insert(d.split);
        }
    }
    for (const auto& [operands, splits] : sums)
        EXPECT_EQ(splits.size(), 1u) << operands.first << " + " << operands.second;
}

TEST(TinyvilleCorpus, HeldOutCompositionsAreTestOnly) {
    std::map<std::string, std::set<Split>> heads;
    for (const Document& d : first_documents(9, 2000, {"compose"}))
        heads[d.text.substr(0, d.text.find(':'))].insert(d.split);
    EXPECT_EQ(heads.size(), 15u);
    int held_out = 0;
    for (const auto& [head, splits] : heads) {
        EXPECT_EQ(splits == std::set{Split::test}, is_held_out_composition(head)) << head;
        held_out += is_held_out_composition(head);
    }
    EXPECT_EQ(held_out, 4);
}

/// All ways in which the grammar states a fact of somebody.
std::vector<std::string> statements(const std::string& full_name, Relation relation,
                                    const std::string& object) {
    const std::string name = full_name.substr(0, full_name.find(' ')),
                      kind = full_name.substr(full_name.rfind(' ') + 1);
    switch (relation) {
    case Relation::lives:
        return {full_name + " lives " + object,
                full_name + " lived " + object,
                full_name + " live? A: " + object,
                kind + " called " + name + ", who lived " + object,
                kind + " called " + name + " lived " + object,
                full_name + ", who lived " + object};
    case Relation::owns:
        return {"Who owns the " + object + "? A: " + full_name, full_name + " owns a " + object,
                full_name + " owns some " + object};
    case Relation::likes:
        return {full_name + " likes " + object + ".", full_name + " like to eat? A: " + object};
    case Relation::fears:
        return {full_name + " is afraid of " + object, full_name + " afraid of? A: " + object};
    }
    return {};
}

TEST(TinyvilleCorpus, HeldOutFactsAreInNoTrainingText) {
    const World& world = World::get();
    std::map<std::string, std::string> training; // by person: all training text with somebody in it
    for (const Document& d : first_documents(10, 25000, {"story", "facts"}))
        for (const std::string& e : d.entities)
            if (d.split == Split::train) training[e] += d.text + "\n";
    auto is_stated = [&](int person, Relation relation, int which) {
        const std::string name = world.full_name(person), object = world.object(person, relation, which);
        return std::ranges::any_of(statements(name, relation, object), [&](const std::string& statement) {
            return training[name].find(statement) != std::string::npos;
        });
    };
    std::array<int, 2> n{}, found{}; // by whether the fact is held out
    for (int p = 0; p < static_cast<int>(world.people().size()); ++p)
        for (const Relation relation : {Relation::lives, Relation::owns, Relation::likes, Relation::fears})
            for (int which = 0; which < (relation == Relation::owns ? 2 : 1); ++which) {
                const bool is_held_out = world.held_out(p, relation) || world.person(p).split != Split::train;
                ++n[is_held_out];
                found[is_held_out] += is_stated(p, relation, which);
            }
    std::cout << "  facts held out: " << n[1] << ", in training text: " << found[1] << "; others: " << n[0]
              << ", in training text: " << found[0] << "\n";
    EXPECT_GT(n[1], 200);
    EXPECT_EQ(found[1], 0);
    EXPECT_GT(found[0], 0.95 * n[0]) << "the search finds what is there";
}

TEST(TinyvilleCorpus, HeldOutFactsStandInTheDocumentsToRetrieve) {
    const World& world = World::get();
    for (int p = 0; p < static_cast<int>(world.people().size()); ++p) {
        const std::string card = person_card(p);
        EXPECT_TRUE(card.starts_with(world.full_name(p) + " lives " + world.object(p, Relation::lives) + "."))
            << card;
        for (const std::string& fact :
             {world.object(p, Relation::owns, 0), world.object(p, Relation::owns, 1),
              world.object(p, Relation::likes), world.object(p, Relation::fears)})
            EXPECT_NE(card.find(fact), std::string::npos) << card;
    }
}

TEST(TinyvilleWorld, FactsAreWellFormed) {
    const World& world = World::get();
    std::set<std::string> names, things;
    for (int p = 0; p < static_cast<int>(world.people().size()); ++p) {
        const Person& who = world.person(p);
        EXPECT_TRUE(names.insert(world.full_name(p)).second);
        for (const int which : {0, 1})
            EXPECT_TRUE(things.insert(world.object(p, Relation::owns, which)).second) << "one owner each";
        EXPECT_NE(who.owns[0].thing, who.owns[1].thing);
        const Person& kin = world.person(who.sibling);
        EXPECT_EQ(kin.sibling, p);
        EXPECT_EQ(kin.home, who.home);
        EXPECT_EQ(kin.kind, who.kind);
        EXPECT_EQ(kin.split, who.split);
    }
}

/// A sentence with its names, kinds, things, colours ... taken out.
std::string frame(const std::string& sentence) {
    static const auto slots = [] {
        std::map<std::string, std::string> all;
        for (const Table& t : tables())
            for (const Entry& e : t.entries)
                if (t.name != "review" && t.name != "number")
                    for (const std::string& w : e.forms) all[w] = t.name;
        return all;
    }();
    std::string out, word;
    for (const char c : sentence + " ") {
        if (std::isalpha(static_cast<unsigned char>(c))) {
            word += c;
            continue;
        }
        const auto at = slots.find(word);
        out += at == slots.end() ? word : "{" + at->second + "}";
        word.clear();
        out += c;
    }
    return out;
}

TEST(TinyvilleCorpus, StoriesAreVaried) {
    std::set<std::string> frames, unigrams, bigrams, trigrams, stories;
    std::map<std::string, int> vocabulary;
    std::size_t n_words = 0, longest = 0, n_bytes = 0;
    const auto all = first_documents(12, 4000, {"story"});
    for (const Document& d : all) {
        const std::string text = d.text.substr(0, d.text.find('\n'));
        stories.insert(frame(text));
        std::string sentence;
        for (std::size_t i = 0; i < text.size(); ++i) {
            sentence += text[i];
            const bool ends = std::string_view(".!?").find(text[i]) != std::string_view::npos &&
                              i + 1 < text.size() && text[i + 1] == ' ';
            if (ends || i + 1 == text.size()) {
                frames.insert(frame(sentence));
                sentence.clear();
            }
        }
        const auto words = words_at_spaces(text);
        n_words += words.size();
        n_bytes += text.size();
        longest = std::max(longest, words.size());
        for (std::size_t i = 0; i < words.size(); ++i) {
            unigrams.insert(words[i]);
            if (i > 0) bigrams.insert(words[i - 1] + " " + words[i]);
            if (i > 1) trigrams.insert(words[i - 2] + " " + words[i - 1] + " " + words[i]);
        }
    }
    std::cout << "  " << all.size() << " stories of " << n_words / all.size() << " words (at most " << longest
              << "), " << n_bytes / all.size() << " bytes; distinct sentence frames " << frames.size()
              << ", stories as frames " << stories.size()
              << "; distinct 1-, 2-, 3-grams per 1,000 words: " << 1000 * unigrams.size() / n_words << ", "
              << 1000 * bigrams.size() / n_words << ", " << 1000 * trigrams.size() / n_words << " ("
              << unigrams.size() << ", " << bigrams.size() << ", " << trigrams.size() << ")\n";
    EXPECT_GT(frames.size(), 4000u);
    EXPECT_GT(stories.size(), 0.99 * static_cast<double>(all.size()));
    EXPECT_LT(longest, 170u) << "fits a context of 256";
    double templates = 0;
    for (const ProseKind& k : Grammar::get().kinds()) {
        if (k.group == "story") {
            EXPECT_GT(count_templates(k.root), 100) << k.name;
        }
        templates += count_templates(k.root);
    }
    std::cout << "  templates " << templates << ", words " << Grammar::get().n_words() << "\n";
    EXPECT_LT(Grammar::get().n_words(), 1500) << "a small model must learn them";
}

/// Words, marks and single digits, as a tokenizer for these texts would count them.
std::size_t tokens_of(const std::string& text) {
    std::size_t n = 0;
    bool in_word = false;
    for (const char c : text) {
        const bool letter = std::isalpha(static_cast<unsigned char>(c));
        n += letter ? !in_word : c != ' ';
        in_word = letter;
    }
    return n;
}

TEST(TinyvilleCorpus, DocumentsFitAContextOf256) {
    std::size_t longest = 0;
    for (const Document& d : first_documents(14, 20000)) longest = std::max(longest, tokens_of(d.text));
    std::cout << "  the longest document has " << longest << " words, marks and digits\n";
    EXPECT_LT(longest, 240u);
}

TEST(TinyvilleCorpus, ThreeDomains) {
    std::map<std::string, std::size_t> bytes;
    std::size_t all = 0;
    for (const Document& d : first_documents(13, 8000)) {
        bytes[d.domain] += d.text.size();
        all += d.text.size();
    }
    ASSERT_EQ(bytes.size(), 3u);
    EXPECT_GT(bytes["stories"], all / 2);
    EXPECT_GT(bytes["arithmetic"], all / 20);
    EXPECT_GT(bytes["code"], all / 20);
}

} // namespace
} // namespace gf::tests::tinyville_corpus_test
