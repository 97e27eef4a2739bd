using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>The name of one actor's ordered entries; it is the grain's key, so it starts with a letter and a slash.</summary>
/// <param name="Value">As in <c>b/acme/research-usd</c>.</param>
[GenerateSerializer, Immutable, Alias("genops.StreamId")]
public readonly record struct StreamId(string Value)
{
    /// <summary>The tenant that the stream belongs to.</summary>
    /// <exception cref="FormatException">The stream's name has no tenant.</exception>
    public TenantId Tenant
    {
        get
        {
            var start = Value.IndexOf('/') + 1;
            var end = Value.IndexOf('/', start);
            var tenant = end < 0 ? Value[start..] : Value[start..end];
            return tenant == TenantId.All.Value ? TenantId.All : TenantId.Parse(tenant);
        }
    }

    /// <summary>The last part of the name: the agent, the budget root, the tenant.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <inheritdoc/>
    public override string ToString() => Value;
}
