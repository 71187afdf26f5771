#include "labs/course.h"

#include "core/name_matching.h"
#include "io/assets.h"
#include "labs/experiments/attention_heads.h"
#include "labs/experiments/multi_query_attention.h"
#include "labs/experiments/top_k_vs_top_p.h"
#include "platform/error.h"

#include <algorithm>
#include <array>

namespace gf {
namespace {

constexpr std::array<CoursePart, 6> k_parts{{{'A', "Inside the transformer"},
                                             {'B', "Choosing the next token"},
                                             {'C', "Learning"},
                                             {'D', "Adapting and steering"},
                                             {'E', "Smaller and faster"},
                                             {'F', "Systems around the model"}}};

constexpr auto k_rows = std::to_array<CourseRow>({
    {"07-positional-encoding", 'A', "Why does a transformer need positions?", nullptr},
    {"20-self-attention", 'A', "What does self-attention buy over recurrence?", nullptr},
    {"37-attention-heads", 'A', "What do heads do?", make_attention_heads},
    {"38-attention-masks", 'A', "What do masks do?", nullptr},
    {"39-layer-norm", 'A', "Why normalise?", nullptr},
    {"26-multi-query-attention", 'A', "What does sharing keys and values save?", make_multi_query_attention},
    {"43-context-window", 'A', "What does a longer context cost and give?", nullptr},
    {"46-encoder-vs-decoder", 'A', "Encoder-only or decoder-only?", nullptr},
    {"49-contextual-embeddings", 'A', "Static or contextual vectors?", nullptr},
    {"45-parameter-sharing", 'A', "What does sharing parameters do?", nullptr},
    {"08-moe-efficiency", 'A', "How does a mixture of experts save compute?", nullptr},
    {"23-moe-scalability", 'A', "Why does a mixture of experts scale?", nullptr},
    {"19-subword-tokenization", 'A', "Why pieces of words?", nullptr},
    {"05-adaptive-softmax", 'A', "How can a softmax over many words be cheaper?", nullptr},
    {"18-top-k-vs-top-p", 'B', "How do top-k and top-p differ?", make_top_k_vs_top_p},
    {"11-beam-vs-greedy", 'B', "What does beam search find?", nullptr},
    {"34-hyperparameter-tuning", 'C', "How much do hyperparameters matter?", nullptr},
    {"33-curriculum-complex-tasks", 'C', "Why start with easy tasks?", nullptr},
    {"42-curriculum-training", 'C', "Does an easy beginning train more smoothly?", nullptr},
    {"31-gradient-checkpointing", 'C', "How is memory traded for compute?", nullptr},
    {"32-multi-task", 'C', "Does training on several tasks help?", nullptr},
    {"35-contrastive", 'C', "How does contrastive learning shape embeddings?", nullptr},
    {"12-distillation", 'C', "What is distillation?", nullptr},
    {"24-distillation-deployment", 'C', "What does distillation give in use?", nullptr},
    {"10-scaling-laws-design", 'C', "What do scaling laws say?", nullptr},
    {"27-scaling-laws-budget", 'C', "How should a compute budget be spent?", nullptr},
    {"48-synthetic-data", 'C', "Can made-up data help?", nullptr},
    {"41-meta-learning", 'C', "Can a model learn to learn?", nullptr},
    {"44-model-parallelism", 'C', "How does one model run on several workers?", nullptr},
    {"06-catastrophic-forgetting", 'D', "What is catastrophic forgetting?", nullptr},
    {"17-mitigating-forgetting", 'D', "How can forgetting be softened?", nullptr},
    {"22-ewc", 'D', "How does elastic weight consolidation work?", nullptr},
    {"04-peft", 'D', "How do adapters keep what a model knows?", nullptr},
    {"29-zero-shot", 'D', "Can a model do tasks that it was never trained on?", nullptr},
    {"30-finetune-vs-zero-shot", 'D', "When is it worth to specialise?", nullptr},
    {"40-prompt-engineering", 'D', "Does the prompt matter?", nullptr},
    {"01-prompt-bias", 'D', "How can bias in prompts be corrected?", nullptr},
    {"13-chain-of-thought", 'D', "Why does writing steps help?", nullptr},
    {"25-chain-of-thought-mechanism", 'D', "Are the written steps used?", nullptr},
    {"03-reward-hacking", 'D', "What is reward hacking?", nullptr},
    {"15-quantization", 'E', "What do fewer bits cost?", nullptr},
    {"28-pruning", 'E', "What do fewer weights cost?", nullptr},
    {"09-rag", 'F', "What are the steps of retrieval?", nullptr},
    {"02-vector-store-need", 'F', "Is a vector store always needed?", nullptr},
    {"14-vector-indexing", 'F', "How do indexes of vectors work?", nullptr},
    {"21-ann", 'F', "Exact or approximate neighbours?", nullptr},
    {"16-agentic-rag", 'F', "How does a planner split a question?", nullptr},
    {"36-knowledge-graph", 'F', "Can facts come from a graph?", nullptr},
    {"47-multi-modal", 'F', "More than text?", nullptr},
});
static_assert(k_rows.size() == 49);

} // namespace

std::span<const CoursePart> course_parts() { return k_parts; }

std::span<const CourseRow> course_rows() { return k_rows; }

const CourseRow& lab_named(const std::string& word) {
    std::vector<std::string> names;
    for (const CourseRow& row : k_rows) {
        const std::string number(row.id.substr(0, 2)), slug(row.id.substr(3));
        if (word == row.id || word == slug || word == number || (word.size() == 1 && "0" + word == number))
            return row;
        names.emplace_back(row.id);
    }
    throw Error({"lab", "one of the 49; nearest: " + nearest_names(word, names), "'" + word + "'",
                 "`glassformer lab` lists them"});
}

std::filesystem::path lab_folder(std::string_view id) {
    return require_asset("labs", "it comes with the program") / id;
}

} // namespace gf
