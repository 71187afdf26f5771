#include "session/command.h"

#include "io/fields.h"
#include "platform/error.h"
#include "support/expect_error.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace gf::command_test {
namespace {

using nlohmann::json;

/// The command of this type that the value holds.
template <class C, class Family = SessionCommand>
C get(const Command& command) {
    return std::get<C>(std::get<Family>(command));
}

/// Every command with its JSON. Every field differs from its default, so that none can be forgotten
/// unnoticed. Each command is a statement of its own, because the compiler takes minutes and gigabytes for a
/// list of them.
std::vector<std::pair<Command, const char*>> all_commands() {
    std::vector<std::pair<Command, const char*>> all;
    const auto add = [&](const Command& command, const char* json) { all.emplace_back(command, json); };
    add(command::Open{"m.bin", "t.bin", "Once", {"a"}},
        R"({"command": "open", "model": "m.bin", "tokenizer": "t.bin", "prompt": "Once",
            "ignore_config_keys": ["a"]})");
    add(command::SetPrompt{"Once \"upon\" \n \u00e9", true},
        R"({"command": "prompt", "text": "Once \"upon\" \n \u00e9", "truncate": true})");
    add(command::Play{}, R"({"command": "play"})");
    add(command::Pause{}, R"({"command": "pause"})");
    add(command::Step{-3}, R"({"command": "step", "tokens": -3})");
    add(command::Jump{17}, R"({"command": "jump", "position": 17})");
    add(command::SetSpeed{2.5}, R"({"command": "speed", "tokens_per_s": 2.5})");
    add(command::SetSampling{{{StageKind::top_p, 0.9, true}, {StageKind::temperature, 0.1, false}}},
        R"({"command": "sampling", "chain": [{"stage": "top-p", "value": 0.9, "on": true},
                                             {"stage": "temperature", "value": 0.1, "on": false}]})");
    add(command::SetSeed{18446744073709551615u}, R"({"command": "seed", "seed": 18446744073709551615})");
    add(command::ViewLayer{3, "source"}, R"({"command": "view-layer", "layer": 3, "run": "source"})");
    add(command::SetTraceBudget{512.5}, R"({"command": "trace-budget", "megabytes": 512.5})");
    add(command::Resample{}, R"({"command": "resample"})");
    add(command::SwitchCells{{"blocks.1.attn.hook_z", "", {}, {{2, 3}}}},
        R"({"command": "switch", "site": "blocks.1.attn.hook_z", "heads": [2, 3]})");
    add(command::UseDraw{}, R"({"command": "use-draw"})");
    add(command::ForceToken{4, 511}, R"({"command": "force-token", "position": 4, "token": 511})");
    add(command::SelectBranch{2}, R"({"command": "branch", "branch": 2})");
    add(command::EditCell{{"blocks.1.attn.hook_q", 2, 3, 4}, -0.5},
        R"({"command": "edit-cell", "name": "blocks.1.attn.hook_q", "head": 2, "row": 3, "column": 4,
            "run": "", "quantity": "", "value": -0.5})");
    add(command::ApplyEdit{{.cells = {"blocks.1.attn.hook_q", "text", {{3, 5}}, {{2, 3}}, {{0, -1}}},
                            .scale = 0.1}},
        R"({"command": "edit", "site": "blocks.1.attn.hook_q", "run": "text", "rows": [3, 5], "heads": [2, 3],
            "columns": [0, -1], "scale": 0.1})");
    add(command::ApplyEdit{{.cells = {"logits"}, .kind = Edit::Kind::add, .values = {1, -2.5}}},
        R"({"command": "edit", "site": "logits", "add": [1, -2.5]})");
    add(command::ApplyEdit{{.cells = {"hook_embed"},
                            .kind = Edit::Kind::donor,
                            .donor = {.kind = DonorSpec::Kind::run, .run = "b", .shift = -2}}},
        R"({"command": "edit", "site": "hook_embed", "donor": {"run": "b", "shift": -2}})");
    add(command::RemoveEdit{{"blocks.1.attn.hook_q", "source", {{3, 4}}, {{2, 3}}, {{4, 5}}}},
        R"({"command": "remove-edit", "site": "blocks.1.attn.hook_q", "run": "source", "rows": [3, 4],
            "heads": [2, 3], "columns": [4, 5]})");
    add(command::RemoveEdits{}, R"({"command": "remove-edits"})");
    add(command::UseEdits{false}, R"({"command": "edits", "on": false})");
    add(command::AddRun{"m", "t", "hi", 2, {}, "x", {"a", "b"}},
        R"({"command": "add-run", "model": "m", "tokenizer": "t", "prompt": "hi", "branch": 2, "name": "x",
            "ignore_config_keys": ["a", "b"]})");
    add(command::SetSetup{"s.json"}, R"({"command": "setup", "file": "s.json"})");
    add(command::SetSetup{.setup = {.experts_per_token = 1}},
        R"({"command": "setup", "experts_per_token": 1})");
    add(command::SetMasks{{{.join = MaskJoin::both, .kind = MaskKind::strided, .size = 4, .layers = {1}}}},
        R"({"command": "masks", "masks": [{"join": "and", "kind": "strided", "size": 4, "layers": [1]}]})");
    add(command::PaintMask{{.cells = {{{3, 4}, {1, -1}, true}}, .erase = true, .layers = {0}, .heads = {2}}},
        R"({"command": "paint-mask", "cells": [{"rows": [3, 4], "keys": [1, -1], "visible": true}],
            "erase": true, "layers": [0], "heads": [2]})");
    add(command::FindMaskEffects{true, {12, 7, 2, 5}},
        R"({"command": "mask-effects", "on": true, "leak_row": 12, "leak_token": 7, "n_padding": 2,
            "window": 5})");
    add(command::FindPartEffects{7}, R"({"command": "part-effects", "row": 7})");
    add(command::SaveState{"s.json"}, R"({"command": "save-state", "path": "s.json"})");
    add(
        command::RestoreText{
            {"hi", {{-1, 0, 1, 1, 256, {5, 6, 7}, {1}, {{2, 42, 0, 1}}, {0, 3, 3}}}, 0, 2, {{1, 0, 0, 4}}}},
        R"({"command": "text-tree", "prompt": "hi", "branches": [{"parent": -1, "fork": 0, "n_prompt": 1,
            "n_prefix": 1, "capacity": 256, "tokens": [5, 6, 7], "forced": [1],
            "drawn": [{"position": 2, "seed": 42, "branch": 0, "number": 1}], "passes": [0, 3, 3]}],
            "branch": 0, "cursor": 2, "draws": [{"position": 1, "seed": 0, "branch": 0, "number": 4}]})");
    add(
        command::Arrange{
            {true, 0.25f, {{false, 0.5f, {}, {"Flow"}}, {false, 0.5f, {}, {"Text", "Head"}}}, {}}},
        R"({"command": "arrange", "root": {"parts": [{"panels": ["Flow"]}, {"panels": ["Text", "Head"]}],
            "split": "beside", "size": 0.25}})");
    add(command::RemoveRun{"b"}, R"({"command": "remove-run", "run": "b"})");
    add(command::DrawEach{false}, R"({"command": "draw-each", "on": false})");
    add(command::Compare{"b", "difference"}, R"({"command": "compare", "run": "b", "as": "difference"})");
    add(command::SetGradients{true, {GradientOf::difference, 4, 7, 9}},
        R"({"command": "gradients", "on": true, "of": "difference", "row": 4, "token": 7, "other": 9})");
    add(command::ViewQuantity{"gradient"}, R"({"command": "quantity", "of": "gradient"})");
    add(command::Undo{}, R"({"command": "undo"})");
    add(command::Redo{}, R"({"command": "redo"})");
    add(command::SetTheme{"dark"}, R"({"command": "theme", "theme": "dark"})");
    add(command::SetScale{1.75}, R"({"command": "scale", "scale": 1.75})");
    add(command::PinHead{3, 5}, R"({"command": "pin-head", "layer": 3, "head": 5})");
    add(command::PinToken{9}, R"({"command": "pin-token", "position": 9})");
    add(command::PinCell{{"blocks.1.attn.hook_q", 2, 3, 4, "source"}},
        R"({"command": "pin-cell", "name": "blocks.1.attn.hook_q", "head": 2, "row": 3, "column": 4,
            "run": "source", "quantity": ""})");
    add(command::AskValue{"blocks.1.attn.hook_q", 2, 3, 4},
        R"({"command": "ask-value", "name": "blocks.1.attn.hook_q", "head": 2, "row": 3, "column": 4,
            "run": "", "quantity": ""})");
    add(command::Inspect{"logits"}, R"({"command": "inspect", "name": "logits"})");
    add(command::SelectOperation{"hook_embed"}, R"({"command": "operation", "name": "hook_embed"})");
    add(command::SetView{"Head", "form", "lines"},
        R"({"command": "view", "panel": "Head", "option": "form", "value": "lines"})");
    add(command::ShowPanel{"Flow", false}, R"({"command": "show-panel", "panel": "Flow", "on": false})");
    add(command::SetLayout{"Attention"}, R"({"command": "layout", "layout": "Attention"})");
    add(command::SaveLayout{"mine"}, R"({"command": "save-layout", "layout": "mine"})");
    add(command::DeleteLayout{"mine"}, R"({"command": "delete-layout", "layout": "mine"})");
    add(command::SetMotion{false}, R"({"command": "motion", "on": false})");
    add(command::ChooseFile{false}, R"({"command": "choose-file", "on": false})");
    add(command::Find{"resid"}, R"({"command": "find", "text": "resid"})");
    add(command::SetSource{"the fox"}, R"({"command": "source", "text": "the fox"})");
    add(command::ViewRun{"source"}, R"({"command": "view-run", "run": "source"})");
    add(command::ViewAttention{"cross"}, R"({"command": "view-attention", "kind": "cross"})");
    add(command::Probe{true, "1,2,1,2"}, R"({"command": "probe", "on": true, "text": "1,2,1,2"})");
    add(command::StudyPositions{60}, R"({"command": "study-positions", "texts": 60})");
    add(command::StudyRouting{600}, R"({"command": "study-routing", "texts": 600})");
    add(command::SetWatch{"surprisal > 6", true},
        R"({"command": "watch", "text": "surprisal > 6", "stops": true})");
    add(command::RemoveWatch{"surprisal > 6"}, R"({"command": "unwatch", "text": "surprisal > 6"})");
    add(command::RunUntil{"t > 9"}, R"({"command": "run-until", "condition": "t > 9"})");
    add(command::PlayOperations{false}, R"({"command": "play-operations", "on": false})");
    add(command::ShowHelp{false}, R"({"command": "help", "on": false})");
    add(command::ShowLook{false}, R"({"command": "what-to-look-at", "on": false})");
    add(command::ShowMaskExample{}, R"({"command": "mask-example"})");
    add(command::Explain{"top-k"}, R"({"command": "explain", "word": "top-k"})");
    add(command::OpenLab{"37", 3}, R"({"command": "open-lab", "lab": "37", "step": 3})");
    add(command::LeaveLab{}, R"({"command": "leave-lab"})");
    add(command::LabStep{2}, R"({"command": "lab-step", "step": 2})");
    add(command::AnswerLab{"1.5"}, R"({"command": "answer", "answer": "1.5"})");
    add(command::RunLab{7}, R"({"command": "run-lab", "seed": 7})");
    add(command::PauseLab{false}, R"({"command": "pause-lab", "on": false})");
    add(command::SetLabControl{"k", "9"}, R"({"command": "lab-control", "control": "k", "value": "9"})");
    return all;
}
const std::vector<std::pair<Command, const char*>> k_commands = all_commands();

