using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;
using Orleans.CodeGeneration;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Tells clients that authority changed somewhere in their tenant, so that they ask which of their running workloads it
/// concerns; its key is <see cref="Key"/>. It runs on the silo that the client is connected to.
/// </summary>
[Alias("genops.IAuthorityFeedGrain"), Version(1)]
public interface IAuthorityFeedGrain : IGrainWithStringKey
{
    /// <summary>The grain key.</summary>
    static string Key(TenantId tenant) => $"w/{tenant}";

    /// <summary>
    /// Answers as soon as authority changed in the tenant after <paramref name="after"/>, or at once if it has, or the
    /// ledger is another or an older one by now; with the present epoch, also after 3 s in which nothing changed.
    /// </summary>
    /// <param name="after">The epoch of the answer before; null to learn the present one.</param>
    [Alias("Wait"), External(Permission.WorkloadDecide), ResponseTimeout("00:00:30")]
    Task<Epoch> WaitAsync(Epoch? after);
}
