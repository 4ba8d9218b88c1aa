-- Cards in daily use: renewal in place, PUKs that are used up, unblocking from afar, cards that end
-- by themselves, and lists of many cards.

alter table cards
  -- Ends before its kind's profile would have it; it is renewed only for a time that is named.
  add column temporary boolean not null default false,
  -- The PUK that has to take the place of the one on the card, which was given out of our hands.
  add column puk_next_version integer,
  -- When the card was told to take it: from then on it has the one or the other.
  add column puk_change_at timestamptz,
  -- When somebody was told the PUK that is on the card; until it is replaced.
  add column puk_read_out_at timestamptz,
  add constraint cards_next_puk check (puk_next_version is null
    or coalesce(puk_next_version > puk_version, false)),
  add constraint cards_puk_change check (puk_change_at is null or puk_next_version is not null),
  add constraint cards_puk_read_out
    check (puk_read_out_at is null or puk_next_version is not null);

create index cards_puk_owed on cards (puk_read_out_at) where puk_next_version is not null;
create index cards_ending on cards (expires_at, card_uuid)
  where state in ('issued', 'active', 'suspended');
create index cards_listed on cards (state, card_uuid);

-- The journal of renewing: one row for each attempt, whose step is written before the card is
-- touched.
create table card_renewals (
  id uuid primary key,
  card_uuid uuid not null references cards (card_uuid),
  -- The reader or terminal.
  desk text not null check (desk <> ''),
  step text not null check (step <> ''),
  state text not null check (state in ('running', 'finished', 'abandoned')),
  reason text,
  actor text not null,
  -- The card's end, once it is renewed.
  expires_at timestamptz not null,
  -- SHA-256 of the certificates that were in use when it began: their places are taken.
  outdated bytea[] not null,
  started_at timestamptz not null,
  step_at timestamptz not null,
  ended_at timestamptz,
  constraint card_renewals_end check ((state = 'running') = (ended_at is null)),
  constraint card_renewals_reason check ((state = 'abandoned') = (reason is not null))
);

create unique index card_renewals_one_running_per_card on card_renewals (card_uuid)
  where state = 'running';
create index card_renewals_running on card_renewals (started_at) where state = 'running';
create index card_renewals_card on card_renewals (card_uuid, started_at);

-- The help desk lets one card be unblocked once, at one terminal.
create table card_unblock_authorisations (
  id uuid primary key,
  card_uuid uuid not null references cards (card_uuid),
  terminal_id uuid not null references terminals (id),
  -- A holder id or the name of a program.
  authorised_by text not null check (authorised_by <> ''),
  reason text not null check (reason <> ''),
  authorised_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('used', 'superseded', 'card-ended')),
  constraint card_unblock_authorisations_end check ((ended_at is null) = (outcome is null)),
  constraint card_unblock_authorisations_time check (authorised_at < expires_at)
);

create unique index card_unblock_authorisations_one_open on card_unblock_authorisations (card_uuid)
  where ended_at is null;
create index card_unblock_authorisations_terminal on card_unblock_authorisations (terminal_id);

-- What was under way for a card ends with it.
create function end_card_care() returns trigger language plpgsql as $$
begin
  update card_renewals set state = 'abandoned', reason = new.state, ended_at = new.state_since
    where card_uuid = new.card_uuid and state = 'running';
  update card_unblock_authorisations set outcome = 'card-ended', ended_at = new.state_since
    where card_uuid = new.card_uuid and ended_at is null;
  return null;
end $$;
create trigger cards_end_care after update of state on cards
  for each row when (old.state <> new.state
    and new.state in ('revoked', 'expired', 'replaced'))
  execute function end_card_care();