/// The number of a command's family and its own in it.
std::pair<std::size_t, std::size_t> kind(const Command& command) {
    return {command.index(), std::visit([](const auto& family) { return family.index(); }, command)};
}

TEST(Command, EveryCommandIsTested) {
    std::set<std::pair<std::size_t, std::size_t>> kinds;
    for (const auto& [command, text] : k_commands) kinds.insert(kind(command));
    EXPECT_EQ(kinds.size(), std::variant_size_v<SessionCommand> + std::variant_size_v<ViewCommand>);
}

TEST(Command, WhatGradientsDoNotReadIsNotWritten) {
    const json loss = {{"command", "gradients"}, {"on", false}, {"of", "loss"}};
    EXPECT_EQ(json(to_json(command::SetGradients{false, {}})), loss);
    json with_row = loss;
    with_row["row"] = 3;
    EXPECT_THROW(command_from_json(with_row, "script"), Error);
}

TEST(Command, NamesDiffer) {
    std::set<std::string_view> names;
    for (const CommandInfo& info : command_list()) EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(names.size(), std::variant_size_v<SessionCommand> + std::variant_size_v<ViewCommand>);
}

TEST(Command, ReadsAndWritesEveryField) {
    for (const auto& [command, text] : k_commands) {
        SCOPED_TRACE(text);
        const json expected = json::parse(text);
        EXPECT_EQ(json(to_json(command)), expected);
        EXPECT_EQ(to_json(command).begin().key(), "command") << "in front, for people who read it";
        const Command read = command_from_json(json::parse(to_json(command).dump()), "script");
        EXPECT_EQ(kind(read), kind(command));
        EXPECT_EQ(json(to_json(read)), expected);
    }
}

