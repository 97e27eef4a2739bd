using System.CommandLine;
using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Brings the schema in PostgreSQL up to date and ends: for operators whose nodes may not change it themselves.</summary>
internal static class MigrateCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("migrate", $"Applies the migrations of the schema in PostgreSQL (section {PostgresOptions.Section}) and ends.");
        command.SetAction((_, cancellationToken) => RunAsync(Console.Out, Console.Error, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var builder = NodeHost.CreateBuilder();
        builder.AddNodeLogging();
        builder.Services.AddOptions<PostgresOptions>().BindConfiguration(PostgresOptions.Section);
        builder.Services.AddPostgres();
        await using var parts = builder.Services.BuildServiceProvider();
        try
        {
            var schema = parts.GetRequiredService<PostgresSchema>();
            var before = await schema.ApplyAsync(cancellationToken);
            await output.WriteLineAsync(before == schema.KnownVersion
                ? $"The schema is up to date, at version {before}."
                : $"The schema went from version {before} to {schema.KnownVersion}.");
            return ExitCode.Stopped;
        }
        catch (Exception error) when (error is OptionsValidationException or PostgresSchemaException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync(error.Message);
        }
        catch (NpgsqlException error)
        {
            await errors.WriteLineAsync(DatabaseFault.Explain(error, parts.GetRequiredService<PostgresDataSources>().Migration));
        }

        return ExitCode.NotStarted;
    }
}
