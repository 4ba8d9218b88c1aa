-- Mails that have to go out: written by the very transaction that makes what they tell of, and kept
-- until the mail server has taken them, whichever node brings them there.

create table mails (
  id uuid primary key default gen_random_uuid(),
  -- However often a change is asked for: one mail about it.
  dedupe text collate "C" not null unique check (dedupe <> ''),
  -- One address: a list, or a header that is smuggled in, is none.
  to_address text not null
    check (to_address ~ '^[^[:space:]@<>(),;:"\\]+@[^[:space:]@<>(),;:"\\]+$'
      and length(to_address) <= 254),
  template text collate "C" not null check (template ~ '^[a-z]+(-[a-z]+)*$'),
  -- null: all of them, Vietnamese first.
  language text check (language in ('vi', 'en')),
  -- What a mail may know: no number, code or token has a place in it.
  facts jsonb not null check (
    jsonb_typeof(facts) = 'object'
    and facts - array['holder', 'at', 'passkey', 'formerName', 'terminal', 'device'] = '{}'),
  created_at timestamptz not null,
  -- From when on a node may take it. Whoever takes it moves this on, past the end of any attempt, so
  -- that what a dead node took is taken again.
  next_attempt_at timestamptz not null,
  -- Also the token of who took it last: nobody else writes down what became of it.
  attempts integer not null default 0 check (attempts >= 0),
  sent_at timestamptz,
  failed_at timestamptz,
  -- Of the last attempt: a word, never what the server said.
  last_error text collate "C" check (last_error ~ '^[a-z0-9-]{1,40}$'),
  constraint mails_end_once check (num_nonnulls(sent_at, failed_at) <= 1),
  constraint mails_failure_has_error check (failed_at is null or last_error is not null)
);

create index mails_due on mails (next_attempt_at) where sent_at is null and failed_at is null;
create index mails_done on mails (coalesce(sent_at, failed_at))
  where sent_at is not null or failed_at is not null;
