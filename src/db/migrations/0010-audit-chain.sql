-- Each event is chained to the last by hash, so that a change by whoever may write here shows.
--
-- Appending stays one insert without a lock: a linker puts events into the chain afterwards, in
-- the order of (xid, id). It takes those below the oldest running transaction, so none can commit
-- behind it.

alter table audit_events
  -- The transaction that wrote the event. Rows older than this migration carry the migration's.
  add column xid xid8 not null default pg_current_xact_id();
create index audit_events_order on audit_events (xid, id);

-- The chain: without gaps, one link for each event.
create table audit_links (
  seq bigint primary key check (seq > 0),
  -- No foreign key: it would lock the event's row for each link, and a lost event must show.
  event_id bigint not null unique,
  xid xid8 not null,
  -- SHA-256(hash of the link before, or 32 zero octets || the event's canonical bytes).
  hash bytea not null check (octet_length(hash) = 32)
);

-- What the chain was at an instant, signed: whoever rewrites the chain cannot sign it again.
create table audit_checkpoints (
  -- Without gaps, so that a missing one shows.
  number bigint primary key check (number > 0),
  seq bigint not null check (seq > 0),
  -- Null but where the registry was moved to another PostgreSQL, whose transactions are numbered
  -- anew: events with a greater id are in an order of their own from this checkpoint on.
  restart_after_id bigint,
  at timestamptz not null,
  -- A compact JWS (RFC 7515) over all of it and the hash.
  jws text collate "C" not null
);
create index audit_checkpoints_seq on audit_checkpoints (seq);
create index audit_checkpoints_restarts on audit_checkpoints (number)
  where restart_after_id is not null;

create or replace function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name
    using errcode = 'insufficient_privilege', constraint = tg_table_name || '_append_only';
end $$;

create trigger audit_links_append_only before update or delete or truncate on audit_links
  for each statement execute function refuse_audit_change();
create trigger audit_checkpoints_append_only
  before update or delete or truncate on audit_checkpoints
  for each statement execute function refuse_audit_change();

-- Also for sessions that turn ordinary triggers off.
alter table audit_events enable always trigger audit_events_append_only;
alter table audit_links enable always trigger audit_links_append_only;
alter table audit_checkpoints enable always trigger audit_checkpoints_append_only;
