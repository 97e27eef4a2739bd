namespace GenOps.ControlPlane.Budgets;

/// <summary>One change of a definition, the rest staying as it is.</summary>
/// <param name="What">What changes.</param>
/// <param name="Which">Of which scope or rule.</param>
/// <param name="Value">To what.</param>
internal readonly record struct DraftChange(DraftChange.Field What, int Which, int Value)
{
    internal enum Field
    {
        Presence,
        Periods,
        Amount,
        Zone,
        WeekStart,
        FiscalYearStart,
        WarnAt,
        Alerts,
        Mode,
        Estimate,
        OnExpiry,
        MaxScopes,
        RootPeriod,
        RulePresence,
        RulePeriods,
        RuleAmount,
        RuleOptional,
    }

    public DefinitionDraft Of(DefinitionDraft draft)
    {
        var (which, value) = (Which, Value);
        return What switch
        {
            Field.Presence => Scope(scope => scope with { IsPresent = !scope.IsPresent }),
            Field.Periods => Scope(scope => scope with { Form = DefinitionDraft.Form.List, Periods = 1 + (value % 127) }),
            Field.Amount => Scope(scope => scope with { Quarters = value % 60 }),
            Field.Zone => draft with { Zone = Optional(DefinitionDraft.Zones.Length) },
            Field.WeekStart => draft with { WeekStart = (WeekDay?)Optional(7) },
            Field.FiscalYearStart => draft with { FiscalYearStart = Optional(12) + 1 },
            Field.WarnAt => draft with { WarnAt = Optional(100) + 1 },
            Field.Alerts => draft with { Alerts = value % 32 },
            Field.Mode => draft with { Mode = (BudgetMode?)Optional(2) },
            Field.Estimate => draft with { Estimate = (EstimateBasis?)Optional(2) },
            Field.OnExpiry => draft with { OnExpiry = (ExpiryAction?)Optional(2) },
            Field.MaxScopes => draft with { MaxScopes = Optional(5) + 1 },
            Field.RootPeriod => draft with { RootPeriod = (BudgetPeriod?)Optional(7) },
            Field.RulePresence => Rule(rule => rule with { IsPresent = !rule.IsPresent }),
            Field.RulePeriods => Rule(rule => rule with { Form = DefinitionDraft.Form.List, Periods = 1 + (value % 127) }),
            Field.RuleAmount => Rule(rule => rule with { Quarters = value % 60 }),
            _ => Rule(rule => rule with { Optional = value % 3 == 0 ? null : value % 3 == 1 }),
        };

        int? Optional(int count) => value % (count + 1) is var i && i == count ? null : i;

        DefinitionDraft Scope(Func<DefinitionDraft.Scope, DefinitionDraft.Scope> change) =>
            draft with { Scopes = [.. draft.Scopes.Select((scope, i) => i == which % draft.Scopes.Length ? change(scope) : scope)] };

        DefinitionDraft Rule(Func<DefinitionDraft.Rule, DefinitionDraft.Rule> change) =>
            draft with { Rules = [.. draft.Rules.Select((rule, i) => i == which % draft.Rules.Length ? change(rule) : rule)] };
    }
}
