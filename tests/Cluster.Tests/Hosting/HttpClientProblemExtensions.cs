namespace GenOps.ControlPlane.Cluster.Tests.Hosting;

internal static class HttpClientProblemExtensions
{
    /// <summary>What an address answers, whatever the status.</summary>
    public static async Task<string> GetStringOrProblemAsync(this HttpClient http, string path, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(path, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }
}
