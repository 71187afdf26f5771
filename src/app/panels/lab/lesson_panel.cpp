#include "app/panels/lab/lesson_panel.h"

#include "app/lab/lab_room.h"
#include "app/panels/lab/lab_plots.h"
#include "app/widgets/buttons.h"
#include "app/widgets/menu.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/rich_text.h"
#include "app/widgets/text_field.h"
#include "app/widgets/widget_parts.h"
#include "platform/error.h"
#include "session/cell_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_footer = 40, k_segment_height = 4, k_choice_height = 26, k_card_padding = 10,
                k_locked_height = 64, k_item_indent = 14;

/// Words that wrap where the room ends.
void write(std::string_view words, ImU32 ink, TextSize size = TextSize::body, Face face = Face::regular) {
    const TextPiece piece{.words = words, .face = face, .ink = ink};
    rich_text({&piece, 1}, available_width(), size);
}
/// The same on the card of a question.
void write_on_card(std::string_view words, ImU32 ink) {
    const TextPiece piece{.words = words, .ink = ink};
    rich_text({&piece, 1}, available_width() - px(k_card_padding));
}

class LessonPanel : public Panel {
  public:
    const char* title() const override { return "Lesson"; }
    const char* about() const override { return "the lab that is open, step by step; the course"; }
    bool shows_values() const override { return false; }
    bool shows_all_runs() const override { return true; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_course(Commands& commands) const;
    void draw_head(const LabRoom& room, Commands& commands) const;
    void draw_text(const std::vector<LessonParagraph>& text, const View& view, Selection& selection,
                   Commands& commands);
    void draw_question(const LabRoom& room, Commands& commands);
    void draw_choices(const LabRoom& room, const LessonQuestion& question);
    void draw_verdict(const LabRoom& room) const;
    void draw_footer(const LabRoom& room, Commands& commands) const;

    std::string id_; ///< the lesson and step that what follows belongs to
    int step_ = 0;
    int chosen_ = 0;    ///< choice, from 1; 0: none
    std::string typed_; ///< a number
    std::vector<TextPiece> pieces_;
};

void LessonPanel::draw(const View& v, Selection& selection, Commands& commands) {
    if (!v.lab || !v.lab->is_open()) return draw_course(commands);
    const LabRoom& room = *v.lab;
    if (id_ != room.lesson().id || step_ != room.step_number()) {
        id_ = room.lesson().id, step_ = room.step_number();
        chosen_ = 0;
        typed_.clear();
    }
    draw_head(room, commands);
    const float height = ImGui::GetContentRegionAvail().y - px(k_footer);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {px(6), px(4)});
    ImGui::BeginChild("step", {0, std::max(height, px(40))}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NavFlattened);
    const LessonStep& step = room.step();
    write(fmt::format("{}  {}", room.step_number(), step.title), theme().text, TextSize::title, Face::bold);
    vertical_space(4);
    draw_text(step.text, v, selection, commands);
    if (!step.formula.empty()) {
        vertical_space(4);
        write(step.formula, theme().accent_text, TextSize::body, Face::mono);
    }
    if (step.question) draw_question(room, commands);
    if (!step.reveal.empty()) {
        vertical_space(8);
        if (room.may_go_on()) {
            write("What happened, and why", theme().text, TextSize::body, Face::bold);
            draw_text(step.reveal, v, selection, commands);
        } else {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const UiRect area{at, {at.x + available_width(), at.y + px(k_locked_height)}};
            ImGui::Dummy(area.size());
            draw_locked(area, "What happened, and why: after your answer");
        }
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
    draw_footer(room, commands);
}

/// The labs of the course. Those that are built can be opened.
void LessonPanel::draw_course(Commands& commands) const {
    panel_header("Lesson", "49 questions, each with an experiment");
    ImGui::BeginChild("course", {0, 0}, ImGuiChildFlags_None, ImGuiWindowFlags_NavFlattened);
    for (const CoursePart& part : course_parts()) {
        menu_heading(fmt::format("{}  {}", part.letter, part.title));
        std::string planned;
        for (const CourseRow& row : course_rows()) {
            if (row.part != part.letter) continue;
            const std::string number(row.id.substr(0, 2));
            if (!row.make) {
                planned += (planned.empty() ? "" : ", ") + number;
            } else if (menu_row(std::string(row.id).c_str(), {.text = number, .detail = row.question})) {
                commands.post(command::OpenLab{std::string(row.id), 1});
            }
        }
        if (!planned.empty()) write("planned: " + planned, theme().muted, TextSize::small);
        vertical_space(8);
    }
    ImGui::EndChild();
}

/// The question, where one is, and the steps as segments of a line.
void LessonPanel::draw_head(const LabRoom& room, Commands& commands) const {
    const Theme& t = theme();
    const Lesson& lesson = room.lesson();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = available_width();
    panel_header(lesson.title, "", px(60));
    ImGui::SetCursorScreenPos({at.x + width - px(52), at.y - px(4)});
    if (quiet_button("leave", {"leave"}, "The workbench comes back as it was (Esc)"))
        commands.post(command::LeaveLab{});
    const std::string where =
        room.row() ? fmt::format("Lab {}, part {}", lesson.id.substr(0, 2), lesson.part) : lesson.question;
    ImGui::SetCursorScreenPos({at.x, at.y + px(22)});
    write(fmt::format("{}, step {} of {}", where, room.step_number(), room.n_steps()), t.muted,
          TextSize::small);
    const ImVec2 line = ImGui::GetCursorScreenPos();
    const float slot = width / static_cast<float>(room.n_steps());
    for (int i = 0; i < room.n_steps(); ++i) {
        const float x = line.x + slot * static_cast<float>(i);
        draw_fill(*ImGui::GetWindowDrawList(),
                  {{x, line.y}, {x + slot - px(3), line.y + px(k_segment_height)}},
                  i < room.step_number() ? t.accent : t.block, px(2));
    }
    ImGui::Dummy({width, px(k_segment_height + 8)});
}

/// Words that point at a cell light it, and a cell in focus lights its words.
void LessonPanel::draw_text(const std::vector<LessonParagraph>& text, const View& v, Selection& selection,
                            Commands& commands) {
    std::vector<std::string> names;
    std::vector<const LessonPiece*> links;
    for (const LessonParagraph& paragraph : text)
        for (const LessonPiece& piece : paragraph.pieces)
            if (piece.cell || !piece.term.empty()) links.push_back(&piece);
    names.reserve(links.size());
    for (const LessonParagraph& paragraph : text) {
        pieces_.clear();
        std::vector<const LessonPiece*> shown;
        const bool is_item = paragraph.kind == LessonParagraph::Kind::item;
        if (is_item)
            pieces_.push_back({.words = "• ", .begins_line = true, .indent = px(k_item_indent)}),
                shown.push_back(nullptr);
        for (const LessonPiece& piece : paragraph.pieces) {
            TextPiece out{.words = piece.words,
                          .face = piece.is_code   ? Face::mono
                                  : piece.is_bold ? Face::bold
                                                  : Face::regular};
            if (piece.cell || !piece.term.empty()) {
                names.push_back(fmt::format("{}##{}", piece.words, names.size()));
                out.item = names.back();
            }
            if (piece.cell) {
                try {
                    CellRef cell = find_cell(v.run.view(), *piece.cell);
                    cell.run = v.run.id;
                    out.is_lit = selection.focus() == cell;
                } catch (const Error&) {
                    out.item = {}; // the text has no such cell now: the words stay words
                }
            }
            pieces_.push_back(out);
            shown.push_back(&piece);
        }
        const RichTextHit hit = rich_text(pieces_, available_width());
        if (hit.hovered && shown[*hit.hovered]->cell) {
            CellRef cell = find_cell(v.run.view(), *shown[*hit.hovered]->cell);
            cell.run = v.run.id;
            selection.cell.set(cell);
        }
        if (hit.pressed) {
            const LessonPiece& piece = *shown[*hit.pressed];
            piece.cell ? commands.post(command::PinCell{*piece.cell})
                       : commands.post(command::Explain{piece.term});
        }
        vertical_space(4);
    }
}

void LessonPanel::draw_question(const LabRoom& room, Commands& commands) {
    const Theme& t = theme();
    const LessonQuestion& q = *room.step().question;
    const bool is_answered = room.may_go_on();
    vertical_space(6);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = available_width(), padding = px(k_card_padding);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.ChannelsSplit(2);
    list.ChannelsSetCurrent(1);
    ImGui::SetCursorScreenPos({at.x + padding, at.y + padding});
    ImGui::BeginGroup();
    ImGui::PushID("question");
    const bool predicts = q.kind == LessonQuestion::Kind::prediction;
    write(predicts ? "Predict, then look" : "What did you see?", t.accent_text, TextSize::body, Face::bold);
    write_on_card(q.text, t.text);
    vertical_space(4);
    if (is_answered) {
        draw_verdict(room);
    } else {
        draw_choices(room, q);
        ImGui::BeginDisabled(q.choices.empty() ? typed_.empty() : chosen_ == 0);
        if (push_button(predicts ? "Commit" : "Answer", px(100), Emphasis::primary))
            commands.post(command::AnswerLab{q.choices.empty() ? typed_ : std::to_string(chosen_)});
        ImGui::EndDisabled();
    }
    ImGui::PopID();
    ImGui::EndGroup();
    const UiRect card{at, {at.x + width, ImGui::GetItemRectMax().y + padding}};
    list.ChannelsSetCurrent(0);
    draw_fill(list, card, t.accent_tint, px(8));
    draw_border(list, card, t.accent, px(8));
    list.ChannelsMerge();
    ImGui::SetCursorScreenPos({at.x, card.max.y});
    ImGui::Dummy({width, px(4)});
}

void LessonPanel::draw_choices(const LabRoom&, const LessonQuestion& q) {
    const Theme& t = theme();
    const float width = available_width() - px(k_card_padding);
    if (q.choices.empty()) {
        text_field("guess", typed_, q.unit.empty() ? "a number" : ("a number, in " + q.unit).c_str(),
                   std::min(width, px(180)));
        return;
    }
    for (std::size_t i = 0; i < q.choices.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        const float height =
            std::max(px(k_choice_height),
                     wrapped_text_height(font(TextSize::body), q.choices[i], width - px(34)) + px(8));
        const ButtonItem item = button_item(fmt::format("choice {}", number).c_str(), {width, height},
                                            mark_of(chosen_ == number));
        ImDrawList& list = *ImGui::GetWindowDrawList();
        draw_fill(list, item.box, item.hovered ? t.control_hover : t.panel, px(5));
        draw_border(list, item.box, chosen_ == number ? t.accent : t.border, px(5));
        const ImVec2 dot{item.box.min.x + px(14), item.box.center().y};
        list.AddCircle(dot, px(5), t.muted, 0, px(1));
        if (chosen_ == number) list.AddCircleFilled(dot, px(3), t.accent);
        draw_wrapped_text(list, {item.box.min.x + px(28), item.box.min.y + px(4)}, font(TextSize::body),
                          t.text, q.choices[i], width - px(34));
        draw_focus_ring(item, px(5));
        if (item.pressed) chosen_ = number;
    }
    vertical_space(4);
}

/// What was answered, and whether it is what was measured.
void LessonPanel::draw_verdict(const LabRoom& room) const {
    const Theme& t = theme();
    const LessonQuestion& q = *room.step().question;
    const std::string& given = room.answer_of(room.step_number());
    std::string words = given;
    if (!q.choices.empty())
        words = q.choices[static_cast<std::size_t>(
                              std::clamp(std::atoi(given.c_str()), 1, static_cast<int>(q.choices.size()))) -
                          1];
    write_on_card(fmt::format("Your answer: {} {}", words, q.choices.empty() ? q.unit : ""), t.text);
    const auto right = room.is_right(room.step_number());
    if (!right) return write_on_card("The experiment is measuring it …", t.muted);
    write_on_card(*right ? std::string("That is what was measured.")
                         : fmt::format("Measured: {} {}", room.right_answer(room.step_number()),
                                       q.choices.empty() ? q.unit : ""),
                  *right ? t.good_text : t.accent_text);
}

void LessonPanel::draw_footer(const LabRoom& room, Commands& commands) const {
    vertical_space(6);
    const float width = available_width();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::BeginDisabled(room.step_number() == 1);
    if (push_button("Back", px(70))) commands.post(command::LabStep{room.step_number() - 1});
    ImGui::EndDisabled();
    const bool is_last = room.step_number() == room.n_steps();
    ImGui::SetCursorScreenPos({at.x + width - px(90), at.y});
    ImGui::BeginDisabled(!room.may_go_on());
    if (push_button(is_last ? "Done" : "Next", px(90), Emphasis::primary))
        is_last ? commands.post(command::LeaveLab{})
                : commands.post(command::LabStep{room.step_number() + 1});
    ImGui::EndDisabled();
    const std::string_view hint = room.may_go_on() ? "Space: go on" : "first your answer";
    const UiRect middle{{at.x + px(76), at.y}, {at.x + width - px(96), at.y + px(k_control_height)}};
    draw_text_centred(*ImGui::GetWindowDrawList(), middle, font(TextSize::small), theme().muted, hint);
}

} // namespace

std::unique_ptr<Panel> make_lesson_panel() { return std::make_unique<LessonPanel>(); }

} // namespace gf::ui
