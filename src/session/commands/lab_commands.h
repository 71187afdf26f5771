#pragma once
// The commands of the labs, which the window carries out. They stand among the ViewCommands.

#include <string>
#include <string_view>

namespace gf::command {

struct OpenLab {
    std::string lab;
    int step = 1;
    static constexpr std::string_view k_name = "open-lab";
    static constexpr std::string_view k_about = "Opens a lab of the course, by its id, number or slug, or a "
                                                "lesson's folder, at a step. The workbench's "
                                                "state is kept; `leave-lab` brings it back.";
    static void fields(auto& command, auto visit) {
        visit("lab", command.lab, {.required = true});
        visit("step", command.step, {.least = 1});
    }
};

struct LeaveLab {
    static constexpr std::string_view k_name = "leave-lab";
    static constexpr std::string_view k_about = "Leaves the lab; the workbench comes back as it was before.";
    static void fields(auto&, auto) {}
};

struct LabStep {
    int step = 1;
    static constexpr std::string_view k_name = "lab-step";
    static constexpr std::string_view k_about = "Goes to a step of the lab that is open, from 1.";
    static void fields(auto& command, auto visit) { visit("step", command.step, {.least = 1}); }
};

struct AnswerLab {
    std::string answer;
    static constexpr std::string_view k_name = "answer";
    static constexpr std::string_view k_about = "Answers the question of the lab's step: the number of a "
                                                "choice, from 1, or a figure. A prediction is "
                                                "committed by it: what it was asked for is then shown.";
    static void fields(auto& command, auto visit) { visit("answer", command.answer, {.required = true}); }
};

struct RunLab {
    int seed = 1;
    static constexpr std::string_view k_name = "run-lab";
    static constexpr std::string_view k_about =
        "Runs the experiment of the lab that is open, from the beginning.";
    static void fields(auto& command, auto visit) { visit("seed", command.seed, {.least = 0}); }
};

struct PauseLab {
    bool on = true;
    static constexpr std::string_view k_name = "pause-lab";
    static constexpr std::string_view k_about = "Pauses the experiment, or lets it go on.";
    static void fields(auto& command, auto visit) { visit("on", command.on); }
};

struct SetLabControl {
    std::string control, value;
    static constexpr std::string_view k_name = "lab-control";
    static constexpr std::string_view k_about =
        "Sets a control of the experiment; where it changes what is computed, the experiment begins anew.";
    static void fields(auto& command, auto visit) {
        visit("control", command.control, {.required = true});
        visit("value", command.value, {.required = true});
    }
};

} // namespace gf::command
