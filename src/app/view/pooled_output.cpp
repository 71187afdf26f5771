#include "app/view/pooled_output.h"

#include "core/kernels/kernels.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {

bool has_pooled_output(const View& v) { return v.trace().n_rows(Site::pooled, v.run.rows) > 0; }

void class_probabilities(const View& v, std::vector<ClassProbability>& classes) {
    classes.clear();
    if (!has_pooled_output(v)) return;
    const int n = v.config().n_classes;
    const real* logits = v.trace().row(Site::class_logits, -1, 0);
    const double log_sum = static_cast<double>(log_sum_exp(logits, n));
    for (int i = 0; i < n; ++i) {
        const auto logit = static_cast<double>(logits[i]);
        classes.push_back({i, std::exp(logit - log_sum), logit});
    }
    std::sort(classes.begin(), classes.end(), [](const ClassProbability& a, const ClassProbability& b) {
        return a.probability != b.probability ? a.probability > b.probability : a.id < b.id;
    });
}

} // namespace gf::ui
