import type { Queryable } from '../db/pool.ts'
import type { KeySlot } from '../holders/card-kind.ts'
import type { Holder, HolderState } from '../holders/holder.ts'
import type { RegisteredCertificate } from '../pki/registered-certificate.ts'
import type { TerminalMode, TerminalState, TerminalStanding } from '../terminals/terminal.ts'
import { cardColumns, toCard, type CardRow } from './card-row.ts'
import type { Card } from './card.ts'

/** What a sign-in has to know about a certificate, its card and its holder. */
export interface CertificateStanding {
  readonly certificate: Pick<
    RegisteredCertificate,
    'serialNumber' | 'der' | 'fingerprint' | 'slot' | 'status'
  >
  readonly card: Card
  readonly holder: Pick<Holder, 'id' | 'state' | 'displayName'>
}

/** A card's certificate that was presented and the terminal where, as they stand at one instant. */
export interface PresentedStanding {
  /** null: the registry does not hold that certificate, or not for a card. */
  readonly standing: CertificateStanding | null
  /** null: there is no such terminal. */
  readonly terminal: TerminalStanding | null
}

interface StandingRow extends CardRow {
  serial_number: string
  der: Buffer
  fingerprint: Buffer
  slot: KeySlot | null
  status: RegisteredCertificate['status']
  holder_state: HolderState
  display_name: string
}

interface TerminalRow {
  terminal_id: string
  terminal_mode: TerminalMode
  terminal_state: TerminalState
  terminal_key: Buffer | null
}

/** What an outer join finds: either side may have no row, and then it is null throughout. */
type PresentedRow = Nullable<StandingRow> & Nullable<TerminalRow>
type Nullable<Row> = Row | { readonly [Column in keyof Row]: null }

/** Of a revoked authority's certificates none counts, from its commit on and on every node. */
const statusThatCounts = `case a.state when 'revoked' then 'revoked' else t.status end`

/** One row, always. `certificate` selects at most one. */
const selectPresented = (certificate: string) => `
  select t.serial_number, t.der, t.fingerprint, t.slot, ${statusThatCounts} as status, ${cardColumns},
    h.state as holder_state, h.display_name, m.id as terminal_id, m.mode as terminal_mode,
    m.state as terminal_state, m.public_key as terminal_key
  from (values ($1::uuid)) asked (terminal_id)
    left join terminals m on m.id = asked.terminal_id
    left join lateral (${certificate}) t on true
    left join authorities a on a.id = t.authority_id
    left join cards c on c.card_uuid = t.card_uuid
    left join holders h on h.id = c.holder_id`

const presentedByFingerprint = selectPresented(
  `select * from certificates where fingerprint = $2 and card_uuid is not null`,
)

const presentedByCard = selectPresented(
  `select * from certificates where card_uuid = $2 and slot = $3 and der is not null
   order by status in ('active', 'suspended') desc, not_before desc limit 1`,
)

export async function findCertificateStanding(
  db: Queryable,
  fingerprint: Buffer,
  terminalId: string | null,
): Promise<PresentedStanding> {
  const { rows } = await db.query<PresentedRow>(presentedByFingerprint, [terminalId, fingerprint], {
    name: 'certificate-standing',
  })
  return toPresented(rows[0])
}

export async function findCertificateByCard(
  db: Queryable,
  of: { readonly cardUuid: string; readonly slot: KeySlot },
  terminalId: string,
): Promise<PresentedStanding> {
  const { rows } = await db.query<PresentedRow>(
    presentedByCard,
    [terminalId, of.cardUuid, of.slot],
    { name: 'certificate-by-card' },
  )
  return toPresented(rows[0])
}

function toPresented(row: PresentedRow | undefined): PresentedStanding {
  if (row === undefined) return { standing: null, terminal: null }
  return {
    standing: row.serial_number === null ? null : toStanding(row),
    terminal: row.terminal_id === null ? null : toTerminalStanding(row),
  }
}

function toStanding(row: StandingRow): CertificateStanding {
  return {
    certificate: {
      serialNumber: row.serial_number,
      der: row.der,
      fingerprint: row.fingerprint,
      slot: row.slot,
      status: row.status,
    },
    card: toCard(row),
    holder: { id: row.holder_id, state: row.holder_state, displayName: row.display_name },
  }
}

function toTerminalStanding(row: TerminalRow): TerminalStanding {
  return {
    id: row.terminal_id,
    mode: row.terminal_mode,
    state: row.terminal_state,
    publicKey: row.terminal_key,
  }
}
