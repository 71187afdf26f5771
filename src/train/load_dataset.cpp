// Datasets from files (UTF-8 text, or one JSON object a line) and from Tinyville.

#include "core/name_matching.h"
#include "io/json.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "text/utf8.h"
#include "train/dataset.h"
#include "train/tinyville_data.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace gf {
namespace {

using nlohmann::json;

void require_utf8(const MappedFile& file, const std::string& where) {
    const std::size_t valid = valid_utf8_size(file.text());
    if (valid < file.text().size())
        throw Error({where, "text in UTF-8", fmt::format("a byte that is none at offset {}", valid),
                     "convert the file to UTF-8"});
}

/// All files in order, with an end-of-text token between them if the tokenizer has one. It belongs to the
/// file behind it, as it does in Tinyville's documents.
std::vector<int> read_text_files(const DataConfig& config, const Tokenizer& tokenizer, Domains& domains) {
    std::vector<int> tokens;
    for (const auto& path : config.files) {
        const MappedFile file(path);
        require_utf8(file, path.string());
        if (!tokens.empty() && tokenizer.eos_id()) tokens.push_back(*tokenizer.eos_id());
        const std::vector<int> more = tokenizer.encode(file.text(), false);
        tokens.insert(tokens.end(), more.begin(), more.end());
        domains.extend(tokens.size(), path.string());
    }
    return tokens;
}

/// The id of the special token with that name. Throws Error with the nearest names if there is none.
int special_token_id(const Tokenizer& tokenizer, const std::string& name) {
    std::vector<std::string> names;
    for (int id = 0; id < tokenizer.size(); ++id) {
        if (tokenizer.kind(id) != TokenKind::special) continue;
        names.push_back(tokenizer.display_text(id));
        if (names.back() == name) return id;
    }
    throw Error({"data.mask_token",
                 "a special token of the tokenizer; nearest: " + nearest_names(name, names), "'" + name + "'",
                 "train a tokenizer with such a token, or name its own"});
}

/// Turns JSON objects, one for each line of a file, into the sequences of an objective over examples.
class ExampleReader {
  public:
    ExampleReader(Objective objective, const Tokenizer& tokenizer, int length)
        : objective_(objective), tokenizer_(tokenizer), max_length_(static_cast<std::size_t>(length)) {
        if (objective == Objective::seq2seq && !tokenizer.eos_id())
            throw Error({"tokenizer", "an end-of-text token, which ends each target", "none",
                         "train one with special tokens"});
    }

    void add(const json& object, const std::string& where, const std::string& domain) {
        const auto text = [&](const char* key, bool with_special) {
            return tokenizer_.encode(json_string(object, key, where), with_special);
        };
        switch (objective_) {
        case Objective::seq2seq: add_pair(text("source", true), text("target", false), where); break;
        case Objective::classification: {
            Sequence s = without_targets(text("text", true), where);
            s.label = parse_label(json_field(object, "label", where), where);
            sequences.push_back(std::move(s));
            break;
        }
        default: // contrastive
            sequences.push_back(without_targets(text("a", true), where));
            sequences.push_back(without_targets(text("b", true), where));
        }
        domains.extend(sequences.size(), domain);
    }

    /// Numbers the classes in the order of their names, and labels the sequences with these numbers. To be
    /// called once, after the last line. Returns the names; none if the labels are numbers already.
    std::vector<std::string> number_classes() {
        std::vector<std::string> names;
        for (auto& [name, number] : class_numbers_) {
            number = static_cast<int>(names.size());
            names.push_back(name);
        }
        for (std::size_t i = 0; i < labels_by_name_.size(); ++i)
            sequences[i].label = class_numbers_.at(labels_by_name_[i]);
        return names;
    }

    std::vector<Sequence> sequences;
    Domains domains; ///< of the sequences

  private:
    void require_fits(std::size_t n, const std::string& where) const {
        if (n == 0) throw Error({where, "some text", "none", ""});
        if (n > max_length_)
            throw Error({where, fmt::format("at most {} tokens (batch.length)", max_length_),
                         std::to_string(n),
                         "shorten the text, or choose a larger batch.length and model.n_ctx"});
    }

    Sequence without_targets(std::vector<int> tokens, const std::string& where) const {
        require_fits(tokens.size(), where);
        Sequence s;
        s.targets.assign(tokens.size(), -1);
        s.tokens = std::move(tokens);
        return s;
    }

    /// The decoder reads a start token and then the target; it predicts the target and then the end.
    void add_pair(std::vector<int> source, const std::vector<int>& target, const std::string& where) {
        require_fits(source.size(), where);
        require_fits(target.size() + 1, where);
        const int end = *tokenizer_.eos_id();
        Sequence s;
        s.source = std::move(source);
        s.tokens = {tokenizer_.bos_id().value_or(end)};
        s.tokens.insert(s.tokens.end(), target.begin(), target.end());
        s.targets = target;
        s.targets.push_back(end);
        sequences.push_back(std::move(s));
    }

