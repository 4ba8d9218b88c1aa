import type { Queryable } from '../db/pool.ts'
import type { KeySlot } from '../holders/card-kind.ts'
import { holderColumns, toHolder, type HolderRow } from '../holders/holder-row.ts'
import type { Holder } from '../holders/holder.ts'
import {
  certificateColumns,
  toRegisteredCertificate,
  type CertificateRow,
  type RegisteredCertificate,
} from '../pki/registered-certificate.ts'
import { cardColumns, toCard, type CardRow } from './card-row.ts'
import type { Card } from './card.ts'

/** All that the registry knows about a certificate that somebody signs in with. */
export interface CertificateStanding {
  readonly certificate: RegisteredCertificate
  readonly card: Card
  readonly holder: Holder
}

type StandingRow = CardRow & HolderRow & CertificateRow

const selectStanding = `select ${certificateColumns}, ${cardColumns}, ${holderColumns}
  from certificates t
    join cards c on c.card_uuid = t.card_uuid
    join holders h on h.id = c.holder_id`

export async function findCertificateStanding(
  db: Queryable,
  fingerprint: Buffer,
): Promise<CertificateStanding | null> {
  const { rows } = await db.query<StandingRow>(
    `${selectStanding} where t.fingerprint = $1`,
    [fingerprint],
    { name: 'certificate-standing' },
  )
  return rows[0] === undefined ? null : toStanding(rows[0])
}

export async function findCertificateByCard(
  db: Queryable,
  cardUuid: string,
  slot: KeySlot,
): Promise<CertificateStanding | null> {
  const { rows } = await db.query<StandingRow>(
    `${selectStanding}
     where t.card_uuid = $1 and t.slot = $2 and t.status <> 'prepared'
     order by t.status in ('active', 'suspended') desc, t.not_before desc limit 1`,
    [cardUuid, slot],
    { name: 'certificate-by-card' },
  )
  return rows[0] === undefined ? null : toStanding(rows[0])
}

function toStanding(row: StandingRow): CertificateStanding {
  return {
    certificate: toRegisteredCertificate(row),
    card: toCard(row),
    holder: toHolder(row),
  }
}
