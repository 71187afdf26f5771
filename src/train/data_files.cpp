// Data from files, UTF-8 text or one JSON object a line, and from Tinyville.

#include "core/error.h"
#include "core/names.h"
#include "io/json.h"
#include "io/mapped_file.h"
#include "text/utf8.h"
#include "train/data.h"
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

/// All files one behind the other, an end-of-text token between them if there is one.
std::vector<int> text_tokens(const DataConfig& config, const Tokenizer& tokenizer) {
    std::vector<int> tokens;
    for (const auto& path : config.files) {
        const MappedFile file(path);
        require_utf8(file, path.string());
        if (!tokens.empty() && tokenizer.eos_id()) tokens.push_back(*tokenizer.eos_id());
        const std::vector<int> more = tokenizer.encode(file.text(), false);
        tokens.insert(tokens.end(), more.begin(), more.end());
    }
    return tokens;
}

/// The id of the token with that name.
int token_called(const Tokenizer& tokenizer, const std::string& name) {
    std::vector<std::string> special;
    for (int id = 0; id < tokenizer.size(); ++id) {
        if (tokenizer.kind(id) != TokenKind::special) continue;
        special.push_back(tokenizer.piece(id));
        if (special.back() == name) return id;
    }
    throw Error({"data.mask_token",
                 "a special token of the tokenizer; nearest: " + nearest_names(name, special),
                 "'" + name + "'", "train a tokenizer with such a token, or name its own"});
}

/// Turns the lines of one objective into sequences.
class LineReader {
  public:
    LineReader(Objective objective, const Tokenizer& tokenizer, int length)
        : objective_(objective), tokenizer_(tokenizer), length_(static_cast<std::size_t>(length)) {
        if (objective == Objective::seq2seq && !tokenizer.eos_id())
            throw Error({"tokenizer", "an end-of-text token, which ends each target", "none",
                         "train one with special tokens"});
    }

    void read(const json& object, const std::string& where) {
        const auto text = [&](const char* key, bool with_special) {
            return tokenizer_.encode(json_string(object, key, where), with_special);
        };
        switch (objective_) {
        case Objective::seq2seq: add_pair(text("source", true), text("target", false), where); break;
        case Objective::classification: {
            Sequence s = plain(text("text", true), where);
            s.label = label(json_field(object, "label", where), where);
            sequences.push_back(std::move(s));
            break;
        }
        default: // contrastive
            sequences.push_back(plain(text("a", true), where));
            sequences.push_back(plain(text("b", true), where));
        }
    }

    /// Numbers the classes by name, once all lines are read.
    std::vector<std::string> class_names() {
        std::vector<std::string> names;
        for (auto& [name, number] : names_) {
            number = static_cast<int>(names.size());
            names.push_back(name);
        }
        for (std::size_t i = 0; i < label_names_.size(); ++i) sequences[i].label = names_.at(label_names_[i]);
        return names;
    }

    std::vector<Sequence> sequences;

  private:
    void require_fits(std::size_t n, const std::string& where) const {
        if (n == 0) throw Error({where, "some text", "none", ""});
        if (n > length_)
            throw Error({where, fmt::format("at most {} tokens (batch.length)", length_), std::to_string(n),
                         "shorten the text, or choose a larger batch.length and model.n_ctx"});
    }

    Sequence plain(std::vector<int> tokens, const std::string& where) const {
        require_fits(tokens.size(), where);
        Sequence s;
        s.targets.assign(tokens.size(), -1);
        s.tokens = std::move(tokens);
        return s;
    }

    /// The decoder reads a start token and the target, and predicts the target and the end.
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

    int label(const json& value, const std::string& where) {
        constexpr int k_most = 100'000;
        const bool number = value.is_number_integer() && value >= 0 && value < k_most;
        const bool fits =
            number ? label_names_.empty() : value.is_string() && label_names_.size() == sequences.size();
        if (!fits)
            throw Error({where + ": 'label'", "a number from 0 up on every line, or a name on every line",
                         json_found(value), ""});
        if (number) return value.get<int>();
        label_names_.push_back(value.get<std::string>());
        names_.emplace(label_names_.back(), 0);
        return -1;
    }

    Objective objective_;
    const Tokenizer& tokenizer_;
    std::size_t length_;
    std::map<std::string, int> names_;
    std::vector<std::string> label_names_; // of the sequences
};