TEST(Command, StagesKeepTheirMeaning) {
    const SamplingChain two_stages = {{StageKind::top_p, 0.9, true}, {StageKind::temperature, 0.1, false}};
    for (const SamplingChain& chain : {two_stages, default_chain(), greedy_chain(), SamplingChain{}}) {
        const Command read = command_from_json(to_json(command::SetSampling{chain}), "script");
        EXPECT_EQ(command_test::get<command::SetSampling>(read).chain, chain);
    }
}

TEST(Command, FieldsLeftOutHaveTheirDefaults) {
    // What makes no sense without these.
    const std::map<std::string, std::string> needed{{"edit", "'site'"},     {"remove-edit", "'site'"},
                                                    {"switch", "'site'"},   {"open-lab", "'lab'"},
                                                    {"answer", "'answer'"}, {"lab-control", "'control'"}};
    for (const auto& [command, text] : k_commands) {
        const std::string word = json::parse(text)["command"];
        if (const auto need = needed.find(word); need != needed.end()) {
            tests::expect_error(
                [&] {
                    command_from_json({{"command", word}}, "script");
                },
                {need->second, "no such key"});
            continue;
        }
        const Command bare = command_from_json({{"command", word}}, "script");
        EXPECT_EQ(kind(bare), kind(command));
    }
    EXPECT_EQ(command_test::get<command::Step>(command_from_json({{"command", "step"}}, "script")).tokens, 1);
    const Command pin = command_from_json({{"command", "pin-token"}}, "script");
    EXPECT_EQ((command_test::get<command::PinToken, ViewCommand>(pin).position), -1);
    const Command stage = command_from_json(
        json::parse(R"({"command": "sampling", "chain": [{"stage": "greedy"}]})"), "script");
    EXPECT_EQ(command_test::get<command::SetSampling>(stage).chain, greedy_chain());
}

