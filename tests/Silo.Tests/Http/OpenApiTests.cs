using System.Runtime.CompilerServices;
using System.Text.Json;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class OpenApiTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string Refresh = "UPDATE_OPENAPI";

    [Fact]
    public async Task Document_Committed_IsWhatIsServed()
    {
        var served = (await shared.Node.SendAsync("GET", "/openapi/v1.json", key: "")).Text.ReplaceLineEndings("\n").TrimEnd() + "\n";
        var path = CommittedPath();
        if (Environment.GetEnvironmentVariable(Refresh) == "1")
            await File.WriteAllTextAsync(path, served);

        var committed = File.Exists(path) ? (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n") : "";

        Assert.True(
            served == committed,
            $"docs/openapi.json is not what is served (first difference: {FirstDifference(committed, served)}). "
            + $"Refresh it with: {Refresh}=1 dotnet run --project tests/Silo.Tests -- -class {typeof(OpenApiTests).FullName}");
    }

    [Fact]
    public async Task Document_EveryOperation_HasWordsAndProblems()
    {
        var document = (await shared.Node.SendAsync("GET", "/openapi/v1.json", key: "")).Json;

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).ToArray();
        Assert.True(operations.Length >= 50, $"{operations.Length} operations");
        foreach (var operation in operations)
        {
            Assert.False(string.IsNullOrWhiteSpace(operation.Value.GetProperty("summary").GetString()));
            Assert.False(string.IsNullOrWhiteSpace(operation.Value.GetProperty("description").GetString()));
            Assert.True(operation.Value.GetProperty("responses").TryGetProperty("400", out _));
            Assert.True(operation.Value.GetProperty("responses").TryGetProperty("503", out _));
        }
    }

    [Fact]
    public async Task Document_EverySchema_SaysWhatItIs()
    {
        var document = (await shared.Node.SendAsync("GET", "/openapi/v1.json", key: "")).Json;
        var silent = new List<string>();
        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
            CollectSilent(schema.Value, schema.Name, silent);

        Assert.Equal([], silent);
    }

    private static void CollectSilent(JsonElement schema, string path, List<string> silent)
    {
        if (!schema.TryGetProperty("type", out _) && !schema.TryGetProperty("$ref", out _)
            && !schema.TryGetProperty("oneOf", out _) && !schema.TryGetProperty("enum", out _))
            silent.Add(path);
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
                CollectSilent(property.Value, $"{path}.{property.Name}", silent);
        }

        if (schema.TryGetProperty("items", out var items))
            CollectSilent(items, $"{path}[]", silent);
        else if (schema.TryGetProperty("type", out var type) && type.ToString().Contains("array", StringComparison.Ordinal))
            silent.Add($"{path}[]");
    }

    private static string FirstDifference(string committed, string served)
    {
        var i = 0;
        while (i < committed.Length && i < served.Length && committed[i] == served[i])
            i++;
        return i < served.Length ? $"'{served.Substring(i, Math.Min(80, served.Length - i))}'" : "the end";
    }

    private static string CommittedPath([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/openapi.json"));
}
