import type { Queryable } from '../db/pool.ts'
import type { AgencyKind } from './agency.ts'
import type { CardKind, KeySlot } from './card-kind.ts'
import { holderColumns, toHolder, type HolderRow } from './holder-row.ts'
import type { Holder } from './holder.ts'

/** All that the claims of one sign-in are made of. */
export interface HolderForClaims {
  readonly holder: Holder
  /** The agencies that a person acts for, longest-standing first. */
  readonly agencies: readonly AgencyForClaims[]
  /** The organisations that a person acts for, longest-standing first. */
  readonly organisations: readonly OrganisationForClaims[]
  readonly card: CardForClaims | null
  readonly passkey: PasskeyForClaims | null
  readonly pass: PassForClaims | null
  /** A `TerminalState`, of the terminal that was asked about; null: there is none. */
  readonly terminalState: string | null
}

/** What a sign-in rests on besides its holder. */
export interface SignInMeans {
  readonly cardUuid: string | null
  /** Which of the card's keys signed. */
  readonly keySlot: KeySlot | null
  readonly terminalId: string | null
  readonly passkeyId: string | null
  readonly pass?: { readonly passId: string }
}

export interface AgencyForClaims {
  readonly code: string
  readonly name: string
  readonly kind: AgencyKind
  readonly position: string
  /** Codes from the province down to the agency itself. */
  readonly path: readonly string[]
}

export interface OrganisationForClaims {
  readonly name: string
  readonly taxCode: string
  readonly position: string
}

export interface CardForClaims {
  readonly cardUuid: string
  readonly kind: CardKind
  /** A `CardState`; the folder of cards lies above this one. */
  readonly state: string
  readonly expiresAt: Date
  /**
   * When the certificate that is in use for the key ends; null: there is none, it was suspended or
   * revoked, or its authority was revoked.
   */
  readonly certifiedUntil: Date | null
}

export interface PasskeyForClaims {
  /** A `PasskeyState`; the folder of passkeys lies above this one. */
  readonly state: string
  /** When the last usable card of its kind expires; null: its holder has none. */
  readonly cardUsableUntil: Date | null
}

export interface PassForClaims {
  /** A `PassState`; the folder of passes lies above this one. */
  readonly state: string
  readonly validUntil: Date
}

interface ClaimsRow extends HolderRow {
  agencies: AgencyForClaims[]
  organisations: OrganisationForClaims[]
  card_uuid: string | null
  card_kind: CardKind
  card_state: string
  card_expires_at: Date
  card_certified_until: Date | null
  terminal_state: string | null
  passkey_state: string | null
  passkey_card_until: Date | null
  pass_state: string | null
  pass_until: Date
}

const statement = `
  select ${holderColumns},
    (select coalesce(json_agg(json_build_object(
         'code', a.code, 'name', a.name, 'kind', a.kind, 'position', f.position,
         'path', (
           with recursive up as (
             select a.code, a.parent_id, 0 as steps
             union all
             select p.code, p.parent_id, up.steps + 1
             from up join agencies p on p.id = up.parent_id
           )
           select json_agg(up.code order by up.steps desc) from up)
       ) order by f.since, f.id), '[]')
     from affiliations f join agencies a on a.id = f.agency_id
     where f.person_id = h.id) as agencies,
    (select coalesce(json_agg(json_build_object(
         'name', o.display_name, 'taxCode', o.tax_code, 'position', f.position
       ) order by f.since, f.id), '[]')
     from affiliations f join holders o on o.id = f.organisation_id
     where f.person_id = h.id and o.state = 'active') as organisations,
    c.card_uuid, c.kind as card_kind, c.state as card_state, c.expires_at as card_expires_at,
    (select s.not_after from certificates s join authorities u on u.id = s.authority_id
     where s.card_uuid = c.card_uuid and s.slot = $6 and s.status = 'active'
       and u.state <> 'revoked') as card_certified_until,
    m.state as terminal_state, p.state as passkey_state,
    (select max(k.expires_at) from cards k
     where k.holder_id = p.holder_id and k.kind = p.card_kind
       and k.state in ('issued', 'active')) as passkey_card_until,
    t.state as pass_state, t.valid_until as pass_until
  from holders h
    left join cards c on c.card_uuid = $2 and c.holder_id = h.id
    left join terminals m on m.id = $3
    left join passkeys p on p.id = $4 and p.holder_id = h.id
    left join passes t on t.id = $5 and t.holder_id = h.id
  where h.id = $1`

export async function findForClaims(
  db: Queryable,
  holderId: string,
  { cardUuid, keySlot, terminalId, passkeyId, pass }: SignInMeans,
): Promise<HolderForClaims | null> {
  const values = [holderId, cardUuid, terminalId, passkeyId, pass?.passId ?? null, keySlot]
  const { rows } = await db.query<ClaimsRow>(statement, values, { name: 'holder-for-claims' })
  return rows[0] === undefined ? null : toHolderForClaims(rows[0])
}

function toHolderForClaims(row: ClaimsRow): HolderForClaims {
  return {
    holder: toHolder(row),
    agencies: row.agencies,
    organisations: row.organisations,
    card: toCardForClaims(row),
    passkey: toPasskeyForClaims(row),
    pass: toPassForClaims(row),
    terminalState: row.terminal_state,
  }
}

function toCardForClaims(row: ClaimsRow): CardForClaims | null {
  if (row.card_uuid === null) return null
  return {
    cardUuid: row.card_uuid,
    kind: row.card_kind,
    state: row.card_state,
    expiresAt: row.card_expires_at,
    certifiedUntil: row.card_certified_until,
  }
}

function toPasskeyForClaims(row: ClaimsRow): PasskeyForClaims | null {
  if (row.passkey_state === null) return null
  return { state: row.passkey_state, cardUsableUntil: row.passkey_card_until }
}

function toPassForClaims(row: ClaimsRow): PassForClaims | null {
  return row.pass_state === null ? null : { state: row.pass_state, validUntil: row.pass_until }
}
