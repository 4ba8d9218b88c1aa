-- What happened, for good: rows are added and never touched again. No foreign keys: an event
-- outlives what it speaks of.

create table audit_events (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  event text collate "C" not null check (event <> ''),
  outcome text collate "C" not null check (outcome in ('intended', 'succeeded', 'refused')),
  reason text,
  actor text,
  holder_id uuid,
  card_uuid uuid,
  terminal_id uuid,
  client_id text collate "C",
  facts jsonb not null check (jsonb_typeof(facts) = 'object')
);

-- Events arrive in the order of time, so a few block ranges find a day.
create index audit_events_at on audit_events using brin (at);
create index audit_events_holder on audit_events (holder_id, id) where holder_id is not null;
create index audit_events_card on audit_events (card_uuid, id) where card_uuid is not null;

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit events are append-only'
    using errcode = 'insufficient_privilege', constraint = 'audit_events_append_only';
end $$;

create trigger audit_events_append_only before update or delete or truncate on audit_events
  for each statement execute function refuse_audit_change();
