using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>A source of configuration that has nothing, and remembers what it was asked for: so it knows what a program reads.</summary>
internal sealed class AskedKeys : IConfigurationSource, IConfigurationProvider
{
    // A section is only read if it seems to have something.
    private const string Bait = "-";

    private readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The options that were asked for below <paramref name="root"/>, as names in the environment.</summary>
    public IReadOnlySet<string> Below(string root) => _asked.Keys
        .Where(key => key.StartsWith($"{root}:", StringComparison.Ordinal) && key.Count(letter => letter == ':') == 2 && !key.EndsWith($":{Bait}", StringComparison.Ordinal))
        .Select(key => key.Replace(":", "__", StringComparison.Ordinal))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Remembers nothing of what it was asked for so far.</summary>
    public void Forget() => _asked.Clear();

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public bool TryGet(string key, out string? value)
    {
        _asked.TryAdd(key, true);
        value = null;
        return false;
    }

    public void Set(string key, string? value)
    {
    }

    public IChangeToken GetReloadToken() => new ConfigurationReloadToken();

    public void Load()
    {
    }

    public IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) =>
        parentPath is not null && parentPath.StartsWith("GenOps:", StringComparison.Ordinal) && parentPath.Count(letter => letter == ':') == 1
            ? earlierKeys.Append(Bait)
            : earlierKeys;
}
