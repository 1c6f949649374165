#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// CSV as Step Functions reads it. Developer Guide, "How Step Functions parses input CSV files".
///
/// Our own, because AWS's dialect is nobody else's: a backslash escapes, quotation marks may be
/// doubled outside of quotes, and libcsv, the one CSV library in Debian that takes its text piece
/// by piece, knows neither; nor does it say at which byte a record ended, which is where a restart
/// goes on.
namespace stepwell::items {

/// Whether `text` is all there is, or the beginning of more.
enum class Rest { none, more };

struct CsvRecord {
    std::vector<std::string> fields;  ///< none: an empty line
    std::size_t bytes = 0;            ///< of the text, the line's end included
};

/// The first record of `text`; nullopt where it ends before the record does and more is to come,
/// or where there is no text at all.
///
/// A record ends at LF, CR LF or CR outside of quotes, or with the file. A quote opens at a field's
/// beginning (blanks before it are dropped with it); within, two of them are one, and line ends and
/// delimiters are text (a CR LF stays as it is). Outside of quotes two are one, too, and one is
/// itself. A backslash keeps the quote, delimiter or backslash after it, and vanishes before
/// anything else. A quote that is never closed ends with the file.
std::optional<CsvRecord> cut_csv_record(std::string_view text, char delimiter, Rest rest);

/// The order in which AWS writes the columns of an item: indexes into `headers`.
///
/// OBSERVED: not that of the file but that of a Java HashMap (docs/observed.md): `0,True,{}` become
/// `{"0":…,"{}":…,"True":…}`.
std::vector<std::size_t> column_order(const std::vector<std::string>& headers);

}  // namespace stepwell::items
