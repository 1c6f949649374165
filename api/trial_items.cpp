#include <vector>

#include "api/trial_request.hpp"

namespace stepwell::api {
namespace {

ApiError unreadable() {
    return error(ErrorKind::validation,
                 "The mapItemReaderData is not of the format that the "
                 "state's ReaderConfig says");
}

std::string text_of(const Json* object, std::string_view member) {
    if (object == nullptr) return {};
    const Json* found = Input::find(*object, member);
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

char delimiter_of(const std::string& name) {
    if (name == "PIPE") return '|';
    if (name == "SEMICOLON") return ';';
    if (name == "SPACE") return ' ';
    if (name == "TAB") return '\t';
    return ',';
}

using Row = std::vector<std::string>;

/// RFC 4180. Blank lines are no rows.
std::vector<Row> read_csv(std::string_view text, char delimiter) {
    std::vector<Row> rows;
    Row row{""};
    bool quoted = false;
    const auto end_row = [&] {
        if (row.size() > 1 || !row.front().empty()) rows.push_back(std::move(row));
        row = {""};
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c != '"') {
                row.back().push_back(c);
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                row.back().push_back(text[++i]);
            } else {
                quoted = false;
            }
        } else if (c == '"' && row.back().empty()) {
            quoted = true;
        } else if (c == delimiter) {
            row.emplace_back();
        } else if (c == '\n') {
            end_row();
        } else if (c != '\r') {
            row.back().push_back(c);
        }
    }
    end_row();
    return rows;
}

Checked<Json> csv_items(const std::string& data, const Json* config) {
    std::vector<Row> rows = read_csv(data, delimiter_of(text_of(config, "CSVDelimiter")));
    Row headers;
    if (text_of(config, "CSVHeaderLocation") == "GIVEN") {
        const Json* given = Input::find(*config, "CSVHeaders");
        for (const Json& name : given != nullptr && given->is_array() ? *given : Json::array()) {
            if (!name.is_string()) return unreadable();
            headers.push_back(name.get<std::string>());
        }
    } else if (!rows.empty()) {
        headers = std::move(rows.front());
        rows.erase(rows.begin());
    }
    Json items = Json::array();
    for (const Row& row : rows) {
        Json item = Json::object();
        for (std::size_t i = 0; i < headers.size(); ++i)
            item[headers[i]] = i < row.size() ? row[i] : std::string();
        items.push_back(std::move(item));
    }
    return items;
}

Checked<Json> line_items(std::string_view data) {
    Json items = Json::array();
    while (!data.empty()) {
        const std::size_t end = data.find('\n');
        const std::string_view line = data.substr(0, end);
        data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        auto item = parse_json(line);
        if (!item) return unreadable();
        items.push_back(*std::move(item));
    }
    return items;
}

Checked<Json> json_items(const std::string& data, const Json* config) {
    auto value = parse_json(data);
    if (!value) return unreadable();
    // RFC 6901: ItemsPointer leads to the array.
    if (const std::string pointer = text_of(config, "ItemsPointer"); !pointer.empty()) {
        if (!pointer.starts_with('/')) return unreadable();
        try {
            const Json::json_pointer path(pointer);
            if (!value->contains(path)) return unreadable();
            Json target = value->at(path);
            *value = std::move(target);
        } catch (const Json::exception&) {
            return unreadable();
        }
    }
    // The objects of listObjectsV2 stand in the answer of S3.
    if (value->is_object()) {
        if (const Json* contents = Input::find(*value, "Contents")) return *contents;
    }
    return *std::move(value);
}

}  // namespace

Checked<Payload> parse_item_reader_data(const std::string& data, const Json* reader_config) {
    if (reader_config != nullptr && !reader_config->is_object()) return unreadable();
    const std::string type = text_of(reader_config, "InputType");
    Json items = TRY(type == "CSV"     ? csv_items(data, reader_config)
                     : type == "JSONL" ? line_items(data)
                                       : json_items(data, reader_config));
    const Json* most = reader_config == nullptr ? nullptr : Input::find(*reader_config, "MaxItems");
    if (items.is_array() && most != nullptr && most->is_number_unsigned() &&
        most->get<std::size_t>() > 0 && items.size() > most->get<std::size_t>()) {
        items.erase(items.begin() + static_cast<std::ptrdiff_t>(most->get<std::size_t>()),
                    items.end());
    }
    return Payload(std::move(items));
}

}  // namespace stepwell::api
