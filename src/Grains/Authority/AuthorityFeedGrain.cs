using GenOps.ControlPlane.Ids;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Authority;

/// <inheritdoc cref="IAuthorityFeedGrain"/>
[StatelessWorker(1), Reentrant]
public sealed class AuthorityFeedGrain(IGrainContext context, AuthorityFeed feed) : Grain(context), IAuthorityFeedGrain
{
    /// <inheritdoc/>
    public Task<Epoch> WaitAsync(Epoch? after)
    {
        // Not read when the grain is made, which is before the gateway's filter has judged the key.
        var tenant = TenantId.Parse(GrainContext.GrainId.Key.ToString()!["w/".Length..]);
        return feed.WaitAsync(tenant, after);
    }
}
