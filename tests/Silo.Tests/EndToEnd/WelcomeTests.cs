using System.Text.RegularExpressions;

namespace GenOps.ControlPlane.Silo.Tests.EndToEnd;

/// <summary>What a new node tells its operator to do next is true.</summary>
[Collection(ProcessTests.Name)]
public sealed partial class WelcomeTests
{
    [Fact]
    public async Task Start_EmptyNode_PrintsCommandsThatEndInAnAllowedCall()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var node = new NodeProcess();
        await node.StartReadyAsync(cancellationToken);
        await Until.TrueAsync(
            () => Commands(node).Count == 4, TimeSpan.FromSeconds(10), () => $"it printed:{Environment.NewLine}{node.Output}", cancellationToken);

        var last = "";
        foreach (Match command in Commands(node))
        {
            Assert.Equal(node.Url.GetLeftPart(UriPartial.Authority), command.Groups["host"].Value);
            var method = command.Groups["method"] is { Success: true, Value: var stated } ? stated : "POST"; // as curl does, given a body
            last = (await node.DoAsync(method, command.Groups["path"].Value, command.Groups["body"].Value, cancellationToken))["result"] ?? "";
        }

        Assert.Equal("ALLOWED", last);
    }

    private static MatchCollection Commands(NodeProcess node) => Command().Matches(node.Output);

    [GeneratedRegex("""curl (-X (?<method>[A-Z]+) )?(?<host>http://[^/]+)(?<path>/\S+) .* -d '(?<body>[^']*)'""")]
    private static partial Regex Command();
}
