#include "engine/query/jsonata/functions.hpp"

#include <string_view>
#include <unordered_map>

namespace stepwell::jsonata {

namespace {

using Table = std::unordered_map<std::string_view, Builtin>;

Table make_table(BuiltinRow::In dialect) {
    Table table;
    for (const auto family :
         {aggregate_functions(), array_functions(), higher_order_functions(), object_functions(),
          text_functions(), matching_functions(), number_functions(), date_functions(),
          general_functions(), aws_functions()}) {
        for (const BuiltinRow& row : family) {
            if (row.in != BuiltinRow::In::both && row.in != dialect) continue;
            Builtin builtin{row.name, std::nullopt, row.arity, row.call};
            if (!row.signature.empty()) builtin.signature = Signature::parse(row.signature, 0);
            table.insert_or_assign(row.name, std::move(builtin));
        }
    }
    return table;
}

}  // namespace

const Builtin* find_builtin(std::string_view name, Dialect dialect) {
    static const Table standard = make_table(BuiltinRow::In::standard);
    static const Table aws = make_table(BuiltinRow::In::aws);
    const Table& table = dialect == Dialect::aws ? aws : standard;
    const auto found = table.find(name);
    return found == table.end() ? nullptr : &found->second;
}

}  // namespace stepwell::jsonata
