#pragma once

#include <string>

namespace stepwell {

/// Which activities there are. Answers from memory, so that the interpreter may ask; thread-safe.
class ActivityDirectory {
public:
    virtual ~ActivityDirectory() = default;
    virtual bool has_activity(const std::string& arn) const = 0;
};

}  // namespace stepwell
