using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What a started node tells its operator: where it is and what to do next. Plain text, so that it can be piped.</summary>
internal static class Welcome
{
    /// <summary>Prints it.</summary>
    public static void Print(WebApplication node, NodeOptions options, TextWriter output)
    {
        var url = node.Urls.First();
        var key = options.AdminKeyFile.Length > 0 ? Path.GetFullPath(options.AdminKeyFile) : node.Services.GetRequiredService<AdminKeyFile>().Path;
        output.WriteLine(
            $"""

            GenOps control plane is running. Stop it with Ctrl+C.

              HTTP API   {url}   (its description: {url}/openapi/v1.json)
              gateway    {options.Advertise}:{options.GatewayPort}, for the client library
            {Place(node, options, key)}

            Next: make a tenant, then an agent, delegate to it, and ask for a decision.

              KEY=$(cat '{key}')
              curl -X PUT {url}/v1/tenants/acme -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{Brace("\"displayName\": \"Acme\"")}'
              curl -X PUT {url}/v1/tenants/acme/agents/support-bot -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{Brace("")}'
              curl -X PUT {url}/v1/tenants/acme/delegations/support-bot -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{Brace(
                  "\"from\": \"user:you\", \"to\": \"agent:support-bot\"")}'
              curl {url}/v1/tenants/acme/workloads -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{Brace(
                  "\"agent\": \"support-bot\", \"operation\": { \"name\": \"answer ticket\", \"type\": \"inference\" }, "
                  + "\"attribution\": { \"team\": \"support\", \"project\": \"helpdesk\", \"environment\": \"production\" }")}'

            """);
    }

    private static string Place(WebApplication node, NodeOptions options, string key)
    {
        if (options.Storage != NodeStorage.Postgres)
        {
            var advice = options.AdminKeyFile.Length > 0 ? "the one that you gave it" : "for you alone; delete it and restart to replace it";
            return $"  data       {options.DataDirectory}{Environment.NewLine}  admin key  {key}   ({advice})";
        }

        var cluster = node.Services.GetRequiredService<IOptions<ClusterMemberOptions>>().Value.ClusterId;
        var database = new DatabaseName(node.Services.GetRequiredService<PostgresDataSources>().Runtime);
        var whose = options.AdminKeyFile.Length > 0 ? $"{key}   (the one that you gave it)"
            : File.Exists(key) ? $"{key}   (for you alone)"
            : "not here: the cluster has an admin already";
        return $"  cluster    {cluster}, as silo {options.Advertise}:{options.SiloPort}{Environment.NewLine}"
            + $"  ledger     PostgreSQL, {database} as {database.User}{Environment.NewLine}"
            + $"  admin key  {whose}";
    }

    private static string Brace(string members) => members.Length == 0 ? "{}" : $"{{ {members} }}";
}
