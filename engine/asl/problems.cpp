#include "engine/asl/problems.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace stepwell::asl {

void Location::append_to(std::string& out) const {
    if (parent_ == nullptr) return;
    parent_->append_to(out);
    out.append("/").append(field_);
    if (indexed_) out.append("[").append(std::to_string(index_)).append("]");
}

std::string Location::text() const {
    std::string out;
    append_to(out);
    return out.empty() ? "/" : out;
}

void Problems::schema(std::string message, const Location& where) {
    error(codes::kSchema, std::move(message), where);
}

void Problems::error(std::string_view code, std::string message, const Location& where) {
    // A missing target leaves the rest of its flow as it is; so do names.
    if (code == codes::kSchema || code == codes::kTooDeep) ++unreadable_;
    ++errors_;
    if (found_.size() < kMostKept) add(Severity::error, code, std::move(message), where.text());
}

void Problems::error_below(std::string_view code, std::string message, const Location& where,
                           std::string_view place) {
    ++errors_;
    if (found_.size() < kMostKept)
        add(Severity::error, code, std::move(message), where.text().append(place));
}

void Problems::error(std::string_view code, std::string message) {
    ++errors_;
    add(Severity::error, code, std::move(message), "");
}

void Problems::warning(std::string_view code, std::string message, const Location& where) {
    if (found_.size() < kMostKept) add(Severity::warning, code, std::move(message), where.text());
}

void Problems::add(Severity severity, std::string_view code, std::string message,
                   std::string location) {
    found_.push_back({severity, std::string(code), std::move(message), std::move(location)});
}

std::vector<Diagnostic> Problems::take() {
    const bool none_kept = std::none_of(found_.begin(), found_.end(), [](const Diagnostic& d) {
        return d.severity == Severity::error;
    });
    if (errors_ > 0 && none_kept) {
        // A thousand warnings must not hide that the definition is refused.
        add(Severity::error, codes::kSchema, "Too many problems to list", "");
    }
    return std::move(found_);
}

std::string invalid_definition_message(const std::vector<Diagnostic>& diagnostics) {
    std::string out = "Invalid State Machine Definition: '";
    bool first = true;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity != Severity::error) continue;
        if (!first) out += ", ";
        first = false;
        out.append(diagnostic.code).append(": ").append(diagnostic.message).append(" at ");
        // OBSERVED: `'MISSING_END_STATE: Workflow has no terminal state at null'`
        // (floci-io/floci#2735): AWS prints the location that is not there. docs/observed.md
        out.append(diagnostic.location.empty() ? "null" : diagnostic.location);
    }
    return out + "'";
}

}  // namespace stepwell::asl
