using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>A feed whose changes are told by asking it with the epoch <see cref="Changes"/>.</summary>
[Reentrant]
internal sealed class ScriptedAuthorityFeedGrain : Grain, IAuthorityFeedGrain
{
    public static readonly Epoch Present = new(7);

    public static readonly Epoch Changes = new(99);

    private readonly TaskCompletionSource<Epoch> _change = new();

    public Task<Epoch> WaitAsync(Epoch? after)
    {
        if (after is null)
            return Task.FromResult(Present);
        if (after == Changes)
            _change.TrySetResult(Changes);
        return _change.Task;
    }
}
