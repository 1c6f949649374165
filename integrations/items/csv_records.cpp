#include "integrations/items/csv_records.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace stepwell::items {

namespace {

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

bool is_blank(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\t'; });
}

/// Takes a record apart, character by character. `more` of one character is awaited where it
/// decides what the one before it means.
class Cutter {
public:
    Cutter(std::string_view text, char delimiter, Rest rest)
        : text_(text), delimiter_(delimiter), more_(rest == Rest::more) {}

    std::optional<CsvRecord> cut() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (awaits_next(c) && at_ + 1 == text_.size() && more_) return std::nullopt;
            if (c == '\\') {
                take_escape();
            } else if (c == '"') {
                take_quote();
            } else if (!quoted_ && c == delimiter_) {
                end_field();
                ++at_;
            } else if (!quoted_ && is_line_end(c)) {
                at_ += c == '\r' && next() == '\n' ? 2 : 1;
                return finish();
            } else {
                field_ += c;
                ++at_;
            }
        }
        if (more_ || text_.empty()) return std::nullopt;
        return finish();
    }

private:
    static bool awaits_next(char c) { return c == '\\' || c == '"' || c == '\r'; }
    char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

    void take_escape() {
        const char escaped = next();
        if (escaped == '\\' || escaped == '"' || escaped == delimiter_) {
            field_ += escaped;
            ++at_;
        }
        ++at_;
        begun_ = true;
    }

    void take_quote() {
        if (!quoted_ && !begun_ && is_blank(field_)) {
            field_.clear();
            quoted_ = begun_ = true;
            ++at_;
        } else if (next() == '"') {
            field_ += '"';
            at_ += 2;
        } else if (quoted_) {
            quoted_ = false;
            ++at_;
        } else {
            field_ += '"';
            ++at_;
        }
    }

    void end_field() {
        record_.fields.push_back(std::move(field_));
        field_.clear();
        begun_ = false;
    }

    CsvRecord finish() {
        // A line with nothing on it is no record with one empty field.
        if (!record_.fields.empty() || !field_.empty() || begun_) end_field();
        record_.bytes = at_;
        return std::move(record_);
    }

    std::string_view text_;
    char delimiter_;
    bool more_;
    std::size_t at_ = 0;
    CsvRecord record_;
    std::string field_;
    bool quoted_ = false;
    bool begun_ = false;  ///< the field has had quotes or an escape: a quote opens no more
};

/// String.hashCode: over UTF-16 code units.
std::uint32_t java_hash(std::string_view text) {
    std::uint32_t hash = 0;
    const auto add = [&hash](std::uint32_t unit) { hash = hash * 31 + unit; };
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        std::uint32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
            point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        }
        i += length;
        if (point >= 0x10000) {
            add(0xD800 + ((point - 0x10000) >> 10));
            add(0xDC00 + ((point - 0x10000) & 0x3FF));
        } else {
            add(point);
        }
    }
    return hash;
}

}  // namespace

std::optional<CsvRecord> cut_csv_record(std::string_view text, char delimiter, Rest rest) {
    return Cutter(text, delimiter, rest).cut();
}

std::vector<std::size_t> column_order(const std::vector<std::string>& headers) {
    // java.util.HashMap: 16 buckets, doubled when they are three quarters full; a bucket keeps the
    // order of its entries.
    std::size_t buckets = 16;
    while (headers.size() * 4 > buckets * 3) buckets *= 2;
    std::vector<std::size_t> bucket_of;
    for (const std::string& header : headers) {
        const std::uint32_t hash = java_hash(header);
        bucket_of.push_back((hash ^ hash >> 16) & (buckets - 1));
    }
    std::vector<std::size_t> order(headers.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return bucket_of[a] < bucket_of[b]; });
    return order;
}

}  // namespace stepwell::items
