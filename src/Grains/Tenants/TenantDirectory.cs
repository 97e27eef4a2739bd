using System.Collections.Concurrent;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Tenants;

/// <summary>
/// What this silo knows of tenants and their keys: read from the ledger, never from another actor's memory, labelled
/// with the epoch before the reading began, and good until the watch shows a later change or another ledger.
/// </summary>
public sealed class TenantDirectory(
    ILedgerReader reader, AuthorityWatch watch, TimeProvider time, IOptions<TenantDirectoryOptions> options) : ICredentialSource
{
    private readonly ConcurrentDictionary<TenantId, Lazy<Task<Labelled>>> _tenants = new();

    /// <summary>The tenant at the silo's present epoch; it must not be changed.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public ValueTask<TenantRecord> GetAsync(TenantId tenant) =>
        _tenants.TryGetValue(tenant, out var known) && known is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
            && IsFresh(tenant, known.Value.GetAwaiter().GetResult())
            ? new ValueTask<TenantRecord>(known.Value.GetAwaiter().GetResult().Record)
            : new ValueTask<TenantRecord>(ReadAsync(tenant, known));

    /// <inheritdoc/>
    public async ValueTask<Credential?> AuthenticateAsync(string? key, CancellationToken cancellationToken = default)
    {
        if (!ApiKey.TryParse(key, out var presented))
            return null;

        return await FindIssuedAsync(presented.Tenant, presented.Id) is { } issued && presented.Matches(issued.SecretHash) && issued.IsGood(time.GetUtcNow())
            ? issued.Credential(presented.Tenant)
            : null;
    }

    /// <inheritdoc/>
    public async ValueTask<Credential?> FindAsync(TenantId tenant, string keyId) =>
        await FindIssuedAsync(tenant, keyId) is { } issued && issued.IsGood(time.GetUtcNow()) ? issued.Credential(tenant) : null;

    /// <summary>
    /// The credential of who asks, as far as this silo knows: the door let it in, and it may have been revoked since.
    /// </summary>
    /// <param name="caller">Whose key asks; null if the control plane itself does.</param>
    /// <returns>Null for no caller.</returns>
    /// <exception cref="AccessDeniedException">The key is good no more.</exception>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public async ValueTask<Credential?> RequireKnownAsync(CallerContext? caller)
    {
        if (caller is null)
            return null;
        return await FindAsync(caller.KeyTenant, caller.KeyId) ?? throw AccessDeniedException.Unauthenticated("the key has expired or was revoked");
    }

    /// <summary>
    /// The credential of who asks, as the ledger has it now: whatever grants something asks for it first, so that a key
    /// that was revoked through another silo grants nothing through this one. What only takes away does not wait for it.
    /// </summary>
    /// <inheritdoc cref="RequireKnownAsync"/>
    public async ValueTask<Credential?> RequireCurrentAsync(CallerContext? caller)
    {
        if (caller is not null)
            await watch.RefreshAsync();
        return await RequireKnownAsync(caller);
    }

    /// <summary>Whether <paramref name="record"/>, which <see cref="GetAsync"/> gave, is what the silo knows now.</summary>
    public bool IsFresh(TenantId tenant, TenantRecord record) =>
        _tenants.TryGetValue(tenant, out var known) && known is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
        && known.Value.GetAwaiter().GetResult() is var labelled && ReferenceEquals(labelled.Record, record) && IsFresh(tenant, labelled);

    private bool IsFresh(TenantId tenant, Labelled known) =>
        watch.Current.IsCurrent(new StreamId(ITenantGrain.Key(tenant)), known.Label);

    private async Task<TenantRecord> ReadAsync(TenantId tenant, Lazy<Task<Labelled>>? known)
    {
        while (true)
        {
            if (known is null)
            {
                // Bounded: whoever guesses at tenants' names must not fill the memory.
                if (_tenants.Count >= options.Value.TenantsMax)
                    _tenants.Clear();
                known = _tenants.GetOrAdd(tenant, name => new Lazy<Task<Labelled>>(() => FoldAsync(name, null)));
            }

            Labelled labelled;
            try
            {
                labelled = await known.Value;
                if (IsFresh(tenant, labelled))
                    return labelled.Record;
            }
            catch (Exception error)
            {
                _tenants.TryRemove(KeyValuePair.Create(tenant, known));
                if (error is GenOpsException)
                    throw;
                throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
            }

            // The next reading goes on where this one ended: a tenant with long price lists is not read anew for each key.
            var next = new Lazy<Task<Labelled>>(() => FoldAsync(tenant, labelled));
            known = _tenants.TryUpdate(tenant, next, known) ? next : null;
        }
    }

    private async Task<Labelled> FoldAsync(TenantId tenant, Labelled? before)
    {
        var label = watch.Current.Label;

        // What was read of a ledger that was replaced never happened in this one.
        if (before?.Label.Era != label.Era)
            before = null;
        var record = before?.Record.Copy() ?? new TenantRecord(tenant);
        var head = before?.Head ?? LedgerHead.Empty;
        await foreach (var entry in reader.ReadStreamAsync(new StreamId(ITenantGrain.Key(tenant)), head.Seq))
        {
            if (entry.Previous != head.Hash)
                throw new InvalidDataException($"{entry.Stream} #{entry.Seq}: does not follow #{head.Seq}; run the verification of the ledger");

            record.Apply(EntryText.Read(entry), entry.At);
            head = entry.Head;
        }

        return new Labelled(record, head, label);
    }

    /// <summary>The key as the ledger has it; null if there is none of this id.</summary>
    private async ValueTask<IssuedKey?> FindIssuedAsync(TenantId tenant, string keyId)
    {
        var record = await GetAsync(tenant);
        if (record.Keys.TryGetValue(keyId, out var issued))
            return issued;

        // Perhaps it was made just now, through another silo. Those who ask at once share a look, so that made-up keys cost
        // little; what is known to be revoked or expired does not ask again.
        await watch.RefreshAsync();
        record = await GetAsync(tenant);
        return record.Keys.GetValueOrDefault(keyId);
    }

    private sealed record Labelled(TenantRecord Record, LedgerHead Head, AuthorityLabel Label);
}
