/** What a mail can tell; each has its words in every language (mail-words.ts). */
export const mailTemplates = [
  'passkey-registered',
  'passkey-renamed',
  'passkey-removed',
  'passkey-revoked',
  'passkey-flagged',
] as const
export type MailTemplate = (typeof mailTemplates)[number]

export const mailLanguages = ['vi', 'en'] as const
export type MailLanguage = (typeof mailLanguages)[number]

/** Everything a mail may know, and the database admits nothing else: no number, code or token. */
export interface MailFacts {
  /** Whom it is for, as written on the card. */
  readonly holder: string
  /** ISO 8601, in UTC. */
  readonly at: string
  /** What its holder calls the passkey, and what it was called before. */
  readonly passkey: string
  readonly formerName?: string
  /** Where: the name of the terminal, and the sort of browser. */
  readonly terminal?: string
  readonly device?: string
}

/** A mail that is to go out. */
export interface MailOrder {
  readonly template: MailTemplate
  readonly to: string
  /** null: in every language, Vietnamese first. */
  readonly language: MailLanguage | null
  readonly facts: MailFacts
  /** What it is about. One transaction orders one mail of a template about it. */
  readonly subjectId: string
  readonly at: Date
}

/** A mail in the hands of the node that got it. */
export interface TakenMail extends Omit<MailOrder, 'subjectId' | 'at'> {
  readonly id: string
  readonly createdAt: Date
  /** With the one that is about to be made. */
  readonly attempts: number
}

/** The same rule as the database's: one address, without anything that headers give a meaning to. */
const oneAddress = /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/

/** Whether a mail can be sent to it; the registry takes whatever a list of people brought. */
export function isMailAddress(address: string | null): address is string {
  return address !== null && address.length <= 254 && oneAddress.test(address)
}

/** For a page: enough to recognise one's own, and nothing for who looks over a shoulder. */
export function maskMailAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return `${Array.from(address)[0] ?? ''}***${address.slice(at)}`
}
