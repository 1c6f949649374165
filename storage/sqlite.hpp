#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/time.hpp"
#include "engine/store.hpp"

struct sqlite3;
struct sqlite3_stmt;

/// A thin skin over SQLite: connections and prepared statements that close themselves, and errors
/// as exceptions.
namespace stepwell::sqlite {

/// SQLite failed because of the disk or the file (full, I/O error, locked, damaged): trying again
/// may help. Anything else that SQLite refuses is our bug and thrown as std::logic_error.
class Error : public StorageError {
public:
    Error(const std::string& line, int code) : StorageError(line), code_(code) {}
    /// The primary result code, such as SQLITE_FULL. https://www.sqlite.org/rescode.html
    int code() const { return code_; }

private:
    int code_;
};

/// One line for the person who runs the server: what is wrong with the data file, and how to mend
/// it.
std::string explain(std::string_view path, int code, int system_errno, std::string_view message);

/// Bytes that are not text.
struct Blob {
    std::string_view bytes;
};

/// One connection. Used by one thread at a time.
class Connection {
public:
    struct Options {
        bool query_only = false;
        int cache_kibibytes = 2048;
        std::chrono::milliseconds busy_timeout{1000};
        std::string vfs;  ///< empty: the operating system's
    };

    Connection(std::string path, const Options& options);

    /// Runs statements that give no rows, as one.
    void run(const char* sql);
    /// The first column of the first row of `sql`, which must give one.
    std::int64_t integer(const char* sql);
    /// Closing will not write the WAL back: for a file that is not ours to change.
    void leave_untouched();
    /// Rows that the last INSERT, UPDATE or DELETE changed.
    std::int64_t changes() const;
    bool in_transaction() const;

    const std::string& path() const { return path_; }
    sqlite3* handle() const { return handle_.get(); }
    /// Throws Error or std::logic_error of what the last call on this connection reported.
    [[noreturn]] void fail(int code) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::string path_;
    std::unique_ptr<sqlite3, Close> handle_;
};

class Statement;

/// The rows of a running statement. While one is alive its statement must not be run again, and its
/// read (outside a transaction) keeps the WAL from being emptied: so it never outlives the function
/// that made it.
class Rows {
public:
    explicit Rows(Statement& statement) : statement_(&statement) {}
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows();

    /// Goes to the next row (at first: to the first one); false where there is none.
    bool next();

    std::int64_t integer(int column) const;
    std::optional<std::int64_t> maybe_integer(int column) const;
    double real(int column) const;
    TimePoint time(int column) const;
    std::optional<TimePoint> maybe_time(int column) const;
    std::string text(int column) const { return std::string(view(column)); }
    std::optional<std::string> maybe_text(int column) const;
    /// Text or blob, valid until the next call of next().
    std::string_view view(int column) const;
    bool is_null(int column) const;

private:
    Statement* statement_;
};

/// A prepared statement, compiled when first run.
class Statement {
public:
    /// `sql` must live as long as the statement: a literal.
    Statement(Connection& connection, const char* sql) : connection_(connection), sql_(sql) {}
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    /// Binds the values in order. Texts are not copied: they must live as long as the Rows.
    template <class... Values>
    Rows query(const Values&... values) {
        prepare();
        int index = 0;
        (bind(++index, values), ...);
        return Rows(*this);
    }

    /// Runs a statement that gives no rows.
    template <class... Values>
    void execute(const Values&... values) {
        Rows rows = query(values...);
        rows.next();
    }

    /// The same; false where it failed.
    bool try_execute() noexcept;

private:
    friend class Rows;

    void prepare();
    void bind_integer(int index, std::int64_t value);
    void bind_text(int index, std::string_view value);
    void bind_null(int index);

    template <std::integral T>
    void bind(int index, T value) {
        bind_integer(index, static_cast<std::int64_t>(value));
    }
    void bind(int index, double value);
    void bind(int index, TimePoint value) { bind_integer(index, value.time_since_epoch().count()); }
    void bind(int index, std::string_view value) { bind_text(index, value); }
    void bind(int index, const Blob& value);
    void bind(int index, std::nullopt_t) { bind_null(index); }
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value) {
            bind(index, *value);
        } else {
            bind_null(index);
        }
    }

    Connection& connection_;
    const char* sql_;
    sqlite3_stmt* handle_ = nullptr;
};

/// Several reads that see the same state. As short as Rows.
class ReadTransaction {
public:
    /// `begin` and `end` are "BEGIN" and "COMMIT" of the connection.
    ReadTransaction(Connection& connection, Statement& begin, Statement& end);
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;
    ~ReadTransaction();

private:
    Connection& connection_;
    Statement& end_;
};

}  // namespace stepwell::sqlite
