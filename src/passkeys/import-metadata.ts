import { createHash } from 'node:crypto'
import { createAuditStore } from '../audit/audit-store.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import {
  PasskeyMetadataUnusable,
  readPasskeyMetadata,
  type MetadataPayload,
  type PasskeyMetadata,
} from './attestation-metadata.ts'
import { readMetadataInPlace, replaceMetadataFile } from './metadata-file.ts'
import { openMetadata, type ExpectedOrigin, type MetadataOrigin } from './metadata-origin.ts'
import { countPasskeysByModel, type ModelCount } from './passkey-model-store.ts'

export interface MetadataImportDeps {
  readonly db: Database
  readonly clock: Clock
}

export interface MetadataRequest {
  /** What the file holds that an administrator has got. */
  readonly received: string
  /** null: no proof of its origin is asked for. */
  readonly expected: ExpectedOrigin | null
  /** Where the service reads it from; null: nowhere. */
  readonly file: string | null
  /** Whether a publication may take the place of a later one. */
  readonly mayBeOlder: boolean
}

/** What would be taken, and what that means for the passkeys there are. */
export interface PlannedMetadata {
  readonly json: string
  readonly origin: MetadataOrigin
  readonly no: number
  readonly nextUpdate: string
  /** Whether a newer one should have been fetched before today. */
  readonly isOverdue: boolean
  readonly models: number
  /** The number of the one in place; null: there is none, or it has none. */
  readonly replacedNo: number | null
  readonly inUse: readonly ModelInUse[]
}

/** `unsaid`: the device does not tell its model, as where no attestation is asked for. */
export type ModelStanding = 'vouched' | 'withdrawn' | 'unknown' | 'unsaid'

export interface ModelInUse extends ModelCount {
  readonly standing: ModelStanding
  /** null where the model is not known. */
  readonly description: string | null
}

/** Changes nothing. @throws PasskeyMetadataUnusable */
export async function planMetadataImport(
  { db, clock }: MetadataImportDeps,
  { received, expected, file, mayBeOlder }: MetadataRequest,
): Promise<PlannedMetadata> {
  const now = clock.now()
  const { json, origin } = await openMetadata(received, { expected, now })
  const { no, nextUpdate, models } = readPasskeyMetadata(json)
  // Both stand in whatever is published (FIDO Metadata Service 3 §3.1.6).
  if (no === null || nextUpdate === null || models.size === 0)
    throw new PasskeyMetadataUnusable('not-metadata')
  const replacedNo = file === null ? null : numberOf(await readMetadataInPlace(file))
  if (replacedNo !== null && no < replacedNo && !mayBeOlder)
    throw new PasskeyMetadataUnusable('older', { facts: { no, replacedNo } })
  const inUse = (await countPasskeysByModel(db)).map((count) => judge(count, models))
  const isOverdue = now.toISOString().slice(0, 10) > nextUpdate
  return { ...{ json, origin, no, nextUpdate, isOverdue, replacedNo, inUse }, models: models.size }
}

/**
 * Puts it where the service reads it when it starts; running ones go on with what they have read.
 *
 * @throws DatabaseUnavailable and then the file is as it was, or the outcome is not written down
 */
export async function importMetadata(
  { db, clock }: MetadataImportDeps,
  planned: PlannedMetadata,
  { file, actor }: { readonly file: string; readonly actor: string },
): Promise<void> {
  const { json, origin, no, nextUpdate, models, replacedNo } = planned
  const audit = createAuditStore(db)
  const sha256 = createHash('sha256').update(json).digest('hex')
  const event: Omit<AuditEvent, 'at' | 'outcome'> = {
    ...{ event: 'passkey.metadata-imported', actor },
    facts: { no, nextUpdate, models, replacedNo, origin: origin.kind, sha256 },
  }
  await audit.append({ ...event, at: clock.now(), outcome: 'intended' })
  await replaceMetadataFile(file, json)
  await audit.append({ ...event, at: clock.now(), outcome: 'succeeded' })
}

/** What cannot be read has no number: it is what an import repairs. */
function numberOf(inPlace: string | null): MetadataPayload['no'] {
  if (inPlace === null) return null
  try {
    return readPasskeyMetadata(inPlace).no
  } catch (error) {
    if (error instanceof PasskeyMetadataUnusable) return null
    throw error
  }
}

const unsaidModel = '00000000-0000-0000-0000-000000000000'

function judge(count: ModelCount, models: PasskeyMetadata): ModelInUse {
  const model = models.get(count.aaguid)
  if (model === undefined) {
    const standing = count.aaguid === unsaidModel ? 'unsaid' : 'unknown'
    return { ...count, standing, description: null }
  }
  const standing = model.isWithdrawn ? 'withdrawn' : 'vouched'
  return { ...count, standing, description: model.description }
}
