#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/parser.hpp"

namespace stepwell::asl {

/// A place in a definition: `/States/S/Choices[0]`, and `/` for the top.
///
/// A link to its parent, so that walking a definition builds no text; each lives on the stack while
/// its object is read, and must not outlive its parent or the key it names.
class Location {
public:
    Location() = default;
    Location(const Location& parent, std::string_view field) : parent_(&parent), field_(field) {}
    Location(const Location& parent, std::string_view field, std::size_t index)
        : parent_(&parent), field_(field), index_(index), indexed_(true) {}

    std::string text() const;

private:
    void append_to(std::string& out) const;

    const Location* parent_ = nullptr;
    std::string_view field_;
    std::size_t index_ = 0;
    bool indexed_ = false;
};

/// The codes of ValidateStateMachineDefinitionDiagnostic (API reference) that a definition alone
/// can earn.
namespace codes {
inline constexpr std::string_view kInvalidJson = "INVALID_JSON_DESCRIPTION";
inline constexpr std::string_view kMissingDescription = "MISSING_DESCRIPTION";
inline constexpr std::string_view kSchema = "SCHEMA_VALIDATION_FAILED";
inline constexpr std::string_view kMissingTarget = "MISSING_TRANSITION_TARGET";
inline constexpr std::string_view kMissingEnd = "MISSING_END_STATE";
inline constexpr std::string_view kDuplicateState = "DUPLICATE_STATE_NAME";
inline constexpr std::string_view kInvalidStateName = "INVALID_STATE_NAME";
inline constexpr std::string_view kInvalidResource = "INVALID_RESOURCE";
inline constexpr std::string_view kDuplicateLabel = "DUPLICATE_LABEL_NAME";
inline constexpr std::string_view kInvalidLabel = "INVALID_LABEL_NAME";
inline constexpr std::string_view kTooDeep = "TOO_DEEPLY_NESTED";
inline constexpr std::string_view kInvalidVariable = "INVALID_VARIABLE_NAME";
inline constexpr std::string_view kReservedVariable = "RESERVED_VARIABLE_NAME";
inline constexpr std::string_view kNoDollar = "NO_DOLLAR";
inline constexpr std::string_view kNoPath = "NO_PATH";
inline constexpr std::string_view kStaticResult = "PASS_RESULT_IS_STATIC";
}  // namespace codes

/// Gathers the findings about one definition, in the order of their discovery (that of the text).
class Problems {
public:
    /// The most findings kept. Validate shows at most 100; a hostile text could earn a hundred
    /// thousand.
    static constexpr std::size_t kMostKept = 1000;

    /// SCHEMA_VALIDATION_FAILED.
    void schema(std::string message, const Location& where);
    void error(std::string_view code, std::string message, const Location& where);
    /// Without a location: AWS gives none to some.
    void error(std::string_view code, std::string message);
    /// At a place below `where`: `/a[1]`.
    void error_below(std::string_view code, std::string message, const Location& where,
                     std::string_view place);
    void warning(std::string_view code, std::string message, const Location& where);
    /// How many errors say that a state could not be read: what follows from its transitions is
    /// then unknown.
    std::size_t unreadable() const { return unreadable_; }

    /// All findings. Whether a machine can be made of the definition is whether any is an error.
    std::vector<Diagnostic> take();

private:
    void add(Severity severity, std::string_view code, std::string message, std::string location);

    std::vector<Diagnostic> found_;
    std::size_t errors_ = 0;
    std::size_t unreadable_ = 0;
};

}  // namespace stepwell::asl
