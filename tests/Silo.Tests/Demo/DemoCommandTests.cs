using System.Text.Json;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Silo.Demo;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class DemoCommandTests : IDisposable
{
    private const int Calls = 1_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("genops-demo-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Demo_FirstThousandCalls_HoldsEveryInvariant()
    {
        var data = Path.Combine(_folder, "data");
        var (exitCode, output, error) = await DemoProcess.RunAsync("--json", "--trace", CutTrace(), "--data", data, "--callers", "16");

        Assert.Equal("", error);
        Assert.Equal(0, exitCode);
        using var report = JsonDocument.Parse(output);
        var root = report.RootElement;
        Assert.Equal(Calls, root.GetProperty("calls").GetInt32());
        Assert.Equal("0", root.GetProperty("overspend").GetString());
        Assert.True(root.GetProperty("recomputed").GetBoolean());
        Assert.Empty(root.GetProperty("failed").EnumerateArray());

        var results = root.GetProperty("results");
        Assert.Equal(Calls, results.EnumerateObject().Sum(result => result.Value.GetInt32()));
        Assert.Equal(
            results.GetProperty("BLOCKED").GetInt32(), root.GetProperty("reasons").EnumerateObject().Sum(reason => reason.Value.GetInt32()));

        var suspension = root.GetProperty("suspension");
        Assert.Equal("ticket-triage", suspension.GetProperty("agent").GetString());
        Assert.InRange(suspension.GetProperty("attemptedAfterAcknowledged").GetInt32(), 30, 60);
        Assert.Equal(0, suspension.GetProperty("allowedAfterAcknowledged").GetInt32());
        Assert.True(suspension.GetProperty("elapsedMs").GetDouble() > 0);

        var revocation = root.GetProperty("revocation");
        Assert.Equal(
            ["delegation", "descendants", "attemptedAfterAcknowledged", "allowedAfterAcknowledged", "elapsedMs"],
            revocation.EnumerateObject().Select(field => field.Name));
        Assert.Equal("sales", revocation.GetProperty("delegation").GetString());
        Assert.Equal(5, revocation.GetProperty("descendants").GetInt32());
        Assert.InRange(revocation.GetProperty("attemptedAfterAcknowledged").GetInt32(), 30, 120);
        Assert.Equal(0, revocation.GetProperty("allowedAfterAcknowledged").GetInt32());
        Assert.True(revocation.GetProperty("elapsedMs").GetDouble() > 0);
        Assert.True(
            root.GetProperty("reasons").GetProperty("x_authority_revoked").GetInt32()
            >= revocation.GetProperty("attemptedAfterAcknowledged").GetInt32());

        var inFlight = root.GetProperty("inFlight");
        Assert.Equal("lead-scoring", inFlight.GetProperty("agent").GetString());
        Assert.True(inFlight.GetProperty("toldAfterMs").GetDouble() < 10_000);
        Assert.True(inFlight.GetProperty("settled").GetBoolean());

        var approval = root.GetProperty("approval");
        Assert.Equal("refund-desk", approval.GetProperty("agent").GetString());
        Assert.Equal("support.refunds", approval.GetProperty("delegation").GetString());
        Assert.Equal("parameters.refundAmount > 200", approval.GetProperty("condition").GetString());
        Assert.Equal("x_approval_required", approval.GetProperty("reasonCode").GetString());
        Assert.Equal("user:demo", approval.GetProperty("requestedBy").GetString());
        Assert.Equal("user:robert@acme.example", approval.GetProperty("approvedBy").GetString());
        Assert.Equal("ALLOWED", approval.GetProperty("result").GetString());

        var evidence = root.GetProperty("evidence");
        Assert.True(evidence.GetProperty("verified").GetBoolean());
        Assert.True(evidence.GetProperty("entries").GetInt64() > 3 * Calls);

        var budgets = root.GetProperty("budgets").EnumerateArray().ToList();
        Assert.Equal(56, budgets.Count);
        Assert.Equal(
            ["@sales", "@sales/delegation=sales", "@sales/delegation=sales.call-notes", "@sales/delegation=sales.crm-notes", "@sales/delegation=sales.offer-writer"],
            budgets.Select(budget => budget.GetProperty("path").GetString()!).Where(path => path.StartsWith('@')).Order(StringComparer.Ordinal));
        foreach (var budget in budgets)
        {
            var counted = Quantity.Zero;
            foreach (var part in (string[])["spent", "reserved", "unresolved"])
                counted += Quantity.Parse(budget.GetProperty(part).GetString()!);
            Assert.Equal("0", budget.GetProperty("reserved").GetString());
            if (budget.GetProperty("limit").GetString() is { } limit)
                Assert.Equal((Quantity.Parse(limit) - counted).ToString(), budget.GetProperty("remaining").GetString());
        }

        // The folder that its user named stays; the node that wrote it is gone.
        Assert.True(File.Exists(Path.Combine(data, "ledger.db")));
    }

    [Fact]
    public async Task Demo_InAPipe_IsPlainText()
    {
        var (exitCode, output, error) = await DemoProcess.RunAsync("--trace", CutTrace());
        Assert.Equal("", error);
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain('\u001b', output);
        Assert.Equal(10, output.Split('\n').Count(line => line.StartsWith("ok    ", StringComparison.Ordinal)));
        Assert.Contains("crm-notes  [sales.crm-notes]", output);
        Assert.Contains("user:maria@acme.example > sales-planner > crm-notes > call-notes", output);
        Assert.Contains("refund-desk asks for a refund of 250: BLOCKED x_approval_required", output);
        Assert.Contains("no overspend: no admission went beyond a limit", output);
    }

    [Fact]
    public async Task Demo_FolderWithSomethingInIt_IsLeftAlone()
    {
        var (exitCode, output, error) = await DemoProcess.RunAsync("--json", "--trace", CutTrace(), "--data", _folder);
        Assert.Equal(1, exitCode);
        Assert.Equal("", output);
        Assert.Equal($"--data: '{_folder}' is not an empty folder; give a new or an empty one", error.Trim());
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Demo_BrokenTrace_NamesTheLine()
    {
        var path = CutTrace();
        await File.AppendAllTextAsync(path, "2023-11-16 18:15:46,many,1\n");
        var (exitCode, output, error) = await DemoProcess.RunAsync("--json", "--trace", path);
        Assert.Equal(1, exitCode);
        Assert.Equal("", output);
        Assert.Equal($"{path}:{Calls + 2}: ContextTokens must be a whole number from 0 to 10000000, not 'many'", error.Trim());
    }

    [Fact]
    public async Task Demo_NoCallers_SaysHowMany()
    {
        var (exitCode, _, error) = await DemoProcess.RunAsync("--callers", "0");
        Assert.Equal(1, exitCode);
        Assert.Contains("--callers: give a number from 1 to 4096", error);
    }

    private string CutTrace()
    {
        var path = Path.Combine(_folder, "trace.csv");
        File.WriteAllLines(path, File.ReadLines(new DemoOptions().TracePath).Take(Calls + 1));
        return path;
    }
}
