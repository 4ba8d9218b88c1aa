import { X509Certificate } from 'node:crypto'
import type { CertificateRecord } from '../../../src/pki/find-certificates.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { printTable } from '../print-table.ts'

const headings = ['serial number', 'authority', 'status', 'ends', 'for', 'holder']

export function printList(records: readonly CertificateRecord[]): void {
  if (records.length === 0) {
    console.log('None.')
    return
  }
  printTable(
    headings,
    records.map((record) => [
      ...[record.serialNumber, record.authoritySlug, record.status],
      ...[record.notAfter.toISOString().slice(0, 10), bearerOf(record)],
      record.holderName ?? record.terminalName ?? '',
    ]),
  )
}

/** `9A of <card>`, a terminal's UUID, or a service's name. */
export function bearerOf({ cardUuid, slot, terminalId, service }: CertificateRecord): string {
  if (cardUuid !== null) return `${slot ?? ''} of card ${cardUuid}`
  return terminalId === null ? (service ?? '') : `terminal ${terminalId}`
}

export function printRecord(record: CertificateRecord): void {
  const { der, holderName, holderId, reason, fingerprint } = record
  const lines: readonly [string, string | null][] = [
    ['Serial number', record.serialNumber],
    ['Authority', record.authoritySlug],
    ['Subject', record.subject],
    ['For', bearerOf(record)],
    ['Holder', holderName === null ? null : `${holderName} (${holderId ?? ''})`],
    ['Status', statusText(record)],
    ['Reason', reason],
    ['Valid', `${record.notBefore.toISOString()} to ${record.notAfter.toISOString()}`],
    ['SHA-256', fingerprint?.toString('hex') ?? 'never signed'],
    ['Key', der === null ? null : keyText(der)],
  ]
  for (const [name, value] of lines) {
    if (value !== null) console.log(`${name.padEnd(13)}  ${value}`)
  }
  if (der !== null) console.log(toPem(der, 'CERTIFICATE').trimEnd())
}

function statusText({ status, statusSince }: CertificateRecord): string {
  return `${status} since ${statusSince.toISOString()}`
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
