-- Temporary passes: one-time codes for who stands there without a card.

create table passes (
  id uuid primary key,
  holder_id uuid not null,
  -- What its holder is admitted as.
  card_kind text not null check (card_kind in ('civil-servant', 'citizen', 'enterprise')),
  holder_type text not null generated always as
    (case card_kind when 'enterprise' then 'organisation' else 'person' end) stored,
  -- HMAC-SHA-256 of the holder's number and the code, with a key that is not here.
  code_hash bytea not null check (octet_length(code_hash) = 32),
  uses_allowed integer not null check (uses_allowed between 1 and 20),
  uses_left integer not null check (uses_left between 0 and uses_allowed),
  valid_from timestamptz not null,
  valid_until timestamptz not null,
  -- null: every application that is content with the lowest level.
  client_ids text[] check (cardinality(client_ids) > 0 and array_position(client_ids, null) is null),
  may_register_passkey boolean not null,
  issued_at timestamptz not null,
  issued_by text not null check (issued_by <> ''),
  reason text not null check (reason <> '' and reason is nfc normalized and length(reason) <= 500),
  last_used_at timestamptz,
  state text not null check (state in ('live', 'used-up', 'withdrawn', 'expired')),
  state_since timestamptz not null,
  state_by text,
  state_reason text,
  foreign key (holder_id, holder_type) references holders (id, type),
  constraint passes_a_day_at_most check (
    valid_until > valid_from and valid_until <= valid_from + interval '24 hours'),
  constraint passes_uses check (
    (state <> 'live' or uses_left > 0) and (state <> 'used-up' or uses_left = 0)),
  constraint passes_used check ((uses_left = uses_allowed) = (last_used_at is null)),
  constraint passes_withdrawal_has_reason check (
    (state = 'withdrawn') = (state_reason is not null)
    and (state_by is null) = (state_reason is null))
);

-- The look-up of every attempt, and no two passes with one code.
create unique index passes_code on passes (code_hash);
create unique index passes_one_live on passes (holder_id) where state = 'live';
create index passes_holder on passes (holder_id);
create index passes_issued on passes (issued_at);
create index passes_ended_since on passes (state_since) where state = 'withdrawn';

create function enforce_pass_transition() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' and (new.state <> 'live' or new.uses_left <> new.uses_allowed)
    or tg_op = 'UPDATE' and old.state <> new.state and (old.state, new.state) not in
      (('live', 'used-up'), ('live', 'withdrawn'), ('live', 'expired'), ('used-up', 'withdrawn'))
    or tg_op = 'UPDATE' and new.uses_left > old.uses_left
  then
    raise exception 'a pass cannot become % like this', new.state
      using errcode = 'check_violation', constraint = 'passes_follow_transitions';
  end if;
  return new;
end $$;

create trigger passes_follow_transitions before insert or update of state, uses_left on passes
  for each row execute function enforce_pass_transition();

-- What an officer made stays as it was made.
create function refuse_pass_change() returns trigger language plpgsql as $$
begin
  raise exception 'what pass % opens is final', old.id
    using errcode = 'check_violation', constraint = 'passes_are_final';
end $$;

create trigger passes_are_final
  before update of id, holder_id, card_kind, code_hash, uses_allowed, valid_from, valid_until,
    client_ids, may_register_passkey, issued_at, issued_by, reason on passes
  for each row execute function refuse_pass_change();

create function tell_pass_standing() returns trigger language plpgsql as $$
begin
  perform tell_standing('pass', new.id);
  return null;
end $$;

create trigger passes_tell_standing after update of state on passes
  for each row when (old.state <> 'withdrawn' and new.state = 'withdrawn')
  execute function tell_pass_standing();

-- One passkey a pass, however many uses it has.
alter table passkeys add foreign key (proof_pass_id) references passes (id);
create unique index passkeys_one_per_pass on passkeys (proof_pass_id)
  where proof_pass_id is not null;
