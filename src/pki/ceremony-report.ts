import type { Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import type { Ceremony } from './ceremony.ts'
import type { AuthorityRequest } from './request-authority.ts'

/** What a report says of one authority. */
export interface ReportEntry {
  readonly slug: string
  /** What was done about it, such as `made` or `retired`. */
  readonly done: string
  /** Null until its certificate is there. */
  readonly authority: Authority | null
  /** What is carried to the root's machine. */
  readonly request: AuthorityRequest | null
  /** Where its key is, for people. */
  readonly keyPlace: string
  readonly issuedBy: string
}

/** An act of which a paper is kept: who did what, when, before whom. */
export interface CeremonyRecord {
  /** `Key ceremony`, `Roll-over of citizen`. */
  readonly act: string
  readonly ceremony: Pick<Ceremony, 'file' | 'sha256'> | null
  readonly by: string
  readonly witnesses: readonly string[]
  readonly began: Date
}

/** The paper while the act lasts: should it never end, this is what stays. */
export function draftReport(record: CeremonyRecord, planned: readonly string[]): string {
  return [
    ...heading(record),
    '',
    'This act did not come to its end. What was made until then: `ecard ca list`.',
    '',
    'Planned:',
    '',
    ...planned.map((line) => `    ${line}`),
    '',
  ].join('\n')
}

/** The finished paper, in Markdown, with lines to sign on. */
export function finishedReport(
  record: CeremonyRecord,
  entries: readonly ReportEntry[],
  { ended }: { readonly ended: Date },
): string {
  const { by, witnesses } = record
  return [
    ...heading(record),
    row('Ended · Kết thúc', ended.toISOString()),
    ...entries.flatMap(section),
    '',
    '## Signatures · Chữ ký',
    '',
    '| name · họ tên | role · vai trò | date · ngày | signature · chữ ký |',
    '| --- | --- | --- | --- |',
    row(by, 'held it · người thực hiện', '', ''),
    ...witnesses.map((witness) => row(witness, 'witness · người chứng kiến', '', '')),
    '',
  ].join('\n')
}

/** The report of an act that failed: nobody should take it for a finished one. */
export function failedReport(record: CeremonyRecord, reason: string): string {
  const told = `This act did not come to its end: ${reason}`
  return [
    ...heading(record),
    '',
    told,
    '',
    'What was made until then: `ecard ca list`. The same command takes it up where it stopped.',
    '',
  ].join('\n')
}

function heading({ act, ceremony, by, witnesses, began }: CeremonyRecord): string[] {
  return [
    `# ${act} · Biên bản`,
    '',
    '| | |',
    '| --- | --- |',
    row('Held by · Người thực hiện', by),
    row('Witnesses · Người chứng kiến', witnesses.join(', ') || 'none · không có'),
    ...(ceremony === null
      ? []
      : [
          row('Input file · Tệp đầu vào', ceremony.file),
          row('its SHA-256', `\`${ceremony.sha256}\``),
        ]),
    row('Began · Bắt đầu', began.toISOString()),
  ]
}

function section({ slug, done, authority, request, keyPlace, issuedBy }: ReportEntry): string[] {
  return [
    '',
    `## ${slug}: ${done}`,
    '',
    '| | |',
    '| --- | --- |',
    ...(authority === null ? [] : certificateRows(authority)),
    row('Key · Khóa', keyText(keyPlace, authority)),
    row('Issued by · Cấp bởi', issuedBy),
    ...(request === null ? [] : [row('Request (PKCS #10), SHA-256', `\`${request.sha256}\``)]),
  ]
}

/** `P-384, data/keystore/ca-root.pem`. */
function keyText(keyPlace: string, authority: Authority | null): string {
  if (authority === null) return keyPlace
  const { publicKey } = parseCertificate(authority.certificateDer)
  const { namedCurve, modulusLength } = publicKey.asymmetricKeyDetails ?? {}
  const curve = namedCurve === 'secp384r1' ? 'P-384' : 'P-256'
  const algorithm = modulusLength === undefined ? curve : `RSA-${modulusLength}`
  return `${algorithm}, ${keyPlace}`
}

function certificateRows({ certificateDer, state }: Authority): string[] {
  const certificate = parseCertificate(certificateDer)
  const { subject, serialNumber, fingerprint, notBefore, notAfter } = certificate
  return [
    row('Subject · Chủ thể', subject.split('\n').join(', ')),
    row('Serial number · Số sê-ri', `\`${serialNumber}\``),
    row('SHA-256 fingerprint · Dấu vân tay', `\`${fingerprintText(fingerprint)}\``),
    row('Valid · Hiệu lực', `${notBefore.toISOString()} to ${notAfter.toISOString()}`),
    row('State · Trạng thái', state),
  ]
}

/** `AB:CD:…`, as OpenSSL and browsers show it. */
export function fingerprintText(fingerprint: Buffer): string {
  return (fingerprint.toString('hex').toUpperCase().match(/../g) ?? []).join(':')
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
