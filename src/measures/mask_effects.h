#pragma once
// What masks do to a run, found by running its text again: without them, with them in one layer alone, and
// three demonstrations of what masks are for. Headless and in slices; the Engine advances it on its worker
// and publishes what is found so far.

#include "core/trace.h"
#include "measures/stream_measures.h"

#include <memory>
#include <vector>

namespace gf {

/// What the demonstrations are to show.
struct MaskQuestions {
    int leak_row = -1;   ///< the token that is exchanged; -1: the fourth from the end
    int leak_token = -1; ///< what it is exchanged for; -1: the likeliest other token in its place
    int n_padding = 3;   ///< tokens of padding before the text
    int window = 4;      ///< of a sliding window in all layers
    bool operator==(const MaskQuestions&) const = default;
    static void fields(auto& questions, auto visit) {
        visit("leak_row", questions.leak_row, {.least = -1});
        visit("leak_token", questions.leak_token, {.least = -1});
        visit("n_padding", questions.n_padding, {.least = 1, .greatest = 256});
        visit("window", questions.window, {.least = 1, .greatest = k_max_setup_index});
    }
};

/// What was found so far. Logits are rows of d_vocab values; what is not computed yet is empty.
struct MaskFindings {
    std::shared_ptr<const Trace> run; ///< what was asked about: its first `rows` rows
    int rows = 0;
    std::shared_ptr<const Trace> before; ///< the same without the rules of masks; null: not there yet
    /// What a row predicts without the rules and with them.
    struct RowChange {
        Prediction before, now;
        real largest = 0; ///< change of a logit; exactly 0 where the masks do not reach the row
    };
    std::vector<RowChange> changes;          ///< [row]
    std::vector<std::vector<real>> in_layer; ///< [layer]: logits of the last row, masks in this layer alone

    /// One token exchanged, under the model's own masks and with none. For each row the largest change of a
    /// logit: exactly 0 where the token cannot be read.
    struct Leak {
        int row = -1, from = 0, to = 0; ///< the token at `row`, and the one in its place
        std::vector<real> masked, open;
    } leak;

    /// Tokens before the text that say nothing: as padding that no query reads, and read like any others.
    struct Padding {
        int n = 0;
        std::vector<real> alone, ignored, read;        ///< logits of the last row
        std::vector<real> change_ignored, change_read; ///< [row of the text]: the largest change of a logit
    } padding;

    struct Window {
        int size = 0;
        std::vector<real> logits; ///< of the last row
    } window;
};

class MaskEffects {
  public:
    /// What is asked about: the first `rows` rows of a run whose rows are all computed. What was found of the
    /// same text stays. Null: nothing is.
    void look_at(const std::shared_ptr<const Trace>& run, int rows, const MaskQuestions& questions);
    bool is_behind() const { return next_ < tasks_.size(); }
    /// Computes up to `max_rows` rows of the next run, or all of them where they depend on each other.
    void advance(int max_rows);
    int n_done() const { return static_cast<int>(next_); } ///< runs, of n_tasks()
    int n_tasks() const { return static_cast<int>(tasks_.size()); }
    /// Null while nothing is asked.
    const std::shared_ptr<const MaskFindings>& found() const { return found_; }
    std::size_t bytes() const;

  private:
    enum class Kind {
        before,
        compare,
        in_layer,
        own,
        own_exchanged,
        open,
        open_exchanged,
        padded,
        read,
        window
    };
    struct Task {
        Kind kind{};
        RunSetup setup{};
        std::vector<int> tokens{};
        int layer = -1;
    };
    bool can_stand_for_before(const Trace& run, const std::vector<int>& text) const;
    void ask_effects();
    void ask_demonstrations(const MaskQuestions& questions);
    void choose_exchange(const MaskQuestions& questions);
    void compare_rows(int max_rows);
    void finish(const Task& task, const std::shared_ptr<const Trace>& trace);

    std::shared_ptr<const MaskFindings> found_;
    MaskQuestions questions_;
    std::vector<int> text_; ///< the tokens asked about
    std::vector<Task> tasks_;
    std::size_t next_ = 0;                         ///< task at work
    std::shared_ptr<Trace> running_;               ///< its run; null: not begun
    std::vector<MaskFindings::RowChange> changes_; ///< of the rows compared so far
    std::vector<bool> reached_;                    ///< [row]: whether the rules can change it
    int n_running_rows_ = 0;                       ///< of it, computed
    std::shared_ptr<const Trace> own_, open_;      ///< runs of the text that others are compared with
};

} // namespace gf
