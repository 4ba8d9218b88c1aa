-- Cards that are made by the hundred: signed batches of requests, and the queue at the desks.

create table batches (
  id uuid primary key,
  -- SHA-256 of the signed payload, which is inside `file`: what the signers have signed.
  payload_sha256 bytea not null unique check (octet_length(payload_sha256) = 32),
  -- The file as it was loaded (RFC 7515 §7.2.1), the evidence of who asked and who approved.
  file text not null check (file <> ''),
  created_at timestamptz not null,
  prepared_by uuid not null references holders (id),
  -- null below the size from which a second person has to approve.
  approved_by uuid references holders (id),
  loaded_at timestamptz not null,
  loaded_by text not null check (loaded_by <> ''),
  cancelled_at timestamptz,
  cancelled_by text,
  cancel_reason text,
  constraint batches_four_eyes check (approved_by <> prepared_by),
  constraint batches_cancelled
    check (num_nonnulls(cancelled_at, cancelled_by, cancel_reason) in (0, 3))
);

create index batches_loaded on batches (loaded_at);

create table batch_items (
  -- As the signed file names the request, so that no request is made twice.
  id uuid primary key,
  batch_id uuid not null references batches (id),
  -- Its place in the file, from 1.
  number integer not null check (number > 0),
  holder_id uuid not null,
  kind text not null check (kind in ('civil-servant', 'citizen', 'enterprise')),
  holder_type text not null generated always as
    (case kind when 'enterprise' then 'organisation' else 'person' end) stored,
  pin text not null check (pin in ('ask', 'slip')),
  replaces uuid references cards (card_uuid),
  -- The photograph's file name and SHA-256; both or none.
  photo text check (photo <> ''),
  photo_sha256 bytea check (octet_length(photo_sha256) = 32),
  state text not null check (state in ('waiting', 'running', 'issued', 'failed', 'cancelled')),
  -- Who works on it: the desk, the process there, and until when nobody else may.
  desk text,
  runner text,
  lease_id uuid,
  lease_until timestamptz,
  card_uuid uuid unique references cards (card_uuid),
  -- Why it failed: the code of an error.
  reason text,
  attempts integer not null default 0,
  ended_at timestamptz,
  unique (batch_id, number),
  foreign key (holder_id, holder_type) references holders (id, type),
  constraint batch_items_photo check ((photo is null) = (photo_sha256 is null)),
  constraint batch_items_lease check
    ((state = 'running') = (num_nonnulls(desk, runner, lease_id, lease_until) = 4)),
  constraint batch_items_card check ((state = 'issued') = (card_uuid is not null)),
  constraint batch_items_reason check ((state = 'failed') = (reason is not null)),
  constraint batch_items_end
    check ((state in ('issued', 'failed', 'cancelled')) = (ended_at is not null))
);

-- A holder waits for one card of a kind, in whatever batch.
create unique index batch_items_one_open on batch_items (holder_id, kind)
  where state in ('waiting', 'running');
create index batch_items_next on batch_items (batch_id, number)
  where state in ('waiting', 'running');
create index batch_items_replaces on batch_items (replaces) where replaces is not null;

-- What the desks work on is what was signed.
create function refuse_batch_item_change() returns trigger language plpgsql as $$
begin
  raise exception 'what request % asks for is signed', old.id
    using errcode = 'check_violation', constraint = 'batch_items_request_is_final';
end $$;
create trigger batch_items_request_is_final
  before update of batch_id, number, holder_id, kind, pin, replaces, photo, photo_sha256
  on batch_items for each row execute function refuse_batch_item_change();

-- What is issued stays issued.
create function refuse_batch_item_undone() returns trigger language plpgsql as $$
begin
  raise exception 'request % is %', old.id, old.state
    using errcode = 'check_violation', constraint = 'batch_items_end_is_final';
end $$;
create trigger batch_items_end_is_final before update of state on batch_items
  for each row when (old.state in ('issued', 'cancelled') and new.state <> old.state)
  execute function refuse_batch_item_undone();

-- The request that an attempt to issue a card answers: of all attempts one at most is running or
-- finished, so that however many desks are at work, no request gets two cards.
alter table card_issuances add column order_id uuid references batch_items (id);
create unique index card_issuances_one_per_order on card_issuances (order_id)
  where order_id is not null and state in ('running', 'finished');
