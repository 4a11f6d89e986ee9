"""Who calls: keys, sign-ins, embedded sites."""
