// No input crashes a loader: 20,000 damaged files of each format give either a model or an Error, and none
// makes the loader allocate memory that the file does not fill. Enough of the files must look sound at first
// sight to reach the loader's later checks.

#include "io/allocations.h"
#include "io/hf_config.h"
#include "io/llama2c.h"
#include "io/safetensors.h"
#include "io/support.h"
#include "support/mutate.h"

#include <cmath>
#include <cstring>

namespace gf::tests::mutants_test {
namespace {

constexpr int k_mutants = 20'000;

/// Reads every value, so that a sanitizer checks each.
void read_all(const Weights& weights) {
    validate(weights.config, "loaded");
    double sum = 0;
    for (const ParamRow& row : weights.table)
        for (std::size_t i = 0; i < row.size(); ++i) sum += std::isfinite(weights.values(row)[i]);
    ASSERT_LE(sum, static_cast<double>(weights.size()));
}

/// Tries k_mutants files that `make` made. `load` throws Error or reads all that it loaded.
/// `got_past` is given the Error's problem, or nullptr if there was none, and says whether
/// the part behind the header was reached.
void try_mutants(const std::function<std::string(Random&)>& make,
                 const std::function<void(const std::string&)>& load,
                 const std::function<bool(const Problem*)>& got_past) {
    Random random(2024);
    int past = 0, loaded = 0;
    for (int i = 0; i < k_mutants; ++i) {
        const std::string file = make(random);
        reset_largest_allocation();
        try {
            load(file);
            ++loaded;
            past += got_past(nullptr);
        } catch (const Error& e) {
            past += got_past(&e.problem());
            ASSERT_FALSE(e.problem().where.empty()) << i;
        }
        ASSERT_LE(largest_allocation(), k_max_allocation) << i;
        ASSERT_FALSE(testing::Test::HasFatalFailure()) << i;
    }
    EXPECT_GE(past, k_mutants / 3);
    EXPECT_GE(loaded, k_mutants / 20) << "some damage does no harm";
    testing::Test::RecordProperty("past_header", past);
    testing::Test::RecordProperty("loaded", loaded);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A llama2.c file of random small sizes, as long as its header says or nearly so.
std::string resized_llama2c(Random& random) {
    std::array<std::int32_t, 7> h{};
    const auto pick = [&](std::initializer_list<int> values) {
        return values.begin()[random_below(random, values.size())];
    };
    h[3] = pick({1, 2, 3, 4});                             // heads
    h[4] = pick({1, h[3], h[3], 2});                       // key-value heads
    h[0] = h[3] * pick({2, 2, 4, 1}) + pick({0, 0, 0, 1}); // dim
    h[1] = pick({1, 3, 8});
    h[2] = pick({1, 2, 0, 3});
    h[5] = pick({2, 5, -5, 9});
    h[6] = pick({1, 4, 7});
    const int d = h[0], d_kv = h[3] > 0 ? h[0] / h[3] * h[4] : 0;
    const int n = std::abs(h[5]) * d * (h[5] < 0 ? 2 : 1) +
                  h[2] * (2 * d + 2 * d * d + 2 * d * d_kv + 3 * d * h[1]) + d + h[6] * (d / h[3]);
    return llama2c_file(h, static_cast<std::size_t>(std::max(0, n + pick({0, 0, 0, 1, -1}))));
}

TEST(Mutants, Llama2c) {
    const std::string seed =
        llama2c_file({8, 12, 2, 4, 2, -10, 6}, 80 + 2 * (16 + 128 + 64 + 288) + 8 + 12 + 80);
    ASSERT_LE(seed.size(), 8192u);
    const auto make = [&](Random& random) {
        if (random_below(random, 3) == 0) return mutate(seed, random);
        std::string file = random_below(random, 2) ? resized_llama2c(random) : seed;
        for (std::size_t n = random_below(random, 4); n > 0 && file.size() > 28; --n)
            file[28 + random_below(random, file.size() - 28)] = static_cast<char>(random());
        return file;
    };
    std::vector<std::string> warnings;
    const auto load = [&](const std::string& file) {
        warnings.clear();
        read_all(*parse_llama2c(bytes_of(file), "m.bin", warnings));
    };
    const auto got_past = [](const Problem* p) { return !p || contains(p->expected, "as its header says"); };
    try_mutants(make, load, got_past);
}

/// The file with a damaged header, whose length is adjusted.
std::string with_mutated_header(const std::string& file, Random& random) {
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), sizeof length);
    const std::string header = mutate_json(file.substr(8, length), random);
    const std::uint64_t new_length = header.size();
    return std::string(reinterpret_cast<const char*>(&new_length), sizeof new_length) + header +
           file.substr(8 + length);
}

std::string mutate_safetensors(const std::string& seed, Random& random) {
    switch (random_below(random, 4)) {
    case 0: return mutate(seed, random);
    case 1: { // a byte of the data
        std::string file = seed;
        file[file.size() - 1 - random_below(random, file.size() / 3)] = static_cast<char>(random());
        return file;
    }
    default: return with_mutated_header(seed, random);
    }
}

TEST(Mutants, Safetensors) {
    const Files seed = saved_files(*tiny_weights(tiny_config("llama")));
    ASSERT_LE(seed.at("model.safetensors").size(), 8192u);
    Files files = seed;
    const auto make = [&](Random& random) {
        return mutate_safetensors(seed.at("model.safetensors"), random);
    };
    const auto load_file = [&](const std::string& file) {
        files["model.safetensors"] = file;
        read_all(*load_files(files));
    };
    const auto got_past = [](const Problem* p) { // the header is JSON
        return !p || !(p->where.ends_with(": header") || p->where.ends_with(": header length") ||
                       contains(p->expected, "at least 8 bytes"));
    };
    try_mutants(make, load_file, got_past);
}

TEST(Mutants, LayoutsOfOtherLibraries) {
    std::vector<Files> seeds;
    for (const char* name : {"gpt2-tied-stored-as-output", "bert-pre-training", "gpt_neo"}) {
        const std::filesystem::path folder = std::filesystem::path(GLASSFORMER_TESTS_DIR) / "io/model_cases";
        for (const char* file : {"cases.json", "gpt_neo.json"})
            for (const nlohmann::json& c : parse_json(read_text(folder / file), file))
                if (c["weights"] == name)
                    seeds.push_back(
                        {{"config.json", c["config"].dump()},
                         {"model.safetensors", read_text(folder / (std::string(name) + ".safetensors"))}});
    }
    ASSERT_EQ(seeds.size(), 3u);
    Files files;
    const auto make = [&](Random& random) {
        files = random_item(random, seeds);
        std::string& weights = files["model.safetensors"];
        weights = random_below(random, 4) ? with_mutated_header(weights, random) : mutate(weights, random);
        return std::string();
    };
    const auto load_folder = [&](const std::string&) { read_all(*load_files(files)); };
    const auto got_past = [](const Problem* p) {
        return !p || !(p->where.ends_with(": header") || p->where.ends_with(": header length"));
    };
    try_mutants(make, load_folder, got_past);
}

/// The config with one or two values replaced by others that could stand there.
std::string with_plausible_values(const std::string& config, Random& random) {
    static const std::vector<nlohmann::json> k_values = {
        0, 1, 2, 3, 4, 8, 12, 16, 1e-5, 0.5, true, false, nullptr, "gelu", "relu", "rms", "none"};
    nlohmann::json object = nlohmann::json::parse(config);
    for (std::size_t n = 1 + random_below(random, 2); n > 0; --n)
        std::next(object.begin(), static_cast<std::ptrdiff_t>(random_below(random, object.size()))).value() =
            random_item(random, k_values);
    return object.dump();
}

TEST(Mutants, Config) {
    std::vector<std::string> seeds;
    for (const NamedConfig& m : tiny_models()) seeds.push_back(hf_config_text(m.config));
    // As other programs write them: scalings of RoPE in both layouts, keys that nobody reads.
    for (const char* file :
         {"io/rope_scaling_cases.json", "io/model_cases/cases.json", "io/model_cases/gpt_neo.json"})
        for (const nlohmann::json& c :
             parse_json(read_text(std::filesystem::path(GLASSFORMER_TESTS_DIR) / file), file))
            seeds.push_back(c["config"].dump());
    const auto make = [&](Random& random) {
        const std::string& seed = random_item(random, seeds);
        return random_below(random, 3) ? mutate_json(seed, random) : with_plausible_values(seed, random);
    };
    const auto load_config = [](const std::string& text) {
        const ModelConfig c = parse_hf_config(text, "config.json");
        validate(c, "config.json");
        ASSERT_EQ(parse_hf_config(hf_config_text(c), "again"), c) << text;
    };
    const auto got_past = [](const Problem* p) {
        return !p || !(p->where == "config.json" && (p->expected == "JSON" || contains(p->expected, "once")));
    };
    try_mutants(make, load_config, got_past);
}

TEST(Mutants, IndexAndShards) {
    constexpr const char* k_index = "model.safetensors.index.json";
    const Files seed = sharded(saved_files(*tiny_weights(tiny_config("gpt2"))));
    for (const auto& [name, contents] : seed) ASSERT_LE(contents.size(), 8192u) << name;
    Files files;
    const auto make = [&](Random& random) {
        files = seed;
        std::string& index = files[k_index];
        if (random_below(random, 3))
            index = mutate_json(index, random);
        else {
            std::string& shard = files[random_below(random, 2) ? "model-00001-of-00002.safetensors"
                                                               : "model-00002-of-00002.safetensors"];
            shard = mutate_safetensors(shard, random);
        }
        return std::string();
    };
    const auto load_folder = [&](const std::string&) { read_all(*load_files(files)); };
    const auto got_past = [&](const Problem* p) {
        return !p ||
               !(contains(p->where, k_index) && (p->expected == "JSON" || contains(p->expected, "once")));
    };
    try_mutants(make, load_folder, got_past);
}

} // namespace
} // namespace gf::tests::mutants_test
