-- Enrolled machines with readers, their one-time enrolment codes, the browsers paired with them.
-- Codes and browser secrets are kept as SHA-256 alone.

create table terminals (
  id uuid primary key,
  name text collate "vi-x-icu" not null check (name <> '' and name is nfc normalized),
  mode text not null check (mode in ('managed', 'personal')),
  state text not null check (state in ('invited', 'active', 'withdrawn')),
  state_since timestamptz not null,
  agency_id uuid references agencies (id),
  public_key bytea unique,
  constraint terminals_invited_without_key check (state <> 'invited' or public_key is null),
  constraint terminals_active_with_key check (state <> 'active' or public_key is not null)
);

create index terminals_agency on terminals (agency_id) where agency_id is not null;

create function enforce_terminal_transition() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'invited' then
      raise exception 'a terminal starts as invited, not as %', new.state
        using errcode = 'check_violation', constraint = 'terminals_follow_transitions';
    end if;
  elsif new.state <> old.state and (old.state, new.state) not in (
    values ('invited', 'active'), ('invited', 'withdrawn'), ('active', 'withdrawn')
  ) then
    raise exception 'a terminal cannot go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'terminals_follow_transitions';
  elsif old.public_key is distinct from new.public_key and old.public_key is not null then
    raise exception 'the key of terminal % is final', old.id
      using errcode = 'check_violation', constraint = 'terminals_key_is_final';
  end if;
  return new;
end $$;

create trigger terminals_follow_transitions before insert or update of state, public_key
  on terminals for each row execute function enforce_terminal_transition();

-- One outstanding code per terminal; a new one replaces it.
create table terminal_enrolments (
  terminal_id uuid primary key references terminals (id) on delete cascade,
  code_hash bytea not null unique check (octet_length(code_hash) = 32),
  expires_at timestamptz not null
);

create table terminal_pairings (
  secret_hash bytea primary key check (octet_length(secret_hash) = 32),
  terminal_id uuid not null references terminals (id) on delete cascade,
  paired_at timestamptz not null
);

create index terminal_pairings_terminal on terminal_pairings (terminal_id);
