using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>Those who wait for the next change in one tenant.</summary>
/// <param name="era">The era in which they wait.</param>
/// <param name="lastChange">The last change that they know.</param>
internal sealed class TenantFeed(long era, Epoch lastChange)
{
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many wait.</summary>
    public int Waiters { get; set; }

    /// <summary>Completes at the change.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Whether it has come.</summary>
    public bool IsDue(TenantId tenant, AuthoritySnapshot now) => now.Era != era || now.LastChangeIn(tenant) > lastChange;

    /// <summary>Lets them go.</summary>
    public void Wake() => _changed.TrySetResult();
}
