import type { Database, Queryable } from '../db/pool.ts'
import { isMailAddress, type MailTemplate } from '../mail/mail.ts'
import { createMailStore } from '../mail/mail-store.ts'
import { findNoticeReader } from './passkey-notice-store.ts'
import { createPasskeyStore, type PasskeyEnding, type PasskeyStore } from './passkey-store.ts'
import type { Passkey, UsedAt } from './passkey.ts'

/** A change of a passkey that its holder is told of, whoever made it. */
export interface PasskeyNotice {
  readonly template: Extract<MailTemplate, `passkey-${string}`>
  readonly passkey: Pick<Passkey, 'id' | 'holderId' | 'name'>
  /** What it was called before. */
  readonly formerName?: string
  readonly at: Date
  readonly usedAt: UsedAt
}

export interface PasskeyNotices {
  /** Orders the mail in the transaction of the change: either both are there or neither is. */
  write(tx: Queryable, notice: PasskeyNotice): Promise<void>
}

/** Where it happened is not known, or not the holder's to know. */
export const nowhere: UsedAt = { terminalId: null, device: null }

/** @param options.areSent - false: there is no mail server, and nothing is ordered */
export function createPasskeyNotices({ areSent }: { readonly areSent: boolean }): PasskeyNotices {
  return areSent ? { write } : { write: () => Promise.resolve() }
}

/** A holder without an address is told nothing; their page says so. */
async function write(
  tx: Queryable,
  { template, passkey, formerName, at, usedAt }: PasskeyNotice,
): Promise<void> {
  const { terminalId, device } = usedAt
  const reader = await findNoticeReader(tx, { holderId: passkey.holderId, terminalId })
  if (reader === null || !isMailAddress(reader.email)) return
  const facts = {
    holder: reader.displayName,
    at: at.toISOString(),
    passkey: passkey.name,
    ...(formerName !== undefined && { formerName }),
    ...(reader.terminalName !== null && { terminal: reader.terminalName }),
    ...(device !== null && { device }),
  }
  const { email: to } = reader
  // Holders have no language of their own, and whoever did it may not choose one they cannot read.
  const order = { template, to, language: null, facts, subjectId: passkey.id, at }
  await createMailStore(tx).insert(order)
}

/** The changes among what a store does, each in one transaction with the notice of it. */
export function noticingPasskeyStore(
  { db, passkeyNotices }: { readonly db: Database; readonly passkeyNotices: PasskeyNotices },
  usedAt: UsedAt,
): Pick<PasskeyStore, 'insert' | 'end'> {
  return {
    insert: (passkey) =>
      db.inTransaction(async (tx) => {
        await createPasskeyStore(tx).insert(passkey)
        const notice = { template: 'passkey-registered', passkey, at: passkey.createdAt } as const
        await passkeyNotices.write(tx, { ...notice, usedAt })
      }),
    end: (id, ending) =>
      db.inTransaction(async (tx) => {
        const passkey = await createPasskeyStore(tx).end(id, ending)
        if (passkey === null) return null
        const template = templateFor(ending, passkey)
        await passkeyNotices.write(tx, { template, passkey, at: ending.at, usedAt })
        return passkey
      }),
  }
}

function templateFor({ to, by }: PasskeyEnding, { holderId }: Passkey): PasskeyNotice['template'] {
  if (to === 'flagged') return 'passkey-flagged'
  return by === holderId ? 'passkey-removed' : 'passkey-revoked'
}
