import type { OperatorAction, OperatorRole } from './operator.ts'

const administrator = 'administrator'
const officer = 'issuing-officer'
const helpDesk = 'help-desk'
const auditor = 'auditor'

/**
 * Who may do what, within the agencies of the grant. Looking is free to whoever reaches the
 * registry, but not taking the people in it away as a file; an auditor looks, and signs the audit. An administrator may do everything: where there
 * is only one yet, somebody has to issue the second one's card.
 */
export const permissions: Readonly<Record<OperatorAction, readonly OperatorRole[]>> = {
  'agency.change': [administrator],
  'audit.checkpoint': [administrator, auditor],
  'authority.change': [administrator],
  'batch.approve': [administrator, officer],
  'batch.prepare': [administrator, officer],
  'card.issue': [administrator, officer],
  'card.read-out-puk': [administrator, helpDesk],
  'card.reinstate': [administrator, officer],
  'card.renew': [administrator, officer],
  'card.reset': [administrator, officer],
  'card.revoke': [administrator, officer],
  'card.suspend': [administrator, officer, helpDesk],
  'card.unblock': [administrator, officer, helpDesk],
  'certificate.change': [administrator],
  'client.change': [administrator],
  'crl.publish': [administrator],
  'holder.change': [administrator],
  'holder.export': [administrator, auditor],
  'operator.change': [administrator],
  'pass.issue': [administrator, officer, helpDesk],
  'pass.withdraw': [administrator, officer, helpDesk],
  'passkey.change': [administrator],
  'passkey.revoke': [administrator, officer, helpDesk],
  'terminal.change': [administrator],
}

/**
 * What nobody does for themselves, because it gives: a card, a code, more time. What only takes
 * (suspend, revoke, reset, withdraw) everybody may do to their own card at once.
 */
export const notForOneself: ReadonlySet<OperatorAction> = new Set<OperatorAction>([
  'card.issue',
  'card.read-out-puk',
  'card.reinstate',
  'card.renew',
  'card.unblock',
  'operator.change',
  'pass.issue',
])
