using System.Diagnostics;
using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Upgrade;

/// <summary>
/// The silo once more, as the next minor version might be: this source, copied elsewhere, with a few changes that a minor
/// version may make. The changes name the text that they take the place of, so that they fail loudly when it is gone.
/// </summary>
public sealed class NextBuild : IAsyncLifetime
{
    /// <summary>What it is called.</summary>
    public const string Version = "0.2.0";

    private static readonly TimeSpan BuildMax = TimeSpan.FromMinutes(5);

    private static readonly string[] Sources =
        ["src", "samples", "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", "global.json", ".editorconfig"];

    private static readonly (string File, string Old, string New)[] Changes =
    [
        ("Directory.Build.props", "<Version>0.1.0</Version>", $"<Version>{Version}</Version>"),

        // A method that no earlier build has, and so the next version of its interface.
        ("src/Contracts/Agents/IAgentGrain.cs", "[Alias(\"genops.IAgentGrain\"), Version(1)]", "[Alias(\"genops.IAgentGrain\"), Version(2)]"),
        ("src/Contracts/Agents/IAgentGrain.cs", "public interface IAgentGrain : IGrainWithStringKey\n{",
            "public interface IAgentGrain : IGrainWithStringKey\n{\n    [Alias(\"GetBuild\"), External(Permission.AgentRead)]\n    Task<string> GetBuildAsync();\n"),
        ("src/Grains/Agents/AgentGrain.cs", "    protected override AgentRecord Empty()",
            $"    public Task<string> GetBuildAsync() => Task.FromResult(\"{Version}\");\n\n    protected override AgentRecord Empty()"),
        ("src/Silo/Http/AgentEndpoints.cs", "        tenant.MapGet(\"/agents/{agent}\", GetAsync)",
            "        tenant.MapGet(\"/agents/{agent}/build\", (TenantId tenant, AgentId agent, IGrainFactory grains) => Grain(grains, tenant, agent).GetBuildAsync())"
            + ".Requires(Permission.AgentRead).Describe(Tag, \"getBuild\", \"Read the build\", \"Of the node that answers.\");\n\n        tenant.MapGet(\"/agents/{agent}\", GetAsync)"),

        // An optional member of a request, and with it of the entry that keeps the request.
        ("src/Contracts/Workloads/WorkloadRequest.cs", "string? Traceparent = null)",
            "string? Traceparent = null,\n    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Campaign = null)"),

        // An optional member of an entry alone.
        ("src/Grains/Budgets/WorkloadReconciled.cs", "ExchangeRate? Rate = null) : WorkloadEvent(Id)", "ExchangeRate? Rate = null,\n    string? Build = null) : WorkloadEvent(Id)"),
        ("src/Grains/Budgets/BudgetTree.Settlement.cs", "Quantity.Max(consumed - covered, Quantity.Zero), command.Charge.Rate)",
            $"Quantity.Max(consumed - covered, Quantity.Zero), command.Charge.Rate, \"{Version}\")"),
    ];

    private readonly TemporaryFolder _folder = new("genops-next-");

    /// <summary>Its program.</summary>
    public string Program { get; private set; } = "";

    /// <summary>How long the build took.</summary>
    public TimeSpan Took { get; private set; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var root = Root();
        foreach (var source in Sources)
            Copy(Path.Combine(root, source), Path.Combine(_folder.Path, source));
        foreach (var (file, old, text) in Changes)
            Change(Path.Combine(_folder.Path, file), old, text);

        var started = Stopwatch.GetTimestamp();
        await BuildAsync();
        Took = Stopwatch.GetElapsedTime(started);
        Program = Path.Combine(_folder.Path, "out", "GenOps.ControlPlane.Silo.dll");
        if (!File.Exists(Program))
            throw new HarnessException($"the next build made no {Program}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Root([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));

    private static void Copy(string source, string target)
    {
        if (File.Exists(source))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(source))
        {
            if (Path.GetFileName(entry) is not ("bin" or "obj"))
                Copy(entry, Path.Combine(target, Path.GetFileName(entry)));
        }
    }

    private static void Change(string file, string old, string text)
    {
        var before = File.ReadAllText(file);
        if (before.Split(old).Length != 2)
            throw new HarnessException($"{file} has '{old}' {before.Split(old).Length - 1} times instead of once: adapt {nameof(NextBuild)}");
        File.WriteAllText(file, before.Replace(old, text, StringComparison.Ordinal));
    }

    private async Task BuildAsync()
    {
        // Its own servers would outlive it. The packages are those of this build: nothing is fetched that is not there.
        string[] arguments =
        [
            "build", Path.Combine(_folder.Path, "src", "Silo", "GenOps.ControlPlane.Silo.csproj"), "-c", "Release", "-o", Path.Combine(_folder.Path, "out"),
            "--nologo", "-v", "quiet", "-clp:ErrorsOnly", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:RestoreLockedMode=true",
            "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false",
        ];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
        };
        using var build = Process.Start(start) ?? throw new HarnessException("dotnet does not start");
        using var limit = new CancellationTokenSource(BuildMax);
        try
        {
            var (output, error) = (build.StandardOutput.ReadToEndAsync(limit.Token), build.StandardError.ReadToEndAsync(limit.Token));
            await build.WaitForExitAsync(limit.Token);
            if (build.ExitCode != 0)
                throw new HarnessException($"the next build failed:{Environment.NewLine}{await output}{await error}");
        }
        catch (OperationCanceledException)
        {
            build.Kill(entireProcessTree: true);
            throw new HarnessException($"the next build did not end within {BuildMax}");
        }
    }
}
