using System.CommandLine;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Asks a running node whether it is well, for a container's health check: its image has neither curl nor a shell.</summary>
internal static class HealthCommand
{
    private const string StandardUrl = "http://127.0.0.1:5080/health/ready";

    private static readonly TimeSpan StandardTimeout = TimeSpan.FromSeconds(3);

    /// <summary>The command, with its options. It ends with 0 if the node says yes, else with 1 and a line that says why.</summary>
    public static Command Create()
    {
        var url = new Option<Uri>("--url")
        {
            Description = "The health check to ask",
            DefaultValueFactory = _ => new Uri(StandardUrl),
            CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : Refuse(result, $"--url: '{result.Tokens[0].Value}' is no address; give one such as {StandardUrl}"),
        };
        var timeout = new Option<TimeSpan>("--timeout")
        {
            Description = "How long the node may take to answer, hours:minutes:seconds",
            DefaultValueFactory = _ => StandardTimeout,
        };

        var command = new Command("health", "Asks a running node whether it is ready; ends with 0 if it is.") { url, timeout };
        command.SetAction((parse, cancellationToken) =>
            AskAsync(parse.GetRequiredValue(url), parse.GetRequiredValue(timeout), cancellationToken));
        return command;
    }

    private static async Task<int> AskAsync(Uri url, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = timeout };
        try
        {
            using var answer = await http.GetAsync(url, cancellationToken);
            if (answer.IsSuccessStatusCode)
                return 0;

            await Console.Error.WriteLineAsync($"{url} answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
        catch (Exception error) when (error is HttpRequestException || error is TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"{url} does not answer: {error.Message}");
        }

        return 1;
    }

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result, string why)
    {
        result.AddError(why);
        return null;
    }
}
