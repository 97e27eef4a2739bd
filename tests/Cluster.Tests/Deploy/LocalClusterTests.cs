using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Silo.Tests.Deploy;
using YamlDotNet.RepresentationModel;

namespace GenOps.ControlPlane.Cluster.Tests.Deploy;

/// <summary>The deployed topology as processes: what is watched exists, and a restored backup is believed.</summary>
public sealed partial class LocalClusterTests(LocalCluster cluster) : IClassFixture<LocalCluster>
{
    private static readonly HashSet<string> OfPrometheus = ["up", "instance", "job", "le"];
    private static readonly TimeSpan NewsMax = TimeSpan.FromSeconds(20);
    private static readonly HashSet<string> Words = ["sum", "by", "or", "and", "on"];

    [Fact]
    public async Task Metrics_OfDashboardAndAlerts_AreExported()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await PrepareAsync("watched", "1", cancellationToken);
        var allowed = await AskAsync(0, "watched", "bot", cancellationToken);
        Assert.Equal("ALLOWED", Result(allowed));
        Assert.Equal("BLOCKED", Result(await AskAsync(1, "watched", "bot", cancellationToken)));
        var id = allowed.GetProperty("id").GetString();
        await LocalCluster.DoAsync(
            cluster[1], "POST", $"/v1/tenants/watched/workloads/{id}/reconcile", """{ "actual": [ { "amount": "0.5", "unit": "USD" } ] }""", cancellationToken);
        await LocalCluster.DoAsync(cluster[0], "POST", "/v1/tenants/watched/delegations/bot/revoke", """{ "reason": "seen enough" }""", cancellationToken);

        var exported = new HashSet<string>(OfPrometheus);
        var failures = new HashSet<string>();
        foreach (var text in (string[])[await cluster.ScrapeAsync(0, cancellationToken), await cluster.ScrapeAsync(1, cancellationToken)])
        {
            foreach (Match sample in Sample().Matches(text))
            {
                exported.Add(sample.Groups[1].Value);
                exported.UnionWith(Label().Matches(sample.Groups[2].Value).Select(label => label.Groups[1].Value));
                failures.UnionWith(Failure().Matches(sample.Groups[2].Value).Select(label => label.Groups[1].Value));
            }
        }

