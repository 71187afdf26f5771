#pragma once
// All labs in the order of the course, with their experiments as far as they are built. A new lab is a folder
// in assets/labs, a file here and its name in the line of this list.

#include "labs/experiment.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

struct CoursePart {
    char letter;
    std::string_view title;
};

struct CourseRow {
    std::string_view id; ///< its folder's name: "37-attention-heads"
    char part;           ///< 'A' to 'F'
    std::string_view question;
    std::unique_ptr<Experiment> (*make)(); ///< null: planned, not built yet
};

std::span<const CoursePart> course_parts();
/// All labs, planned ones too.
std::span<const CourseRow> course_rows();
/// The lab that a person means by its id, its number or its slug.
/// @throws Error with the nearest names
const CourseRow& lab_named(const std::string& word);

/// The folder assets/labs/ID beside the program.
/// @throws Error if it is not there
std::filesystem::path lab_folder(std::string_view id);

} // namespace gf
