using GenOps.ControlPlane.Ids;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Authority;

/// <inheritdoc cref="IAuthorityFeedGrain"/>
[StatelessWorker(1), Reentrant]
public sealed class AuthorityFeedGrain(IGrainContext context, AuthorityFeed feed) : Grain(context), IAuthorityFeedGrain
{
    private readonly TenantId _tenant = TenantId.Parse(context.GrainId.Key.ToString()!["w/".Length..]);

    /// <inheritdoc/>
    public Task<Epoch> WaitAsync(Epoch? after) => feed.WaitAsync(_tenant, after);
}
