#pragma once

#include <array>
#include <span>
#include <string_view>

#include "integrations/aws/errors.hpp"

/// What the optimized integrations do beside calling an action: where a job stands and how it is
/// stopped. Developer Guide, "Integrating optimized services with Step Functions", and each
/// service's page.
namespace stepwell::aws {

/// A parameter of a call about a job, and where its value is.
struct JobField {
    /// `JobId`; `Jobs[]` for a list of the one value, `Filters[].Name` for one of an object.
    std::string_view name;
    /// `out.JobId`: of the answer that started the job; `in.JobName`: of the Task's parameters;
    /// `out.Tasks.0.TaskArn` goes into lists. Anything else is the value itself.
    std::string_view from;
};
using JobFields = std::array<JobField, 3>;

/// A `.sync` job: what tells how it stands, and how it is stopped.
struct JobKind {
    std::string_view look;  ///< the action that describes it
    JobFields look_fields;
    std::string_view status;     ///< where the description has its state: `Jobs.0.Status`
    std::string_view succeeded;  ///< states, `|` between them
    std::string_view failed;
    /// What of the description is the Task's result; empty: all of it.
    std::string_view result;
    std::string_view stop;  ///< the action that stops it; empty: nothing does
    JobFields stop_fields;
    /// It has succeeded when it cannot be found any more.
    bool until_gone = false;
    /// The member that the result becomes; empty: it is the result itself.
    std::string_view wrap = {};
};

/// How the job of a start is found again whose answer was lost with the server: among those of the
/// same name that began since the task was scheduled.
struct JobSearch {
    std::string_view look;
    JobFields fields;
    std::string_view list;     ///< where the answer has them; empty: it is the one
    std::string_view name;     ///< of each, where it is called so …
    std::string_view wanted;   ///< … as this says, in JobField's terms; empty: any
    std::string_view created;  ///< when it began, in milliseconds
    /// What the start would have answered; `it.JobId` is of the one found.
    JobFields answer;
};

/// An action of an optimized integration.
struct OptimizedAction {
    std::string_view service;      ///< as a Resource names it: `elasticmapreduce`
    std::string_view action;       ///< `addStep`
    std::string_view operation;    ///< of the model where it is called otherwise: `AddJobFlowSteps`
    const JobKind* job = nullptr;  ///< of `.sync`
    /// The member by which a second start of the same job is known, filled from the request's id:
    /// where the model marks none as such.
    std::string_view token;
    const JobSearch* search = nullptr;
};

/// A service of the optimized integrations.
struct OptimizedService {
    std::string_view service;  ///< as a Resource names it
    std::string_view model;    ///< as `aws-sdk:` does, where that differs
    OptimizedNames names;
};

std::span<const OptimizedAction> optimized_actions();
const OptimizedAction* find_optimized(std::string_view service, std::string_view action);
const OptimizedService* find_optimized_service(std::string_view service);
/// The model that has the action, and what it calls it.
std::string_view model_of(const OptimizedAction& action);
std::string_view operation_of(const OptimizedAction& action);

}  // namespace stepwell::aws