        var expressions = Expressions().ToArray();
        Assert.True(expressions.Length > 40, $"{expressions.Length} expressions");
        foreach (var (where, expression) in expressions)
        {
            var names = Name().Matches(Text().Replace(expression, "")).Select(name => name.Value).Where(name => !Words.Contains(name)).ToArray();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.True(exported.Contains(name), $"{where}: no silo exports '{name}', which '{expression}' names"));
        }

        // A silo says from its first commit on which failures there are.
        var asked = expressions.SelectMany(one => Failure().Matches(one.Expression)).SelectMany(label => label.Groups[1].Value.Split('|')).ToHashSet();
        Assert.Equal(["overloaded", "refused", "unavailable", "unknown"], asked.Order(StringComparer.Ordinal));
        Assert.Subset(failures, asked);
    }

    [Fact]
    public async Task Restore_UnderRunningSilos_HonoursNothingMadeAfterTheBackup()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await PrepareAsync("back", "10", cancellationToken);
        Assert.Equal("ALLOWED", Result(await AskAsync(0, "back", "bot", cancellationToken)));
        var folder = Directory.CreateTempSubdirectory("genops-backup-").FullName;
        var file = Path.Combine(folder, "ledger.dump");
        var (code, backup) = await cluster.RunAsync("backup.sh", "--file", file);
        Assert.True(code == 0, backup);

        // On every silo, so that each has something to forget.
        await RegisterAsync("back", "late", cancellationToken);
        for (var silo = 0; silo < cluster.All.Count; silo++)
        {
            Assert.Equal("ALLOWED", Result(await AskAsync(silo, "back", "late", cancellationToken)));
            Assert.Equal("ALLOWED", Result(await AskAsync(silo, "back", "bot", cancellationToken)));
        }

        Assert.Equal(("5", "5"), await CountedAsync(0, cancellationToken));
        var (refused, why) = await cluster.RunAsync("restore.sh", "--file", file);
        Assert.Equal(1, refused);
        Assert.Contains("--replace", why, StringComparison.Ordinal);
        (refused, why) = await cluster.RunAsync("restore.sh", "--file", file, "--replace");
        Assert.Equal(1, refused);
        Assert.Contains("--while-running", why, StringComparison.Ordinal);

        var (restored, report) = await cluster.RunAsync("restore.sh", "--file", file, "--replace", "--while-running");
        Directory.Delete(folder, recursive: true);

        Assert.True(restored == 0, report);
        Assert.EndsWith($"({Line("epoch", backup)} in the backup)", Line("epoch", report), StringComparison.Ordinal);
        Assert.Equal(Line("entries", backup), Line("entries", report));
        Assert.Equal(Line("newest", backup), Line("newest", report));
        Assert.Equal($"{Line("schema", backup)}", Line("schema", report));
        Assert.NotEqual(Line("incarnation", backup), Line("incarnation", report).Split(' ')[0]);

        // From the first moment on: an error, unknown, or refused by a silo that is just finding out; never allowed.
        for (var silo = 0; silo < cluster.All.Count; silo++)
        {
            var last = "";
            await Poll.UntilAsync(
                async () =>
                {
                    var (status, answer) = await LocalCluster.SendAsync(cluster[silo], "POST", "/v1/tenants/back/workloads", Workload("late"), cancellationToken);
                    last = $"silo {silo}: {status} {answer}";
                    Assert.True(status is 404 or 503 || status == 200 && Result(answer) == "BLOCKED", last);
                    return status == 404;
                },
                NewsMax, () => $"it does not know of the restore: {last}", cancellationToken);
        }

        for (var silo = 0; silo < cluster.All.Count; silo++)
        {
            await Poll.UntilAsync(
                async () => (await LocalCluster.SendAsync(cluster[silo], "GET", "/v1/tenants/back/agents/late", null, cancellationToken)).Status == 404,
                NewsMax, () => $"silo {silo} still shows the agent", cancellationToken);
            var counted = ("", "");
            await Poll.UntilAsync(
                async () => (counted = await CountedAsync(silo, cancellationToken)) == ("1", "9"),
                NewsMax, () => $"silo {silo} still counts {counted}", cancellationToken);
            Assert.Equal("ALLOWED", Result(await AskAsync(silo, "back", "bot", cancellationToken, dryRun: true)));
        }

        Assert.Equal("ALLOWED", Result(await AskAsync(1, "back", "bot", cancellationToken)));
        Assert.Equal(("2", "8"), await CountedAsync(0, cancellationToken));
        var verified = await LocalCluster.DoAsync(cluster[0], "GET", "/v1/tenants/back/evidence/verify", null, cancellationToken);
        Assert.True(verified.GetProperty("verified").GetBoolean(), verified.ToString());
    }

    [Fact]
    public async Task Restore_OfAFileThatIsCutShort_ChangesNothing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await PrepareAsync("half", "10", cancellationToken);
        Assert.Equal("ALLOWED", Result(await AskAsync(0, "half", "bot", cancellationToken)));
        using var folder = new TemporaryFolder();
        var (code, backup) = await cluster.RunAsync("backup.sh", "--file", folder.File("whole.dump"));
        Assert.True(code == 0, backup);
        var whole = await File.ReadAllBytesAsync(folder.File("whole.dump"), cancellationToken);
        var before = await cluster.StateAsync();

        // In the middle, and in the last of its data.
        foreach (var length in (int[])[whole.Length / 2, whole.Length - 100])
        {
            await File.WriteAllBytesAsync(folder.File("cut.dump"), whole.AsMemory(0, length), cancellationToken);

            var (restored, why) = await cluster.RunAsync("restore.sh", "--file", folder.File("cut.dump"), "--replace", "--while-running");

            Assert.True(restored == 1, $"{length} of {whole.Length} bytes: {why}");
            Assert.EndsWith("nothing was changed", why.TrimEnd(), StringComparison.Ordinal);
            Assert.Equal(before, await cluster.StateAsync());
        }

        Assert.Equal("ALLOWED", Result(await AskAsync(1, "half", "bot", cancellationToken)));
    }

    [Fact]
    public async Task Restore_OfAnotherSchemaUnderRunningSilos_IsRefusedAndChangesNothing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await PrepareAsync("other", "10", cancellationToken);
        using var folder = new TemporaryFolder();
        Assert.Equal((0, ""), await cluster.AskAsync("INSERT INTO genops.schema_version (version, name) VALUES (9999, 'of a later release')"));
        var (code, backup) = await cluster.RunAsync("backup.sh", "--file", folder.File("later.dump"));
        Assert.Equal((0, ""), await cluster.AskAsync("DELETE FROM genops.schema_version WHERE version = 9999"));
        Assert.True(code == 0, backup);
        Assert.Equal("9999", Line("schema", backup));
        Assert.Equal("ALLOWED", Result(await AskAsync(0, "other", "bot", cancellationToken)));
        var before = await cluster.StateAsync();

        var (restored, why) = await cluster.RunAsync("restore.sh", "--file", folder.File("later.dump"), "--replace", "--while-running");

        Assert.Equal(1, restored);
        Assert.Contains("another version of the schema", why, StringComparison.Ordinal);
        Assert.EndsWith("nothing was changed", why.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(before, await cluster.StateAsync());
        Assert.Equal("ALLOWED", Result(await AskAsync(1, "other", "bot", cancellationToken)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_ConnectionBreaksAtTheCommit_FindsOutWhatBecameOfIt(bool isCommitted)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var tenant = isCommitted ? "made" : "unmade";
        await PrepareAsync(tenant, "10", cancellationToken);
        using var folder = new TemporaryFolder();
        var (code, backup) = await cluster.RunAsync("backup.sh", "--file", folder.File("ledger.dump"));
        Assert.True(code == 0, backup);
        var before = await cluster.StateAsync();

        // Before or after the server has done what it was told, the client loses it.
        await File.WriteAllTextAsync(
            folder.File("psql"),
            $$"""
            #!/bin/bash
            PATH=${PATH#*:}
            case "$*" in
              *--file=*) {{(isCommitted ? "psql \"$@\"; " : "")}}exit 2 ;;
              *) exec psql "$@" ;;
            esac
            """,
            cancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.File("psql"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (restored, report) = await cluster.RunWithProgramsAsync(folder.Path, "restore.sh", "--file", folder.File("ledger.dump"), "--replace", "--while-running");

        var after = await cluster.StateAsync();
        if (isCommitted)
        {
            Assert.True(restored == 0, report);
            Assert.Contains("the restore was made all the same", report, StringComparison.Ordinal);
            Assert.Equal($"{after.Incarnation} (new)", Line("incarnation", report));
            Assert.NotEqual(before.Incarnation, after.Incarnation);
        }
        else
        {
            Assert.Equal(1, restored);
            Assert.EndsWith("nothing was changed", report.TrimEnd(), StringComparison.Ordinal);
            Assert.Equal(before, after);
        }

        for (var silo = 0; silo < cluster.All.Count; silo++)
        {
            await Poll.UntilAsync(
                async () => Result(await AskAsync(silo, tenant, "bot", cancellationToken)) == "ALLOWED",
                NewsMax, () => $"silo {silo} still refuses", cancellationToken);
        }
    }

    [Fact]
    public async Task Backup_ToAFileThatIsThere_LeavesItAlone()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("kept.dump"), "last month's", TestContext.Current.CancellationToken);

        var (code, why) = await cluster.RunAsync("backup.sh", "--file", folder.File("kept.dump"));

        Assert.Equal(1, code);
        Assert.Contains("exists already", why, StringComparison.Ordinal);
        Assert.Equal("last month's", await File.ReadAllTextAsync(folder.File("kept.dump"), TestContext.Current.CancellationToken));
        Assert.Equal(["kept.dump"], folder.Names);
    }

    [Fact]
    public async Task Backup_WithAWrongPassword_SaysSoAndLeavesNoFile()
    {
        using var folder = new TemporaryFolder();

        var (code, why) = await cluster.RunAsync("backup.sh", "--file", folder.File("none.dump"), "--database", "password=wrong");

        Assert.Equal(1, code);
        Assert.Contains("password authentication failed", why, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    private static IEnumerable<(string Where, string Expression)> Expressions()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("deploy", "grafana", "dashboards", "genops.json"));
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            if (panel.TryGetProperty("targets", out var targets))
            {
                foreach (var target in targets.EnumerateArray())
                    yield return (panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!);
            }
        }

        var alerts = new YamlStream();
        alerts.Load(new StringReader(Repository.Read("deploy", "prometheus", "alerts.yml")));
        foreach (var rule in ((YamlSequenceNode)alerts.Documents[0].RootNode["groups"]).SelectMany(group => (YamlSequenceNode)group["rules"]))
            yield return (((YamlScalarNode)rule["alert"]).Value!, ((YamlScalarNode)rule["expr"]).Value!);
    }

    private async Task PrepareAsync(string tenant, string limit, CancellationToken cancellationToken)
    {
        await LocalCluster.DoAsync(cluster[0], "PUT", $"/v1/tenants/{tenant}", "{}", cancellationToken);
        await LocalCluster.DoAsync(cluster[0], "PUT", $"/v1/tenants/{tenant}/budgets/usd", $$"""{ "unit": "USD", "limit": "{{limit}}" }""", cancellationToken);
        await RegisterAsync(tenant, "bot", cancellationToken);
    }

    private async Task RegisterAsync(string tenant, string agent, CancellationToken cancellationToken)
    {
        await LocalCluster.DoAsync(cluster[0], "PUT", $"/v1/tenants/{tenant}/agents/{agent}", """{ "budgets": [ { "root": "usd" } ] }""", cancellationToken);
        await LocalCluster.DoAsync(
            cluster[0], "PUT", $"/v1/tenants/{tenant}/delegations/{agent}", $$"""{ "from": "user:maria", "to": "agent:{{agent}}" }""", cancellationToken);
    }

    /// <summary>Asks until there is a decision: an actor that has just lost its memory says that it is unavailable.</summary>
    private async Task<JsonElement> AskAsync(int silo, string tenant, string agent, CancellationToken cancellationToken, bool dryRun = false)
    {
        JsonElement answer = default;
        await Poll.UntilAsync(
            async () =>
            {
                (var status, answer) = await LocalCluster.SendAsync(
                    cluster[silo], "POST", $"/v1/tenants/{tenant}/workloads{(dryRun ? "?dryRun=true" : "")}", Workload(agent), cancellationToken);
                Assert.True(status is 200 or 503, $"{status} {answer}");
                return status == 200;
            },
            NewsMax, () => $"silo {silo} decides nothing: {answer}", cancellationToken);
        return answer;
    }

    private async Task<(string Reserved, string Remaining)> CountedAsync(int silo, CancellationToken cancellationToken)
    {
        var limit = (await LocalCluster.DoAsync(cluster[silo], "GET", "/v1/tenants/back/budgets/usd", null, cancellationToken)).GetProperty("limits")[0];
        return (limit.GetProperty("reserved").GetString()!, limit.GetProperty("remaining").GetString()!);
    }

    private static string Workload(string agent) => $$"""
        { "agent": "{{agent}}", "operation": { "name": "answer", "type": "inference" },
          "attribution": { "team": "support", "project": "helpdesk", "environment": "production" },
          "estimate": { "amount": "1", "unit": "USD" } }
        """;

    private static string Result(JsonElement answer)
    {
        var decision = answer.TryGetProperty("decision", out var inner) ? inner : answer;
        return decision.GetProperty("result").GetString()!;
    }

    private static string Line(string name, string report) =>
        Regex.Match(report, string.Create(CultureInfo.InvariantCulture, $"^{name} +(.+)$"), RegexOptions.Multiline).Groups[1].Value.Trim();

    [GeneratedRegex(@"^([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})? ", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"genops_ledger_failure=~?""([^""]*)""")]
    private static partial Regex Failure();

    [GeneratedRegex(@"([a-zA-Z_]\w*)=""")]
    private static partial Regex Label();

    // What is no name: strings, ranges, variables.
    [GeneratedRegex(@"""[^""]*""|\[[^\]]*\]|\$\w+")]
    private static partial Regex Text();

    // A word that is not called is a metric or a label.
    [GeneratedRegex(@"(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()")]
    private static partial Regex Name();
}
