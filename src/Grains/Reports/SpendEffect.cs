namespace GenOps.ControlPlane.Reports;

/// <summary>How an entry moves money.</summary>
internal enum SpendEffect
{
    /// <summary>It holds some.</summary>
    Hold,

    /// <summary>It records what was consumed.</summary>
    Reconcile,

    /// <summary>It keeps a hold counted whose end nobody reported.</summary>
    LeaveUnresolved,

    /// <summary>It gives a hold back.</summary>
    Release,

    /// <summary>It takes an admission back.</summary>
    Withdraw,

    /// <summary>It records spend without a hold.</summary>
    Use,

    /// <summary>It credits or debits by hand.</summary>
    Adjust,
}
