#include "train/tinyville/corpus.h"

#include "core/error.h"
#include "core/names.h"
#include "train/tinyville/tasks.h"
#include "train/tinyville/telling.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

// Streams of draws within a document.
enum Stream : std::uint64_t { k_kind, k_plot, k_cast, k_wording };

Document draw_told(const DocumentKind& kind, std::uint64_t seed, std::uint64_t number) {
    Draw plot(seed, number, k_plot), who(seed, number, k_cast), wording(seed, number, k_wording);
    const Template chosen = draw_template(kind, plot);
    Document d;
    d.split = split_of_template(chosen.id);
    d.template_id = chosen.id;
    const Cast cast = tinyville::cast(kind, d.split, who);
    for (const int p : cast.people) d.entities.push_back(World::get().full_name(p));
    Telling telling = tell(kind, chosen, cast, wording);
    d.text = std::move(telling.text);
    d.labels = std::move(telling.labels);
    return d;
}

constexpr std::size_t k_long_task =
    200; ///< bytes after which no further line follows: documents fit a context of 256

/// One to five lines of one task; all questions of one split.
Document draw_task(const Task& task, std::uint64_t seed, std::uint64_t number) {
    Draw draw(seed, number, k_wording);
    Document d;
    std::string question = task.draw(draw);
    d.split = split_of_question(task, question);
    d.template_id = std::string(task.name) + "/" + hex(hash_text(task.key(question)));
    const int lines = draw.chance(40) ? 1 : draw.between(2, 5);
    for (int line = 0; line < lines && d.text.size() < k_long_task; ++line) {
        while (line > 0 && split_of_question(task, question = task.draw(draw)) != d.split) {
        }
        const std::string answer = *task.answer(question);
        if (line > 0) d.text += "\n";
        const std::size_t begin = d.text.size();
        d.text += question + task.separator + answer;
        d.labels.push_back({task.phenomenon,
                            begin,
                            d.text.size(),
                            {{"task", task.name}, {"question", question}, {"answer", answer}}});
    }
    return d;
}

} // namespace

const std::vector<KindOfDocument>& kinds_of_documents() {
    static const std::vector<KindOfDocument> kinds = [] {
        std::vector<KindOfDocument> all;
        for (const DocumentKind& d : Grammar::get().documents())
            all.push_back({d.name, d.group, "stories", d.weight});
        for (const Task& t : tasks()) all.push_back({t.name, t.group, t.domain, t.weight});
        return all;
    }();
    return kinds;
}

std::string hex(std::uint64_t value) {
    std::string text(16, '0');
    for (auto c = text.rbegin(); c != text.rend(); ++c, value >>= 4) *c = "0123456789abcdef"[value & 15];
    return text;
}

DocumentSource::DocumentSource(const CorpusOptions& options) : seed_(options.seed) {
    const auto& kinds = kinds_of_documents();
    for (const std::string& wanted : options.only) {
        std::vector<std::string> valid;
        for (const KindOfDocument& k : kinds) valid.insert(valid.end(), {k.name, k.group});
        if (std::ranges::find(valid, wanted) == valid.end())
            throw Error({"--only", "kinds or groups of documents", "'" + wanted + "'",
                         "nearest: " + nearest_names(wanted, valid)});
    }
    for (int i = 0; i < static_cast<int>(kinds.size()); ++i) {
        const KindOfDocument& k = kinds[static_cast<std::size_t>(i)];
        const bool in = std::ranges::any_of(
            options.only, [&](const std::string& o) { return o == k.name || o == k.group; });
        if (options.only.empty() || in) kinds_.insert(kinds_.end(), static_cast<std::size_t>(k.weight), i);
    }
    if (kinds_.empty())
        throw Error({"--only", "kinds that are drawn", "only kinds that are told on request",
                     "name another kind too"});
}

Document DocumentSource::draw(std::uint64_t number) const {
    const int kind = Draw(seed_, number, k_kind).of(kinds_);
    const auto n_told = static_cast<int>(Grammar::get().documents().size());
    Document d = kind < n_told
                     ? draw_told(Grammar::get().documents()[static_cast<std::size_t>(kind)], seed_, number)
                     : draw_task(tasks()[static_cast<std::size_t>(kind - n_told)], seed_, number);
    const KindOfDocument& k = kinds_of_documents()[static_cast<std::size_t>(kind)];
    d.kind = k.name;
    d.group = k.group;
    d.domain = k.domain;
    return d;
}

std::string file_text(const Document& d) { return d.text + "\n" + k_end_of_document + "\n"; }

void each_document(const CorpusOptions& options,
                   const std::function<void(const Document&, std::uint64_t)>& f) {
    const DocumentSource source(options);
    std::uint64_t bytes = 0;
    for (std::uint64_t number = 0; bytes < options.size; ++number) {
        const Document d = source.draw(number);
        bytes += file_text(d).size();
        f(d, number);
    }
}

void CorpusHash::add(Split split, std::string_view file_text) {
    std::uint64_t& hash = by_split_[static_cast<std::size_t>(split)];
    for (const char c : file_text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u; // FNV-1a
}

std::uint64_t CorpusHash::value() const {
    std::uint64_t hash = 0;
    for (const std::uint64_t h : by_split_) hash = mix64(hash ^ h);
    return hash;
}

std::string card_of(int person) {
    static const DocumentKind& card =
        *std::ranges::find(Grammar::get().documents(), "card", &DocumentKind::name);
    const auto number = static_cast<std::uint64_t>(person);
    Draw plot(0, number, k_plot), who(0, number, k_cast), wording(0, number, k_wording);
    const Template only = draw_template(card, plot);
    return tell(card, only, cast_person(card, person, who), wording).text;
}

} // namespace gf::tinyville
