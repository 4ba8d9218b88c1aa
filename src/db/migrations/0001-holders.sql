-- Whom a card can stand for, and where they work. Names sort as Vietnamese does.

create table agencies (
  id uuid primary key,
  code text collate "C" not null unique check (code <> '' and code is nfc normalized),
  name text collate "vi-x-icu" not null check (name <> '' and name is nfc normalized),
  kind text not null check (kind in ('province', 'department', 'district', 'commune', 'office')),
  parent_id uuid references agencies (id),
  constraint agencies_root_is_province check ((kind = 'province') = (parent_id is null))
);

-- One root: every agency without a parent has the same key here.
create unique index agencies_one_root on agencies ((parent_id is null)) where parent_id is null;
create index agencies_parent on agencies (parent_id);

create function refuse_agency_cycle() returns trigger language plpgsql as $$
declare
  ancestor uuid := new.parent_id;
  steps integer := 0;
begin
  -- Two moves at the same time could close a circle that neither of them sees.
  perform pg_advisory_xact_lock(hashtext('agencies.parent_id'));
  while ancestor is not null loop
    steps := steps + 1;
    if ancestor = new.id or steps > 100 then
      raise exception 'agency % would be above itself', new.code
        using errcode = 'check_violation', constraint = 'agencies_no_cycle';
    end if;
    select parent_id into ancestor from agencies where id = ancestor;
  end loop;
  return null;
end $$;

create trigger agencies_no_cycle after insert or update of parent_id on agencies
  for each row when (new.parent_id is not null) execute function refuse_agency_cycle();

create table holders (
  id uuid primary key,
  type text not null check (type in ('person', 'organisation')),
  state text not null check (state in ('active', 'inactive')),
  state_since timestamptz not null,
  display_name text collate "vi-x-icu" not null
    check (display_name <> '' and display_name is nfc normalized),
  email text check (email <> '' and email is nfc normalized),
  national_number text collate "C" unique
    check (national_number <> '' and national_number is nfc normalized),
  tax_code text collate "C" unique check (tax_code <> '' and tax_code is nfc normalized),
  constraint holders_national_number_of_person
    check ((type = 'person') = (national_number is not null)),
  constraint holders_tax_code_of_organisation
    check ((type = 'organisation') = (tax_code is not null)),
  -- The target of the references that admit one type of holder alone.
  unique (id, type)
);

-- Other tables rely on the type; it is part of who the holder is.
create function refuse_holder_type_change() returns trigger language plpgsql as $$
begin
  raise exception 'the type of holder % cannot change', old.id
    using errcode = 'check_violation', constraint = 'holders_type_is_final';
end $$;

create trigger holders_type_is_final before update of type on holders
  for each row when (old.type <> new.type) execute function refuse_holder_type_change();

create table affiliations (
  id uuid primary key,
  person_id uuid not null,
  person_type text not null generated always as ('person') stored,
  agency_id uuid references agencies (id),
  organisation_id uuid,
  organisation_type text not null generated always as ('organisation') stored,
  position text not null check (position is nfc normalized),
  since timestamptz not null,
  foreign key (person_id, person_type) references holders (id, type),
  foreign key (organisation_id, organisation_type) references holders (id, type),
  constraint affiliations_with_one_party check (num_nonnulls(agency_id, organisation_id) = 1)
);

create unique index affiliations_once_per_agency on affiliations (person_id, agency_id)
  where agency_id is not null;
create unique index affiliations_once_per_organisation on affiliations (person_id, organisation_id)
  where organisation_id is not null;
create index affiliations_agency on affiliations (agency_id) where agency_id is not null;
create index affiliations_organisation on affiliations (organisation_id)
  where organisation_id is not null;
