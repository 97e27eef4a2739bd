using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using GenOps.ControlPlane.Silo.Tests.Deploy;

namespace GenOps.ControlPlane.Cluster.Tests.Deploy;

/// <summary>Two silos on PostgreSQL as <c>deploy/local-cluster.sh</c> starts them.</summary>
public sealed class LocalCluster : IAsyncLifetime
{
    private const int Silos = 2;
    private const int AttemptsMax = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("genops-").FullName;
    private int _basePort;

    /// <summary>Sends with the admin's key to the silo with that number, from 0.</summary>
    public HttpClient this[int silo] => _silos[silo];

    /// <summary>All silos.</summary>
    public IReadOnlyList<HttpClient> All => _silos;

    private readonly List<HttpClient> _silos = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        // A port may be taken between the choice and the start: then others.
        for (var attempt = 1; _silos.Count == 0; attempt++)
        {
            _basePort = Random.Shared.Next(10_000, 19_000);
            var (code, output) = await RunAsync(
                "local-cluster.sh", "--silos", $"{Silos}", "--port", $"{_basePort}", "--keep", _folder, "--detach");
            if (code != 0)
            {
                Assert.True(attempt < AttemptsMax && output.Contains("in use", StringComparison.Ordinal), output);
                continue;
            }

            var key = await File.ReadAllTextAsync(Path.Combine(_folder, "secrets", "admin-key"));
            Assert.DoesNotContain(key.Trim(), output, StringComparison.Ordinal);
            for (var silo = 0; silo < Silos; silo++)
            {
                var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_basePort + silo}"), Timeout = TimeSpan.FromSeconds(20) };
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Trim());
                _silos.Add(client);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
            silo.Dispose();
        if (File.Exists(Path.Combine(_folder, "cluster")))
        {
            var (code, output) = await RunAsync("local-cluster.sh", "--stop", _folder);
            Assert.True(code == 0, output);
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What a silo's listener for metrics serves to anyone.</summary>
    public async Task<string> ScrapeAsync(int silo, CancellationToken cancellationToken)
    {
        using var anyone = new HttpClient();
        return await anyone.GetStringAsync(new Uri($"http://127.0.0.1:{_basePort + 300 + silo}/metrics"), cancellationToken);
    }

    /// <summary>Sends a request to a silo.</summary>
    public static async Task<(int Status, JsonElement Json)> SendAsync(
        HttpClient silo, string method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await silo.SendAsync(request, cancellationToken);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return ((int)answer.StatusCode, json.RootElement.Clone());
    }

    /// <summary>Sends a request that has to succeed.</summary>
    public static async Task<JsonElement> DoAsync(
        HttpClient silo, string method, string path, string? body, CancellationToken cancellationToken)
    {
        var (status, json) = await SendAsync(silo, method, path, body, cancellationToken);
        Assert.True(status == 200, $"{method} {path}: {status} {json}");
        return json;
    }

    /// <summary>What stands in the ledger: its incarnation and epoch, and how many entries it has.</summary>
    public async Task<(string Incarnation, string Epoch, string Entries)> StateAsync()
    {
        var (code, answer) = await AskAsync(
            "SELECT incarnation, epoch, (SELECT count(*) FROM genops.ledger_key) FROM genops.ledger_state");
        Assert.True(code == 0, answer);
        var parts = answer.Trim().Split('|');
        return (parts[0], parts[1], parts[2]);
    }

    /// <summary>Asks PostgreSQL as the schema's owner.</summary>
    public Task<(int Code, string Output)> AskAsync(string statement) =>
        RunProgramAsync("psql", ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--command", statement]);

    /// <summary>Runs one of the scripts in <c>deploy/</c> as the schema's owner.</summary>
    public Task<(int Code, string Output)> RunAsync(string script, params string[] arguments) =>
        RunProgramAsync("/bin/bash", [Repository.PathOf("deploy", script), .. arguments]);

    /// <summary>Runs a script with programs of a folder instead of the machine's.</summary>
    public Task<(int Code, string Output)> RunWithProgramsAsync(string folder, string script, params string[] arguments) =>
        RunProgramAsync("env", [$"PATH={folder}:{Environment.GetEnvironmentVariable("PATH")}", "/bin/bash", Repository.PathOf("deploy", script), .. arguments]);

    private async Task<(int Code, string Output)> RunProgramAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PGHOST"] = "127.0.0.1";
        start.Environment["PGPORT"] = $"{_basePort + 400}";
        start.Environment["PGUSER"] = "genops_migration";
        start.Environment["PGDATABASE"] = "genops";
        var password = Path.Combine(_folder, "secrets", "migration-password");
        if (File.Exists(password))
            start.Environment["PGPASSWORD"] = await File.ReadAllTextAsync(password);

        // What the script leaves running must not hold its output open.
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
