namespace GenOps.ControlPlane.Budgets;

/// <summary>What is held in one scope. Most scopes hold nothing, and then have none of this.</summary>
internal sealed class HeldSums
{
    /// <summary>Held for running work.</summary>
    public PerPeriod Reserved;

    /// <summary>Held for work whose end nobody reported.</summary>
    public PerPeriod Unresolved;

    /// <summary>Whether nothing is held in any window that is running.</summary>
    public bool IsZero
    {
        get
        {
            for (var i = 0; i < PerPeriod.PeriodCount; i++)
            {
                if (!Reserved[i].IsZero || !Unresolved[i].IsZero)
                    return false;
            }

            return true;
        }
    }
}
