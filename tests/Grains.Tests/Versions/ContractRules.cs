using System.Text.RegularExpressions;

namespace GenOps.ControlPlane.Versions;

/// <summary>What one build's surface may differ in from a released one, so that both can run in one cluster.</summary>
internal static partial class ContractRules
{
    /// <summary>What is wrong with <paramref name="now"/> beside <paramref name="released"/>; nothing if they go together.</summary>
    /// <param name="released">The lines of the released version.</param>
    /// <param name="now">The lines of this build.</param>
    /// <param name="isSameVersion">Whether both are of one minor version: then nothing was released in between, and no number must have risen.</param>
    /// <param name="written">Whether this build writes entries of a kind.</param>
    public static IEnumerable<string> Breaches(
        IReadOnlyCollection<string> released, IReadOnlyCollection<string> now, bool isSameVersion, Func<string, bool> written)
    {
        var versionsNow = Versions(now);
        var versionsThen = Versions(released);
        foreach (var (name, version) in versionsThen)
        {
            if (!versionsNow.TryGetValue(name, out var risen))
                yield return $"'{name}' is gone; an earlier build calls it";
            else if (risen < version)
                yield return $"'{name}' went back from version {version} to {risen}";
        }

        foreach (var gone in released.Except(now).Where(line => !line.StartsWith("interface ", StringComparison.Ordinal)))
            yield return $"gone or changed: '{gone}'; an earlier build relies on it";

        if (isSameVersion)
            yield break;

        var added = now.Except(released).ToArray();
        foreach (var name in versionsThen.Keys.Where(name => versionsNow.TryGetValue(name, out var version) && version == versionsThen[name]))
        {
            var asked = Asked(name, now);
            foreach (var line in added.Where(line => line.StartsWith($"method {name}.", StringComparison.Ordinal) || IsOf(line, asked)))
                yield return $"'{line}' is new to what {name} is asked: raise its [Version], so that an earlier build is never asked it";
        }

        foreach (var line in added)
        {
            if (line.StartsWith("entry ", StringComparison.Ordinal) && written(line["entry ".Length..]))
                yield return $"'{line}' is new and written at once: name it in LedgerKinds.NotYetWritten, and write it one minor version later";
            if (RequiredMember().Match(line) is { Success: true } match && released.Any(before => before == $"entry {match.Groups[1].Value}"
                || before.StartsWith($"json {match.Groups[2].Value} ", StringComparison.Ordinal)))
                yield return $"'{line}' is new and required: entries that stand in the ledger don't have it";
        }
    }

    private static Dictionary<string, int> Versions(IEnumerable<string> lines) =>
        lines.Select(line => InterfaceLine().Match(line)).Where(match => match.Success)
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, null), StringComparer.Ordinal);

    /// <summary>The types that stand in what <paramref name="name"/> is asked, however deep.</summary>
    private static HashSet<string> Asked(string name, IReadOnlyCollection<string> lines)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var left = new Queue<string>(lines.Where(line => line.StartsWith($"method {name}.", StringComparison.Ordinal))
            .SelectMany(line => Names(line[line.IndexOf('(', StringComparison.Ordinal)..line.IndexOf(") -> ", StringComparison.Ordinal)])));
        while (left.TryDequeue(out var type))
        {
            if (!asked.Add(type))
                continue;
            foreach (var next in lines.Where(line => line.StartsWith($"member {type} ", StringComparison.Ordinal)).SelectMany(Names))
                left.Enqueue(next);
        }

        return asked;
    }

    private static bool IsOf(string line, HashSet<string> types) =>
        SubjectLine().Match(line) is { Success: true } match && types.Contains(match.Groups[1].Value);

    private static IEnumerable<string> Names(string text) => TypeName().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"^interface (\S+) version (\d+)$")]
    private static partial Regex InterfaceLine();

    [GeneratedRegex(@"^(?:member|value) (\S+) ")]
    private static partial Regex SubjectLine();

    [GeneratedRegex(@"genops\.\w+")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^json (?:entry (\S+)|(\S+)) \S+ required ")]
    private static partial Regex RequiredMember();
}
