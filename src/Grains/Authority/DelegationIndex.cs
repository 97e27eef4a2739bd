using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Answers questions about all delegations of a tenant: lists, and what hangs on what. It reads the ledger up to its end
/// before each answer, from where it stopped. Nothing is ever decided by it.
/// </summary>
public sealed class DelegationIndex(ILedgerReader reader, AuthorityWatch watch, IOptions<DelegationIndexOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, Known> _tenants = [];
    private long _questions;

    /// <summary>How many tenants are remembered.</summary>
    public int Tenants
    {
        get
        {
            lock (_gate)
                return _tenants.Count;
        }
    }

    /// <summary>Between whom a delegation is; null if there is none of this name. Looked up by its name, however many there are.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public async Task<DelegationParties?> FindAsync(TenantId tenant, DelegationId id, CancellationToken cancellationToken = default)
    {
        try
        {
            // The entry that gives the name is the first: it has the slot of a decision.
            var entries = await reader.FindWorkloadAsync(tenant, id.Subject, cancellationToken);
            return entries is [var first, ..] && EntryText.Read(first) is DelegationGranted granted && granted.Delegation == id
                ? new DelegationParties(granted.Definition.From, AgentId.Parse(first.Stream.Name))
                : null;
        }
        catch (Exception error) when (error is not (GenOpsException or OperationCanceledException))
        {
            throw Unreadable(error);
        }
    }

    /// <summary>The answer of everything that was durable when this was called. A tenant's questions are answered one after another.</summary>
    /// <param name="tenant">Whose delegations.</param>
    /// <param name="question">Must not keep the forest: it changes with the next question.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public async Task<T> AskAsync<T>(TenantId tenant, Func<DelegationForest, T> question, CancellationToken cancellationToken = default)
    {
        var known = Remember(tenant);
        await known.Turn.WaitAsync(cancellationToken);
        try
        {
            await CatchUpAsync(tenant, known, cancellationToken);
            return question(known.Forest);
        }
        catch (Exception error) when (error is not (GenOpsException or OperationCanceledException))
        {
            // What was half applied is read anew.
            lock (_gate)
            {
                if (_tenants.GetValueOrDefault(tenant) == known)
                    _tenants.Remove(tenant);
            }

            throw Unreadable(error);
        }
        finally
        {
            known.Turn.Release();
        }
    }

    private async Task CatchUpAsync(TenantId tenant, Known known, CancellationToken cancellationToken)
    {
        var filter = new EntryFilter(tenant, AuthorityOnly: true);
        while (true)
        {
            var page = await reader.ReadPageAsync(filter, known.Position, options.Value.EntriesPerPageMax, cancellationToken);
            foreach (var placed in page)
            {
                known.Apply(placed.Entry);
                known.Position = placed.Position;
            }

            if (page.Length < options.Value.EntriesPerPageMax)
                break;
        }

        // Whoever was told of a change finds it here, also while something older is being committed. The place to go on from
        // stays where it is, and what is met again is passed over.
        var (position, isEmpty) = (known.Position, true);
        while (true)
        {
            var page = await reader.ReadPageAsync(filter with { IncludeUnsettled = true }, position, options.Value.EntriesPerPageMax, cancellationToken);
            foreach (var placed in page)
            {
                known.ApplyAhead(placed.Entry);
                (position, isEmpty) = (placed.Position, false);
            }

            if (page.Length < options.Value.EntriesPerPageMax)
                break;
        }

        if (isEmpty)
            known.Settle();
    }

    private Known Remember(TenantId tenant)
    {
        lock (_gate)
        {
            // What was read of a ledger that was replaced never happened.
            var era = watch.Current.Era;
            if (_tenants.TryGetValue(tenant, out var known) && known.Era != era)
            {
                _tenants.Remove(tenant);
                known = null;
            }

            if (known is null)
            {
                if (_tenants.Count >= options.Value.TenantsMax)
                    _tenants.Remove(_tenants.MinBy(other => other.Value.AskedAt).Key);
                _tenants.Add(tenant, known = new Known { Era = era });
            }

            known.AskedAt = ++_questions;
            return known;
        }
    }

    private static UnavailableException Unreadable(Exception error) =>
        UnavailableException.Unreachable($"the delegations can't be read: {error.Message}");

    private sealed class Known
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        // By stream, the last entry that was applied before its place was settled.
        private readonly Dictionary<StreamId, long> _ahead = [];

        public required long Era { get; init; }

        public DelegationForest Forest { get; } = new();

        public long Position { get; set; }

        public long AskedAt { get; set; }

        public void Apply(LedgerEntry entry)
        {
            if (entry.Seq > _ahead.GetValueOrDefault(entry.Stream))
                Forest.Apply(entry);
        }

        public void ApplyAhead(LedgerEntry entry)
        {
            Apply(entry);
            _ahead[entry.Stream] = Math.Max(entry.Seq, _ahead.GetValueOrDefault(entry.Stream));
        }

        public void Settle() => _ahead.Clear();
    }
}
