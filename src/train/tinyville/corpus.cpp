#include "train/tinyville/corpus.h"

#include "core/name_matching.h"
#include "platform/error.h"
#include "train/tinyville/prose_writer.h"
#include "train/tinyville/tasks.h"
#include "train/tinyville/world.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

/// The random streams of one document: each decides one thing, so that the others do not depend on it.
enum Stream : std::uint64_t { k_kind, k_plot, k_cast, k_wording };

Document draw_prose(const ProseKind& kind, std::uint64_t seed, std::uint64_t number) {
    RandomStream plot_stream(seed, number, k_plot), cast_stream(seed, number, k_cast),
        wording_stream(seed, number, k_wording);
    const Template plot = draw_template(kind, plot_stream);
    Document d;
    d.split = split_of_template(plot.id);
    d.template_id = plot.id;
    const Cast cast = draw_cast(kind, d.split, cast_stream);
    for (const int p : cast.people) d.entities.push_back(World::get().full_name(p));
    LabelledText written = write_prose(kind, plot, cast, wording_stream);
    d.text = std::move(written.text);
    d.labels = std::move(written.labels);
    return d;
}

/// A document of a task gets no further line beyond this many bytes, so that it fits a context of 256 tokens.
constexpr std::size_t k_long_task = 200;

/// One to five lines of one task; all questions of one split.
Document draw_task(const Task& task, std::uint64_t seed, std::uint64_t number) {
    RandomStream random(seed, number, k_wording);
    Document d;
    std::string question = task.draw_question(random);
    d.split = split_of_question(task, question);
    d.template_id = std::string(task.name) + "/" + hex_digits(hash_text(task.split_key(question)));
    const int n_lines = random.chance(40) ? 1 : random.between(2, 5);
    for (int line = 0; line < n_lines && d.text.size() < k_long_task; ++line) {
        if (line > 0) {
            do question = task.draw_question(random);
            while (split_of_question(task, question) != d.split);
            d.text += "\n";
        }
        const std::string answer = *task.answer(question);
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

const std::vector<DocumentKind>& document_kinds() {
    static const std::vector<DocumentKind> kinds = [] {
        std::vector<DocumentKind> all;
        for (const ProseKind& k : Grammar::get().kinds())
            all.push_back({k.name, k.group, "stories", k.weight});
        for (const Task& t : tasks()) all.push_back({t.name, t.group, t.domain, t.weight});
        return all;
    }();
    return kinds;
}

DocumentSource::DocumentSource(const CorpusOptions& options) : seed_(options.seed) {
    const auto& kinds = document_kinds();
    for (const std::string& wanted : options.only) {
        std::vector<std::string> valid;
        for (const DocumentKind& k : kinds) valid.insert(valid.end(), {k.name, k.group});
        if (std::ranges::find(valid, wanted) == valid.end())
            throw Error({"--only", "kinds or groups of documents", "'" + wanted + "'",
                         "nearest: " + nearest_names(wanted, valid)});
    }
    for (int i = 0; i < static_cast<int>(kinds.size()); ++i) {
        const DocumentKind& k = kinds[static_cast<std::size_t>(i)];
        const bool is_wanted =
            options.only.empty() || std::ranges::any_of(options.only, [&](const std::string& wanted) {
                return wanted == k.name || wanted == k.group;
            });
        if (is_wanted) kinds_.insert(kinds_.end(), static_cast<std::size_t>(k.weight), i);
    }
    if (kinds_.empty())
        throw Error({"--only", "kinds that are drawn", "only kinds that are told on request",
                     "name another kind too"});
}

Document DocumentSource::draw(std::uint64_t number) const {
    const int index = RandomStream(seed_, number, k_kind).pick(kinds_);
    const auto& prose = Grammar::get().kinds();
    const auto i = static_cast<std::size_t>(index);
    Document d = i < prose.size() ? draw_prose(prose[i], seed_, number)
                                  : draw_task(tasks()[i - prose.size()], seed_, number);
    const DocumentKind& kind = document_kinds()[i];
    d.kind = kind.name;
    d.group = kind.group;
    d.domain = kind.domain;
    return d;
}

std::string file_text(const Document& document) { return document.text + "\n" + k_end_of_document + "\n"; }

void for_each_document(const CorpusOptions& options,
                       const std::function<void(const Document&, std::uint64_t)>& visit) {
    const DocumentSource source(options);
    std::uint64_t n_bytes = 0;
    for (std::uint64_t number = 0; n_bytes < options.size; ++number) {
        const Document d = source.draw(number);
        n_bytes += file_text(d).size();
        visit(d, number);
    }
}

void CorpusHash::add(Split split, std::string_view file_text) {
    std::uint64_t& hash = by_split_[static_cast<std::size_t>(split)];
    hash = fnv1a(file_text, hash);
}

std::uint64_t CorpusHash::value() const {
    std::uint64_t hash = 0;
    for (const std::uint64_t h : by_split_) hash = mix64(hash ^ h);
    return hash;
}

std::string person_card(int person) {
    static const ProseKind& card = *std::ranges::find(Grammar::get().kinds(), "card", &ProseKind::name);
    const auto number = static_cast<std::uint64_t>(person);
    RandomStream plot_stream(0, number, k_plot), cast_stream(0, number, k_cast),
        wording_stream(0, number, k_wording);
    const Template plot = draw_template(card, plot_stream);
    const Cast cast = draw_cast_around(person, card, cast_stream);
    return write_prose(card, plot, cast, wording_stream).text;
}

} // namespace gf::tinyville
