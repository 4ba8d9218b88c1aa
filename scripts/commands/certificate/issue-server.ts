import { Command } from 'commander'
import { issuePrepared } from '../../../src/pki/issuance.ts'
import {
  prepareServerCertificate,
  type ServerCertificateRequest,
} from '../../../src/pki/issue-server-certificate.ts'
import { maxRequestBytes } from '../../../src/pki/certificate-signing-request.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { intoNewFile } from '../../../src/pki/reserved-file.ts'
import { readCarried } from '../ca/files.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'

interface IssueOptions {
  readonly csr: string
  readonly dns: readonly string[]
  readonly out: string
  readonly by: string
  readonly apply?: boolean
}

export function issueServerCommand(): Command {
  return new Command('issue-server')
    .description('certify the TLS key of an inner server from its PKCS #10 request')
    .requiredOption('--csr <file>', 'the request, PEM or DER; only its key is taken')
    .requiredOption('--dns <name...>', 'the names of the server, the first one its own')
    .requiredOption('--out <file>', 'a new file for certificate and issuer, PEM')
    .option('--by <name>', 'who does it; in the audit log', 'ecard')
    .option('--apply', 'do it; without this, only check the request')
    .addHelpText(
      'after',
      `
Names lie below the dnsDomains of certs/tls-server.json. A certificate that is in use under the same
first name is superseded.

Example:
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \\
    -keyout db.key -subj / -addext subjectAltName=DNS:db.internal -out db.csr
  ecard certificate issue-server --csr db.csr --dns db.internal --out db.pem --apply`,
    )
    .action((options: IssueOptions) => withAuthorities((parts) => issue(parts, options)))
}

async function issue({ issuance }: OpenAuthorities, options: IssueOptions): Promise<void> {
  const request: ServerCertificateRequest = {
    signingRequest: await readCarried(options.csr, maxRequestBytes),
    ...{ dnsNames: options.dns, actor: options.by },
  }
  const prepared = await prepareServerCertificate(issuance, request)
  console.log(`Names  ${options.dns.join(', ')}`)
  console.log(`Valid  until ${prepared.notAfter.toISOString()}`)
  if (options.apply !== true) {
    console.log('Nothing was signed. Add --apply to do it.')
    return
  }
  await intoNewFile(options.out, async () => {
    const { der, authorityId } = await issuePrepared(issuance, prepared)
    const authority = await issuance.certificates.findAuthority(authorityId)
    const chain = authority === null ? [der] : [der, authority.certificateDer]
    return chain.map((certificate) => toPem(certificate, 'CERTIFICATE')).join('')
  })
  console.log(`Serial number ${prepared.serialNumber}, written to ${options.out}`)
}
