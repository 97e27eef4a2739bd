using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Reports;

/// <summary>Sums of changes.</summary>
internal sealed class SpendSums
{
    /// <summary>Actuals recorded, and what was debited and credited by hand.</summary>
    public Quantity Spent { get; private set; }

    /// <summary>Held for running work.</summary>
    public Quantity Reserved { get; private set; }

    /// <summary>Held for work whose end nobody reported.</summary>
    public Quantity Unresolved { get; private set; }

    /// <summary>The part of <see cref="Spent"/> that no reservation covered.</summary>
    public Quantity Overrun { get; private set; }

    /// <summary>The part of <see cref="Spent"/> that is no workload's.</summary>
    public Quantity Adjustments { get; private set; }

    /// <summary>Workloads that spent or hold something.</summary>
    public long Calls { get; private set; }

    /// <summary>Whether nothing is spent or held, and by nobody.</summary>
    public bool IsEmpty => Calls == 0 && Spent.IsZero && Reserved.IsZero && Unresolved.IsZero && Overrun.IsZero;

    /// <summary>The same for readers.</summary>
    public SpendTotal Total => new(Spent, Reserved, Unresolved, Overrun, Calls, Adjustments);

    /// <summary>Adds a change.</summary>
    public void Add(in SpendChange change)
    {
        Spent += change.Spent;
        Reserved += change.Reserved;
        Unresolved += change.Unresolved;
        Overrun += change.Overrun;
        Calls += change.Calls;
        if (change.Key is null)
            Adjustments += change.Spent;
    }

    /// <summary>Adds other sums.</summary>
    public void Add(SpendSums other)
    {
        Spent += other.Spent;
        Reserved += other.Reserved;
        Unresolved += other.Unresolved;
        Overrun += other.Overrun;
        Calls += other.Calls;
        Adjustments += other.Adjustments;
    }
}
