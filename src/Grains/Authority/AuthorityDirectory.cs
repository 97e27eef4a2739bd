using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// What this silo knows of the agents that others were granted authority by: read from the ledger, never from another
/// actor's memory, labelled with the epoch before the reading began, and good until the watch shows a later change.
/// What it forgets, to stay within bounds, is still good to whoever was given it.
/// </summary>
public sealed class AuthorityDirectory(ILedgerReader reader, AuthorityWatch watch, IOptions<AuthorityDirectoryOptions> options)
{
    private readonly RecentlyUsed<StreamId, Lazy<Task<AuthorityReading>>> _agents = new(options.Value.AgentsMax);

    /// <summary>The authority of the agent with stream <paramref name="agent"/> at the silo's present epoch.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public ValueTask<AuthorityReading> GetAsync(StreamId agent) =>
        _agents.TryGetValue(agent, out var known) && known is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
            && known.Value.GetAwaiter().GetResult() is var reading && IsFresh(agent, reading.Label)
            ? new ValueTask<AuthorityReading>(reading)
            : new ValueTask<AuthorityReading>(ReadAsync(agent, known));

    /// <summary>Whether what <see cref="GetAsync"/> gave under <paramref name="label"/> is what the silo knows now.</summary>
    public bool IsFresh(StreamId agent, AuthorityLabel label) => watch.Current.IsCurrent(agent, label);

    private async Task<AuthorityReading> ReadAsync(StreamId agent, Lazy<Task<AuthorityReading>>? known)
    {
        AuthorityReading? before = null;
        while (true)
        {
            known ??= Begin(null);
            try
            {
                before = await known.Value;
            }
            catch (Exception error)
            {
                _agents.Forget(agent, known);
                if (error is GenOpsException)
                    throw;
                throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
            }

            if (IsFresh(agent, before.Label))
                return before;

            known = Begin(known);
        }

        Lazy<Task<AuthorityReading>> Begin(Lazy<Task<AuthorityReading>>? stale)
        {
            var start = before;
            return _agents.Replace(agent, stale, new Lazy<Task<AuthorityReading>>(() => FoldAsync(agent, start)));
        }
    }

    private async Task<AuthorityReading> FoldAsync(StreamId agent, AuthorityReading? before)
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

        return new AuthorityReading(authority, seq, label);
    }
}
