using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>A whole node on free ports of the loopback address, with its data in a directory of its own.</summary>
public sealed class TestNode : IAsyncLifetime
{
    private readonly PortLease _siloPort = PortLease.Take();
    private readonly PortLease _gatewayPort = PortLease.Take();
    private WebApplication? _app;

    /// <summary>The data directory.</summary>
    public string Data { get; } = Directory.CreateTempSubdirectory("genops-http-").FullName;

    /// <summary>Changes to the node's services, before it starts.</summary>
    public Action<WebApplicationBuilder>? Configure { get; init; }

    /// <summary>The running node.</summary>
    public WebApplication App => _app ?? throw new InvalidOperationException("the node is not running");

    /// <summary>Sends without a credential.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>The admin key of all tenants.</summary>
    public string AdminKey => File.ReadAllText(Path.Combine(Data, NodeHost.AdminKeyFileName)).Trim();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts the node, again after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync()
    {
        _app = NodeHost.Build(
            new NodeOptions { Urls = "http://127.0.0.1:0", Data = Data, SiloPort = _siloPort.Port, GatewayPort = _gatewayPort.Port },
            builder =>
            {
                builder.Logging.ClearProviders();
                Configure?.Invoke(builder);
            });
        await _app.StartNodeAsync();
        Anonymous = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    /// <summary>Stops the node in good order.</summary>
    public async Task StopAsync()
    {
        Anonymous.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        _app = null;
    }

    /// <summary>Sends a request; the credential is the admin's unless another is given, none if it is empty.</summary>
    public async Task<Answer> SendAsync(
        string method, string path, string? body = null, string? key = null, string? mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Anonymous.BaseAddress!, path));
        if (key != "")
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key ?? AdminKey}");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));

            // A body that is too large is refused before it is read; who sends it all the same may meet a closed connection.
            request.Headers.ExpectContinue = body.Length > 1 << 20;
            if (mediaType is not null)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        }

        return await Answer.ReadAsync(await Anonymous.SendAsync(request));
    }

    /// <summary>Sends a request that has to succeed.</summary>
    public async Task<JsonElement> DoAsync(string method, string path, string? body = null, string? key = null)
    {
        var answer = await SendAsync(method, path, body, key);
        Assert.True(answer.Status == 200, $"{method} {path}: {answer.Status} {answer.Text}");
        return answer.Json;
    }

    /// <summary>Registers an agent that may do everything on Maria's authority, by a delegation of the agent's name.</summary>
    public async Task RegisterAsync(string tenant, string agent, string definition = "{}")
    {
        await DoAsync("PUT", $"/v1/tenants/{tenant}/agents/{agent}", definition);
        await DoAsync("PUT", $"/v1/tenants/{tenant}/delegations/{agent}", Bodies.Delegation(agent));
    }

    /// <summary>Makes a key of a tenant.</summary>
    public async Task<string> KeyAsync(string tenant, string role, string? agent = null) =>
        (await DoAsync("POST", $"/v1/tenants/{tenant}/keys",
            agent is null
                ? $$"""{ "role": "{{role}}", "principal": "user:tester" }"""
                : $$"""{ "role": "{{role}}", "principal": "agent:{{agent}}", "agent": "{{agent}}" }"""))
        .GetProperty("key").GetString()!;

    /// <summary>How many entries the ledger has.</summary>
    public async Task<int> CountEntriesAsync()
    {
        var reader = App.Services.GetRequiredService<ILedgerReader>();
        var count = 0;
        for (var after = 0L; ;)
        {
            var page = await reader.ReadPageAsync(new EntryFilter(), after, 1_000);
            count += page.Length;
            if (page.Length < 1_000)
                return count;
            after = page[^1].Position;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await StopAsync();
        _siloPort.Dispose();
        _gatewayPort.Dispose();
        Directory.Delete(Data, recursive: true);
    }
}
