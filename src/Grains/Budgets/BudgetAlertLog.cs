using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Telemetry;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Alerts as log records: that is how OpenTelemetry carries an event that belongs to no span. Written by hand, because
/// the attributes have the specification's names (section 8), which a message template can't spell.
/// </summary>
internal static class BudgetAlertLog
{
    private static readonly EventId Event = new(1304, GenOpsEvents.BudgetAlert);

    public static void Crossed(ILogger logger, BudgetPath path, BudgetAlerted alert, Unit unit) => logger.Log(
        LogLevel.Warning, Event,
        (KeyValuePair<string, object?>[])
        [
            new(GenOpsAttributes.BudgetName, path.ToString()),
            new(GenOpsAttributes.BudgetConsumed, alert.Consumed.ToDouble()),
            new(GenOpsAttributes.BudgetAllocated, alert.Allocated.ToDouble()),
            new(GenOpsAttributes.BudgetPeriod, alert.Period.ToString().ToLowerInvariant()),
            new(GenOpsAttributes.BudgetThreshold, (long)alert.Threshold),
            new(GenOpsAttributes.AccountingUnit, unit.Code),
        ],
        null,
        (_, _) => string.Create(CultureInfo.InvariantCulture, $"{path}: {alert.Consumed} of {alert.Allocated} {unit} are consumed, {alert.Threshold} percent or more"));
}
