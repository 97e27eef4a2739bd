namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>This silo's own row in the table of members.</summary>
internal interface IMemberRow
{
    /// <summary>Reads it.</summary>
    /// <exception cref="System.Data.Common.DbException">The database does not answer.</exception>
    Task<MemberReading> ReadAsync(CancellationToken cancellationToken = default);
}
