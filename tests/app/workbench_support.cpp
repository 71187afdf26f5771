#include "app/workbench_support.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

namespace gf::ui::tests {

Bench::Bench(const Options& o)
    : screen({.width = o.width, .height = o.height, .look = o.look}),
      workbench({.mode = Session::Mode::cooperative,
                 .config_folder = o.config_folder,
                 .wake = {},
                 .models = o.models,
                 .panels = o.panels}),
      ui(screen.host(), [this] { frame(); }) {
    if (o.config_folder.empty() && !o.layout.empty()) workbench.post(command::SetLayout{o.layout});
    if (o.look == UiLook{}) return;
    workbench.settings().theme = o.look.theme;
    workbench.settings().scale = o.look.scale;
    ui.frames(3);
}

void Bench::frame() {
    bare_frame();
    workbench.settle();
}

void Bench::bare_frame() {
    screen.frame([this] { workbench.frame(); });
}

void Bench::post(Command command) {
    workbench.post(std::move(command));
    ui.frames(4);
}

void Bench::open(const std::string& model, const std::string& tokenizer) {
    post(command::Open{model, tokenizer});
    ASSERT_TRUE(snapshot().has_run()) << snapshot().message;
    ASSERT_EQ(snapshot().model_path, model) << snapshot().message;
}

std::string Bench::notice() const {
    const auto texts = ui.texts("Notice");
    return texts.empty() ? "" : texts.front();
}

bool Bench::shows(std::string_view window, const std::string& text) const {
    return std::ranges::count(ui.texts(window), text) > 0;
}

std::string Bench::all_text(std::string_view window) const {
    std::string all;
    for (const std::string& text : ui.texts(window)) all += text;
    return all;
}

std::string Bench::text_with(std::string_view window, std::string_view begin) const {
    for (const std::string& text : ui.texts(window))
        if (text.starts_with(begin)) return text;
    return {};
}

std::string Bench::item_ending(const std::string& window, const std::string& end) const {
    std::string found;
    for (const UiItem& item : ImGuiHost::current().items().items())
        if (item.window == window && item.label.ends_with(end)) {
            EXPECT_EQ(found, "") << "two items of " << window << " end with " << end;
            found = window + "/" + item.label;
        }
    EXPECT_NE(found, "") << "no item of " << window << " ends with " << end;
    return found;
}

void Bench::resize(int width, int height) {
    screen.resize(width, height);
    ui.frames(4);
}

ImVec2 cell_middle(const UiRect& map, int row, int column, int rows, int columns) {
    return {(static_cast<float>(column) + 0.5f) * map.width() / static_cast<float>(columns),
            (static_cast<float>(row) + 0.5f) * map.height() / static_cast<float>(rows)};
}

std::vector<double> probabilities_after(const Snapshot& snapshot, int row, double temperature) {
    const real* logits = snapshot.trace().row(Site::logits, -1, row);
    std::vector<double> p(logits, logits + snapshot.config().d_vocab);
    const double most = *std::ranges::max_element(p);
    for (double& x : p) x = std::exp((x - most) / temperature);
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& x : p) x /= sum;
    return p;
}

std::vector<int> largest(const std::vector<double>& values, int n) {
    std::vector<int> ids(values.size());
    std::iota(ids.begin(), ids.end(), 0);
    std::ranges::stable_sort(ids, [&](int a, int b) {
        return values[static_cast<std::size_t>(a)] > values[static_cast<std::size_t>(b)];
    });
    ids.resize(static_cast<std::size_t>(n));
    return ids;
}

std::vector<double> keep_largest(const std::vector<double>& probabilities, int n) {
    std::vector<double> kept(probabilities.size());
    double sum = 0;
    for (const int id : largest(probabilities, n))
        sum += kept[static_cast<std::size_t>(id)] = probabilities[static_cast<std::size_t>(id)];
    for (double& p : kept) p /= sum;
    return kept;
}

int token_drawn(const std::vector<double>& probabilities, double u) {
    double sum = 0;
    for (const int id : largest(probabilities, static_cast<int>(probabilities.size())))
        if (u < (sum += probabilities[static_cast<std::size_t>(id)])) return id;
    return -1;
}

double entropy_bits(const std::vector<double>& probabilities) {
    double sum = 0;
    for (const double p : probabilities) sum -= p > 0 ? p * std::log2(p) : 0;
    return sum;
}

const SavedModel& byte_model() {
    return saved_llama("bytes", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size; });
}

std::string byte_tokenizer() {
    static const std::string path = scratch_file("bytes-tok.bin", tok_bin_contents());
    return path;
}

double number_after(std::string_view text, std::string_view word) {
    double number = std::numeric_limits<double>::quiet_NaN();
    const std::size_t at = text.find(word);
    if (at == std::string_view::npos) return number;
    std::string_view rest = text.substr(at + word.size());
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    std::from_chars(rest.data(), rest.data() + rest.size(), number);
    return number;
}

} // namespace gf::ui::tests
