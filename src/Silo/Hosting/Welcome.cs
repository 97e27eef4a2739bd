using GenOps.ControlPlane.Silo.Access;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What a started node tells its operator: where it is and what to do next. Plain text, so that it can be piped.</summary>
internal static class Welcome
{
    /// <summary>Prints it.</summary>
    public static void Print(WebApplication node, NodeOptions options, TextWriter output)
    {
        var url = node.Urls.First();
        var key = node.Services.GetRequiredService<AdminKeyFile>().Path;
        output.WriteLine(
            $"""

            GenOps control plane is running. Stop it with Ctrl+C.

              HTTP API   {url}   (its description: {url}/openapi/v1.json)
              gateway    127.0.0.1:{options.GatewayPort}, for the client library
              data       {options.DataDirectory}
              admin key  {key}   (for you alone; delete it and restart to replace it)

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

    private static string Brace(string members) => members.Length == 0 ? "{}" : $"{{ {members} }}";
}
