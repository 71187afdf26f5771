#include "app/panels/cache/eviction.h"

#include "app/view/own_setup.h"

namespace gf::ui {

RunSetup with_eviction_toggled(const Run& text, int key, int from_row) {
    RunSetup setup = own_setup(text);
    std::vector<Eviction> evicted;
    bool was_evicted = false;
    for (const Eviction& e : setup.evicted) {
        if (key < e.keys[0] || key >= e.keys[1]) {
            evicted.push_back(e);
            continue;
        }
        was_evicted = true;
        if (e.keys[0] < key) evicted.push_back({{e.keys[0], key}, e.from_row});
        if (key + 1 < e.keys[1]) evicted.push_back({{key + 1, e.keys[1]}, e.from_row});
    }
    if (!was_evicted) evicted.push_back({{key, key + 1}, from_row});
    setup.evicted = std::move(evicted);
    return setup;
}

RunSetup without_evictions(const Run& text) {
    RunSetup setup = own_setup(text);
    setup.evicted.clear();
    return setup;
}

} // namespace gf::ui
