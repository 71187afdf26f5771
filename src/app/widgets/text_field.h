#pragma once
// A field to write one line of text into. Used by the prompt, searches and file names.

#include <string>

namespace gf::ui {

/// A field in a rounded border; the item is named "##label", so `label` is not shown. A width of -1 takes all
/// that is left. `flags` are ImGuiInputTextFlags. True while the text changes, or with
/// ImGuiInputTextFlags_EnterReturnsTrue on Enter.
bool text_field(const char* label, std::string& text, const char* hint = "", float width = -1, int flags = 0);
/// The same for a text that may have line breaks and tabs, which tokens see: they stand on the one line as
/// the signs "↵" and "⇥", also when they are pasted. Such signs mean them.
bool text_field_with_breaks(const char* label, std::string& text, const char* hint, float width, int flags);

} // namespace gf::ui
