-- The registry of cards and the state table that every card follows.

create table card_transitions (
  from_state text not null,
  to_state text not null,
  primary key (from_state, to_state)
);

-- The same rows as `cardTransitions` in src/cards/card.ts; a test compares the two.
insert into card_transitions (from_state, to_state) values
  ('requested', 'issued'),
  ('requested', 'revoked'),
  ('issued', 'active'),
  ('issued', 'revoked'),
  ('issued', 'expired'),
  ('issued', 'replaced'),
  ('active', 'suspended'),
  ('active', 'revoked'),
  ('active', 'expired'),
  ('active', 'replaced'),
  ('suspended', 'active'),
  ('suspended', 'revoked'),
  ('suspended', 'expired'),
  ('suspended', 'replaced');

create table cards (
  card_uuid uuid primary key,
  kind text not null check (kind in ('civil-servant', 'citizen', 'enterprise')),
  holder_id uuid not null,
  -- An enterprise card stands for an organisation, every other card for a person.
  holder_type text not null generated always as
    (case kind when 'enterprise' then 'organisation' else 'person' end) stored,
  state text not null check (state in
    ('requested', 'issued', 'active', 'suspended', 'revoked', 'expired', 'replaced')),
  state_since timestamptz not null,
  state_reason text,
  expires_at timestamptz not null,
  foreign key (holder_id, holder_type) references holders (id, type)
);

create index cards_holder on cards (holder_id);

create function enforce_card_transition() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'requested' then
      raise exception 'a card starts as requested, not as %', new.state
        using errcode = 'check_violation', constraint = 'cards_follow_transitions';
    end if;
  elsif new.state <> old.state and not exists (
    select from card_transitions where from_state = old.state and to_state = new.state
  ) then
    raise exception 'a card cannot go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'cards_follow_transitions';
  end if;
  return new;
end $$;

create trigger cards_follow_transitions before insert or update of state on cards
  for each row execute function enforce_card_transition();

create function refuse_card_identity_change() returns trigger language plpgsql as $$
begin
  raise exception 'uuid, kind and holder of card % are final', old.card_uuid
    using errcode = 'check_violation', constraint = 'cards_identity_is_final';
end $$;

create trigger cards_identity_is_final before update of card_uuid, kind, holder_id on cards
  for each row when ((old.card_uuid, old.kind, old.holder_id)
    is distinct from (new.card_uuid, new.kind, new.holder_id))
  execute function refuse_card_identity_change();
