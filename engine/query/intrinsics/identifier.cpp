#include "engine/query/intrinsics/functions.hpp"

namespace stepwell::intrinsics {

Answer<Json> uuid(const Invocation& call) { return Json(make_uuid(call.random)); }

}  // namespace stepwell::intrinsics
