import { X509Certificate } from 'node:crypto'
import type { CertificateRecord } from '../../../src/pki/find-certificates.ts'
import { toPem } from '../../../src/pki/pem.ts'
import type { CertificateWords } from '../../words/certificate-words.ts'
import { printTable } from '../print-table.ts'
import { certificateWords } from './words.ts'

export function printList(records: readonly CertificateRecord[]): void {
  const words = certificateWords()
  if (records.length === 0) {
    console.log(words.none)
    return
  }
  printTable(
    words.headings,
    records.map((record) => [
      ...[record.serialNumber, record.authoritySlug, words.statuses[record.status]],
      ...[record.notAfter.toISOString().slice(0, 10), bearerOf(record, words)],
      record.holderName ?? record.terminalName ?? '',
    ]),
  )
}

/** `9A of card …`, a terminal's UUID, or a service's name. */
export function bearerOf(
  { cardUuid, slot, terminalId, service }: CertificateRecord,
  words: CertificateWords,
): string {
  if (cardUuid !== null) return words.ofCard(slot ?? '', cardUuid)
  return terminalId === null ? (service ?? '') : words.ofTerminal(terminalId)
}

export function printRecord(record: CertificateRecord): void {
  const words = certificateWords()
  const { labels } = words
  const { der, holderName, holderId, reason, fingerprint, notBefore, notAfter } = record
  const since = words.since(words.statuses[record.status], record.statusSince.toISOString())
  const lines: readonly [string, string | null][] = [
    [labels.serialNumber, record.serialNumber],
    [labels.authority, record.authoritySlug],
    [labels.subject, record.subject],
    [labels.for, bearerOf(record, words)],
    [labels.holder, holderName === null ? null : `${holderName} (${holderId ?? ''})`],
    [labels.status, since],
    [labels.reason, reason],
    [labels.valid, words.fromTo(notBefore.toISOString(), notAfter.toISOString())],
    ['SHA-256', fingerprint?.toString('hex') ?? words.neverSigned],
    [labels.key, der === null ? null : keyText(der)],
  ]
  for (const [name, value] of lines) {
    if (value !== null) console.log(`${name.padEnd(words.labelWidth)}${value}`)
  }
  if (der !== null) console.log(toPem(der, 'CERTIFICATE').trimEnd())
}

function keyText(der: Buffer): string {
  const { asymmetricKeyDetails } = new X509Certificate(der).publicKey
  const { namedCurve, modulusLength } = asymmetricKeyDetails ?? {}
  return namedCurve ?? `RSA ${modulusLength ?? ''}`
}

/** One line of JSON for other programs; the certificate as PEM. */
export function toJson({ der, fingerprint, ...record }: CertificateRecord): string {
  return JSON.stringify({
    ...record,
    fingerprint: fingerprint?.toString('hex') ?? null,
    certificate: der === null ? null : toPem(der, 'CERTIFICATE'),
  })
}
