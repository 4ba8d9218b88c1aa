-- Who may do what with the `ecard` command: roles granted to persons within a part of the agency
-- tree, and the sessions of operators, who sign in with their own card.

-- The first grant is made by whoever set the service up, once: this row never goes away.
create table operator_bootstrap (
  only_one boolean primary key default true check (only_one),
  grant_id uuid not null,
  at timestamptz not null
);

create table operator_grants (
  id uuid primary key,
  holder_id uuid not null,
  holder_type text not null generated always as ('person') stored,
  role text collate "C" not null
    check (role in ('administrator', 'issuing-officer', 'help-desk', 'auditor')),
  -- The office and all below it; null: the whole province.
  agency_id uuid references agencies (id),
  -- A holder id or the name of a program.
  granted_by text not null check (granted_by <> ''),
  granted_at timestamptz not null,
  grant_reason text not null check (grant_reason <> ''),
  revoked_by text check (revoked_by <> ''),
  revoked_at timestamptz,
  revoke_reason text check (revoke_reason <> ''),
  foreign key (holder_id, holder_type) references holders (id, type),
  constraint operator_grants_not_by_oneself check (granted_by <> holder_id::text),
  constraint operator_grants_end_in_full
    check (num_nonnulls(revoked_by, revoked_at, revoke_reason) in (0, 3)),
  constraint operator_grants_end_after_start check (revoked_at >= granted_at)
);

create unique index operator_grants_once_per_agency on operator_grants (holder_id, role, agency_id)
  where revoked_at is null and agency_id is not null;
create unique index operator_grants_once_in_province on operator_grants (holder_id, role)
  where revoked_at is null and agency_id is null;
create index operator_grants_holder on operator_grants (holder_id) where revoked_at is null;
create index operator_grants_agency on operator_grants (agency_id) where agency_id is not null;

alter table operator_bootstrap add constraint operator_bootstrap_grant
  foreign key (grant_id) references operator_grants (id) deferrable initially deferred;

create function refuse_operator_history_change() returns trigger language plpgsql as $$
begin
  raise exception 'what was granted to operators stays on record'
    using errcode = 'check_violation', constraint = tg_table_name || '_are_kept';
end $$;

create trigger operator_bootstrap_is_kept before update or delete or truncate on operator_bootstrap
  for each statement execute function refuse_operator_history_change();
create trigger operator_grants_are_kept before delete or truncate on operator_grants
  for each statement execute function refuse_operator_history_change();
-- A grant ends, once; nothing else about it changes.
create trigger operator_grants_only_end before update on operator_grants
  for each row when (old.revoked_at is not null
    or (old.id, old.holder_id, old.role, old.granted_by, old.granted_at, old.grant_reason)
      is distinct from
      (new.id, new.holder_id, new.role, new.granted_by, new.granted_at, new.grant_reason)
    or old.agency_id is distinct from new.agency_id)
  execute function refuse_operator_history_change();

create table operator_challenges (
  id uuid primary key,
  -- The card signs this text.
  nonce text collate "C" not null,
  expires_at timestamptz not null,
  -- A used one stays until it would have expired, so that its second user hears "used".
  used_at timestamptz
);

create index operator_challenges_expiry on operator_challenges (expires_at);

create table operator_sessions (
  secret_hash bytea primary key check (octet_length(secret_hash) = 32),
  holder_id uuid not null references holders (id),
  card_uuid uuid not null references cards (card_uuid),
  signed_in_at timestamptz not null,
  last_used_at timestamptz not null check (last_used_at >= signed_in_at)
);

create index operator_sessions_holder on operator_sessions (holder_id);
create index operator_sessions_card on operator_sessions (card_uuid);
create index operator_sessions_start on operator_sessions (signed_in_at);

-- A session ends with what it stands on, and does not come back when that does.

create function end_operator_sessions_of_card() returns trigger language plpgsql as $$
begin
  delete from operator_sessions where card_uuid = new.card_uuid;
  return null;
end $$;

create function end_operator_sessions_of_holder() returns trigger language plpgsql as $$
begin
  delete from operator_sessions where holder_id = new.id;
  return null;
end $$;

create function end_operator_sessions_without_grant() returns trigger language plpgsql as $$
begin
  delete from operator_sessions s where s.holder_id = new.holder_id and not exists (
    select from operator_grants g where g.holder_id = new.holder_id and g.revoked_at is null);
  return null;
end $$;

create trigger cards_end_operator_sessions after update of state on cards
  for each row when (old.state = 'active' and new.state <> 'active')
  execute function end_operator_sessions_of_card();
create trigger holders_end_operator_sessions after update of state on holders
  for each row when (old.state = 'active' and new.state <> 'active')
  execute function end_operator_sessions_of_holder();
create trigger certificates_end_operator_sessions after update of status on certificates
  for each row when (old.status <> new.status and new.status in ('suspended', 'revoked')
    and new.card_uuid is not null)
  execute function end_operator_sessions_of_card();
create trigger operator_grants_end_sessions after update of revoked_at on operator_grants
  for each row when (new.revoked_at is not null)
  execute function end_operator_sessions_without_grant();
