using System.Collections.Concurrent;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// What this silo knows of the agents that others were granted authority by: read from the ledger, never from another
/// actor's memory, labelled with the epoch before the reading began, and good until the watch shows a later change.
/// </summary>
public sealed class AuthorityDirectory(ILedgerReader reader, AuthorityWatch watch, IOptions<AuthorityDirectoryOptions> options)
{
    private readonly ConcurrentDictionary<StreamId, Lazy<Task<Labelled>>> _agents = new();

    /// <summary>The authority of the agent with stream <paramref name="agent"/> at the silo's present epoch.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public ValueTask<AgentAuthority> GetAsync(StreamId agent) =>
        _agents.TryGetValue(agent, out var known) && known is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
            && IsFresh(agent, known.Value.GetAwaiter().GetResult())
            ? new ValueTask<AgentAuthority>(known.Value.GetAwaiter().GetResult().Authority)
            : new ValueTask<AgentAuthority>(ReadAsync(agent, known));

    /// <summary>Whether <paramref name="authority"/>, which <see cref="GetAsync"/> gave, is what the silo knows now.</summary>
    public bool IsFresh(StreamId agent, AgentAuthority authority) =>
        _agents.TryGetValue(agent, out var known) && known is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
        && known.Value.GetAwaiter().GetResult() is var labelled && ReferenceEquals(labelled.Authority, authority) && IsFresh(agent, labelled);

    private bool IsFresh(StreamId agent, Labelled known) => watch.Current.IsCurrent(agent, known.Label);

    private async Task<AgentAuthority> ReadAsync(StreamId agent, Lazy<Task<Labelled>>? known)
    {
        while (true)
        {
            if (known is null)
            {
                if (_agents.Count >= options.Value.AgentsMax)
                    _agents.Clear();
                known = _agents.GetOrAdd(agent, stream => new Lazy<Task<Labelled>>(() => FoldAsync(stream, null)));
            }

            Labelled labelled;
            try
            {
                labelled = await known.Value;
                if (IsFresh(agent, labelled))
                    return labelled.Authority;
            }
            catch (Exception error) when (error is not GenOpsException)
            {
                _agents.TryRemove(KeyValuePair.Create(agent, known));
                throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
            }

            var next = new Lazy<Task<Labelled>>(() => FoldAsync(agent, labelled));
            known = _agents.TryUpdate(agent, next, known) ? next : null;
        }
    }

    private async Task<Labelled> FoldAsync(StreamId agent, Labelled? before)
    {
        var label = watch.Current.Label;

        // What was read of a ledger that was replaced never happened in this one.
        if (before?.Label.Era != label.Era)
            before = null;
        var authority = before?.Authority ?? AgentAuthority.None;
        var seq = before?.Seq ?? 0;
        await foreach (var entry in reader.ReadAuthorityAsync(agent, seq))
        {
            authority = authority.After(EntryText.Read(entry), entry.At);
            seq = entry.Seq;
        }

        return new Labelled(authority, seq, label);
    }

    private sealed record Labelled(AgentAuthority Authority, long Seq, AuthorityLabel Label);
}
