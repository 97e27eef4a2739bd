using GenOps.ControlPlane.Access;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

/// <summary>Stands for an agent: its key has the same shape.</summary>
[Alias("genops.tests.IGatedGrain")]
public interface IGatedGrain : IGrainWithStringKey
{
    /// <summary>Answers what a grain that it calls sees of the stamp.</summary>
    [Alias("Decide"), External(Permission.WorkloadDecide)]
    Task<string> DecideAsync();

    [Alias("ReadEvidence"), External(Permission.EvidenceRead)]
    Task<int> ReadEvidenceAsync();

    /// <summary>Answers for whom it, and a grain that it calls, is called.</summary>
    [Alias("Caller"), External(Permission.WorkloadDecide)]
    Task<string> CallerAsync();

    [Alias("InnerCaller")]
    Task<string> InnerCallerAsync();

    [Alias("Inner")]
    Task<string> InnerAsync();
}