    /// The class, or -1 for a name, which number_classes() will
    /// give its number. All labels are numbers, or all are names.
    int parse_label(const json& value, const std::string& where) {
        constexpr int k_max_classes = 100'000;
        const bool is_number = value.is_number_integer() && value >= 0 && value < k_max_classes;
        const bool is_name = value.is_string() && labels_by_name_.size() == sequences.size();
        if (is_number ? !labels_by_name_.empty() : !is_name)
            throw Error({where + ": 'label'", "a number from 0 up on every line, or a name on every line",
                         json_summary(value), ""});
        if (is_number) return value.get<int>();
        labels_by_name_.push_back(value.get<std::string>());
        class_numbers_.emplace(labels_by_name_.back(), 0);
        return -1;
    }

    Objective objective_;
    const Tokenizer& tokenizer_;
    std::size_t max_length_;
    std::map<std::string, int> class_numbers_;
    std::vector<std::string> labels_by_name_; // one for each sequence; empty if labels are numbers
};

/// Calls f(object, where, file) for each line of JSON in the files; `where` names file and line.
template <class F>
void for_each_json_line(const std::vector<std::filesystem::path>& files, F f) {
    for (const auto& path : files) {
        const MappedFile file(path);
        std::string_view rest = file.text();
        for (std::size_t number = 1; !rest.empty(); ++number) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
            const std::string where = fmt::format("{}, line {}", path.string(), number);
            f(parse_json(line, where), where, path.string());
        }
    }
}

/// The tasks of Tinyville as pairs of question and answer, those for validation last.
std::unique_ptr<const Dataset> load_tinyville_tasks(const DataConfig& config, Objective objective,
                                                    const Tokenizer& tokenizer, int length,
                                                    tinyville::Split validation_split) {
    if (objective != Objective::seq2seq)
        throw Error({"data.tinyville", "an objective over text, or seq2seq", std::string(name(objective)),
                     "write the examples into a file and name it in data.files"});
    ExampleReader reader(objective, tokenizer, length);
    std::array<std::vector<TinyvilleExample>, 3> by_split;
    tinyville::for_each_document(config.tinyville, [&](const tinyville::Document& d, std::uint64_t) {
        for (TinyvilleExample& e : tinyville_examples(d))
            by_split[static_cast<std::size_t>(d.split)].push_back(std::move(e));
    });
    for (const auto split : {tinyville::Split::train, validation_split})
        for (const TinyvilleExample& e : by_split[static_cast<std::size_t>(split)])
            reader.add({{"source", e.question}, {"target", e.answer}}, "data.tinyville", e.domain);
    const std::size_t n_validation = by_split[static_cast<std::size_t>(validation_split)].size();
    return example_dataset(std::move(reader.sequences), false, n_validation, config.order, {},
                           std::move(reader.domains));
}

std::unique_ptr<const Dataset> load_examples(const DataConfig& config, Objective objective,
                                             const Tokenizer& tokenizer, int length) {
    ExampleReader reader(objective, tokenizer, length);
    for_each_json_line(config.files, [&](const json& object, const std::string& where,
                                         const std::string& file) { reader.add(object, where, file); });
    std::vector<std::string> class_names = reader.number_classes();
    const bool pairs = objective == Objective::contrastive;
    const double n = static_cast<double>(reader.sequences.size()) / (pairs ? 2 : 1);
    const auto n_validation =
        config.validation > 0 ? std::max<std::size_t>(1, static_cast<std::size_t>(config.validation * n)) : 0;
    return example_dataset(std::move(reader.sequences), pairs, n_validation, config.order,
                           std::move(class_names), std::move(reader.domains));
}

} // namespace

std::string_view name(DataOrder order) { return order == DataOrder::random ? "random" : "sequential"; }

bool reads_windows(Objective objective) {
    return objective == Objective::next_token || objective == Objective::masked_token ||
           objective == Objective::distillation;
}

std::string tokenizer_training_text(const DataConfig& config, Objective objective) {
    if (config.tinyville.size > 0) return tinyville_text(config.tinyville);
    std::string text;
    if (reads_windows(objective)) {
        for (const auto& path : config.files) {
            const MappedFile file(path);
            require_utf8(file, path.string());
            text += file.text();
        }
        return text;
    }
    for_each_json_line(config.files, [&](const json& object, const std::string&, const std::string&) {
        for (const json& value : object)
            if (value.is_string()) text += value.get<std::string>() + "\n";
    });
    return text;
}

std::unique_ptr<const Dataset> load_dataset(const DataConfig& config, Objective objective,
                                            const Tokenizer& tokenizer, int length,
                                            tinyville::Split validation_split) {
    const bool from_files = config.tinyville.size == 0;
    if (!reads_windows(objective))
        return from_files ? load_examples(config, objective, tokenizer, length)
                          : load_tinyville_tasks(config, objective, tokenizer, length, validation_split);
    WindowOptions options{.length = length, .validation = config.validation, .order = config.order};
    if (objective == Objective::masked_token) {
        options.mask_id = special_token_id(tokenizer, config.mask_token);
        options.mask_share = config.mask_share;
        options.n_random_ids = tokenizer.size();
    }
    if (from_files) {
        std::vector<int> tokens = read_text_files(config, tokenizer, options.domains);
        return window_dataset(std::move(tokens), std::move(options));
    }
    TinyvilleTokens documents =
        tinyville_tokens(config.tinyville, tokenizer, validation_split, config.group_weights);
    options.starts = std::move(documents.starts);
    options.end_at_starts = config.single_documents;
    options.n_validation = documents.n_validation;
    options.domains = std::move(documents.domains);
    return window_dataset(std::move(documents.tokens), std::move(options));
}

} // namespace gf
