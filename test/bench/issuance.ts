import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { createDevelopmentPki } from '../../src/pki/development-pki.ts'
import { issueCardCertificate } from '../../src/pki/issue-card-certificate.ts'
import type { CardCertificateRequest } from '../../src/pki/issue-card-certificate.ts'
import { cardRequest } from '../support/card-request.ts'
import { openPkiFixture, type PkiFixture } from '../support/pki-fixture.ts'
import { startPostgres } from '../support/servers.ts'
import { rounded, type Figure } from './figures.ts'

/** How many are under way at once: cards of several desks, or of one personalisation run. */
const atOnce = 8
const warmUps = 20
const measured = 50
const manyRows = 100_000
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/**
 * How long the whole of an issuance takes (request, checks, intent, signature, registry, audit), in
 * the time that the X.509 library alone takes to sign the same certificate; with an empty registry,
 * and with 100,000 certificates in it. Eight at once and eight again in turns, so that a noisy
 * machine slows both.
 */
export async function measureIssuance(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-bench-issuance-'))
  const postgres = await startPostgres(join(folder, 'postgres'))
  try {
    const fixture = await openPkiFixture(postgres.url, { maxConnections: atOnce })
    try {
      await createDevelopmentPki(fixture.deps)
      await compare(fixture, warmUps)
      const few = await compare(fixture, measured)
      await fillRegistry(fixture)
      await compare(fixture, warmUps)
      const many = await compare(fixture, measured)
      return [
        { figure: 'issuance.ratio-to-library', value: rounded(many.ratio), unit: 'ratio' },
        { figure: 'issuance.ms', value: rounded(many.issuanceMs), unit: 'ms' },
        { figure: 'issuance.library.ms', value: rounded(many.libraryMs), unit: 'ms' },
        {
          figure: `issuance.growth-to-${manyRows}`,
          value: rounded(many.ratio / few.ratio),
          unit: 'ratio',
        },
      ]
    } finally {
      await fixture.close()
    }
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Comparison {
  readonly issuanceMs: number
  readonly libraryMs: number
  readonly ratio: number
}

/** Medians: a checkpoint of the database or a collection of garbage hits one of many. */
async function compare(fixture: PkiFixture, rounds: number): Promise<Comparison> {
  const sign = await libraryAlone()
  const issue = (request: CardCertificateRequest) => issueCardCertificate(fixture.deps, request)
  const issuance: number[] = []
  const library: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const requests = await Promise.all(Array.from({ length: atOnce }, () => cardRequest(fixture)))
    issuance.push(await millisecondsEach(requests, issue))
    library.push(await millisecondsEach(requests, sign))
  }
  const [issuanceMs, libraryMs] = [median(issuance), median(library)]
  return { issuanceMs, libraryMs, ratio: issuanceMs / libraryMs }
}

async function millisecondsEach(
  requests: readonly CardCertificateRequest[],
  work: (request: CardCertificateRequest) => Promise<unknown>,
): Promise<number> {
  const begin = performance.now()
  await Promise.all(requests.map(work))
  return (performance.now() - begin) / requests.length
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** The same certificate as a program would make it that knows nothing but the library. */
async function libraryAlone(): Promise<(request: CardCertificateRequest) => Promise<ArrayBuffer>> {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(algorithm, false, [
    'sign',
    'verify',
  ])
  // What stays the same is made once, as a program that issues many would.
  const constant = [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(['2.16.840.1.101.3.6.8'], true),
    new x509.CertificatePolicyExtension(['1.3.6.1.4.1.99999.1.1.4']),
    await x509.AuthorityKeyIdentifierExtension.create(publicKey),
    new x509.AuthorityInfoAccessExtension({
      caIssuers: 'http://pki.example/pki/ca/civil-servant.cer',
      ocsp: 'http://pki.example/pki/ocsp',
    }),
    new x509.CRLDistributionPointsExtension(['http://pki.example/pki/crl/civil-servant/0.crl']),
  ]
  const issuer = new x509.Name('C=VN, O=Ecard, CN=Ecard Civil Servant CA')
  return async (request) => {
    const key = new Uint8Array(request.publicKey)
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: randomBytes(16).toString('hex'),
      subject: subjectOf(request),
      issuer,
      notBefore: new Date('2026-03-02T01:25:00Z'),
      notAfter: request.expiresAt,
      publicKey: key,
      signingKey: privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        ...constant,
        await x509.SubjectKeyIdentifierExtension.create(key),
        new x509.SubjectAlternativeNameExtension([
          { type: 'url', value: `urn:uuid:${request.cardUuid}` },
        ]),
      ],
    })
    return certificate.rawData
  }
}

function subjectOf({ holder, agencyPath }: CardCertificateRequest): x509.JsonName {
  const number = holder.type === 'person' ? holder.nationalNumber : ''
  return [
    { C: ['VN'] },
    { O: [agencyPath[0] ?? ''] },
    { OU: [agencyPath[1] ?? ''] },
    { CN: [holder.displayName] },
    { '2.5.4.5': [`IDCVN-${number}`] },
  ]
}

const rowsPerStatement = 10_000

async function fillRegistry({ db, deps }: PkiFixture): Promise<void> {
  const authority = await deps.certificates.findIssuingAuthority('civil-servant')
  for (let first = 1; first <= manyRows; first += rowsPerStatement) {
    await insertRows(db, authority?.id, first)
  }
  await db.query('analyze certificates')
}

async function insertRows(
  db: PkiFixture['db'],
  authorityId: string | undefined,
  first: number,
): Promise<void> {
  await db.query(
    `insert into certificates (authority_id, serial_number, service, subject, not_before, not_after,
       status, status_since, der, key_fingerprint)
     select $1, '4a' || substr(md5(n::text), 3), 'svc-' || n, 'CN=' || n, now() - interval '1 day',
       now() + interval '1 year', 'active', now(),
       decode(repeat(md5(n::text), 60), 'hex'), sha256(n::text::bytea)
     from generate_series($2::int, $2::int + $3::int - 1) n`,
    [authorityId, first, rowsPerStatement],
  )
}
