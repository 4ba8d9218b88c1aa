-- What ended, kept until its sessions have ended too, and each application that has to be told of
-- that: neither is lost when a node dies, and whoever asks can see who has been told.

create table ended_standings (
  id bigint generated always as identity primary key,
  -- As in the notices of `ecard_standing`.
  kind text collate "C" not null check (kind <> ''),
  subject_id uuid not null,
  -- The database's own clock, for this and for the end of a notice: the two are subtracted.
  at timestamptz not null default clock_timestamp(),
  -- A card ends together with each of its certificates, which is one end.
  transaction_id xid8 not null default pg_current_xact_id(),
  -- From here on its sessions are dead and whom to tell is written down.
  sessions_ended_at timestamptz,
  unique (kind, subject_id, transaction_id)
);

create index ended_standings_open on ended_standings (at) where sessions_ended_at is null;
create index ended_standings_done on ended_standings (sessions_ended_at)
  where sessions_ended_at is not null;

-- The end is kept by the very transaction that makes it.
create or replace function tell_standing(kind text, id uuid) returns void language sql as $$
  insert into ended_standings (kind, subject_id) values ($1, $2) on conflict do nothing;
  select pg_notify('ecard_standing', json_build_object('kind', $1, 'id', $2)::text)
$$;

create table logout_notices (
  id bigint generated always as identity primary key,
  session_uid text collate "C" not null check (session_uid <> ''),
  -- When the session's last sign-in was: a session that went on after all is another one.
  signed_in_at timestamptz not null,
  client_id text collate "C" not null check (client_id <> ''),
  holder_id uuid not null,
  -- The session as this client knows it.
  sid text check (sid <> ''),
  -- Why the session ended: what its sign-in rested on, or `sign-out` and the holder.
  cause_kind text collate "C" not null check (cause_kind <> ''),
  cause_id uuid not null,
  ending_id bigint references ended_standings (id) on delete set null,
  state text not null check (state in ('open', 'told', 'not-told', 'not-subscribed')),
  attempts integer not null check (attempts >= 0),
  -- While it is open: from when on a node may take it. Whoever takes it moves this on, so that
  -- what a dead node took is taken again.
  due_at timestamptz not null,
  finished_at timestamptz,
  constraint logout_notices_finished check ((state = 'open') = (finished_at is null)),
  -- However many nodes end a session, its applications are told once.
  unique (session_uid, signed_in_at, client_id)
);

create index logout_notices_due on logout_notices (due_at) where state = 'open';
create index logout_notices_finished_at on logout_notices (finished_at)
  where finished_at is not null;
create index logout_notices_ending on logout_notices (ending_id) where ending_id is not null;

-- After a new secret was made the one before it counts for a while: an application has several
-- nodes, and they do not change over at one moment.
alter table clients
  add column previous_secret_hash bytea,
  add column previous_secret_until timestamptz,
  add constraint clients_previous_secret check (
    (previous_secret_hash is null) = (previous_secret_until is null)
    and (previous_secret_hash is null or secret_hash is not null));
