namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>
/// The scripts that one would write: a hash for each budget, one for each reservation, by whose id a repeat finds its answer.
/// Redis runs one script at a time, so that nothing is locked.
/// </summary>
internal static class RedisScripts
{
    /// <summary>Keys: the reservation, the budget. Arguments: the amount, the limit. Answers 1 if it is allowed.</summary>
    public const string Reserve =
        """
        local known = redis.call('HGET', KEYS[1], 'allowed')
        if known then return tonumber(known) end
        local held = redis.call('HMGET', KEYS[2], 'reserved', 'spent')
        local allowed = 0
        if (tonumber(held[1]) or 0) + (tonumber(held[2]) or 0) + tonumber(ARGV[1]) <= tonumber(ARGV[2]) then
            redis.call('HINCRBY', KEYS[2], 'reserved', ARGV[1])
            allowed = 1
        end
        redis.call('HSET', KEYS[1], 'allowed', allowed, 'amount', ARGV[1], 'at', redis.call('TIME')[1])
        return allowed
        """;

    /// <summary>Keys: the reservation, the budget. Argument: what it cost. Answers 1 if it is settled.</summary>
    public const string Reconcile =
        """
        local held = redis.call('HMGET', KEYS[1], 'allowed', 'amount', 'actual')
        if held[1] ~= '1' then return 0 end
        if held[3] then return held[3] == ARGV[1] and 1 or 0 end
        redis.call('HINCRBY', KEYS[2], 'reserved', -tonumber(held[2]))
        redis.call('HINCRBY', KEYS[2], 'spent', ARGV[1])
        redis.call('HSET', KEYS[1], 'actual', ARGV[1])
        return 1
        """;
}
