#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine/query/jsonata/regex.hpp"

#include <pcre2.h>

#include <new>

#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/regex_syntax.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {
namespace {

/// Steps from one starting point: about 10 ms.
constexpr std::uint32_t kMaxSteps = 1'000'000;
/// Of the matcher's memory where machine code cannot be used, in KiB.
constexpr std::uint32_t kMaxHeap = 20'000;
constexpr std::size_t kMaxJitStack = 1U << 20U;
constexpr std::size_t kMaxPattern = 100'000;

struct Free {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
    void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
    void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

template <class T>
Owned<T> owned(T* made) {
    if (made == nullptr) throw std::bad_alloc();
    return Owned<T>(made);
}

/// Called at every starting point, as the first thing that is matched: the limit of steps bounds
/// what follows from one starting point, this bounds how often.
struct Watch {
    Regex::Deadline deadline;
    unsigned starts = 0;
};

int check_time(pcre2_callout_block*, void* data) {
    auto& watch = *static_cast<Watch*>(data);
    if (++watch.starts % 16 != 0) return 0;
    return std::chrono::steady_clock::now() < watch.deadline ? 0 : PCRE2_ERROR_CALLOUT;
}

/// What a thread matches with.
struct Workspace {
    Owned<pcre2_match_context> context = owned(pcre2_match_context_create(nullptr));
    Owned<pcre2_jit_stack> stack = owned(pcre2_jit_stack_create(32'768, kMaxJitStack, nullptr));
    Owned<pcre2_match_data> data = owned(pcre2_match_data_create(16, nullptr));

    Workspace() {
        pcre2_set_match_limit(context.get(), kMaxSteps);
        pcre2_set_depth_limit(context.get(), kMaxSteps);
        pcre2_set_heap_limit(context.get(), kMaxHeap);
        pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    }
    pcre2_match_data* data_for(std::size_t groups) {
        if (pcre2_get_ovector_count(data.get()) < groups + 1)
            data = owned(pcre2_match_data_create(static_cast<std::uint32_t>(groups + 1), nullptr));
        return data.get();
    }
};

Workspace& workspace() {
    thread_local Workspace made;
    return made;
}

Error syntax_error(std::string_view pattern, std::string_view reason) {
    std::string message = "Invalid regular expression: /";
    message += pattern;
    message += "/: ";
    message += reason;
    return Error("", message);
}

Error out_of_time() { return evaluation_timeout().error(); }

pcre2_compile_context* compile_context() {
    static const Owned<pcre2_compile_context> context = [] {
        auto made = owned(pcre2_compile_context_create(nullptr));
        pcre2_set_compile_extra_options(made.get(), PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES);
        return made;
    }();
    return context.get();
}

}  // namespace

Result<Regex, Error> Regex::compile(std::string_view pattern, RegexFlags flags) {
    if (pattern.size() > kMaxPattern) {
        return syntax_error(code_point_substring(pattern, 0, 100), "Regular expression too large");
    }
    auto translated = translate_regex(pattern, flags.multiline);
    if (!translated) return syntax_error(pattern, translated.error().reason);
    // The callout is check_time.
    const std::string text = "(?C1)(?:" + translated->text + ')';
    // DIFFERS: JavaScript's `.` is a UTF-16 unit, half of some characters. docs/differences.md
    std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
    if (flags.ignore_case) options |= PCRE2_CASELESS;
    int code = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                         options, &code, &offset, compile_context());
    if (compiled == nullptr) {
        PCRE2_UCHAR reason[200];
        pcre2_get_error_message(code, reason, sizeof reason);
        return syntax_error(pattern, reinterpret_cast<const char*>(reason));
    }
    std::shared_ptr<const void> shared(compiled, [](const void* owned_code) {
        pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(owned_code)));
    });
    // Where it fails (no executable memory, too large), PCRE2 interprets.
    if (!flags.used_once) pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    return Regex(std::move(shared), translated->group_count);
}

Result<std::optional<RegexMatch>, Error> Regex::find(std::string_view subject, std::size_t from,
                                                     Deadline deadline) const {
    if (from == 0 && !is_decodable(subject)) return Error("", "The text is not valid UTF-8");
    const auto* code = static_cast<const pcre2_code*>(code_.get());
    Workspace& with = workspace();
    pcre2_match_data* data = with.data_for(group_count_);
    Watch watch{deadline};
    pcre2_set_callout(with.context.get(), check_time, &watch);
    const auto match = [&](std::uint32_t options) {
        return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), from,
                           options, data, with.context.get());
    };
    // The subject has been checked once, not again for every match in it. PCRE2's own way to cope
    // with other bytes (PCRE2_MATCH_INVALID_UTF) breaks \W and \D in 10.42's machine code.
    int count = match(PCRE2_NO_UTF_CHECK);
    if (count == PCRE2_ERROR_JIT_STACKLIMIT) count = match(PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT);
    if (count == PCRE2_ERROR_NOMATCH) return std::optional<RegexMatch>();
    if (count < 0) return out_of_time();
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data);
    RegexMatch found;
    found.subject_ = subject;
    found.spans_.reserve(group_count_ + 1);
    for (std::size_t i = 0; i <= group_count_; ++i) {
        const bool set = i < static_cast<std::size_t>(count) && offsets[2 * i] != PCRE2_UNSET;
        found.spans_.push_back(set ? RegexMatch::Span{offsets[2 * i], offsets[2 * i + 1]}
                                   : RegexMatch::Span{RegexMatch::kUnmatched, 0});
    }
    return std::optional<RegexMatch>(std::move(found));
}

}  // namespace stepwell::jsonata
