#include "app/panels/text/token_lines.h"

#include "app/host/imgui_host.h"
#include "app/panels/text/text_token.h"
#include "app/view/token_labels.h"

#include <algorithm>

namespace gf::ui {
namespace {

/// Words of more tokens may be broken.
constexpr int k_max_tokens_of_word = 8;
/// The part of a single line that the next one repeats.
constexpr float k_repeated_share = 0.35f;

bool begins_word(const std::string& label) { return !label.empty() && label.front() == ' '; }

} // namespace

float TokenLines::token_width(const Run& run, int position) const {
    const bool outlined = run.origin(position).kind == TokenOrigin::Kind::forced;
    return text_token_width(inline_label_at(run, position), outlined, size_);
}

/// Begins a line because the token at `position` does not fit any more. The beginning of its word moves to
/// the new line with it; a single line repeats the last part of the one before.
void TokenLines::begin_line(const Run& run, int position) {
    Line& last = lines_.back();
    int begin = position;
    float width_before = 0;
    if (single_line_) {
        while (begin - 1 > last.begin &&
               width_before + token_width(run, begin - 1) < width_ * k_repeated_share)
            width_before += token_width(run, --begin);
    } else {
        int word_begin = position;
        while (word_begin > last.begin + 1 && position - word_begin < k_max_tokens_of_word &&
               !begins_word(token_labels().inline_label(run.token(word_begin))))
            --word_begin;
        if (begins_word(token_labels().inline_label(run.token(word_begin)))) begin = word_begin;
        last.end = begin;
        for (int p = begin; p < position; ++p) width_before += token_width(run, p);
    }
    x_ = width_before;
    lines_.push_back({begin, position});
}

void TokenLines::update(const Run& run, int cursor, float width, TextSize size, bool single_line) {
    const float scale = ImGuiHost::current().scale();
    const bool same = trace_ == run.trace && width == width_ && scale == scale_ && size == size_ &&
                      single_line == single_line_;
    if (!same || lines_.empty() || cursor < lines_.back().end) {
        lines_.assign(1, {});
        x_ = 0;
        trace_ = run.trace;
        width_ = width;
        scale_ = scale;
        size_ = size;
        single_line_ = single_line;
    }
    for (int p = lines_.back().end; p < cursor; ++p) {
        const float w = token_width(run, p);
        if (x_ > 0 && x_ + w > width_) begin_line(run, p);
        x_ += w;
        lines_.back().end = p + 1;
    }
}

int TokenLines::line_of(int position) const {
    const auto after = std::upper_bound(lines_.begin(), lines_.end(), position,
                                        [](int value, const Line& line) { return value < line.begin; });
    return std::max(static_cast<int>(after - lines_.begin()) - 1, 0);
}

} // namespace gf::ui
