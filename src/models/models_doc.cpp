#include "models/models_doc.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace gf {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_introduction =
    "# The models that ship\n"
    "\n"
    "Written by `glassformer models --document docs/models.md` from the recipes and cards in assets/models. "
    "All figures are measured on the test split of\n"
    "[Tinyville](tinyville.md), of which no model has seen a person, a template or a question. "
    "`./check` measures each loss again and compares it with its card.\n"
    "\n"
    "    scripts/train-assets               # trains what is missing or whose recipe has changed; "
    "Ctrl-C, and the same again goes on\n"
    "    glassformer models                 # what is there, and whether it is up to date\n"
    "    glassformer run --model assets/models/story --prompt \"Once upon a time\" -n 200 --temperature 0.7 "
    "--seed 1\n"
    "\n";

/// The size of all files in the model's folder.
std::uintmax_t bytes_on_disk(const ShippedModel& m) {
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(m.folder)) bytes += entry.file_size();
    return bytes;
}

/// One row of figures for each model.
void write_overview(std::string& out, const std::vector<ShippedModel>& models) {
    const auto to = std::back_inserter(out);
    std::uintmax_t total = 0;
    out += "| model | parameters | steps | tokens | minutes | training loss | test loss | MB "
           "|\n|---|---|---|---|---|---|---|---|\n";
    for (const ShippedModel& m : models) {
        const auto card = read_model_card(m.folder);
        if (!card) {
            fmt::format_to(to, "| {} | not trained | | | | | | |\n", m.name);
            continue;
        }
        const std::uintmax_t bytes = bytes_on_disk(m);
        total += bytes;
        fmt::format_to(to, "| [{}](#{}) | {} | {} | {:.1f} M | {:.1f} | {:.3f} | {:.4f} | {:.2f} |\n", m.name,
                       m.name, card->parameters, card->steps, static_cast<double>(card->tokens) / 1e6,
                       card->minutes, card->training_loss, card->loss, static_cast<double>(bytes) / 1e6);
    }
    fmt::format_to(to,
                   "\nTogether {:.1f} MiB. Losses in nats per target; the training loss is the mean of the "
                   "last hundred steps.\n",
                   static_cast<double>(total) / (1 << 20));
}

/// Everything that is known about one model, and the beginning of what it wrote.
void write_card_section(std::string& out, const ShippedModel& m, const ModelCard& card) {
    const auto to = std::back_inserter(out);
    fmt::format_to(to, "\n## {}\n\n{}\n", m.name, m.sentence);
    if (!card.figures.empty()) {
        out += "\n| figure | measured | required | |\n|---|---|---|---|\n";
        for (const Figure& f : card.figures)
            fmt::format_to(to, "| {} | {} | {} | {} |\n", f.what, figure_text(f.value), f.requirement(),
                           f.bound == Figure::Bound::none ? ""
                           : f.holds()                    ? "holds"
                                                          : "**does not hold**");
    }
    if (!card.loss_by_position.empty()) {
        fmt::format_to(to, "\nLoss in blocks of {} positions:", k_position_block);
        for (const double loss : card.loss_by_position) fmt::format_to(to, " {:.3f}", loss);
        out += ".\n";
    }
    if (!m.look_at.empty()) fmt::format_to(to, "\nWhat to look at: {}\n", m.look_at);
    if (!m.did_not_work.empty()) fmt::format_to(to, "\nWhat did not work: {}\n", m.did_not_work);
    for (std::size_t i = 0; i < std::min<std::size_t>(card.samples.size(), 4); ++i) {
        std::string text = card.samples[i];
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3)
            text.replace(at, 1, "\n> ");
        fmt::format_to(to, "\n> {}\n", text);
    }
}

} // namespace

std::string models_markdown(const fs::path& folder) {
    const std::vector<ShippedModel> models = shipped_models(folder);
    std::string out = k_introduction;
    write_overview(out, models);
    for (const ShippedModel& m : models)
        if (const auto card = read_model_card(m.folder)) write_card_section(out, m, *card);
    return out;
}

} // namespace gf
