// A first governed call. Start a node, make the tenant `acme` with the agent `support-bot`, delegate to the agent, since
// nobody may do anything by themselves (README.md has the commands), and then:
//   dotnet run --project samples/FirstCall -- path/to/a.key
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddGenOpsClient(options =>
{
    options.Tenant = "acme";
    options.ApiKeyFile = args is [var file, ..] ? file : "data/admin.key";
    options.Agent = "support-bot";
    options.DefaultAttribution = new Attribution(Team: "support", Project: "helpdesk", Environment: "production");
});
using var host = builder.Build();
await host.StartAsync();
var genops = host.Services.GetRequiredService<IGenOpsClient>();

try
{
    var draft = WorkloadDraft.ForInference("answer ticket", "openai", "gpt-4o", inputTokens: 374, maxOutputTokens: 512);
    await using var workload = await genops.AuthorizeAsync(draft with { CustomerId = "c-17" });
    foreach (var held in workload.Decision.Reservations)
        Console.WriteLine($"{workload.Id}: held {held.Amount} {held.Unit} in {held.Budget}, {held.Remaining?.ToString() ?? "no limit"} left");

    // Here the model would be called, with workload.Revoked as its cancellation token. It used less than was held:
    var settled = await workload.ReconcileAsync(new TokenUsage(InputTokens: 374, OutputTokens: 44));
    foreach (var budget in settled.Budgets)
        Console.WriteLine($"{workload.Id}: cost {budget.Actual} {budget.Unit} in {budget.Budget}");
}
catch (GovernanceRefusedException refused)
{
    Console.WriteLine($"must not run: {refused.Decision.ReasonCode}, {refused.Decision.Reason}");
}

await host.StopAsync();
