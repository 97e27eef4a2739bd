using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>What the deployment and its page name is what the program reads, and what it reads is on the page.</summary>
public sealed partial class SettingsTests
{
    [Fact]
    public void EnvironmentVariables_OfTheDeployment_AreRead()
    {
        var read = Read();
        foreach (var (file, text) in Deployment().Concat(Pages()))
        {
            foreach (var name in Variable().Matches(text).Select(match => match.Value.Replace(":", "__", StringComparison.Ordinal)))
                Assert.True(read.ContainsKey(name), $"{file} names {name}, which the program does not read");
        }
    }

    [Fact]
    public void EnvironmentVariables_OfRuntimeAndTelemetry_AreTheKnownOnes()
    {
        // The runtime and OpenTelemetry read these; nobody would tell of one that is misspelt.
        string[] known = ["DOTNET_EnableDiagnostics", "DOTNET_gcServer", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_RESOURCE_ATTRIBUTES"];

        var named = Deployment().SelectMany(file => Foreign().Matches(file.Text)).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(known, named);
    }

    [Fact]
    public void EnvironmentVariables_Read_AreOnThePage()
    {
        var documented = Row().Matches(Page).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(Read().Keys.Order(StringComparer.Ordinal), documented);
    }

    [Fact]
    public void Defaults_OnThePage_AreTheProgramsOwn()
    {
        var read = Read();
        var compared = 0;
        foreach (Match row in Row().Matches(Page))
        {
            var (name, cell) = (row.Groups[1].Value, row.Groups[2].Value.Trim());
            foreach (var own in read[name])
            {
                if (Documented(cell, own) is not { } documented)
                    continue;

                compared++;
                Assert.True(Equals(documented, Plain(own)), $"docs/operate.md says that {name} is {documented} by default, and it is {Plain(own)}: '{cell}'");
            }
        }

        Assert.True(compared >= DefaultsMin, $"{compared} defaults compared");
    }

    [Fact]
    public void Flags_OfTheDeployment_AreTheProgramsOwn()
    {
        var root = CommandLine.Create();
        var flags = All(root).SelectMany(command => command.Options).Select(option => option.Name).ToHashSet(StringComparer.Ordinal);
        var commands = root.Subcommands.Select(command => command.Name).ToHashSet(StringComparer.Ordinal);
        var called = 0;
        foreach (var (file, text) in Deployment())
        {
            foreach (Match call in Call().Matches(text))
            {
                called++;
                foreach (var word in Word().Matches(call.Groups[1].Value).Select(match => match.Value))
                {
                    Assert.True(
                        word.StartsWith("--", StringComparison.Ordinal) ? flags.Contains(word) : commands.Contains(word),
                        $"{file} calls the program with '{word}', which it does not know");
                }
            }
        }

        Assert.True(called == 4, $"{called} calls found");
    }

    [Fact]
    public void Flags_OfTheNode_AreOnThePage()
    {
        var root = CommandLine.Create();
        foreach (var option in root.Options.Where(option => option is not System.CommandLine.Help.HelpOption and not VersionOption))
            Assert.Contains($"`{option.Name}`", Page, StringComparison.Ordinal);
        foreach (var command in root.Subcommands.Where(command => command.Name != "demo"))
            Assert.Contains($"`{command.Name}`", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Scripts_OptionsOnThePage_AreInTheirHelp()
    {
        foreach (var script in (string[])["local-cluster.sh", "backup.sh", "restore.sh"])
        {
            var text = Repository.Read("deploy", script);
            foreach (var flag in ScriptFlag().Matches(text).Select(match => match.Groups[1].Value).Where(flag => flag != "--help"))
                Assert.True(Page.Contains(flag, StringComparison.Ordinal), $"docs/operate.md does not say what {script}'s {flag} does");
        }
    }

    [Fact]
    public void Scripts_CalledOnThePage_KnowTheseOptions()
    {
        var calls = ScriptCall().Matches(Page);
        foreach (Match call in calls)
        {
            var known = FlagsOf(call.Groups[1].Value);
            foreach (var flag in Flag().Matches(call.Groups[2].Value).Select(match => match.Value))
                Assert.True(known.Contains(flag), $"docs/operate.md calls {call.Groups[1].Value} with {flag}, which it does not know");
        }

        Assert.True(calls.Count >= 3, $"{calls.Count} calls found");
        var ours = ((string[])["local-cluster.sh", "backup.sh", "restore.sh"]).SelectMany(FlagsOf)
            .Concat(All(CommandLine.Create()).SelectMany(command => command.Options).Select(option => option.Name))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var flag in InlineFlag().Matches(Page).Select(match => match.Groups[1].Value))
            Assert.True(ours.Contains(flag), $"docs/operate.md names {flag}, which neither a script nor the program knows");
    }

    // Of the defaults, the others are words.
    private const int DefaultsMin = 110;

    private static string Page => Repository.Read("docs", "operate.md");

    private static HashSet<string> FlagsOf(string script) =>
        ScriptFlag().Matches(Repository.Read("deploy", script)).Select(match => match.Groups[1].Value).Append("--help").ToHashSet(StringComparer.Ordinal);

    /// <summary>What a cell of the page says, as <see cref="Plain"/> does; null if it begins with words.</summary>
    private static object? Documented(string cell, object? own)
    {
        switch (own)
        {
            case bool:
                return cell.StartsWith("true", StringComparison.Ordinal) ? true : cell.StartsWith("false", StringComparison.Ordinal) ? false : null;
            case string or Enum:
                return Quoted().Match(cell) is { Success: true } quoted ? quoted.Groups[1].Value : null;
            case null:
                return null;
        }

        var amount = Marked().Match(cell) is { Success: true } marked ? marked : Amount().Match(cell);
        if (!amount.Success)
            return null;

        var number = double.Parse(amount.Groups[1].Value, NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return number * amount.Groups[2].Value.TrimEnd('s') switch
        {
            "m" => 0.001, // ms
            "min" or "minute" => 60,
            "h" or "hour" => 3_600,
            "d" or "day" => 86_400,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => 1, // seconds, and what is counted
        };
    }

    /// <summary>A default, so that it can be compared: times in seconds, numbers as one type.</summary>
    private static object? Plain(object? value) => value switch
    {
        TimeSpan time => time.TotalSeconds,
        bool or string or null => value,
        Enum word => word.ToString(),
        IConvertible number => number.ToDouble(CultureInfo.InvariantCulture),
        _ => value,
    };

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    private static IEnumerable<(string File, string Text)> Deployment() =>
        Directory.EnumerateFiles(Repository.PathOf("deploy"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/secrets/", StringComparison.Ordinal))
            .Append(Repository.PathOf("docker-compose.yml"))
            .Append(Repository.PathOf("docs", "operate.md"))
            .Select(file => (Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file)));

    private static IEnumerable<(string File, string Text)> Pages() =>
        Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Append(Repository.PathOf("README.md"))
            .Select(file => (Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file)));

    /// <summary>What a node reads, on either storage, and the defaults of it: every option is bound while somebody listens.</summary>
    private static Dictionary<string, List<object?>> Read()
    {
        var data = Directory.CreateTempSubdirectory("genops-settings-").FullName;
        var read = new Dictionary<string, List<object?>>(StringComparer.Ordinal);
        foreach (var storage in Enum.GetValues<NodeStorage>())
        {
            var asked = new AskedKeys();
            var builder = NodeHost.CreateBuilder();
            ((IConfigurationBuilder)builder.Configuration).Add(asked);
            _ = NodeOptions.Read(builder.Configuration);
            Add(typeof(NodeOptions));
            var options = new NodeOptions { Storage = storage, Data = data, SiloPort = 0, GatewayPort = 0, Urls = "http://127.0.0.1:0" };
            builder.Configuration["GenOps:Postgres:ConnectionString"] = "Host=127.0.0.1;Database=none;Username=nobody";
            IServiceCollection? services = null;
            using var node = (IDisposable)NodeHost.Build(builder, options, built => services = built.Services);
            var provider = ((IHost)node).Services;
            var types = services!.Select(service => service.ServiceType).Where(IsBound).Select(type => type.GenericTypeArguments[0]).Distinct().ToArray();
            foreach (var type in types)
            {
                // Each anew, so that what is asked for is this one's.
                asked.Forget();
                var factory = typeof(IOptionsFactory<>).MakeGenericType(type);
                _ = factory.GetMethod(nameof(IOptionsFactory<object>.Create))!.Invoke(provider.GetRequiredService(factory), [Options.DefaultName]);
                Add(type);
            }

            void Add(Type type)
            {
                var standard = Activator.CreateInstance(type)!;
                foreach (var name in asked.Below("GenOps"))
                {
                    // What is worked out from others is asked for as well, and can't be set.
                    var property = type.GetProperty(name.Split("__")[^1]);
                    if (property is { CanWrite: false } && (property.PropertyType == typeof(string) || !typeof(System.Collections.IEnumerable).IsAssignableFrom(property.PropertyType)))
                        continue;

                    if (!read.TryGetValue(name, out var standards))
                        read.Add(name, standards = []);
                    if (property is not null)
                        standards.Add(property.GetValue(standard));
                }
            }
        }

        Directory.Delete(data, recursive: true);
        return read;
    }

    private static bool IsBound(Type service) =>
        service.IsGenericType && service.GetGenericTypeDefinition() == typeof(IOptionsChangeTokenSource<>)
        && service.GenericTypeArguments[0].Namespace!.StartsWith("GenOps.", StringComparison.Ordinal);

    [GeneratedRegex("GenOps(?:__|:)[A-Za-z]+(?:__|:)[A-Za-z]+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\b(?:OTEL|DOTNET|ASPNETCORE|ORLEANS)_[A-Za-z_]+")]
    private static partial Regex Foreign();

    [GeneratedRegex(@"^\| `(GenOps__[A-Za-z]+__[A-Za-z]+)` \|([^|\n]*[^| \n][^|\n]*)\|[^|\n]*[^| \n][^|\n]*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    // "10,000 (default)", wherever it stands.
    [GeneratedRegex(@"([\d,.]+)(?: ([A-Za-z]+))? \(default\)")]
    private static partial Regex Marked();

    [GeneratedRegex(@"^([\d,]*\d(?:\.\d+)?)(?: ([A-Za-z]+))?")]
    private static partial Regex Amount();

    [GeneratedRegex("^`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"deploy/([a-z-]+\.sh)((?:[^\n`]|\\\n)*)")]
    private static partial Regex ScriptCall();

    [GeneratedRegex("(?<= )--[a-z0-9-]+")]
    private static partial Regex Flag();

    [GeneratedRegex("`(--[a-z0-9-]+)`")]
    private static partial Regex InlineFlag();

    // The program's own arguments, where a shell, an image or a container calls it; an argument with = is another program's.
    [GeneratedRegex("""(?:dotnet "\$program"|Silo\.dll",|args: \[|command: \[)((?: ?"?[a-z-]+"?,?| "http[^"]*",?)+)(?=\]| >)""")]
    private static partial Regex Call();

    [GeneratedRegex("(?<= |\"|^)-{0,2}[a-z-]+(?= |\"|,|$)")]
    private static partial Regex Word();

    [GeneratedRegex(@"^    (--[a-z-]+)\)", RegexOptions.Multiline)]
    private static partial Regex ScriptFlag();
}
