import type { CardKind } from '../holders/card-kind.ts'
import type { AttestationVerdict, Passkey, PasskeyState, PasskeyUse } from './passkey.ts'

/** A passkey as the store reads it, under the alias `p`. */
export interface PasskeyRow {
  id: string
  holder_id: string
  card_kind: CardKind
  credential_id: Buffer
  user_handle: Buffer
  public_key: Buffer
  sign_count: string
  aaguid: string
  transports: string[]
  backup_eligible: boolean
  backup_state: boolean
  attestation_verdict: AttestationVerdict
  name: string
  created_at: Date
  last_used_at: Date | null
  last_used_terminal_id: string | null
  last_used_device: string | null
  state: PasskeyState
  state_since: Date
}

export const passkeyColumns = `p.id, p.holder_id, p.card_kind, p.credential_id, p.user_handle,
  p.public_key, p.sign_count, p.aaguid, p.transports, p.backup_eligible, p.backup_state,
  p.attestation_verdict, p.name, p.created_at, p.last_used_at, p.last_used_terminal_id,
  p.last_used_device, p.state, p.state_since`

export function toPasskey(row: PasskeyRow): Passkey {
  return {
    id: row.id,
    holderId: row.holder_id,
    cardKind: row.card_kind,
    credentialId: row.credential_id,
    userHandle: row.user_handle,
    publicKey: row.public_key,
    // At most 2³² − 1, which a number holds exactly.
    signCount: Number(row.sign_count),
    aaguid: row.aaguid,
    transports: row.transports,
    backupEligible: row.backup_eligible,
    backupState: row.backup_state,
    attestationVerdict: row.attestation_verdict,
    name: row.name,
    createdAt: row.created_at,
    lastUse: toLastUse(row),
    state: row.state,
    stateSince: row.state_since,
  }
}

function toLastUse(row: PasskeyRow): PasskeyUse | null {
  if (row.last_used_at === null) return null
  return {
    at: row.last_used_at,
    terminalId: row.last_used_terminal_id,
    device: row.last_used_device,
  }
}
