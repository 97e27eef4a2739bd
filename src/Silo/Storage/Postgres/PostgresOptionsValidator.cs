using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Refuses PostgreSQL options that can't work, and says what to set instead. Never repeats a connection string.</summary>
internal sealed class PostgresOptionsValidator : IValidateOptions<PostgresOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        List<string> failures = [];
        var hasString = !string.IsNullOrWhiteSpace(options.ConnectionString);
        if (!hasString && options.ConnectionStringFile.Length == 0)
            failures.Add($"{nameof(options.ConnectionString)} is empty. Set it, or {nameof(options.ConnectionStringFile)}, as in Host=localhost;Database=genops;Username=genops.");

        CheckOne(nameof(options.ConnectionString), hasString, options.ConnectionStringFile);
        CheckOne(nameof(options.MigrationConnectionString), !string.IsNullOrWhiteSpace(options.MigrationConnectionString), options.MigrationConnectionStringFile);
        CheckFile(nameof(options.ConnectionStringFile), options.ConnectionStringFile);
        CheckFile(nameof(options.PasswordFile), options.PasswordFile);
        CheckFile(nameof(options.MigrationConnectionStringFile), options.MigrationConnectionStringFile);
        CheckFile(nameof(options.MigrationPasswordFile), options.MigrationPasswordFile);

        CheckCount(nameof(options.PartitionsAhead), options.PartitionsAhead, 1, 120);
        CheckCount(nameof(options.WriteConnections), options.WriteConnections, 1, 8);
        CheckTime(nameof(options.WriteGatherMax), options.WriteGatherMax, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        CheckCount(nameof(options.ReadConnectionsMax), options.ReadConnectionsMax, 1, 256);
        CheckCount(nameof(options.OrleansConnectionsMax), options.OrleansConnectionsMax, 2, 256);
        CheckCount(nameof(options.PageEntriesMax), options.PageEntriesMax, 1, 100_000);

        CheckTime(nameof(options.MigrationTimeout), options.MigrationTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        CheckTime(nameof(options.PartitionsInterval), options.PartitionsInterval, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
        CheckTime(nameof(options.PartitionsRetryDelay), options.PartitionsRetryDelay, TimeSpan.FromSeconds(1), options.PartitionsInterval);
        CheckTime(nameof(options.LockTimeout), options.LockTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
        CheckTime(nameof(options.StatementTimeout), options.StatementTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        CheckTime(nameof(options.TcpUserTimeout), options.TcpUserTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        CheckTime(nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures.Select(failure => $"{PostgresOptions.Section}:{failure}"));

        void CheckOne(string option, bool isSet, string file)
        {
            if (isSet && file.Length > 0)
                failures.Add($"{option} and {option}File are both set. Set one of them.");
        }

        void CheckFile(string option, string file)
        {
            if (file.Length > 0 && !File.Exists(file))
                failures.Add($"{option} names '{file}', which doesn't exist.");
        }

        void CheckCount(string option, int value, int min, int max)
        {
            if (value < min || value > max)
                failures.Add($"{option} is {value}. Set it between {min} and {max}.");
        }

        void CheckTime(string option, TimeSpan value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max)
                failures.Add($"{option} is {value}. Set it between {min} and {max}.");
        }
    }
}