TEST(Command, ListsKeepTheirOrder) {
    json list = json::array();
    for (const auto& [command, text] : k_commands) list.push_back(json::parse(text));
    const std::vector<Command> commands = commands_from_json(list, "script");
    ASSERT_EQ(commands.size(), k_commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) EXPECT_EQ(kind(commands[i]), kind(k_commands[i].first));
    EXPECT_TRUE(commands_from_json(json::array(), "script").empty());
}

struct BadCommand {
    const char* text;
    std::vector<const char*> words; ///< parts of the expected message
};

TEST(Command, ErrorsNameTheFieldAndTheNearestNames) {
    const std::vector<BadCommand> cases = {
        {R"([{"command": "stepp"}])", {"s.json [0]: command", "'stepp'", "nearest: 'step'"}},
        {R"([{"command": "play"}, {"command": "force_token"}])",
         {"s.json [1]: command", "nearest: 'force-token'"}},
        {R"([{"command": ""}])", {"s.json [0]: command", "nearest:"}},
        {R"([{"command": 3}])", {"s.json [0]", "'command'", "a string", "number 3"}},
        {R"([{"tokens": 3}])", {"s.json [0]", "'command'", "no such key"}},
        {R"(["play"])", {"s.json [0]", "an object", "\"play\""}},
        {R"([{"command": "step", "token": 3}])", {"s.json [0]: step", "'token'", "nearest: 'tokens'"}},
        {R"([{"command": "play", "speed": 3}])", {"s.json [0]: play", "'speed'"}},
        {R"([{"command": "step", "tokens": "3"}])",
         {"s.json [0]: step", "'tokens'", "an integer", "string \"3\""}},
        {R"([{"command": "step", "tokens": 1.5}])", {"s.json [0]: step", "'tokens'", "an integer", "1.5"}},
        {R"([{"command": "step", "tokens": 3000000000}])", {"s.json [0]: step", "'tokens'", "3000000000"}},
        {R"([{"command": "step", "tokens": null}])", {"s.json [0]: step", "'tokens'", "an integer", "null"}},
        {R"([{"command": "speed", "tokens_per_s": true}])",
         {"s.json [0]: speed", "'tokens_per_s'", "a number", "true"}},
        {R"([{"command": "prompt", "text": 5}])", {"s.json [0]: prompt", "'text'", "a string", "5"}},
        {R"([{"command": "prompt", "truncate": 1}])",
         {"s.json [0]: prompt", "'truncate'", "true or false", "1"}},
        {R"([{"command": "seed", "seed": -1}])", {"s.json [0]: seed", "'seed'", "-1"}},
        {R"([{"command": "seed", "seed": 0.5}])", {"s.json [0]: seed", "'seed'", "0.5"}},
        {R"([{"command": "seed", "seed": 18446744073709551616}])", {"s.json [0]: seed", "'seed'"}},
        {R"([{"command": "sampling", "chain": {}}])", {"s.json [0]: sampling", "'chain'", "an array"}},
        {R"([{"command": "sampling", "chain": [3]}])", {"s.json [0]: sampling", "an object", "3"}},
        {R"([{"command": "sampling", "chain": [{"stage": "greedy"}, {"stage": "topk"}]}])",
         {"s.json [0]: sampling: 'chain[1].stage'", "'topk'", "nearest: 'top-k'"}},
        {R"([{"command": "sampling", "chain": [{"value": 3}]}])",
         {"s.json [0]: sampling: 'chain[0].stage'", "no such key"}},
        {R"([{"command": "sampling", "chain": [{"stage": "top-k", "values": 3}]}])",
         {"s.json [0]: sampling: 'chain[0].values'", "nearest: 'value'"}},
        {R"([{"command": "sampling", "chain": [{"stage": "top-k", "value": "3"}]}])",
         {"s.json [0]: sampling: 'chain[0].value'", "a number"}},
        {R"({"command": "play"})", {"s.json", "an array of commands", "object"}},
    };
    for (const BadCommand& bad : cases) {
        SCOPED_TRACE(bad.text);
        try {
            commands_from_json(json::parse(bad.text), "s.json");
            ADD_FAILURE() << "was accepted";
        } catch (const Error& e) {
            for (const char* word : bad.words)
                EXPECT_NE(std::string(e.what()).find(word), std::string::npos) << word << " in: " << e.what();
        }
    }
}

} // namespace
} // namespace gf::command_test
