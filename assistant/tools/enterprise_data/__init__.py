"""What registers deliver about an enterprise: fields, deliveries, cross-checks, the calendar."""
