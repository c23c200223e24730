"""The append-only record: ledger, lake, runs, submissions and their moderation."""
