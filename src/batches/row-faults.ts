import type { CardKind } from '../holders/card-kind.ts'
import { cardKinds } from '../holders/card-kind.ts'
import { pinModes, type PinMode } from './batch.ts'

/** Why a request is refused. Each has a text in every language. */
export const requestFaultReasons = [
  'already-has-card',
  'already-queued',
  'broken-cell',
  'card-of-another',
  'card-unknown',
  'duplicate-in-file',
  'formula',
  'holder-inactive',
  'holder-unknown',
  'kind-mismatch',
  'kind-unknown',
  'lost-zeros',
  'merged-cells',
  'not-in-your-agency',
  'photo-missing',
  'photo-not-an-image',
  'photo-too-large',
  'pin-unknown',
  'two-numbers',
  'value-missing',
] as const
export type RequestFaultReason = (typeof requestFaultReasons)[number]

export interface RequestFault {
  readonly reason: RequestFaultReason
  /** What was found there, cut short; null where the reason says it all. */
  readonly found: string | null
}

export function fault(reason: RequestFaultReason, found: string | null = null): RequestFault {
  const visible = found?.replace(/\p{C}/gu, '\uFFFD') ?? null
  return { reason, found: visible === null ? null : visible.slice(0, 60) }
}

/** As people write them, without marks and case: see `plain`. */
const kindNames: Readonly<Record<CardKind, readonly string[]>> = {
  'civil-servant': ['cong chuc', 'the cong chuc', 'the dien tu cong chuc', 'civil servant'],
  citizen: ['cong dan', 'the cong dan', 'the dien tu cong dan'],
  enterprise: ['doanh nghiep', 'the doanh nghiep', 'the dien tu doanh nghiep'],
}

const pinNames: Readonly<Record<PinMode, readonly string[]>> = {
  ask: ['chu the chon', 'chon tai ban', 'tai ban', 'chosen', 'desk'],
  slip: ['phieu', 'phieu pin', 'phieu kin', 'ngau nhien', 'sealed slip'],
}

export function kindNamed(text: string): CardKind | null {
  return cardKinds.find((kind) => isNamed(text, kind, kindNames[kind])) ?? null
}

/** A cell that says nothing asks for a slip: nobody is there to choose. */
export function pinModeNamed(text: string | null): PinMode | null {
  if (text === null) return 'slip'
  return pinModes.find((mode) => isNamed(text, mode, pinNames[mode])) ?? null
}

function isNamed(text: string, own: string, names: readonly string[]): boolean {
  const wanted = plain(text)
  return wanted === plain(own) || names.includes(wanted)
}

function plain(text: string): string {
  const bare = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd')
  return bare.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}