/// f(the object of a line, where it stands) for each line of JSON in the files.
template <class F>
void each_line(const std::vector<std::filesystem::path>& files, F f) {
    for (const auto& path : files) {
        const MappedFile file(path);
        std::string_view rest = file.text();
        for (std::size_t line = 1; !rest.empty(); ++line) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view text = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
            const std::string where = fmt::format("{}, line {}", path.string(), line);
            f(parse_json(text, where), where);
        }
    }
}

/// The lines of tasks as pairs, those that are kept last.
std::unique_ptr<const Data> load_tasks(const DataConfig& config, Objective objective,
                                       const Tokenizer& tokenizer, int length, tinyville::Split kept) {
    if (objective != Objective::seq2seq)
        throw Error({"data.tinyville", "an objective over text, or seq2seq", std::string(name(objective)),
                     "write the examples into a file and name it in data.files"});
    LineReader reader(objective, tokenizer, length);
    std::array<std::vector<TinyvilleExample>, 3> by_split;
    tinyville::each_document(config.tinyville, [&](const tinyville::Document& d, std::uint64_t) {
        for (TinyvilleExample& e : tinyville_examples(d))
            by_split[static_cast<std::size_t>(d.split)].push_back(std::move(e));
    });
    for (const auto split : {tinyville::Split::train, kept})
        for (const TinyvilleExample& e : by_split[static_cast<std::size_t>(split)])
            reader.read({{"source", e.question}, {"target", e.answer}}, "data.tinyville");
    const std::size_t n_kept = by_split[static_cast<std::size_t>(kept)].size();
    return example_data(std::move(reader.sequences), false, n_kept, config.order);
}

std::unique_ptr<const Data> load_examples(const DataConfig& config, Objective objective,
                                          const Tokenizer& tokenizer, int length) {
    LineReader reader(objective, tokenizer, length);
    each_line(config.files,
              [&](const json& object, const std::string& where) { reader.read(object, where); });
    std::vector<std::string> names = reader.class_names();
    const bool pairs = objective == Objective::contrastive;
    const double n = static_cast<double>(reader.sequences.size()) / (pairs ? 2 : 1);
    const auto kept =
        config.validation > 0 ? std::max<std::size_t>(1, static_cast<std::size_t>(config.validation * n)) : 0;
    return example_data(std::move(reader.sequences), pairs, kept, config.order, std::move(names));
}

} // namespace

std::string_view name(DataOrder order) { return order == DataOrder::random ? "random" : "sequential"; }

bool reads_windows(Objective objective) {
    return objective == Objective::next_token || objective == Objective::masked_token ||
           objective == Objective::distillation;
}

std::string data_text(const DataConfig& config, Objective objective) {
    std::string text;
    if (config.tinyville.size > 0) return tinyville_text(config.tinyville);
    if (reads_windows(objective)) {
        for (const auto& path : config.files) {
            const MappedFile file(path);
            require_utf8(file, path.string());
            text += file.text();
        }
        return text;
    }
    each_line(config.files, [&](const json& object, const std::string&) {
        for (const json& value : object)
            if (value.is_string()) text += value.get<std::string>() + "\n";
    });
    return text;
}

std::unique_ptr<const Data> load_data(const DataConfig& config, Objective objective,
                                      const Tokenizer& tokenizer, int length, tinyville::Split kept) {
    const bool of_files = config.tinyville.size == 0;
    if (!reads_windows(objective))
        return of_files ? load_examples(config, objective, tokenizer, length)
                        : load_tasks(config, objective, tokenizer, length, kept);
    WindowOptions o{.length = length, .validation = config.validation, .order = config.order};
    if (objective == Objective::masked_token)
        o.mask_id = token_called(tokenizer, config.mask_token), o.mask_share = config.mask_share,
        o.n_random_ids = tokenizer.size();
    if (of_files) return window_data(text_tokens(config, tokenizer), o);
    TinyvilleTokens all = tinyville_tokens(config.tinyville, tokenizer, kept, config.weights);
    o.starts = std::move(all.starts);
    o.end_at_starts = config.single_documents;
    o.n_validation = all.n_kept;
    return window_data(std::move(all.tokens), o);
}

} // namespace gf
