namespace GenOps.ControlPlane.Authority;

/// <summary>Why authority does not permit something.</summary>
/// <param name="Code">One of <see cref="Workloads.ReasonCodes"/>.</param>
/// <param name="Reason">For people: what was asked, what the chain permits, how to mend it.</param>
/// <param name="DeterminedBy">The link that decides: <c>delegation d-1</c>, or the agent's or tenant's stream.</param>
public sealed record AuthorityFault(string Code, string Reason, string DeterminedBy);
