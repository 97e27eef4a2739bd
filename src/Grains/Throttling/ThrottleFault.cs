using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

/// <summary>Why a workload may not run just now.</summary>
/// <param name="Result">RATE_LIMITED for a limit of the agent or its delegation, BLOCKED for a provider that fails or is too slow.</param>
/// <param name="Code">One of <see cref="ReasonCodes"/>.</param>
/// <param name="Reason">For people: what is used, what there is, how to mend it.</param>
/// <param name="DeterminedBy">What decides: the agent's stream, <c>delegation d-1</c>, <c>circuit breaker openai/gpt-4o</c>, <c>latency of openai/gpt-4o</c>.</param>
/// <param name="RetryAfterMs">When to ask again, in milliseconds from now, rounded up; null if no wait is known to help.</param>
public sealed record ThrottleFault(DecisionResult Result, string Code, string Reason, string DeterminedBy, long? RetryAfterMs);
