import { Command } from 'commander'
import { issuePrepared, type PreparedRequest } from '../../../src/pki/issuance.ts'
import {
  prepareServerCertificate,
  type ServerCertificateRequest,
} from '../../../src/pki/issue-server-certificate.ts'
import { maxRequestBytes } from '../../../src/pki/certificate-signing-request.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { intoNewFile } from '../../../src/pki/reserved-file.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { readCarried } from '../ca/files.ts'
import { confirmed } from '../confirm.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { createOutput } from '../output.ts'
import { whoActs } from '../who-acts.ts'
import { certificateWords } from './words.ts'

interface IssueOptions {
  readonly csr: string
  readonly dns: readonly string[]
  readonly out: string
  readonly by: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function issueServerCommand(): Command {
  const { commands, options, issueServerNotes } = certificateWords()
  const words = ecardWords()
  return new Command('issue-server')
    .description(commands.issueServer)
    .requiredOption('--csr <file>', options.csr)
    .requiredOption('--dns <name...>', options.dns)
    .requiredOption('--out <file>', options.out)
    .option('--by <name>', words.byOption, 'ecard')
    .option('--json', words.jsonOption)
    .option('--apply', words.applyOption)
    .addHelpText(
      'after',
      `${issueServerNotes}
${words.example}
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \\
    -keyout db.key -subj / -addext subjectAltName=DNS:db.internal -out db.csr
  ecard certificate issue-server --csr db.csr --dns db.internal --out db.pem --apply`,
    )
    .action((given: IssueOptions) => withAuthorities((parts) => issue(parts, given)))
}

async function issue(parts: OpenAuthorities, options: IssueOptions): Promise<void> {
  const words = certificateWords()
  const output = createOutput(options)
  const { issuance } = parts
  const { out, dns: dnsNames, by } = options
  const actor = await whoActs(parts, 'certificate.change', { by })
  const request: ServerCertificateRequest = {
    signingRequest: await readCarried(options.csr, maxRequestBytes),
    ...{ dnsNames, actor },
  }
  const prepared = await prepareServerCertificate(issuance, request)
  const { serialNumber, notAfter } = prepared
  const { labels, labelWidth } = words
  output.say(labels.names.padEnd(labelWidth) + dnsNames.join(', '))
  output.say(labels.valid.padEnd(labelWidth) + words.until(notAfter.toISOString()))
  const isApplied = await confirmed(options)
  if (isApplied) await writeCertificate(parts, prepared, out)
  output.say(isApplied ? words.written(serialNumber, out) : words.nothingSigned)
  output.tell({ applied: isApplied, dnsNames, notAfter, ...(isApplied && { serialNumber, out }) })
}

/** The certificate with its issuer, into a new file. */
async function writeCertificate(
  { issuance }: OpenAuthorities,
  prepared: PreparedRequest,
  path: string,
): Promise<void> {
  await intoNewFile(path, async () => {
    const { der, authorityId } = await issuePrepared(issuance, prepared)
    const authority = await issuance.certificates.findAuthority(authorityId)
    const chain = authority === null ? [der] : [der, authority.certificateDer]
    return chain.map((certificate) => toPem(certificate, 'CERTIFICATE')).join('')
  })
}
